"""What tokens of tests are signed with, and who makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from icosa.access import minting
from icosa.access.issuer import Issuer
from icosa.access.secret import SigningKey, SigningKeys
from icosa.access.workspace_plan import WorkspacePlan
from icosa.store.table import Table

if TYPE_CHECKING:
    from icosa.access.gateway_keys import GatewayKeys

SECRET = "a secret of this deployment, long enough"
KEYS = SigningKeys(SigningKey(SECRET))


class TokensHere:
    """``access.minting`` without Lambda: the other function's work is done here, and what it says passes as JSON."""

    def __init__(self, table: Table, gateway: GatewayKeys) -> None:
        self._issuer = Issuer(table, WorkspacePlan(table, gateway), lambda: KEYS, lambda: KEYS)

    def request_token(
        self, *, workspace_id: str, caller_key_id: str, key_id: str, expires_at: str | None = None
    ) -> str:
        asked = {"workspaceId": workspace_id, "callerKeyId": caller_key_id, "keyId": key_id, "expiresAt": expires_at}
        token: str = minting.granted(self._issuer.answer(asked))["token"]
        return token

    def session_of_token(self, token: str) -> dict[str, Any]:
        return minting.granted(self._issuer.answer({"session": {"token": token}}))

    def session_of_key(self, workspace_id: str, key_id: str) -> dict[str, Any]:
        return minting.granted(self._issuer.answer({"session": {"workspaceId": workspace_id, "keyId": key_id}}))

    def remove_gateway_key(self, workspace_id: str) -> None:
        minting.granted(self._issuer.answer({"remove": workspace_id}))

    def count_calls(self, workspace_id: str, *, rejoin: bool = False) -> int:
        left: int = minting.granted(self._issuer.answer({"workspaceId": workspace_id, "rejoin": rejoin}))["left"]
        return left
