"""E-mail addresses in the one form in which they are stored and compared (docs/wire/rest.md#emails)."""

from __future__ import annotations

import re
from functools import lru_cache

#: Addresses that need no library to be judged, which are nearly all: a dot-atom of plain characters and a domain of
#: ASCII labels without punycode. Importing the library costs more than a cold start can spare.
_PLAIN = re.compile(
    r"(?=.{1,254}$)(?=[^@]{1,64}@)[a-z0-9_+'-]+(?:\.[a-z0-9_+'-]+)*@"
    r"(?:[a-z0-9](?:[a-z0-9]|-(?!-)){0,61}(?<!-)\.)+[a-z]{2,63}"
)


@lru_cache(maxsize=4096)
def normalise(text: str) -> str | None:
    """The address in lower case, its domain in punycode without a trailing dot; None when it is none.

    >>> normalise(" Ada@Münster.EXAMPLE. "), normalise("ada")
    ('ada@xn--mnster-3ya.example', None)
    """
    text = text.strip().rstrip(".\u3002\uff0e\uff61").lower()
    if _PLAIN.fullmatch(text):
        return text
    local, at, domain = text.rpartition("@")
    if not at or len(text) > 320:
        return None
    from email_validator import EmailNotValidError, validate_email

    try:
        checked = validate_email(
            f"{local}@{domain}", check_deliverability=False, globally_deliverable=False, strict=True
        )
    except EmailNotValidError:
        return None
    host = checked.ascii_domain.lower()
    return f"{checked.local_part.lower()}@{host}" if "." in host else None
