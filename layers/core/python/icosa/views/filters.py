"""The stored filters of a view as a filter over records (docs/wire/graphql.md#groups-in-graphql,
docs/wire/rest.md#group-parameters).

The result is in the nested form that ``query.filters`` reads, so values are checked there. What a field accepts is
asked of its leaves' kinds, never of its type. Days and periods are those of UTC. Null counts as "does not contain" and
"is not".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson

from ..errors import BadRequest
from ..model.inspect import inspect
from ..model.model import Field, Object
from ..model.operators import EQ
from ..model.types.base import Leaf
from .entity_types import VIEW_FILTER, VIEW_FILTER_GROUP, Entity
from .periods import day_of, period
from .tree import Root

Raw = dict[str, Any]

_NOTHING: Raw = {"id": {"is": "NULL"}}


def view_filter(obj: Object, view: Root, *, now: str) -> Raw | None:
    """What a record of ``obj`` must fulfil to be in a view; None when there is no condition.

    ``now`` is a stored DATE_TIME. Raises BadRequest for a filter that cannot be applied to its field.
    """
    resolver = _Resolver(obj, view, datetime.fromisoformat(now))
    parts = [*resolver.group(None)]
    text = (view.entity["anyFieldFilterValue"] or "").strip()
    if text:
        parts.append(_any_field(obj, text))
    return _all(parts) if parts else None


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
        leaves = _leaves(field, part["subFieldName"] or None)
        operand, value = part["operand"], part["value"]
        if not leaves or operand not in _OPERANDS:
            raise BadRequest(
                f"View filter {operand} on field {field.name} cannot be applied", sub_code="INVALID_VIEW_FILTER_DATA"
            )
        if operand not in _WITHOUT_VALUE and _is_blank(value):
            # A filter whose value has not been chosen yet restricts nothing.
            return None
        return _OPERANDS[operand](leaves, value, self._now)


# ------------------------------------------------------------------ operands

Operand = Callable[[Sequence[Leaf], Any, datetime], Raw]


def _contains(leaves: Sequence[Leaf], value: Any, _now: datetime) -> Raw:
    return _any([raw for leaf in _readable(leaves) for raw in _holding(leaf, value)])


def _does_not_contain(leaves: Sequence[Leaf], value: Any, _now: datetime) -> Raw:
    return _all([_unless(leaf, raw) for leaf in _readable(leaves) for raw in _holding(leaf, value)])


def _is(leaves: Sequence[Leaf], value: Any, _now: datetime) -> Raw:
    return _equal(leaves[0], value)


def _is_not(leaves: Sequence[Leaf], value: Any, _now: datetime) -> Raw:
    return _unless(leaves[0], _equal(leaves[0], value))


def _is_empty(leaves: Sequence[Leaf], _value: Any, _now: datetime) -> Raw:
    return _all([_at(leaf, "is", "NULL") for leaf in _essential(leaves)])


def _is_not_empty(leaves: Sequence[Leaf], _value: Any, _now: datetime) -> Raw:
    return _any([_at(leaf, "is", "NOT_NULL") for leaf in _essential(leaves)])


def _compared(operator: str) -> Operand:
    def compare(leaves: Sequence[Leaf], value: Any, _now: datetime) -> Raw:
        leaf = leaves[0]
        return _at(leaf, operator, _option(leaf, _scaled(leaf, value)))

    return compare


def _in_past(leaves: Sequence[Leaf], _value: Any, now: datetime) -> Raw:
    return _at(leaves[0], "lt", _moment(leaves[0], now))


def _in_future(leaves: Sequence[Leaf], _value: Any, now: datetime) -> Raw:
    return _at(leaves[0], "gt", _moment(leaves[0], now))


def _is_today(leaves: Sequence[Leaf], _value: Any, now: datetime) -> Raw:
    return _between(leaves[0], *day_of(now))


def _is_relative(leaves: Sequence[Leaf], value: Any, now: datetime) -> Raw:
    return _between(leaves[0], *period(value, now))


_OPERANDS: Mapping[str, Operand] = {
    "CONTAINS": _contains,
    "DOES_NOT_CONTAIN": _does_not_contain,
    "IS": _is,
    "IS_NOT": _is_not,
    "IS_EMPTY": _is_empty,
    "IS_NOT_EMPTY": _is_not_empty,
    "IS_NOT_NULL": _is_not_empty,
    "GREATER_THAN_OR_EQUAL": _compared("gte"),
    "LESS_THAN_OR_EQUAL": _compared("lte"),
    "IS_BEFORE": _compared("lt"),
    "IS_AFTER": _compared("gt"),
    "IS_IN_PAST": _in_past,
    "IS_IN_FUTURE": _in_future,
    "IS_TODAY": _is_today,
    "IS_RELATIVE": _is_relative,
}
_WITHOUT_VALUE = frozenset(("IS_EMPTY", "IS_NOT_EMPTY", "IS_NOT_NULL", "IS_IN_PAST", "IS_IN_FUTURE", "IS_TODAY"))

# ------------------------------------------------------------------ leaves


def _leaves(field: Field, subfield: str | None) -> Sequence[Leaf]:
    if subfield is not None:
        return [leaf for leaf in field.leaves if leaf.subfield == subfield]
    return [leaf for leaf in field.leaves if leaf.is_read]


def _at(leaf: Leaf, operator: str, operand: Any) -> Raw:
    raw: Any = {operator: operand}
    for name in reversed(leaf.path):
        raw = {name: raw}
    return raw  # type: ignore[no-any-return]


def _essential(leaves: Sequence[Leaf]) -> Sequence[Leaf]:
    """Those without which a field is empty: an amount, whatever its currency."""
    return [leaf for leaf in leaves if leaf.is_essential] or leaves


def _readable(leaves: Sequence[Leaf]) -> Sequence[Leaf]:
    """Those that hold text, where a field has such beside others: its name, not its source."""
    texts = [leaf for leaf in leaves if not leaf.kind.is_choice]
    return texts or leaves


def _holding(leaf: Leaf, value: Any) -> Iterator[Raw]:
    """ "Contains", as the leaf's kind knows it; nothing when it does not."""
    operator = leaf.kind.contains
    if operator is not None:
        options = operator.takes == "list"
        operand = [_option(leaf, member) for member in _values(value)] if options else _pattern(value)
        yield _at(leaf, operator.name, operand)


