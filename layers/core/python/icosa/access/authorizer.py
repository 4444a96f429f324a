"""The gateway's question about a call: who asks, and which key of the usage plan pays.

One read for each question (3 read units), and the gateway remembers the answer. It sees tokens that are over: of a
signing key that was ended, and of an earlier generation of their API key. Whatever else can change (revocation, role,
expiry) the functions behind find out themselves, at every call (``access.session``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from ..store import keys
from ..store.table import Table
from . import token
from .counting import refused_callers, usage_key
from .failures import InvalidToken, KeyExpired, KeyRevoked, WorkspaceNotFound
from .key_state import generation_of, live_key
from .plans import plan_of
from .rotation import ended_kids
from .secret import Keyring
from .times import stored_time
from .token import Claims


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """Who asks, the value of the gateway key by which the call is counted, and how many calls a minute there are."""

    claims: Claims
    counted_by: str
    calls: int


def admit(authorization: str | None, table: Table, signing_keys: Keyring, *, stack: str) -> Admission:
    """Raises MissingToken, InvalidToken, ExpiredToken, WorkspaceNotFound.

    Calls with a key that was revoked or has expired pass, because the function has the words for them. They are counted
    apart: whoever has such a token must not use up what its workspace may call.
    """
    claims = token.verify(token.from_header(authorization), keys=signing_keys)
    workspace, key, ended = table.batch_get(
        [
            keys.workspace(claims.workspace_id),
            keys.api_key(claims.workspace_id, claims.key_id),
            keys.ended_signing_keys(),
        ]
    )
    if claims.kid in ended_kids(ended):
        raise InvalidToken
    if workspace is None:
        raise WorkspaceNotFound
    if key is not None and claims.generation != generation_of(key):
        raise InvalidToken
    try:
        live_key(key, stored_time(datetime.now(UTC)))
    except (KeyRevoked, KeyExpired):
        return Admission(claims=claims, counted_by=refused_callers(stack), calls=plan_of({}).calls)
    counted_by = usage_key(claims.workspace_id, workspace, claims.key_id)
    return Admission(claims=claims, counted_by=counted_by, calls=plan_of(workspace).calls)
