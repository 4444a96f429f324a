"""A request and a response of the gateway, free of the server that carries them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from urllib.parse import parse_qsl

#: Never handed on to an integration (API Gateway developer guide, important notes; seen in recorded events).
_DROPPED = frozenset(
    {
        "connection",
        "content-length",
        "content-md5",
        "expect",
        "max-forwards",
        "proxy-authenticate",
        "server",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "www-authenticate",
    }
)


@lru_cache(maxsize=1024)
def canonical(name: str) -> str:
    """``content-type`` -> ``Content-Type``: the usual spelling of a header, which the HTTP parser has folded to lower
    case.
    """
    return "-".join(part.capitalize() for part in name.split("-"))


@dataclass(frozen=True, kw_only=True)
class Request:
    """An HTTP request. ``headers`` have lower-case names, in order; ``path`` and ``query`` are as they were sent."""

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    client: str
    protocol: str = "HTTP/1.1"

    @cached_property
    def header(self) -> Mapping[str, str]:
        """Last value of each header by lower-case name."""
        return dict(self.headers)

    @cached_property
    def header_lists(self) -> Mapping[str, list[str]]:
        """All values of each header that an integration gets, by canonical name."""
        lists: dict[str, list[str]] = {}
        for name, value in self.headers:
            if name not in _DROPPED:
                lists.setdefault(canonical(name), []).append(value)
        return lists

    @cached_property
    def query_lists(self) -> Mapping[str, list[str]]:
        """All values of each query parameter, decoded; ``+`` is a space, ``;`` separates like ``&`` (important notes,
        REST APIs).
        """
        lists: dict[str, list[str]] = {}
        if self.query:
            for name, value in parse_qsl(self.query.replace(";", "&"), keep_blank_values=True):
                lists.setdefault(name, []).append(value)
        return lists


@dataclass(frozen=True, kw_only=True)
class Response:
    """An HTTP response; ``headers`` may repeat a name and never hold Content-Length."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
