"""Filters and orders as functions of a record: SQL's three-valued logic, null placement, the tie-break by id.

These are the truth about what matches and in which order; index rows only narrow down what they are applied to.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, Protocol

from ..model.model import Field
from ..model.record import Record
from .operation import And, Compare, Cursor, Filter, Not, Or, Order, OrderTerm, Related, RelatedAny

#: Values of the row that a left join yields when there is no record.
_NO_RECORD = Record()
_DELETED_AT = ("deletedAt",)
_ID = ("id",)


class Lookup(Protocol):
    """Records of other objects, loaded before."""

    def target(self, field: Field, target_id: str) -> Record | None: ...
    def children(self, field: Field, record_id: str) -> Sequence[Record]: ...


Test = Callable[[Record, Lookup], bool | None]
Key = Callable[[Record, Lookup], tuple[Any, ...]]

# ------------------------------------------------------------------ filters


def compile_filter(filter: Filter | None) -> Test:
    """Whether a record matches: True, False, or None for SQL's unknown (which does not match)."""
    match filter:
        case None:
            return lambda item, joined: True
        case Compare():
            return _compare(filter)
        case And(items=items):
            return _every([compile_filter(item) for item in items])
        case Or(items=items):
            return _any([compile_filter(item) for item in items])
        case Not(item=inner):
            test = compile_filter(inner)
            return lambda item, joined: None if (result := test(item, joined)) is None else not result
        case Related(field=field, filter=inner):
            return _related(field, compile_filter(inner))
        case RelatedAny(field=field, filter=inner):
            test = compile_filter(inner)
            return lambda item, joined: any(test(child, joined) for child in joined.children(field, item.id))


def _compare(condition: Compare) -> Test:
    get = condition.leaf.get
    match condition.state:
        case "NULL":
            return lambda item, joined: get(item) is None
        case "NOT_NULL":
            return lambda item, joined: get(item) is not None
    test = condition.leaf.kind.predicate(condition.operator, condition.operand)
    return lambda item, joined: None if (value := get(item)) is None else test(value)


def _every(tests: Sequence[Test]) -> Test:
    def run(item: Record, joined: Lookup) -> bool | None:
        result: bool | None = True
        for test in tests:
            match test(item, joined):
                case False:
                    return False
                case None:
                    result = None
        return result

    return tests[0] if len(tests) == 1 else run


def _any(tests: Sequence[Test]) -> Test:
    def run(item: Record, joined: Lookup) -> bool | None:
        result: bool | None = False
        for test in tests:
            match test(item, joined):
                case True:
                    return True
                case None:
                    result = None
        return result

    return tests[0] if len(tests) == 1 else run


def _related(field: Field, test: Test) -> Test:
    def run(item: Record, joined: Lookup) -> bool | None:
        target_id = item.get(field.key)
        target = None if target_id is None else joined.target(field, target_id)
        return test(_NO_RECORD if target is None else target, joined)

    return run


Scope = Literal["live", "trash", "all"]


def deleted_scope(filter: Filter | None, *, unmentioned: Scope = "live") -> Scope:
    """Which records a filter can match: those of ``unmentioned``, unless it mentions ``deletedAt`` outside relation
    blocks.

    A condition on ``deletedAt`` that every match must fulfil decides between live and trash: null is live.
    """
    if filter is None or not _mentions(filter):
        return unmentioned
    match filter:
        case Compare(leaf=leaf) if leaf.path == _DELETED_AT:
            return "live" if filter.state == "NULL" else "trash"
        case And(items=items):
            scopes = [deleted_scope(item) for item in items if _mentions(item)]
            return next((scope for scope in scopes if scope != "all"), "all")
        case _:
            return "all"


def _mentions(filter: Filter) -> bool:
    match filter:
        case Compare(leaf=leaf):
            return leaf.path == _DELETED_AT
        case And(items=items) | Or(items=items):
            return any(map(_mentions, items))
        case Not(item=item):
            return _mentions(item)
        case _:
            return False


# ------------------------------------------------------------------ orders


class _Descending:
    """Turns an order round for values that cannot be negated."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __lt__(self, other: _Descending) -> bool:
        return bool(other.value < self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Descending) and bool(self.value == other.value)

    __hash__ = None  # type: ignore[assignment]


def compile_order(order: Order) -> Key:
    """Sort key of a record: a total order that ends with the id."""
    parts = [_comparable(term) for term in order]
    by_id = any(term.relation is None and term.leaf.path == _ID for term in order)

    def key(item: Record, joined: Lookup) -> tuple[Any, ...]:
        values = [part(_value(term, item, joined)) for part, term in zip(parts, order, strict=True)]
        return tuple(values) if by_id else (*values, item.id)

    return key


def ordered_values(order: Order, item: Record, joined: Lookup) -> tuple[Any, ...]:
    """A record's stored values of the criteria: what its cursor holds."""
    return tuple(_value(term, item, joined) for term in order)


def compile_keyset(order: Order, cursor: Cursor, *, backward: bool) -> Callable[[Record, Lookup], bool]:
    """Whether a record comes strictly after the cursor (before it, when ``backward``)."""
    key = compile_order(order)
    start: tuple[Any, ...] = tuple(_comparable(term)(value) for term, value in zip(order, cursor.values, strict=True))
    if not any(term.relation is None and term.leaf.path == _ID for term in order):
        start = (*start, cursor.id)
    if backward:
        return lambda item, joined: key(item, joined) < start
    return lambda item, joined: start < key(item, joined)


def _value(term: OrderTerm, item: Record, joined: Lookup) -> Any:
    if term.relation is None:
        return term.leaf.get(item)
    target_id = item.get(term.relation.key)
    target = None if target_id is None else joined.target(term.relation, target_id)
    return None if target is None else term.leaf.get(target)


def _comparable(term: OrderTerm) -> Callable[[Any], tuple[Any, ...]]:
    """``(null rank, value)``: nulls before or after all values, values by their kind, descending ones turned round."""
    sort_key, descending = term.leaf.kind.sort_key, term.descending
    null = (0,) if term.nulls_first else (2,)

    def comparable(value: Any) -> tuple[Any, ...]:
        if value is None:
            return null
        key = sort_key(value)
        return (1, _Descending(key) if descending else key)

    return comparable
