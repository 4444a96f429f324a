"""One entry for both APIs: an operation in, its result out."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from ..query.operation import (
    Connection,
    Create,
    Delete,
    FindDuplicates,
    FindMany,
    FindOne,
    Group,
    GroupBy,
    Merge,
    Node,
    Operation,
    Restore,
    Update,
)
from ..store.batch import settle_abandoned
from ..store.table import TransactionConflict
from .context import Context
from .create import create
from .duplicates import find_duplicates
from .groups import group_by
from .merge import merge
from .modify import delete, restore, update
from .read import find_many, find_one

Result = Node | Connection | list[Node] | list[Connection] | list[Group]

_RUN: Mapping[type, Callable[[Context, Any], Result]] = {
    FindOne: find_one,
    FindMany: find_many,
    FindDuplicates: find_duplicates,
    GroupBy: group_by,
    Create: create,
    Update: update,
    Delete: delete,
    Restore: restore,
    Merge: merge,
}


def execute(ctx: Context, operation: Operation) -> Result:
    """Run an operation whose permissions have been checked.

    FindOne and Merge give a Node (RecordNotFound without one), FindMany a Connection, FindDuplicates a Connection for each
    input, GroupBy groups, Create, Update, Delete and Restore nodes in the order of the input or of ids. Destroyed records
    come back in their last state.
    """
    if ctx.register.open:
        _help_along(ctx)
    return _RUN[type(operation)](ctx, operation)


def _help_along(ctx: Context) -> None:
    """Clean up after a writer that died: until somebody does, totals of its objects cost more than they should."""
    for batch in ctx.register.abandoned(int(time.time() * 1000))[:1]:
        try:
            settle_abandoned(ctx.table, ctx.model, ctx.register, batch)
        except TransactionConflict:
            return  # its records are being changed right now; the next request will try again


__all__ = ["Result", "execute"]
