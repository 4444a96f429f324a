"""What a request demands of the record that it writes (docs/wire/rest.md#conditional-requests)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Never

from ...errors import ConditionNotMet, RecordChanged
from ...model.model import Field
from ...model.record import Record
from ...query.evaluate import compile_filter
from ...query.operation import Precondition


def require(demanded: Precondition, record: Record) -> None:
    """Raises RecordChanged or ConditionNotMet where a record is not as demanded."""
    if demanded.revisions is not None and record.revision not in demanded.revisions:
        raise RecordChanged
    if demanded.filter is not None and compile_filter(demanded.filter)(record, _NothingElse()) is not True:
        raise ConditionNotMet


class _NothingElse:
    """Filters of preconditions look at no other record, as these may change before the commit."""

    def target(self, field: Field, target_id: str) -> Never:
        raise LookupError(field.name)

    def children(self, field: Field, record_id: str) -> Sequence[Record]:
        raise LookupError(field.name)
