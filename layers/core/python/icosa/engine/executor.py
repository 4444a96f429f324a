"""One entry for both APIs: an operation in, its result out."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
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
    Search,
    SearchPage,
    Update,
)
from ..store.meter import Meter
from ..store.table import TransactionConflict
from .branch import Branch
from .context import Context
from .read.duplicates import find_duplicates
from .read.find import find_many, find_one
from .read.group_by import group_by
from .read.search import search
from .write.create import create
from .write.merge import merge
from .write.modify import delete, restore, update

Result = Node | Connection | list[Node] | list[Connection] | list[Group] | SearchPage

#: Reads of one request that run at the same time.
_pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="reads")

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
    Search: search,
}


def execute(ctx: Context, operation: Operation) -> Result:
    """Run an operation whose permissions have been checked.

    FindOne and Merge give a Node (RecordNotFound without one), FindMany a Connection, FindDuplicates a Connection for
    each input, GroupBy groups, Create, Update, Delete and Restore nodes in the order of the input or of ids. Destroyed
    records come back in their last state. Search gives a SearchPage.
    """
    if ctx.register.open:
        _help_along(ctx)
    return _RUN[type(operation)](ctx, operation)


def execute_all(ctx: Context, reads: Sequence[Operation]) -> list[Result | Exception]:
    """Run several reads of one request side by side, as ``execute`` does; the error of one is its outcome.

    They run in threads of their own, which may wait for the table's workers: in these no branch could branch again.
    """
    tables = [ctx.table.metered(Meter(detailed=ctx.table.meter.detailed)) for _ in reads]
    outcomes = list(_pool.map(_outcome, [Branch(ctx, table) for table in tables], reads))
    ctx.table.meter.add_parallel(table.meter for table in tables)
    return outcomes


def _outcome(ctx: Context, operation: Operation) -> Result | Exception:
    try:
        return execute(ctx, operation)
    except Exception as error:  # noqa: BLE001 - it is the caller's, in its own thread
        return error


def _help_along(ctx: Context) -> None:
    """Clean up after a writer that died: until somebody does, totals of its objects cost more than they should."""
    from ..store.settle import settle_abandoned  # there is hardly ever anything to help with

    for batch in ctx.register.abandoned(int(time.time() * 1000))[:1]:
        try:
            settle_abandoned(ctx.table, ctx.model, ctx.register, batch)
        except TransactionConflict:
            return  # its records are being changed right now; the next request will try again


__all__ = ["Result", "execute", "execute_all"]
