"""Transactions whose operations know what to say when they fail."""

from __future__ import annotations

from collections.abc import Sequence

from .change import Blamed, Cause
from .table import Table, TransactionFailed


class StepFailed(Exception):
    """Conditions of a step did not hold; the batch has been undone. A cause of None says nothing to the client."""

    def __init__(self, causes: Sequence[Cause | None]) -> None:
        super().__init__([cause.kind if cause else None for cause in causes])
        self.causes = causes


def transact(table: Table, blamed: Sequence[Blamed]) -> None:
    """One transaction of operations with what to say when they fail. Raises StepFailed and TransactionConflict."""
    try:
        table.transact([op for op, _ in blamed])
    except TransactionFailed as failure:
        raise StepFailed([blamed[i][1] for i in failure.failed]) from None
