"""The version of a workspace's access: what a process remembers of API keys and roles holds as long as it stands.

It is an attribute of the workspace's row, which every request reads. ``versioned`` adds its next value to each
transaction that writes to the partitions of keys or roles, and ``Table`` sends no such write in another way: so none
can be forgotten. Values are random and never come back, also not when a row is brought back from an older table.

What may be remembered under a version must have been read together with it in one moment (``Table.get_together``): a
batch of reads may see half of a transaction, and what it saw would then be remembered for ever.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from . import keys
from .access_row import LAST_USED
from .keys import Key
from .ops import EXISTS, NOT_EXISTS, CheckItem, DeleteItem, Op, PutItem, UpdateItem

VERSION: Final = "accessVersion"
#: From when on the version counts, in seconds since 1970. It is there as soon as the version is.
_COUNTS_FROM: Final = "accessFrom"
#: How long functions of a release without versions may still run beside this one, in seconds.
UPGRADE_SECONDS: Final = 3_600
#: How the partitions of keys and roles end, among others.
_ENDS: Final = (keys.api_keys(""), keys.roles(""))
_VALUE, _FROM = ":accessVersion", ":accessFrom"
_MOVED: Final = f"{VERSION} = {_VALUE}, {_COUNTS_FROM} = if_not_exists({_COUNTS_FROM}, {_FROM})"


def version_of(workspace: Mapping[str, Any], now: float) -> str | None:
    """The version that a workspace's row names, in seconds since 1970; None while nothing may be remembered."""
    return workspace[VERSION] if workspace.get(_COUNTS_FROM, now + 1) <= now else None


def is_missing(workspace: Mapping[str, Any]) -> bool:
    """Whether a workspace is of a release without versions, and nothing has changed its access since."""
    return VERSION not in workspace


def first(ws: str) -> UpdateItem:
    """Give a workspace of an earlier release a version, which counts when none of that release can run any more."""
    condition = f"{EXISTS} AND attribute_not_exists({VERSION})"
    return UpdateItem(keys.workspace(ws), f"SET {_MOVED}", condition, values=_moved())


def new() -> dict[str, Any]:
    """The attributes of the row of a new workspace."""
    return {VERSION: _next(), _COUNTS_FROM: 0}


def workspace_of(key: Key) -> str | None:
    """The workspace whose access an item belongs to; None for an item that says nothing of access.

    >>> workspace_of(keys.role("w", "r")), workspace_of(keys.workspace("w"))
    ('w', None)
    """
    if not key[0].endswith(_ENDS):  # As nearly all keys, of which a transaction has up to a hundred.
        return None
    ws = keys.workspace_of(key[0])
    return ws if key[0] in (keys.api_keys(ws), keys.roles(ws)) else None


def moves(op: Op) -> bool:
    """Whether an operation changes who may do what: anything in these partitions but the time of a key's last use."""
    if isinstance(op, CheckItem) or workspace_of(op.key) is None:
        return False
    return not (isinstance(op, UpdateItem) and set((op.names or {}).values()) == {LAST_USED})


@dataclass(frozen=True, slots=True)
class Versioned:
    """A transaction with the versions that it moves: ``ops``, of which the first ``own`` are the caller's.
    ``moving`` are the workspaces whose versions the others move.
    """

    ops: Sequence[Op]
    own: int
    moving: Sequence[str] = ()

    def missing(self, failed: Iterable[int]) -> frozenset[str]:
        """The workspaces that are not there, by the operations that failed."""
        return frozenset(self.moving[number - self.own] for number in failed if number >= self.own)


def versioned(ops: Sequence[Op], unborn: frozenset[str] = frozenset()) -> Versioned:
    """A transaction that also moves the version of each workspace whose access it changes. ``unborn`` are workspaces
    without a row: nobody is served by what they have, and they get their version with it. That they are still none is
    a condition.
    """
    concerned = dict.fromkeys(ws for op in ops if moves(op) and (ws := workspace_of(op.key)) is not None)
    if not concerned:
        return Versioned(ops, len(ops))
    rows = {keys.workspace(ws): ws for ws in concerned}
    own: list[Op] = []
    for op in ops:
        if op.key in rows:
            del concerned[rows[op.key]]
            own.append(_with_version(op))
        else:
            own.append(op)
    added: list[Op] = [
        CheckItem(keys.workspace(ws), NOT_EXISTS)
        if ws in unborn
        else _with_version(CheckItem(keys.workspace(ws), EXISTS))
        for ws in concerned
    ]
    return Versioned([*own, *added], len(own), list(concerned))


def _with_version(op: Op) -> Op:
    """An operation on a workspace's row that moves the version besides."""
    match op:
        case PutItem():
            return replace(op, item={**op.item, **new()})
        case DeleteItem():
            return op
        case CheckItem():
            return UpdateItem(op.key, f"SET {_MOVED}", op.condition, op.names, {**(op.values or {}), **_moved()})
        case UpdateItem():
            before, verb, after = op.expression.rpartition("SET ")
            assert not before, "SET must be the first clause, once"
            expression = f"SET {_MOVED}" + (", " if verb else " ") + after
            return replace(op, expression=expression, values={**(op.values or {}), **_moved()})


def _moved() -> dict[str, Any]:
    return {_VALUE: _next(), _FROM: int(time.time()) + UPGRADE_SECONDS}


def _next() -> str:
    return uuid.uuid4().hex
