"""Records from rows: where an answer shows nothing but what rows tell, their records are not read.

A row of an index or an edge names its record, and tells the value that it is sorted by, or what its record points at;
many tell when it was created. Rows can be wrong only while a batch is under way, so whoever shows them asks the
register afterwards, as for exact totals (``store.register``). ``walk_page`` and ``child_lists`` call it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ...model.dates import instant_of
from ...model.model import Object
from ...model.record import Record
from ...model.types.base import Leaf
from ...query.operation import Order, Selection
from ...store.derive import CREATED_AT, DELETED_AT
from ..context import Context

#: What every row of a live record tells.
_ALWAYS = frozenset((("id",), DELETED_AT))


@dataclass(frozen=True, slots=True)
class RowValues:
    """Makes records of an object with the values of ``needed``, the paths of leaves, from rows that tell them."""

    obj: Object
    needed: frozenset[tuple[str, ...]]

    @classmethod
    def of(cls, ctx: Context, obj: Object, selection: Selection, order: Order = ()) -> RowValues | None:
        """None where all values may be needed: to show them, or to see whether the caller may."""
        if selection.fields is None or ctx.rows.limits(obj) or ctx.rows.masked_fields(obj):
            return None
        if any(term.relation is not None for term in order):
            return None
        needed = {term.leaf.path for term in order}
        names = {*selection.fields, *(part.relation or slot for slot, part in selection.relations.items())}
        for name in names:
            field = obj.field_called(name)
            if not field.is_one_to_many:
                needed.update(leaf.path for leaf in field.leaves)
        return cls(obj, frozenset(needed - _ALWAYS))

    def tells(self, leaves: Iterable[tuple[str, ...]]) -> bool:
        """Whether rows that tell these leaves tell all that is needed."""
        return self.needed <= frozenset(leaves)

    def record(
        self,
        record_id: str,
        *,
        leaf: Leaf | None = None,
        encoded: str | None = None,
        points: tuple[str, str] | None = None,
        created: int | None = None,
    ) -> Record | None:
        """The record that a row leads to; None where the row does not tell all that is needed. ``leaf`` and ``encoded``
        are those of an index row, ``points`` of an edge: the key of a field, and the id in it.
        """
        values: dict[str, Any] = {self.obj.by_name["id"].key: record_id}
        known: dict[tuple[str, ...], Leaf] = {}
        if created is not None and (by_time := self.obj.leaves.get(CREATED_AT)) is not None:
            known[CREATED_AT] = by_time
            values[by_time.field.key] = instant_of(created)
        if points is not None:
            [relation] = (one for one in self.obj.many_to_one if one.key == points[0])
            known[relation.leaves[0].path] = relation.leaves[0]
            values[points[0]] = points[1]
        if leaf is not None and leaf.path in self.needed and self.obj.leaves.get(leaf.path) is leaf:
            if encoded is not None and not _put(values, leaf, encoded):
                return None
            known[leaf.path] = leaf
        return Record.of(values, id=record_id) if self.tells(known) else None


def _put(values: dict[str, Any], leaf: Leaf, encoded: str) -> bool:
    """Add the value that an index row tells. Whether it tells the whole of it."""
    if leaf.kind.has_detail:
        return False
    try:
        value = leaf.kind.decode(encoded, None)
    except ValueError:
        return False
    if leaf.subfield is None:
        values[leaf.field.key] = value
    else:
        values[leaf.field.key] = {leaf.subfield: value}
    return True


def is_from_rows(record: Record) -> bool:
    return not record.partition
