"""Preempting batches: making sure that one which is about to commit a row never does, or has done so.

Whoever destroys a record reads its edges afterwards. An edge that no record confirms is left over, or belongs to a
batch (``store.batch``) between its first row and its commit, which may have found the record before it was destroyed.
Such a batch is given up here, so that it fails at its commit and starts again; or it turns out to have committed.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress

from ..model.model import Model
from . import batch_log, register
from .keys import Key
from .settle import read_register
from .table import Table, TransactionFailed


def preempt(table: Table, model: Model, rows: Collection[Key]) -> None:
    """Give up every open batch that may have written one of ``rows``. Afterwards each has committed, or never will.

    One read of the register, one of the log of each open batch, one transaction for each batch that is given up.
    Raises TransactionConflict when a batch cannot be reached because others are at it.
    """
    ws = model.workspace_id
    for batch, (objects, _) in read_register(table, model).open.items():
        if _names_any(table, ws, batch, rows):
            with suppress(TransactionFailed):  # It has been closed meanwhile.
                table.transact([register.give_up(ws, batch, objects)])


def _names_any(table: Table, ws: str, batch: str, rows: Collection[Key]) -> bool:
    """Whether a batch's log names one of the rows."""
    logged = batch_log.read(ws, batch_log.items(table, ws, batch))
    return any(row in rows for _, _, touched, _ in logged for row in touched)
