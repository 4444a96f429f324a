"""What a process remembers of API keys and their roles, and when it may use that.

A request of a key that is remembered reads the workspace's row alone: as long as this names the version under which key
and role were read, nobody has changed them (``store.access_version``). They are remembered when all three were read in
one moment: never by the first request of a key, which also learns which role it has.

What requests cost, in read units, each in one round trip but the third:

* the first of a key: 3, one for the workspace, one for the key, one for the role (in a round trip of its own);
* the second, and one after a conflict: 6, twice as much, because all are read in one moment;
* the first after a change: 1 for the workspace and 6 for the three;
* all others: 1.

Rows that the request needs besides, in ``also``, are read with them.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from ..lru import LRUCache
from ..store import access_version, keys
from ..store.keys import Key
from ..store.meter import item_size
from ..store.table import Item, Table

#: Bytes of keys and roles that are remembered, and what an entry takes besides them.
_BYTES: Final = 16_000_000
_ENTRY_BYTES: Final = 500


@dataclass(frozen=True, slots=True)
class Access:
    """What was read: the rows, None where there is none, and those that were asked for besides."""

    workspace: Item | None
    key: Item | None
    role: Item | None
    others: Sequence[Item | None]


@dataclass(frozen=True, slots=True)
class _Remembered:
    """``version`` is None where only the role's id is known. ``has_versions``: what is read in one moment can be
    remembered, as far as the last request saw.
    """

    role_id: str
    version: str | None = None
    key: Item | None = None
    role: Item | None = None
    has_versions: bool = True

    @property
    def size(self) -> int:
        return _ENTRY_BYTES + sum(item_size(item) for item in (self.key, self.role) if item is not None)


_known: LRUCache[tuple[str, str], _Remembered] = LRUCache(size=_BYTES, weigh=lambda entry: entry.size)


def forget() -> None:
    """As if the process were new."""
    _known.clear()


def read_access(table: Table, ws: str, key_id: str, also: Sequence[Key]) -> Access:
    """The rows by which a request of an API key is judged, as they are now."""
    known = _known.get((ws, key_id))
    if known is None:
        return _read_apart(table, ws, key_id, None, also)
    if known.version is None:
        found = _read_together(table, ws, key_id, known, also) if known.has_versions else None
        return found or _read_apart(table, ws, key_id, known, also)
    workspace, *others = table.batch_get([keys.workspace(ws), *also])
    if workspace is None or access_version.version_of(workspace, time.time()) == known.version:
        return Access(workspace, known.key, known.role, others)
    # What was read besides is as old as this request, and need not be read again.
    found = _read_together(table, ws, key_id, known, ()) or _read_apart(table, ws, key_id, known, ())
    return replace(found, others=others)


def note_use(ws: str, key_id: str, now: str, attribute: str) -> None:
    """Remember the time of a key's last use, which moves no version."""
    known = _known.get((ws, key_id))
    if known is not None and known.key is not None:
        _known.put((ws, key_id), replace(known, key={**known.key, attribute: now}))


def _read_together(table: Table, ws: str, key_id: str, known: _Remembered, also: Sequence[Key]) -> Access | None:
    """All rows in one moment; None when some are being written."""
    rows = [keys.workspace(ws), keys.api_key(ws, key_id), keys.role(ws, known.role_id), *also]
    found = table.get_together(rows)
    if found is None:
        return None
    workspace, key, role, *others = found
    role_id = None if key is None else key.get("roleId")
    version = None if workspace is None else access_version.version_of(workspace, time.time())
    if role_id == known.role_id:
        entry = _Remembered(role_id, version, key, role) if version else _Remembered(role_id, has_versions=False)
        _known.put((ws, key_id), entry)
    elif role_id is not None:
        role = _other_role(table, ws, key_id, role_id, has_versions=version is not None)
    return Access(workspace, key, role, others)


def _read_apart(table: Table, ws: str, key_id: str, known: _Remembered | None, also: Sequence[Key]) -> Access:
    """The rows, each as it is at some moment of the request."""
    rows = [keys.workspace(ws), keys.api_key(ws, key_id), *also]
    guess = None if known is None else known.role_id
    guessed = () if guess is None else (keys.role(ws, guess),)
    workspace, key, *rest = table.batch_get([*rows, *guessed])
    others, roles = rest[: len(also)], rest[len(also) :]
    role_id = None if key is None else key.get("roleId")
    if workspace is None or role_id is None:
        return Access(workspace, key, None, others)
    has_versions = access_version.version_of(workspace, time.time()) is not None
    if role_id == guess:
        _known.put((ws, key_id), _Remembered(role_id, has_versions=has_versions))
        return Access(workspace, key, roles[0], others)
    return Access(workspace, key, _other_role(table, ws, key_id, role_id, has_versions=has_versions), others)


def _other_role(table: Table, ws: str, key_id: str, role_id: str, *, has_versions: bool) -> Item | None:
    """A role that was not expected, and is the next time."""
    _known.put((ws, key_id), _Remembered(role_id, has_versions=has_versions))
    return table.get(keys.role(ws, role_id))
