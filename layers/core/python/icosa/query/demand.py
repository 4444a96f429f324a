"""What a request asks for, counted while it is read: filters before their operands are looked at, data before anything
of it is converted. Both APIs have one ``Demand`` for all of a request, so all its root fields count together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .. import limits
from ..limits import Limit
from ..model.model import Model, Object
from .operation import (
    Create,
    Delete,
    FindDuplicates,
    FindMany,
    GroupBy,
    Merge,
    Operation,
    Page,
    Restore,
    Update,
)

#: What an operation on several records counts at most.
_BULK = 60


class Demand:
    """The methods raise TooMuchAsked beyond a limit."""

    def __init__(self) -> None:
        self._counts: dict[Limit, int] = {}

    def count(self, limit: Limit, number: int = 1) -> None:
        """``number`` more of what is limited."""
        total = self._counts[limit] = self._counts.get(limit, 0) + number
        limit.check(total)

    def condition(self, operand: Any, *, is_pattern: bool) -> None:
        """A comparison of a filter, its operand as it was sent."""
        self.count(limits.FILTER_CONDITIONS)
        if isinstance(operand, str):
            self.count(limits.FILTER_PATTERN_CHARACTERS if is_pattern else limits.FILTER_VALUE_CHARACTERS, len(operand))
        elif isinstance(operand, list | tuple):
            self.count(limits.FILTER_LIST_MEMBERS, len(operand))
            self.count(limits.FILTER_VALUE_CHARACTERS, sum(len(text) for text in operand if isinstance(text, str)))

    def search(self, terms: int) -> None:
        """A search; one without terms lists every object."""
        self.count(limits.SEARCH_TERMS, max(terms, 1))

    def operation(self, model: Model, operation: Operation) -> None:
        """What an operation, whose rights have been checked, orders, groups and writes."""
        match operation:
            case FindMany(order=order, aggregates=aggregates, page=page):
                self.listed(order, aggregates, page)
            case GroupBy(records_order=order, aggregates=aggregates):
                self.listed((*operation.order, *order), aggregates)
                self.count(limits.GROUP_DIMENSIONS, len(operation.dimensions))
            case Create(data=data):
                self._records(len(data))
                self._data(model, operation.object, data)
            case Update(data=record):
                self._records(_BULK if operation.id is None else 1)
                self._data(model, operation.object, (record,))
            case Delete() | Restore():
                self._records(_BULK if operation.id is None else 1)
            case Merge(ids=ids):
                self._records(len(ids))
            case FindDuplicates(ids=ids, data=data, aggregates=aggregates):
                self._records(len(ids or data or ()))
                self.listed((), aggregates)
                self._data(model, operation.object, data or ())

    def _records(self, number: int) -> None:
        """The records of one operation, which has a limit of its own."""
        self.count(limits.RECORDS, min(number, _BULK))

    def listed(self, order: Sequence[Any], aggregates: Iterable[str], page: Page | None = None) -> None:
        """A list's order, aggregates and offset. Whoever reads it sees whether a larger offset skips anything."""
        if page is not None and page.offset <= limits.OFFSET.most:
            self.count(limits.OFFSET, page.offset)
        self.count(limits.ORDER_CRITERIA, len(order))
        self.count(limits.AGGREGATES, len(tuple(aggregates)))

    def _data(self, model: Model, obj: Object, records: Iterable[Mapping[str, Any]]) -> None:
        for record in records:
            for name, value in record.items():
                field = obj.by_input_name.get(name)
                if field is not None and field.leaves:
                    for limit, number in field.type.demands(value):
                        self.count(limit, number)
                elif isinstance(value, Mapping) and isinstance(created := value.get("create"), Mapping):
                    relation = obj.by_name.get(name)
                    if relation is not None and relation.is_many_to_one:
                        self._data(model, model.target_of(relation), (created,))
