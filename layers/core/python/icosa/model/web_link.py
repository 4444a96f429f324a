"""Links in the forms in which they are stored and compared (docs/wire/rest.md#links, docs/wire/graphql.md#data)."""

from __future__ import annotations

import re
from functools import lru_cache

#: Schemes that a link may have; ``javascript:`` and the like would run code in a browser.
_SCHEMES = frozenset({"http", "https", "ftp"})
_ABSOLUTE = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<authority>[^/?#\\]+)(?P<rest>.*)", re.IGNORECASE | re.DOTALL
)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*", re.IGNORECASE)
_OTHER_SCHEME = re.compile(r"(?:javascript|data|vbscript|mailto|tel|file):", re.IGNORECASE)
_BARE = re.compile(r"(?P<host>[^/?#\\:@\s]+)(?P<port>:\d{1,5})?(?P<rest>[/?#].*)?", re.DOTALL)
#: Host names as links have them: labels with dots between. (URLs allow nearly every character in a host.)
_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)+[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.?")
_IPV6 = re.compile(r"\[[0-9a-f:.]+\]")


def normalise(link: str) -> str | None:
    """The link as it is stored, None when it is not valid.

    An absolute link gets its scheme and host in lower case (and in punycode) and loses one slash at its end; what
    follows the host stays as it is. A link without scheme stays as it is.

    >>> normalise("htTps://wwW.exAmple.coM/TEST?Param=Value"), normalise("3.com"), normalise("wwwexamplecom")
    ('https://www.example.com/TEST?Param=Value', '3.com', None)
    """
    link = link.strip()
    if absolute := _ABSOLUTE.fullmatch(link):
        return _absolute(absolute)
    bare = _BARE.fullmatch(link)
    if bare is None or _OTHER_SCHEME.match(link) or "." not in bare["host"].strip("."):
        return None
    parsed = _parse(f"http://{link}")
    return link if parsed and _HOST.fullmatch(parsed[1]) else None


@lru_cache(maxsize=4096)
def compared(link: str) -> str:
    """The form in which stored links are compared where they must be unique: links that lead to the same place have the
    same, however they are written. Scheme, ``www``, the scheme's own port and slashes at the end do not count, nor does
    the case of the host; the case of what follows does.

    >>> compared("https://www.Example.com/"), compared("example.com:443"), compared("http://example.com/A/?b")
    ('example.com', 'example.com', 'example.com/A/?b')
    """
    from ada_url import URL

    scheme, separator, _ = link.partition("://")
    has_scheme = bool(separator and _SCHEME.fullmatch(scheme))
    try:
        url = URL(link if has_scheme else f"http://{link}")
    except ValueError:  # stored before it was checked
        return link
    host = url.hostname.removesuffix(".")
    if host.startswith("www.") and "." in host.removeprefix("www."):
        host = host.removeprefix("www.")
    kept = f"{url.protocol}//" if url.protocol not in ("http:", "https:") else ""
    user = f"{url.username}:{url.password}@" if url.username or url.password else ""
    port = "" if not url.port or (not has_scheme and url.port == "443") else f":{url.port}"
    rest = f"{url.search}{url.hash}"
    path = url.pathname if rest and url.pathname != "/" else url.pathname.rstrip("/")
    return f"{kept}{user}{host}{port}{path}{rest}"


def _absolute(match: re.Match[str]) -> str | None:
    if match["scheme"].lower() not in _SCHEMES:
        return None
    parsed = _parse(match.group())
    if parsed is None:
        return None
    origin, host = parsed
    if host != "localhost" and not _HOST.fullmatch(host) and not _IPV6.fullmatch(host):
        return None
    userinfo = match["authority"].rpartition("@")[0]
    if userinfo:
        scheme, _, authority = origin.partition("://")
        origin = f"{scheme}://{userinfo}@{authority}"
    return f"{origin}{match['rest']}".removesuffix("/")


def _parse(url: str) -> tuple[str, str] | None:
    """Origin and host name of a URL by the rules of browsers, None when they refuse it."""
    from ada_url import URL

    try:
        parsed = URL(url)
    except ValueError:
        return None
    return parsed.origin, parsed.hostname
