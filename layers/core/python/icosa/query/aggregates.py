"""Aggregates over records: which exist for an object, and their exact values (docs/wire/graphql.md#aggregate-fields,
docs/wire/graphql.md#aggregate-values).

Numbers are exact: sums of decimals lose nothing, and quotients are rounded as PostgreSQL's numeric division rounds
them, because REST shows them as PostgreSQL's text (``0.25000000000000000000``,
docs/wire/quirks.md#numbers-as-texts-in-groups).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

import orjson

from ..model.model import Field, Object
from ..model.types.base import Item, Leaf
from ..model.types.limits import EXACT_INTEGERS

TOTAL_COUNT = "totalCount"

#: Wide enough for any sum and quotient of values that a record can hold.
_EXACT = Context(prec=2000, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One aggregate of an object. ``field`` is None for the count of records; ``leaf`` is set for functions of a
    scalar.
    """

    name: str
    function: str
    field: Field | None = None
    leaf: Leaf | None = None

    @property
    def is_exact(self) -> bool:
        """Whether the value is a count or a decimal rather than a floating point number or a date."""
        return self.leaf is None or self.leaf.kind.is_exact or self.function in ("countTrue", "countFalse")


def aggregates_of(obj: Object) -> Mapping[str, Aggregate]:
    """Every aggregate of the object by its wire name."""
    return obj.cached(_aggregates)


def _aggregates(obj: Object) -> Mapping[str, Aggregate]:
    return {
        TOTAL_COUNT: Aggregate(TOTAL_COUNT, "count"),
        **{
            name: Aggregate(name, function, field, leaf)
            for field in obj.fields
            for name, (function, leaf) in field.type.aggregates(field).items()
        },
    }


class Tally:
    """Several aggregates over records that come one by one."""

    def __init__(self, obj: Object, names: Iterable[str]) -> None:
        known = aggregates_of(obj)
        self._parts = [(name, _PARTS[known[name].function](known[name])) for name in names]

    def add(self, item: Item, times: int = 1) -> None:
        """Add an item; one that stands for several only changes their number."""
        for _, part in self._parts:
            if isinstance(part, _Count):
                part.number += times
            else:
                part.add(item)

    def results(self) -> dict[str, Any]:
        """By name: int for counts, Decimal for percentages and for exact sums and averages, int or float for those of
        floating point numbers, a stored value for minimum and maximum. Without records all are None except
        ``totalCount``.
        """
        return {name: part.result() for name, part in self._parts}


def quotient(dividend: Decimal, divisor: int) -> Decimal:
    """``dividend / divisor`` with the number of decimals that PostgreSQL's numeric division keeps.

    It works in digits of base 10,000 and keeps at least 16 significant decimal digits of the result.
    """
    weight, first = _leading(dividend)
    divisor_weight, divisor_first = _leading(Decimal(divisor))
    result_weight = weight - divisor_weight - (first <= divisor_first)
    exponent = dividend.as_tuple().exponent
    assert isinstance(exponent, int)  # only NaN and infinity have none
    scale = max(16 - 4 * result_weight, -exponent, 0)
    return _EXACT.quantize(_EXACT.divide(dividend, Decimal(divisor)), Decimal(1).scaleb(-scale))


def _leading(value: Decimal) -> tuple[int, int]:
    """Position and value of the first digit in base 10,000; zero has (0, 0)."""
    if not value:
        return 0, 0
    weight = value.adjusted() // 4
    return weight, int(abs(value).scaleb(-4 * weight, context=_EXACT))


class _Part(ABC):
    @abstractmethod
    def add(self, item: Item) -> None: ...

    @abstractmethod
    def result(self) -> Any: ...


class _Count(_Part):
    def __init__(self, _: Aggregate) -> None:
        self.number = 0

    def add(self, item: Item) -> None:
        self.number += 1

    def result(self) -> Any:
        return self.number


