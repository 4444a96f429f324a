"""The one entry of both APIs: ``execute`` runs an operation and returns its result.

Each class of ``query.operation`` has a function here that runs it, in ``read`` or ``write``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ..query.operation import (
    Connection,
    Create,
    Delete,
    DestroyedPage,
    FindDestroyed,
    FindDuplicates,
    FindMany,
    FindOne,
    GroupBy,
    Groups,
    Merge,
    Node,
    Operation,
    Restore,
    Search,
    SearchPage,
    Update,
)
from ..query.partial import Outcome
from ..store.register import UNREAD
from ..store.table import TransactionConflict
from .context import BranchContext, Context
from .masking import mask
from .read.destroyed import find_destroyed
from .read.duplicates import find_duplicates
from .read.find import find_many, find_one
from .read.group_by import group_by
from .read.search import search
from .write.create import create, create_partially
from .write.merge import merge
from .write.modify import delete, restore, update

Result = Node | Connection | list[Node] | list[Outcome] | list[Connection] | Groups | SearchPage | DestroyedPage

#: Reads of one request that run at the same time.
_pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="reads")

_HANDLERS: Mapping[type, Callable[[Context, Any], Result]] = {
    FindOne: find_one,
    FindMany: find_many,
    FindDestroyed: find_destroyed,
    FindDuplicates: find_duplicates,
    GroupBy: group_by,
    Create: lambda ctx, operation: (create_partially if operation.is_partial else create)(ctx, operation),
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
    records come back in their last state. A partial Create gives outcomes, Search a SearchPage, FindDestroyed a
    DestroyedPage.
    """
    if ctx.register is not UNREAD and ctx.register.open:
        _settle_abandoned_batch(ctx)
    if operation.is_write and ctx.table.memory is not None:
        # What is written must be in the version that was read, which may count up without a trace.
        ctx = BranchContext(ctx, ctx.table.remembering(None))
    result = _HANDLERS[type(operation)](ctx, operation)
    if ctx.rows.masks:
        mask(ctx, operation, result)
    return result


def execute_all(ctx: Context, reads: Sequence[Operation]) -> list[Result | Exception]:
    """Run several reads of one request side by side; each gives a result or the error that ``execute`` raised.

    They run in threads of their own, not in the workers of ``Table.parallel``: reads call that themselves, and would
    wait for workers that are busy with such reads.
    """
    tables = [ctx.table.metered(ctx.table.meter.branch()) for _ in reads]
    results = list(_pool.map(_execute_or_error, [BranchContext(ctx, table) for table in tables], reads))
    ctx.table.meter.add_parallel(table.meter for table in tables)
    return results


def _execute_or_error(ctx: Context, operation: Operation) -> Result | Exception:
    try:
        return execute(ctx, operation)
    except Exception as error:  # noqa: BLE001 - the caller raises it in its own thread
        return error


def _settle_abandoned_batch(ctx: Context) -> None:
    """Finish what a writer that died has left: until then totals of its objects cost more than they should."""
    from ..store.settle import settle_abandoned  # rarely needed, and not loaded before

    for batch in ctx.register.abandoned(int(time.time() * 1000))[:1]:
        try:
            settle_abandoned(ctx.table, ctx.model, ctx.register, batch)
        except TransactionConflict:
            return  # its records are being changed right now; the next request will try again


__all__ = ["Result", "execute", "execute_all"]
