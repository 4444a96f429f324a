"""API tokens: JWTs with Twenty's claims (docs/wire/access.md#claims).

Signed with HS256 and a secret that the deployment keeps outside the table, so nothing that is stored can make a token.
The header's ``kid`` says which secret it was; tokens that are older than those ids have none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt

from ..identifiers import parse_uuid
from .failures import ExpiredToken, InvalidToken
from .secret import Keyring, SigningKey
from .token_shape import from_header as from_header

_ALGORITHM = "HS256"
_REQUIRED = ("sub", "type", "workspaceId", "jti", "exp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a valid token says. ``expires_at`` is in seconds since the epoch.

    ``generation`` counts how often the key's tokens were replaced: those of earlier generations are over. ``kid`` is
    the signing key, as ``verify`` found it.
    """

    workspace_id: str
    key_id: str
    type: str
    expires_at: int
    generation: int = 0
    kid: str = ""


def sign(claims: Claims, *, key: SigningKey, issued_at: int) -> str:
    """A token. ``issued_at`` is in seconds since the epoch.

    >>> claims = Claims(workspace_id="5c8e…", key_id="a1b2…", type="API_KEY", expires_at=4102444800)
    >>> sign(claims, key=SigningKey("s" * 32), issued_at=1700000000).count(".")
    2
    """
    payload = {
        "sub": claims.workspace_id,
        "type": claims.type,
        "workspaceId": claims.workspace_id,
        "jti": claims.key_id,
        "iat": issued_at,
        "exp": claims.expires_at,
        "gen": claims.generation,
    }
    return jwt.encode(payload, key.secret, algorithm=_ALGORITHM, headers={"kid": key.kid})


def verify(token: str, *, keys: Keyring) -> Claims:
    """The claims of a token whose signature and ``exp`` hold. Raises InvalidToken, ExpiredToken."""
    try:
        candidates = keys.candidates(jwt.get_unverified_header(token).get("kid"))
    except jwt.InvalidTokenError:
        raise InvalidToken from None
    for key in candidates:
        try:
            payload = jwt.decode(token, key.secret, algorithms=[_ALGORITHM], options={"require": list(_REQUIRED)})
        except jwt.ExpiredSignatureError:
            raise ExpiredToken from None
        except jwt.InvalidSignatureError:
            continue
        except jwt.InvalidTokenError:
            raise InvalidToken from None
        return _claims(payload, key)
    raise InvalidToken


def _claims(payload: Mapping[str, Any], key: SigningKey) -> Claims:
    workspace_id, key_id, kind = payload["workspaceId"], payload["jti"], payload["type"]
    generation = payload.get("gen", 0)
    are_ids = all(parse_uuid(value) == value for value in (workspace_id, key_id))
    if not are_ids or not isinstance(kind, str) or payload["sub"] != workspace_id or type(generation) is not int:
        # Ids become parts of storage keys: nothing but a UUID in lower case may pass, even under a valid signature.
        raise InvalidToken
    return Claims(
        workspace_id=workspace_id,
        key_id=key_id,
        type=kind,
        expires_at=int(payload["exp"]),
        generation=generation,
        kid=key.kid,
    )
