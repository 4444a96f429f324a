"""The row that orders the changes of a workspace's API keys and roles.

Each change requires the version that it has seen and counts it up: what was read after that version still holds when
the change is written. The row also says how many API keys are live, so that no two requests exceed the limit together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from . import keys
from .ops import NOT_EXISTS, Op, PutItem, UpdateItem

LIVE_KEYS: Final = "liveKeys"
_VERSION: Final = "version"
#: Attribute of roles: the version with which they were last changed; those that have never been have none.
REVISION: Final = "rev"
#: The moment of a key's last request, by the hour.
LAST_USED: Final = "lastUsedAt"


def version_of(item: Mapping[str, Any] | None) -> int:
    """The version of the row; 0 while there is none."""
    return 0 if item is None else int(item[_VERSION])


def next_access(ws: str, *, seen: int, live_keys: int) -> Op:
    """Replace the version ``seen`` by the next one."""
    item = keys.item_at(keys.access(ws), **{_VERSION: seen + 1, LIVE_KEYS: live_keys})
    if seen == 0:
        return PutItem(item, NOT_EXISTS)
    return PutItem(item, "#version = :seen", names={"#version": _VERSION}, values={":seen": seen})


def used(ws: str, key_id: str, *, now: str, unless_since: str) -> UpdateItem:
    """Note that an API key is used, unless that was noted since a moment already."""
    return UpdateItem(
        keys.api_key(ws, key_id),
        "SET #last = :now",
        "attribute_exists(PK) AND (attribute_not_exists(#last) OR #last < :since)",
        names={"#last": LAST_USED},
        values={":now": now, ":since": unless_since},
    )
