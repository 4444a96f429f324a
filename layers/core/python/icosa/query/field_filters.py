"""Stored conditions: a field, an operand and a value, as views and rules of rows have them, as filters over records
(docs/wire/access.md#filter-operands).

The result is in the nested form that ``filters`` reads, so values are checked there. What a field accepts is asked of
its leaves' kinds, never of its type. Days and periods are those of UTC. Null counts as "does not contain" and "is not".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson

from ..errors import InapplicableFilter
from ..model.inspect import inspect
from ..model.model import Field
from ..model.types.base import Leaf
from .periods import day_of, period

Raw = dict[str, Any]

#: What no record fulfils.
NOTHING: Raw = {"id": {"is": "NULL"}}


def stored_condition(field: Field, subfield: str | None, operand: str, value: Any, *, now: datetime) -> Raw | None:
    """What a stored condition means; None while its value has not been chosen.

    Raises InapplicableFilter for one that cannot be applied to its field.
    """
    leaves = leaves_of(field, subfield or None)
    if not leaves or operand not in _OPERANDS:
        raise InapplicableFilter(
            f"{operand} cannot be applied to field {field.name}",
            message=f"View filter {operand} on field {field.name} cannot be applied",
        )
    if needs_value(operand) and _is_blank(value):
        return None
    return _OPERANDS[operand](leaves, value, now)


def needs_value(operand: str) -> bool:
    return operand not in _WITHOUT_VALUE


# ------------------------------------------------------------------ operands

Operand = Callable[[Sequence[Leaf], Any, datetime], Raw]


def _contains(leaves: Sequence[Leaf], value: Any, _now: datetime) -> Raw:
    return any_of([raw for leaf in _readable(leaves) for raw in holding(leaf, value)])


def _does_not_contain(leaves: Sequence[Leaf], value: Any, _now: datetime) -> Raw:
    return all_of([_unless(leaf, raw) for leaf in _readable(leaves) for raw in holding(leaf, value)])


def _is(leaves: Sequence[Leaf], value: Any, _now: datetime) -> Raw:
    return _equal(leaves[0], value)


def _is_not(leaves: Sequence[Leaf], value: Any, _now: datetime) -> Raw:
    return _unless(leaves[0], _equal(leaves[0], value))


def _is_empty(leaves: Sequence[Leaf], _value: Any, _now: datetime) -> Raw:
    return all_of([at(leaf, "is", "NULL") for leaf in _essential(leaves)])


def _is_not_empty(leaves: Sequence[Leaf], _value: Any, _now: datetime) -> Raw:
    return any_of([at(leaf, "is", "NOT_NULL") for leaf in _essential(leaves)])


def _compared(operator: str) -> Operand:
    def compare(leaves: Sequence[Leaf], value: Any, _now: datetime) -> Raw:
        leaf = leaves[0]
        return at(leaf, operator, _option(leaf, scaled(leaf, value)))

    return compare


def _in_past(leaves: Sequence[Leaf], _value: Any, now: datetime) -> Raw:
    return at(leaves[0], "lt", _moment(leaves[0], now))


def _in_future(leaves: Sequence[Leaf], _value: Any, now: datetime) -> Raw:
    return at(leaves[0], "gt", _moment(leaves[0], now))


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


def leaves_of(field: Field, subfield: str | None) -> Sequence[Leaf]:
    if subfield is not None:
        return [leaf for leaf in field.leaves if leaf.subfield == subfield]
    return [leaf for leaf in field.leaves if leaf.is_read]


def at(leaf: Leaf, operator: str, operand: Any) -> Raw:
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


def holding(leaf: Leaf, value: Any) -> Iterator[Raw]:
    """ "Contains", as the leaf's kind knows it; nothing when it does not."""
    operator = leaf.kind.contains
    if operator is not None:
        options = operator.takes == "list"
        operand = [_option(leaf, member) for member in chosen_values(value)] if options else _pattern(value)
        yield at(leaf, operator.name, operand)


def _equal(leaf: Leaf, value: Any) -> Raw:
    if leaf.kind.calendar is not None:
        if leaf.kind.calendar == "day":
            return at(leaf, "eq", value)
        return _between(leaf, *day_of(_instant(value)))
    chosen = [_option(leaf, scaled(leaf, member)) for member in chosen_values(value)]
    if not chosen:
        return NOTHING
    some = [option for option in chosen if option != ""]
    parts = (
        [at(leaf, "in", some) if "in" in leaf.kind.operators else any_of([at(leaf, "eq", option) for option in some])]
        if some
        else []
    )
    if len(some) < len(chosen):
        parts.append(at(leaf, "is", "NULL"))
    return any_of(parts)


def _unless(leaf: Leaf, raw: Raw) -> Raw:
    """Not ``raw``, where null is not it."""
    return {"or": [{"not": raw}, at(leaf, "is", "NULL")]}


def _between(leaf: Leaf, start: datetime, end: datetime) -> Raw:
    """From ``start`` on and before ``end``."""
    return {"and": [at(leaf, "gte", _moment(leaf, start)), at(leaf, "lt", _moment(leaf, end))]}


def _moment(leaf: Leaf, moment: datetime) -> str:
    if leaf.kind.calendar is None:
        raise InapplicableFilter(f"Field {leaf.dotted} holds no dates")
    return moment.date().isoformat() if leaf.kind.calendar == "day" else moment.isoformat()


def _option(leaf: Leaf, value: Any) -> Any:
    """The option of a field that clients name by its value or, as ratings, by its label."""
    options = leaf.field.options
    if not options or any(option.value == value for option in options):
        return value
    return next((option.value for option in options if option.label == str(value)), value)


def scaled(leaf: Leaf, value: Any) -> Any:
    if leaf.scale == 1:
        return value
    try:
        return str(Decimal(str(value)) * leaf.scale)
    except InvalidOperation:
        return value


# ------------------------------------------------------------------ values


def chosen_values(value: Any) -> list[Any]:
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
        raise InapplicableFilter(f"{inspect(value)} is no date") from None


# ------------------------------------------------------------------ conjunctions


def all_of(parts: list[Raw]) -> Raw:
    return parts[0] if len(parts) == 1 else {"and": parts}


def any_of(parts: list[Raw]) -> Raw:
    if not parts:
        return NOTHING
    return parts[0] if len(parts) == 1 else {"or": parts}
