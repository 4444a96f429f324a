"""Sample events with what a data folder has in place of the samples' names."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from local.folder import DataFolder
from local.samples.names import KEY, ROLE, TOKEN, WORKSPACE


class NoOwner(Exception):
    """The data folder has no workspace. The message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """A workspace with its first key, which is in the data folder, and that key's role where it was asked for."""

    workspace: str
    key: str
    token: str
    role: str | None = None

    @classmethod
    def of(cls, folder: DataFolder) -> Owner:
        """The demo workspace of a data folder. Raises NoOwner."""
        try:
            token = folder.api_key.read_text().strip()
            claims = orjson.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
            return cls(workspace=claims["workspaceId"], key=claims["jti"], token=token)
        except (OSError, IndexError, KeyError, TypeError, ValueError, binascii.Error) as error:
            raise NoOwner(f"{folder.path} has no workspace yet; start `make dev` on it once") from error

    def fill(self, event: bytes) -> bytes:
        """The event for this workspace. Bodies that travel as Base64 are filled, too."""
        names = {WORKSPACE: self.workspace, KEY: self.key, TOKEN: self.token} | ({ROLE: self.role} if self.role else {})
        filled = orjson.loads(_replaced(event.decode(), names))
        if isinstance(filled, dict) and filled.get("isBase64Encoded"):
            body = base64.b64decode(filled["body"]).decode()
            filled["body"] = base64.b64encode(_replaced(body, names).encode()).decode()
        return orjson.dumps(filled)


def wants_role(event: bytes) -> bool:
    """Whether an event names a role."""
    parsed = orjson.loads(event)
    body = base64.b64decode(parsed["body"]) if isinstance(parsed, dict) and parsed.get("isBase64Encoded") else b""
    return ROLE.encode() in event or ROLE.encode() in body


def _replaced(text: str, names: Mapping[str, str]) -> str:
    for name, value in names.items():
        text = text.replace(name, value)
    return text
