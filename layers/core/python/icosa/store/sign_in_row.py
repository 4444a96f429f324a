"""Rows of one-time sign-in links: a digest of the code, and whose key it stands for.

The code itself is nowhere, so that nobody who reads the table can sign in. DynamoDB removes rows a day after they have
expired; until then it can be said that they have.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from . import keys
from .keys import Key
from .ops import NOT_EXISTS, DeleteItem, PutItem

_KEPT: Final = timedelta(days=1)


def key_of(code: str) -> Key:
    """The key of a code's row."""
    return keys.sign_in_code(hashlib.sha256(code.encode()).hexdigest())


def made(code: str, *, workspace_id: str, key_id: str, name: str, expires_at: str) -> Sequence[PutItem]:
    """The writes of a new row, and of its name among those of the workspace, by which it is found when the workspace is
    deleted. ``name`` is the API key's.
    """
    key, ttl = key_of(code), int((datetime.fromisoformat(expires_at) + _KEPT).timestamp())
    row = keys.item_at(key, workspaceId=workspace_id, keyId=key_id, name=name, expiresAt=expires_at, ttl=ttl)
    return [
        PutItem(row, NOT_EXISTS),
        PutItem(keys.item_at(keys.sign_in_link(workspace_id, keys.digest_of_sign_in(key)), ttl=ttl)),
    ]


def used(code: str, *, now: str) -> DeleteItem:
    """The end of a row, for one of those who use its code at the same time, and only before it has expired."""
    return DeleteItem(key_of(code), "#expires > :now", names={"#expires": "expiresAt"}, values={":now": now})
