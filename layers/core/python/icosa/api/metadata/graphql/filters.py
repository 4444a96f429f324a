"""The filters of metadata lists (docs/wire/metadata.md#filters): conditions on members, all of which must
hold.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ....errors import InvalidFilter
from ....limits import FILTER_CONDITIONS
from ....model.like import ilike, like
from ....query.demand import Demand
from ....query.filters import MAX_DEPTH

Members = Mapping[str, Any]


def select[T](items: Iterable[T], filter: Mapping[str, Any], members_of: Callable[[T], Members]) -> list[T]:
    """The items whose members a filter accepts. An empty filter accepts all."""
    return [item for item in items if accepts(filter, members_of(item))]


def count(filter: Mapping[str, Any], demand: Demand, depth: int = 0) -> None:
    """Let the conditions of a filter count. Raises InvalidFilter, TooMuchAsked."""
    if depth > MAX_DEPTH:
        raise InvalidFilter(f"Filter conditions cannot be nested deeper than {MAX_DEPTH} levels")
    if not filter:
        demand.count(FILTER_CONDITIONS)
    for name, condition in filter.items():
        if condition is None:
            continue
        if name in ("and", "or"):
            for part in condition:
                count(part, demand, depth + 1)
        else:
            for comparison, operand in condition.items():
                demand.condition(operand, is_pattern=comparison in _PATTERNS)


def accepts(filter: Mapping[str, Any], members: Members) -> bool:
    """Whether ``members`` satisfy a filter. A null condition, like an absent one, says nothing."""
    return all(condition is None or _holds(name, condition, members) for name, condition in filter.items())


def _holds(name: str, condition: Any, members: Members) -> bool:
    if name == "and":
        return all(accepts(part, members) for part in condition)
    if name == "or":
        return not condition or any(accepts(part, members) for part in condition)
    value = members[name]
    return all(_compare(comparison, value, operand) for comparison, operand in condition.items())


def _compare(comparison: str, value: Any, operand: Any) -> bool:
    if comparison in _IDENTITY:
        return _IDENTITY[comparison](value, operand)
    # As in SQL, nothing compares with null.
    return value is not None and operand is not None and _COMPARISONS[comparison](value, operand)


_IDENTITY: Mapping[str, Callable[[Any, Any], bool]] = {"is": operator.is_, "isNot": operator.is_not}
_PATTERNS = frozenset(("like", "notLike", "iLike", "notILike"))
_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "neq": operator.ne,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "like": lambda value, pattern: like(pattern)(value),
    "notLike": lambda value, pattern: not like(pattern)(value),
    "iLike": lambda value, pattern: ilike(pattern)(value),
    "notILike": lambda value, pattern: not ilike(pattern)(value),
    "in": lambda value, values: value in values,
    "notIn": lambda value, values: value not in values,
}
