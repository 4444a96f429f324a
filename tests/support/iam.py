"""Policies of IAM, evaluated as IAM does it (IAM User Guide, "Policy evaluation logic" and "Condition operators"): as
much of it as the template's policies use. What is not known raises, so that no test passes by mistake.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

Context = Mapping[str, Sequence[str]]
"""Values of condition keys. A key without an entry is absent from the request."""

_VARIABLE = re.compile(r"\$\{([^}]+)\}")


def is_allowed(statements: Iterable[Mapping[str, Any]], action: str, resource: str, context: Context) -> bool:
    """Whether a request is allowed: by a statement, and denied by none."""
    effects = {each["Effect"] for each in statements if _applies(each, action, resource, context)}
    return "Allow" in effects and "Deny" not in effects


def _applies(statement: Mapping[str, Any], action: str, resource: str, context: Context) -> bool:
    unknown = statement.keys() - {"Sid", "Effect", "Action", "Resource", "Condition"}
    assert not unknown, f"the evaluator does not know {unknown}"
    return (
        any(_like(action.lower(), pattern.lower(), {}) for pattern in _list(statement["Action"]))
        and any(_like(resource, pattern, context) for pattern in _list(statement["Resource"]))
        and all(
            _holds(operator, key, _list(expected), context)
            for operator, conditions in statement.get("Condition", {}).items()
            for key, expected in conditions.items()
        )
    )


def _holds(operator: str, key: str, expected: Sequence[str], context: Context) -> bool:
    quantifier, _, name = operator.rpartition(":")
    values = context.get(key)
    if name == "Null":
        return str(values is None).lower() in expected
    test = _OPERATORS[name]
    if quantifier == "ForAllValues":
        # True also where there is no value: policies say with Null that there must be one.
        return all(any(test(value, pattern, context) for pattern in expected) for value in values or ())
    if quantifier == "ForAnyValue":
        return any(test(value, pattern, context) for value in values or () for pattern in expected)
    assert not quantifier, operator
    if values is None:
        return False
    [value] = values
    return any(test(value, pattern, context) for pattern in expected)


def _like(value: str, pattern: str, context: Context) -> bool:
    """``*`` and ``?`` of the policy are wildcards, those of a variable's value are not."""
    expression = ""
    position = 0
    for variable in _VARIABLE.finditer(pattern):
        expression += _wild(pattern[position : variable.start()])
        known = context.get(variable[1])
        if known is None:
            return False
        [text] = known
        expression += re.escape(text)
        position = variable.end()
    return re.fullmatch(expression + _wild(pattern[position:]), value, re.DOTALL) is not None


def _wild(pattern: str) -> str:
    return re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")


def _equal(value: str, pattern: str, _context: Context) -> bool:
    return value == pattern


_OPERATORS: Mapping[str, Callable[[str, str, Context], bool]] = {"StringLike": _like, "StringEquals": _equal}


def _list(value: str | Sequence[str]) -> Sequence[str]:
    return [value] if isinstance(value, str) else value
