"""Transactions whose operations know what it means when their condition fails."""

from __future__ import annotations

from collections.abc import Sequence

from .change import ConditionalOp, FailureReason
from .lease import Lease
from .table import Table, TransactionFailed


class ConditionsFailed(Exception):
    """Conditions did not hold, and nothing was written. ``reasons`` are those of the operations concerned."""

    def __init__(self, reasons: Sequence[FailureReason | None]) -> None:
        super().__init__([reason.kind if reason else None for reason in reasons])
        self.reasons = reasons


def transact(table: Table, ops: Sequence[ConditionalOp], lease: Lease | None = None) -> None:
    """Apply all operations or none, within the lease if there is one. Raises ConditionsFailed, TransactionConflict and
    ModelOutdated.
    """
    try:
        table.transact([op for op, _ in ops], None if lease is None else lambda: lease.require(table))
    except TransactionFailed as failure:
        raise ConditionsFailed([ops[i][1] for i in failure.failed]) from None
