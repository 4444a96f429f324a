"""A plain in-memory model of the engine: what a query must return, written without the engine's code."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Record = dict[str, Any]
#: A condition as data: ("and", [..]), ("or", [..]), ("not", c), (path, operator, operand), ("firm", condition).
Condition = Any


def read(record: Mapping[str, Any], path: str) -> Any:
    """The value at a dotted path, None where a part is missing."""
    value: Any = record
    for name in path.split("."):
        value = None if value is None else value.get(name)
    return value


@dataclass
class Reference:
    """Records of all objects by object name and id, as plain dicts of wire values, live and in the trash."""

    objects: dict[str, dict[str, Record]] = field(default_factory=dict)

    def holds(self, condition: Condition, record: Mapping[str, Any]) -> bool | None:
        """Whether a record fulfils a condition; None if that is unknown, as in SQL."""
        match condition:
            case None:
                return True
            case ("and", items):
                results = [self.holds(item, record) for item in items]
                return False if False in results else None if None in results else True
            case ("or", items):
                results = [self.holds(item, record) for item in items]
                return True if True in results else None if None in results else False
            case ("not", item):
                result = self.holds(item, record)
                return None if result is None else not result
            case ("firm", inner):
                target = record.get("firmId")
                return self.holds(inner, self.objects["firm"].get(target, {}) if target else {})
            case (path, operator, operand):
                return _compare(read(record, path), operator, operand)
        raise AssertionError(condition)

    def select(
        self, obj: str, condition: Condition, order: list[tuple[str, str]], *, scope: Callable[[Record], bool]
    ) -> list[Record]:
        """Every matching record in order: ``order`` are (path, direction); ties go by id."""
        matches = [
            record
            for record in self.objects.get(obj, {}).values()
            if scope(record) and self.holds(condition, record) is True
        ]
        matches.sort(key=functools.cmp_to_key(lambda a, b: self._ordered(a, b, order)))
        return matches

    def _ordered(self, a: Record, b: Record, order: Iterable[tuple[str, str]]) -> int:
        for path, direction in order:
            left, right = self._ordered_value(a, path), self._ordered_value(b, path)
            if left == right:
                continue
            if left is None or right is None:
                first = direction.endswith("NullsFirst")
                return -1 if (left is None) == first else 1
            ascending = -1 if left < right else 1
            return ascending if direction.startswith("Asc") else -ascending
        return -1 if a["id"] < b["id"] else 1 if a["id"] > b["id"] else 0

    def _ordered_value(self, record: Record, path: str) -> Any:
        if path.startswith("firm."):
            target = record.get("firmId")
            value = None if target is None else read(self.objects["firm"].get(target, {}), path[5:])
        else:
            value = read(record, path)
        return value.lower() if isinstance(value, str) else value


def _compare(value: Any, operator: str, operand: Any) -> bool | None:
    if operator == "is":
        return bool((value is None) == (operand == "NULL"))
    if operand == "" and operator in ("eq", "like", "ilike"):
        return value is None
    if operand == "" and operator == "neq":
        return value is not None
    if value is None:
        return None
    if operator in ("gt", "gte", "lt", "lte") and isinstance(value, str):
        value, operand = value.lower(), operand.lower()
    match operator:
        case "eq":
            return bool(value == operand)
        case "neq":
            return bool(value != operand)
        case "in":
            return bool(value in operand)
        case "gt":
            return bool(value > operand)
        case "gte":
            return bool(value >= operand)
        case "lt":
            return bool(value < operand)
        case "lte":
            return bool(value <= operand)
        case "startsWith":
            return bool(value.startswith(operand))
        case "endsWith":
            return bool(value.endswith(operand))
        case "like":
            return _like(operand, value)
        case "containsIlike":
            return any(_like(operand.lower(), member.lower()) for member in value)
        case "ilike":
            return _like(operand.lower(), value.lower())
    raise AssertionError(operator)


def _like(pattern: str, value: str) -> bool:
    expression = "".join(".*" if c == "%" else "." if c == "_" else re.escape(c) for c in pattern)
    return re.fullmatch(expression, value, re.DOTALL) is not None