class _Emptiness(_Part):
    """Counts of records whose field has, or has not, a value."""

    def __init__(self, aggregate: Aggregate, *, wanted: bool, as_share: bool) -> None:
        assert aggregate.field is not None
        self._field = aggregate.field
        self._wanted = wanted
        self._as_share = as_share
        self._count = self._total = 0

    def add(self, item: Item) -> None:
        self._total += 1
        self._count += (_value(self._field, item) is None) is self._wanted

    def result(self) -> Any:
        if not self._total:
            return None
        return quotient(Decimal(self._count), self._total) if self._as_share else self._count


class _Unique(_Part):
    def __init__(self, aggregate: Aggregate) -> None:
        assert aggregate.field is not None
        self._field = aggregate.field
        self._seen: set[Any] | None = None

    def add(self, item: Item) -> None:
        seen = self._seen = set() if self._seen is None else self._seen
        if (value := _value(self._field, item)) is not None:
            seen.add(orjson.dumps(value, option=orjson.OPT_SORT_KEYS) if isinstance(value, Mapping | list) else value)

    def result(self) -> Any:
        return None if self._seen is None else len(self._seen)


class _OfLeaf(_Part):
    """Functions of the non-null values of a scalar."""

    def __init__(self, aggregate: Aggregate) -> None:
        assert aggregate.leaf is not None
        self.leaf = aggregate.leaf

    def add(self, item: Item) -> None:
        value = self.leaf.get(item)
        if value is not None:
            self.take(value)

    @abstractmethod
    def take(self, value: Any) -> None: ...


class _Extreme(_OfLeaf):
    def __init__(self, aggregate: Aggregate, *, is_better: Callable[[Any, Any], bool]) -> None:
        super().__init__(aggregate)
        self._is_better = is_better
        self._key: Any = None
        self._value: Any = None

    def take(self, value: Any) -> None:
        key = self.leaf.kind.sort_key(value)
        if self._value is None or self._is_better(key, self._key):
            self._key, self._value = key, value

    def result(self) -> Any:
        return self._value


class _Sum(_OfLeaf):
    def __init__(self, aggregate: Aggregate) -> None:
        super().__init__(aggregate)
        self.total = Decimal(0)
        self.count = 0

    def take(self, value: Any) -> None:
        self.total = _EXACT.add(self.total, Decimal(str(value)))
        self.count += 1

    def result(self) -> Any:
        return self._number(self.total) if self.count else None

    def _number(self, value: Decimal) -> Decimal | float:
        if self.leaf.kind.is_exact:
            return value
        number = float(value)
        return int(number) if number.is_integer() and abs(number) <= EXACT_INTEGERS else number


class _Average(_Sum):
    def result(self) -> Any:
        return self._number(quotient(self.total, self.count)) if self.count else None


class _Truth(_Part):
    """Counts of records whose field is true, or false."""

    def __init__(self, aggregate: Aggregate, *, wanted: bool) -> None:
        assert aggregate.leaf is not None
        self._leaf = aggregate.leaf
        self._wanted = wanted
        self._count: int | None = None

    def add(self, item: Item) -> None:
        self._count = (self._count or 0) + (self._leaf.get(item) is self._wanted)

    def result(self) -> Any:
        return self._count


_PARTS: Mapping[str, Callable[[Aggregate], _Part]] = {
    "count": _Count,
    "countUniqueValues": _Unique,
    "countEmpty": lambda a: _Emptiness(a, wanted=True, as_share=False),
    "countNotEmpty": lambda a: _Emptiness(a, wanted=False, as_share=False),
    "percentageEmpty": lambda a: _Emptiness(a, wanted=True, as_share=True),
    "percentageNotEmpty": lambda a: _Emptiness(a, wanted=False, as_share=True),
    "min": lambda a: _Extreme(a, is_better=lambda new, old: new < old),
    "max": lambda a: _Extreme(a, is_better=lambda new, old: new > old),
    "sum": _Sum,
    "avg": _Average,
    "countTrue": lambda a: _Truth(a, wanted=True),
    "countFalse": lambda a: _Truth(a, wanted=False),
}


def _value(field: Field, item: Item) -> Any:
    """The field's stored value, None when it counts as empty: null, or a composite without a value in any member."""
    value = item.get(field.key)
    if field.type.is_composite and value is not None and all(member in (None, "", [], {}) for member in value.values()):
        return None
    return value