def _equal(leaf: Leaf, value: Any) -> Raw:
    if leaf.kind.calendar is not None:
        if leaf.kind.calendar == "day":
            return _at(leaf, "eq", value)
        return _between(leaf, *day_of(_instant(value)))
    chosen = [_option(leaf, _scaled(leaf, member)) for member in _values(value)]
    if not chosen:
        return _NOTHING
    some = [option for option in chosen if option != ""]
    parts = (
        [_at(leaf, "in", some) if "in" in leaf.kind.operators else _any([_at(leaf, "eq", option) for option in some])]
        if some
        else []
    )
    if len(some) < len(chosen):
        parts.append(_at(leaf, "is", "NULL"))
    return _any(parts)


def _unless(leaf: Leaf, raw: Raw) -> Raw:
    """Not ``raw``, where null is not it."""
    return {"or": [{"not": raw}, _at(leaf, "is", "NULL")]}


def _between(leaf: Leaf, start: datetime, end: datetime) -> Raw:
    """From ``start`` on and before ``end``."""
    return {"and": [_at(leaf, "gte", _moment(leaf, start)), _at(leaf, "lt", _moment(leaf, end))]}


def _moment(leaf: Leaf, moment: datetime) -> str:
    if leaf.kind.calendar is None:
        raise _invalid(f"Field {leaf.dotted} holds no dates")
    return moment.date().isoformat() if leaf.kind.calendar == "day" else moment.isoformat()


def _option(leaf: Leaf, value: Any) -> Any:
    """The option of a field that clients name by its value or, as ratings, by its label."""
    options = leaf.field.options
    if not options or any(option.value == value for option in options):
        return value
    return next((option.value for option in options if option.label == str(value)), value)


def _scaled(leaf: Leaf, value: Any) -> Any:
    if leaf.scale == 1:
        return value
    try:
        return str(Decimal(str(value)) * leaf.scale)
    except InvalidOperation:
        return value


# ------------------------------------------------------------------ values


def _values(value: Any) -> list[Any]:
    """The values of a filter: one, a list, a list as JSON text, or the records that a relation's filter has
    selected.
    """
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            value = orjson.loads(value)
        except ValueError:
            return [value]
    if isinstance(value, dict):
        # Who asks is an API key, never the workspace member whom the filter may mean as well.
        selected = value.get("selectedRecordIds")
        return selected if isinstance(selected, list) else []
    return value if isinstance(value, list) else [value]


def _is_blank(value: Any) -> bool:
    return value is None or value in ("", [], "[]", {})


def _pattern(value: Any) -> str:
    text = str(value).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{text}%"


def _instant(value: Any) -> datetime:
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise _invalid(f"{inspect(value)} is no date") from None


def _invalid(message: str) -> BadRequest:
    return BadRequest(f"View filter cannot be applied. {message}", sub_code="INVALID_VIEW_FILTER_DATA")


# ------------------------------------------------------------------ conjunctions


def _all(parts: list[Raw]) -> Raw:
    return parts[0] if len(parts) == 1 else {"and": parts}


def _any(parts: list[Raw]) -> Raw:
    if not parts:
        return _NOTHING
    return parts[0] if len(parts) == 1 else {"or": parts}


def _none(parts: list[Raw]) -> Raw:
    return {"not": _all(parts)}


_OPERATORS: Mapping[str, Callable[[list[Raw]], Raw]] = {"AND": _all, "OR": _any, "NOT": _none}

# ------------------------------------------------------------------ any field


def _any_field(obj: Object, text: str) -> Raw:
    """Records that show ``text`` anywhere: in texts, in labels of options, as a number."""
    return _any(
        [
            raw
            for field in obj.fields
            if not field.is_system
            for leaf in _leaves(field, None)
            for raw in _showing(leaf, text)
        ]
    )


def _showing(leaf: Leaf, text: str) -> Iterator[Raw]:
    kind, options = leaf.kind, leaf.field.options
    if options:
        meant = [option.value for option in options if text.lower() in option.label.lower()]
        if meant:
            yield _at(leaf, "containsAny" if kind.is_list else "in", meant)
    elif kind.contains is not None and not kind.is_choice:
        yield from _holding(leaf, text)
    elif kind.is_number and _is_number(text):
        try:
            kind.operand(leaf.dotted, EQ, _scaled(leaf, text))
        except BadRequest:
            return
        yield _at(leaf, "eq", _scaled(leaf, text))


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False
