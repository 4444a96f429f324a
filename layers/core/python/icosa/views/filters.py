"""The stored filters of a view as a filter over records (docs/wire/graphql.md#groups-in-graphql,
docs/wire/rest.md#group-parameters).

The result is in the nested form that ``query.filters`` reads, so values are checked there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation

from ..errors import BadRequest
from ..model.model import Object
from ..model.operators import EQ
from ..model.types.base import Leaf
from ..query.field_filters import Raw, all_of, any_of, at, holding, leaves_of, scaled, stored_condition
from .entity_types import VIEW_FILTER, VIEW_FILTER_GROUP, Entity
from .tree import Root


def view_filter(obj: Object, view: Root, *, now: str) -> Raw | None:
    """What a record of ``obj`` must fulfil to be in a view; None when there is no condition.

    ``now`` is a stored DATE_TIME. Raises BadRequest for a filter that cannot be applied to its field.
    """
    resolver = _Resolver(obj, view, datetime.fromisoformat(now))
    parts = [*resolver.group(None)]
    text = (view.entity["anyFieldFilterValue"] or "").strip()
    if text:
        parts.append(_any_field(obj, text))
    return all_of(parts) if parts else None


class _Resolver:
    def __init__(self, obj: Object, view: Root, now: datetime) -> None:
        self._object = obj
        self._now = now
        self._filters = view.live(VIEW_FILTER)
        self._groups = view.live(VIEW_FILTER_GROUP)

    def group(self, group_id: str | None) -> list[Raw]:
        """The conditions that stand directly in a group, or in none."""
        own = [
            raw
            for part in self._filters
            if part["viewFilterGroupId"] == group_id and (raw := self._filter(part)) is not None
        ]
        for group in self._groups:
            if group["parentViewFilterGroupId"] == group_id and (inner := self.group(group["id"])):
                own.append(_OPERATORS[group["logicalOperator"]](inner))
        return own

    def _filter(self, part: Entity) -> Raw | None:
        field = self._object.by_id.get(part["fieldMetadataId"])
        if field is None:
            return None
        return stored_condition(field, part["subFieldName"], part["operand"], part["value"], now=self._now)


def _none(parts: list[Raw]) -> Raw:
    return {"not": all_of(parts)}


_OPERATORS: Mapping[str, Callable[[list[Raw]], Raw]] = {"AND": all_of, "OR": any_of, "NOT": _none}

# ------------------------------------------------------------------ any field


def _any_field(obj: Object, text: str) -> Raw:
    """Records that show ``text`` anywhere: in texts, in labels of options, as a number."""
    return any_of(
        [
            raw
            for field in obj.fields
            if not field.is_system
            for leaf in leaves_of(field, None)
            for raw in _showing(leaf, text)
        ]
    )


def _showing(leaf: Leaf, text: str) -> Iterator[Raw]:
    kind, options = leaf.kind, leaf.field.options
    if options:
        meant = [option.value for option in options if text.lower() in option.label.lower()]
        if meant:
            yield at(leaf, "containsAny" if kind.is_list else "in", meant)
    elif kind.contains is not None and not kind.is_choice:
        yield from holding(leaf, text)
    elif kind.is_number and _is_number(text):
        try:
            kind.operand(leaf.dotted, EQ, scaled(leaf, text))
        except BadRequest:
            return
        yield at(leaf, "eq", scaled(leaf, text))


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False
