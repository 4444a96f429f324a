"""Headers that a webhook adds to its deliveries. Their values are sealed like secrets, and never shown again."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ..validation.errors import InvalidInput
from .secret_cipher import Owner, secret_cipher

HEADERS: Final = 10
VALUE_LENGTH: Final = 1024

_NAME: Final = re.compile(r"[A-Za-z0-9-]{1,64}")
#: Visible ASCII, with blanks and tabs inside.
_VALUE: Final = re.compile(r"[!-~](?:[\t -~]*[!-~])?")
#: Headers that deliveries or HTTP itself set, and beginnings of such.
_RESERVED: Final = frozenset(
    (
        *("host", "connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "expect", "cookie"),
        *("accept", "user-agent"),
    )
)
_RESERVED_PREFIXES: Final = ("content-", "webhook-", "x-twenty-", "x-icosa-", "proxy-")


def is_header_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None


def is_reserved(name: str) -> bool:
    """
    >>> is_reserved("Webhook-Id"), is_reserved("Cookie"), is_reserved("Authorization")
    (True, True, False)
    """
    return name.lower() in _RESERVED or name.lower().startswith(_RESERVED_PREFIXES)


def is_header_value(value: str) -> bool:
    return _VALUE.fullmatch(value) is not None


def kept_values(given: Sequence[Mapping[str, Any]], stored: Mapping[str, bytes]) -> dict[str, bytes]:
    """Those of a webhook's stored values that a new list of headers takes over, since it names them without a value,
    under their new names. Raises InvalidInput for a name that has none.
    """
    by_name = {name.lower(): sealed for name, sealed in stored.items()}
    wanted = [header["name"] for header in given if header.get("value") is None]
    if missing := [name for name in wanted if name.lower() not in by_name]:
        raise InvalidInput([f"headers.value is required: no value is stored for {name}" for name in missing])
    return {name: by_name[name.lower()] for name in wanted}


def sealed_values(given: Sequence[Mapping[str, Any]], owner: Owner) -> dict[str, bytes]:
    """The encrypted values of those headers that have one. Raises Unavailable."""
    named = [(header["name"], header["value"]) for header in given if header.get("value") is not None]
    ciphertexts = secret_cipher().encrypt_all([(value, owner) for _, value in named])
    return {name: sealed for (name, _), sealed in zip(named, ciphertexts, strict=True) if sealed is not None}


def opened_values(sealed: Mapping[str, bytes], owner: Owner) -> dict[str, str]:
    """Headers in clear: to be sent, and to be kept nowhere. Raises Unavailable."""
    if not sealed:
        return {}
    texts = secret_cipher().decrypt_all([(ciphertext, owner) for ciphertext in sealed.values()])
    return dict(zip(sealed, texts, strict=True))
