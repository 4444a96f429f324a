"""Transactions whose operations know what it means when their condition fails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ..model.model import UniqueConstraint
from .keys import Key
from .ops import Op
from .table import Table, TransactionFailed

if TYPE_CHECKING:
    from .change import Change

FailureKind = Literal["version", "register", "id", "row", "target", "guard"]
"""What a failed condition says.

* ``version``: the record is no longer as it was read.
* ``register``: the batch was given up by another writer.
* ``id``: a record with this id exists.
* ``row``: an index row that should be new or unchanged is not.
* ``target``: the record that a foreign key names does not exist.
* ``guard``: another record has the unique value.
"""


@dataclass(frozen=True, slots=True)
class FailureReason:
    """What a failed condition says, and about what: the basis of an error for the client, or of another attempt."""

    kind: FailureKind
    change: Change | None = None
    constraint: UniqueConstraint | None = None
    key: Key | None = None


ConditionalOp = tuple[Op, FailureReason | None]
"""An operation and the reason that its failure means; None where failing says nothing to the client."""


class ConditionsFailed(Exception):
    """Conditions did not hold, and nothing was written. ``reasons`` are those of the operations concerned."""

    def __init__(self, reasons: Sequence[FailureReason | None]) -> None:
        super().__init__([reason.kind if reason else None for reason in reasons])
        self.reasons = reasons


def transact(table: Table, ops: Sequence[ConditionalOp]) -> None:
    """Apply all operations or none. Raises ConditionsFailed and TransactionConflict."""
    try:
        table.transact([op for op, _ in ops])
    except TransactionFailed as failure:
        raise ConditionsFailed([ops[i][1] for i in failure.failed]) from None
