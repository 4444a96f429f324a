"""How tokens are sent and what they look like, for those who need not verify them."""

from __future__ import annotations

import re
from typing import Final

from ..errors import Unauthenticated
from .failures import MissingToken

#: Three parts in the alphabet of base64url; the last is a signature of 32 bytes.
_WHOLE: Final = re.compile(r"[\w-]+\.[\w-]+\.[\w-]{43}", re.ASCII)
#: Characters of a token: what is longer was never one.
_LONGEST: Final = 4_096
_SCHEME: Final = "bearer"


class IncompleteToken(Unauthenticated):
    """A token that lost some of its characters when it was copied."""

    def __init__(self) -> None:
        super().__init__(
            "This is not a whole API key: some of it was cut off when it was copied", sub_code="TOKEN_INCOMPLETE"
        )


def from_header(authorization: str | None) -> str:
    """The token of an ``Authorization: Bearer …`` header. Raises MissingToken when there is none or it has another
    form.
    """
    scheme, _, token = (authorization or "").strip().partition(" ")
    if scheme.lower() != _SCHEME or not token.strip():
        raise MissingToken
    return token.strip()


def require_whole(token: str) -> None:
    """Raises IncompleteToken."""
    if len(token) > _LONGEST or not _WHOLE.fullmatch(token):
        raise IncompleteToken
