"""Filter patterns of event source mappings.

Source: Lambda developer guide, "Control which events Lambda sends to your function": exact, prefix, suffix,
anything-but, numeric, exists, equals-ignore-case and ``$or``, nested like the record. Every key of a pattern must
match; of a list of conditions one is enough; a list in the record matches when one of its members does.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import orjson

Predicate = Callable[[Any], bool]


class PatternError(ValueError):
    """The pattern is not one that Lambda would accept. The message says where."""


class _Absent:
    """Stands for a key that the record does not have."""


_ABSENT: Final = _Absent()

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


def compile_filters(patterns: Sequence[str]) -> Predicate:
    """Whether a record matches any of the patterns (JSON texts); without patterns every record does. Raises
    PatternError.
    """
    predicates = [compile_pattern(_parsed(pattern)) for pattern in patterns]
    return (lambda record: any(predicate(record) for predicate in predicates)) if predicates else lambda _: True


def compile_pattern(pattern: Mapping[str, Any]) -> Predicate:
    """Whether a record (a parsed JSON value) matches one pattern. Raises PatternError."""
    if not isinstance(pattern, dict) or not pattern:
        raise PatternError("a pattern is an object with at least one key")
    parts = [_alternatives(value) if key == "$or" else _member(key, value) for key, value in pattern.items()]
    return lambda record: all(part(record) for part in parts)


def _parsed(text: str) -> dict[str, Any]:
    try:
        parsed = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise PatternError(f"{text} is not JSON") from error
    if not isinstance(parsed, dict):
        raise PatternError(f"{text} is not an object")
    return parsed


def _alternatives(patterns: Any) -> Predicate:
    if not isinstance(patterns, list) or len(patterns) < 2:
        raise PatternError("$or has a list of at least two patterns")
    compiled = [compile_pattern(pattern) for pattern in patterns]
    return lambda record: any(predicate(record) for predicate in compiled)


def _member(key: str, value: Any) -> Predicate:
    if isinstance(value, dict):
        nested = compile_pattern(value)
        return lambda record: _any_member(nested, _get(record, key))
    if not isinstance(value, list) or not value:
        raise PatternError(f"{key}: conditions stand in a list that is not empty")
    conditions = [_condition(key, item) for item in value]
    return lambda record: any(condition(_get(record, key)) for condition in conditions)


def _get(record: Any, key: str) -> Any:
    return record.get(key, _ABSENT) if isinstance(record, dict) else _ABSENT


def _any_member(predicate: Predicate, value: Any) -> bool:
    return any(predicate(item) for item in value) if isinstance(value, list) else predicate(value)


def _condition(key: str, condition: Any) -> Predicate:
    if not isinstance(condition, dict):
        return _on_leaves(_equals(condition))
    if len(condition) != 1:
        raise PatternError(f"{key}: a condition has one operator")
    name, argument = next(iter(condition.items()))
    if name == "exists":
        if not isinstance(argument, bool):
            raise PatternError(f"{key}: exists is true or false")
        # Only of leaves: an object at the place of one neither exists nor is absent.
        return (
            (lambda value: value is not _ABSENT and not isinstance(value, dict))
            if argument
            else lambda value: value is _ABSENT
        )
    return _on_leaves(_operator(key, name, argument))


def _operator(key: str, name: str, argument: Any) -> Predicate:
    match name:
        case "prefix":
            start = _text(key, argument)
            return lambda value: isinstance(value, str) and value.startswith(start)
        case "suffix":
            end = _text(key, argument)
            return lambda value: isinstance(value, str) and value.endswith(end)
        case "equals-ignore-case":
            folded = _text(key, argument).casefold()
            return lambda value: isinstance(value, str) and value.casefold() == folded
        case "numeric":
            return _numeric(key, argument)
        case "anything-but":
            excluded = _excluded(key, argument)
            return lambda value: not any(predicate(value) for predicate in excluded)
    raise PatternError(f"{key}: there is no operator {name}")


def _excluded(key: str, argument: Any) -> list[Predicate]:
    """What anything-but excludes: values, or another operator's matches."""
    items = argument if isinstance(argument, list) else [argument]
    predicates: list[Predicate] = []
    for item in items:
        if isinstance(item, dict):
            name, inner = next(iter(item.items()))
            predicates.append(_operator(key, name, inner))
        else:
            predicates.append(_equals(item))
    return predicates


def _numeric(key: str, argument: Any) -> Predicate:
    if not isinstance(argument, list) or not argument or len(argument) % 2:
        raise PatternError(f"{key}: numeric has pairs of comparison and number")
    tests = []
    for comparison, bound in zip(argument[::2], argument[1::2], strict=True):
        if comparison not in _COMPARISONS or not _is_number(bound):
            raise PatternError(f"{key}: numeric has pairs of comparison and number")
        tests.append((_COMPARISONS[comparison], bound))
    return lambda value: _is_number(value) and all(test(value, bound) for test, bound in tests)


def _on_leaves(predicate: Predicate) -> Predicate:
    """The predicate for a leaf, or for any member of a list of leaves. Objects and absent keys match nothing."""

    def test(value: Any) -> bool:
        if isinstance(value, list):
            return any(predicate(item) for item in value if not isinstance(item, (dict, list)))
        return value is not _ABSENT and not isinstance(value, dict) and predicate(value)

    return test


def _equals(wanted: Any) -> Predicate:
    """Equality of JSON: 1 is 1.0 and is not true."""
    return lambda value: bool(value == wanted) and isinstance(value, bool) == isinstance(wanted, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _text(key: str, value: Any) -> str:
    if not isinstance(value, str):
        raise PatternError(f"{key}: this operator takes text")
    return value
