"""API tokens: JWTs with Twenty's claims (docs/wire/access.md#claims).

Signed with HS256 and a secret that the deployment keeps outside the table, so nothing that is stored can make a token.
"""

from __future__ import annotations

from dataclasses import dataclass

import jwt

from ..identifiers import parse_uuid
from .failures import ExpiredToken, InvalidToken, MissingToken

_ALGORITHM = "HS256"
_SCHEME = "bearer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a valid token says. ``expires_at`` is in seconds since the epoch."""

    workspace_id: str
    key_id: str
    type: str
    expires_at: int


def sign(claims: Claims, *, secret: str, issued_at: int) -> str:
    """A token. ``issued_at`` is in seconds since the epoch.

    >>> claims = Claims(workspace_id="5c8e…", key_id="a1b2…", type="API_KEY", expires_at=4102444800)
    >>> sign(claims, secret="s" * 32, issued_at=1700000000).count(".")
    2
    """
    payload = {
        "sub": claims.workspace_id,
        "type": claims.type,
        "workspaceId": claims.workspace_id,
        "jti": claims.key_id,
        "iat": issued_at,
        "exp": claims.expires_at,
    }
    return jwt.encode(payload, secret, algorithm=_ALGORITHM)


def verify(token: str, *, secret: str) -> Claims:
    """The claims of a token whose signature and ``exp`` hold. Raises InvalidToken, ExpiredToken."""
    try:
        payload = jwt.decode(
            token, secret, algorithms=[_ALGORITHM], options={"require": ["sub", "type", "workspaceId", "jti", "exp"]}
        )
    except jwt.ExpiredSignatureError:
        raise ExpiredToken from None
    except jwt.InvalidTokenError:
        raise InvalidToken from None
    workspace_id, key_id, kind = payload["workspaceId"], payload["jti"], payload["type"]
    are_ids = all(parse_uuid(value) == value for value in (workspace_id, key_id))
    if not are_ids or not isinstance(kind, str) or payload["sub"] != workspace_id:
        # Ids become parts of storage keys: nothing but a UUID in lower case may pass, even under a valid signature.
        raise InvalidToken
    return Claims(workspace_id=workspace_id, key_id=key_id, type=kind, expires_at=int(payload["exp"]))


def from_header(authorization: str | None) -> str:
    """The token of an ``Authorization: Bearer …`` header. Raises MissingToken when there is none or it has another
    form.
    """
    scheme, _, token = (authorization or "").strip().partition(" ")
    if scheme.lower() != _SCHEME or not token.strip():
        raise MissingToken
    return token.strip()
