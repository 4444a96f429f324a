"""Rows of one-time sign-in links: a digest of the code, and whose key it stands for.

The code itself is nowhere, so that nobody who reads the table can sign in. DynamoDB removes rows a day after they have
expired; until then it can be said that they have.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final

from . import keys
from .keys import Key
from .ops import NOT_EXISTS, DeleteItem, PutItem

_KEPT: Final = timedelta(days=1)


def key_of(code: str) -> Key:
    """The key of a code's row."""
    return keys.sign_in_code(hashlib.sha256(code.encode()).hexdigest())


def made(code: str, *, workspace_id: str, key_id: str, name: str, expires_at: str) -> PutItem:
    """The write of a new row. ``name`` is the API key's."""
    return PutItem(
        keys.item_at(
            key_of(code),
            workspaceId=workspace_id,
            keyId=key_id,
            name=name,
            expiresAt=expires_at,
            ttl=int((datetime.fromisoformat(expires_at) + _KEPT).timestamp()),
        ),
        NOT_EXISTS,
    )


def used(code: str, *, now: str) -> DeleteItem:
    """The end of a row, for one of those who use its code at the same time, and only before it has expired."""
    return DeleteItem(key_of(code), "#expires > :now", names={"#expires": "expiresAt"}, values={":now": now})
