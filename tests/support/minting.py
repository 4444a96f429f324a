"""Lambda's client, which runs the function that makes tokens at once and in this process."""

from __future__ import annotations

import io
import json
import time
from datetime import datetime
from typing import Any

import pytest

from icosa.access import minting, token
from icosa.access.escalation import forbid_excess
from icosa.access.roles import Role
from icosa.access.token_type import API_KEY
from icosa.errors import IcosaError, NotFound
from icosa.store import keys
from icosa.store.table import Table
from tests.support.tokens import SECRET


class TokensInProcess:
    """In place of ``minting.lambda_client``."""

    class exceptions:
        class TooManyRequestsException(Exception):
            pass

    def __init__(self, table: Table) -> None:
        self._table = table

    def invoke(self, *, FunctionName: str, Payload: str) -> dict[str, Any]:
        asked = json.loads(Payload)
        try:
            answer = {"token": self._token(asked)}
        except IcosaError as error:
            answer = minting.refusal(error)
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}

    def _token(self, asked: dict[str, Any]) -> str:
        workspace_id = asked["workspaceId"]
        key, caller = self._table.batch_get(
            [keys.api_key(workspace_id, asked[name]) for name in ("keyId", "callerKeyId")]
        )
        if key is None or caller is None:
            raise NotFound(f"API Key with id {asked['keyId']} not found", sub_code="API_KEY_NOT_FOUND")
        granted, granter = (
            Role.parse(self._table.get(keys.role(workspace_id, row["roleId"])) or {}) for row in (key, caller)
        )
        forbid_excess(granted, granter)
        claims = token.Claims(
            workspace_id=workspace_id,
            key_id=asked["keyId"],
            type=API_KEY,
            expires_at=int(datetime.fromisoformat(asked["expiresAt"]).timestamp()),
        )
        return token.sign(claims, secret=SECRET, issued_at=int(time.time()))


def tokens_in_process(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let tokens be made in this process."""
    client = TokensInProcess(table)
    monkeypatch.setenv("TOKENS_FUNCTION", "tokens")
    monkeypatch.setattr(minting, "lambda_client", lambda: client)
