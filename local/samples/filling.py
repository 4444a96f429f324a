"""Sample events with what a data folder has in place of the samples' names."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from local.folder import DataFolder
from local.samples.names import KEY, ROLE, TOKEN, WORKSPACE


class NoEvent(Exception):
    """What is said to be an event is none. The message says why."""


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
        """The event for this workspace. Bodies that travel as Base64 are filled, too. Raises NoEvent."""
        names = {WORKSPACE: self.workspace, KEY: self.key, TOKEN: self.token} | ({ROLE: self.role} if self.role else {})
        filled = orjson.loads(_replaced(event, names))
        if (body := _body(filled)) is not None:
            filled["body"] = base64.b64encode(_replaced(body, names)).decode()
        return orjson.dumps(filled)


def wants_role(event: bytes) -> bool:
    """Whether an event names a role."""
    return ROLE.encode() in event or ROLE.encode() in (_body(orjson.loads(event)) or b"")


def _body(event: Any) -> bytes | None:
    """The body of an event in which it is Base64; None in others."""
    if not isinstance(event, dict) or not event.get("isBase64Encoded") or not isinstance(event.get("body"), str):
        return None
    try:
        return base64.b64decode(event["body"], validate=True)
    except binascii.Error as error:
        raise NoEvent(f"the event says that its body is Base64, and it is not: {error}") from error


def _replaced(text: bytes, names: Mapping[str, str]) -> bytes:
    for name, value in names.items():
        text = text.replace(name.encode(), value.encode())
    return text
