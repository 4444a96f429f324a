"""Which records a caller may see, by object (docs/wire/access.md#row-level-predicates).

Whoever reads or writes records for a caller asks a ``RowScope``: lists and counts add its condition to their filter,
look-ups by id drop what it hides. Its conditions look at a record alone, never at related ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from ..model.model import Field, Object
from ..model.record import Record
from .evaluate import Test, compile_filter
from .operation import And, Filter


class _NoJoins:
    def target(self, field: Field, target_id: str) -> Record | None:
        raise AssertionError("conditions on rows look at no related records")

    def children(self, field: Field, record_id: str) -> Sequence[Record]:
        raise AssertionError("conditions on rows look at no related records")


_NO_JOINS: Final = _NoJoins()
_NOTHING: Final[frozenset[str]] = frozenset()


class RowScope:
    """The rows of one caller. ``condition_of`` gives what every record of an object that the caller sees fulfils, None
    for all records; it is asked once for each object that a request touches.
    """

    __slots__ = ("_condition_of", "_known")

    def __init__(self, condition_of: Callable[[Object], Filter | None]) -> None:
        self._condition_of = condition_of
        self._known: dict[str, tuple[Filter, Test] | None] = {}

    def limits(self, obj: Object) -> bool:
        """Whether the caller may not see all records of an object."""
        return self._of(obj) is not None

    def denies(self, obj: Object) -> bool:
        """Whether the caller may do nothing with an object, since what they may see of it cannot be told."""
        return False

    @property
    def masks(self) -> bool:
        """Whether there are any masked fields."""
        return False

    def masked_fields(self, obj: Object) -> frozenset[str]:
        """Ids of fields of whose values the caller may see only parts: answers have those, and conditions may not name
        the fields.
        """
        return _NOTHING

    def masked(self, obj: Object, record: Record) -> Record:
        """The record with what the caller may see of masked fields."""
        return record

    def narrow(self, obj: Object, filter: Filter | None) -> Filter | None:
        """The filter, and what the caller may see. To narrow a filter again changes nothing."""
        known = self._of(obj)
        if known is None or _holds(filter, known[0]):
            return filter
        return known[0] if filter is None else And((filter, known[0]))

    def shows(self, obj: Object, record: Record) -> bool:
        """Whether the caller may see a record. What is unknown to SQL's logic is hidden."""
        known = self._of(obj)
        return known is None or known[1](record, _NO_JOINS) is True

    def visible(self, obj: Object, records: Iterable[Record | None]) -> list[Record | None]:
        """The records with None in place of those that the caller may not see."""
        known = self._of(obj)
        if known is None:
            return list(records)
        test = known[1]
        return [record if record is not None and test(record, _NO_JOINS) is True else None for record in records]

    def condition(self, obj: Object) -> Filter | None:
        known = self._of(obj)
        return None if known is None else known[0]

    def _of(self, obj: Object) -> tuple[Filter, Test] | None:
        try:
            return self._known[obj.id]
        except KeyError:
            condition = self._condition_of(obj)
            known = None if condition is None else (condition, compile_filter(condition))
            return self._known.setdefault(obj.id, known)


def _holds(filter: Filter | None, condition: Filter) -> bool:
    """Whether a filter has this very condition among those that must all hold."""
    if isinstance(filter, And):
        return any(_holds(item, condition) for item in filter.items)
    return filter is condition


class _Everything(RowScope):
    """All records of all objects, at no cost."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(lambda obj: None)

    def _of(self, obj: Object) -> tuple[Filter, Test] | None:
        return None


EVERYTHING: Final[RowScope] = _Everything()
