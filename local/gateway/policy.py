"""The policy document that a Lambda authorizer answers, evaluated for one method.

Statements are IAM's: an explicit Deny wins, what no statement allows is denied. ``*`` and ``?`` are wildcards over any
characters. Statements with conditions are refused: they would need values that exist only in AWS.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import Enum
from functools import lru_cache
from typing import Any

_ACTION = "execute-api:Invoke"


class PolicyError(ValueError):
    """The document is not a policy."""


class Verdict(Enum):
    """What a policy says about a method."""

    ALLOW = "allow"
    DENY = "explicit deny"
    NOT_ALLOWED = "implicit deny"


def check(document: Any) -> None:
    """Raise PolicyError unless this is a policy document that can be evaluated."""
    for statement in _statements(document):
        if statement.get("Effect") not in {"Allow", "Deny"}:
            raise PolicyError("a statement's Effect is Allow or Deny")
        if "Condition" in statement:
            raise PolicyError("the local stack does not evaluate a policy's Condition")
        for names in (("Action", "NotAction"), ("Resource", "NotResource")):
            if not any(_texts(statement.get(name)) for name in names):
                raise PolicyError(f"a statement has {' or '.join(names)}")


def evaluate(document: Any, arn: str) -> Verdict:
    """The verdict of a checked document about a method's ARN."""
    verdict = Verdict.NOT_ALLOWED
    for statement in _statements(document):
        if _covers(statement, "Action", _ACTION) and _covers(statement, "Resource", arn):
            if statement["Effect"] == "Deny":
                return Verdict.DENY
            verdict = Verdict.ALLOW
    return verdict


def _statements(document: Any) -> Iterable[Mapping[str, Any]]:
    if not isinstance(document, Mapping):
        raise PolicyError("policyDocument is not an object")
    statements = document.get("Statement")
    documents = [statements] if isinstance(statements, Mapping) else statements
    if not isinstance(documents, list) or not all(isinstance(statement, Mapping) for statement in documents):
        raise PolicyError("policyDocument.Statement is not a list of statements")
    return documents


def _covers(statement: Mapping[str, Any], key: str, value: str) -> bool:
    if key in statement:
        return any(_matches(pattern, value, ignore_case=key == "Action") for pattern in _texts(statement[key]))
    return not any(_matches(pattern, value, ignore_case=key == "Action") for pattern in _texts(statement[f"Not{key}"]))


def _texts(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [item for item in value or [] if isinstance(item, str)]


def _matches(pattern: str, value: str, *, ignore_case: bool) -> bool:
    return _compiled(pattern, ignore_case).fullmatch(value) is not None


@lru_cache(maxsize=4096)
def _compiled(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    text = "".join({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in pattern)
    return re.compile(text, re.DOTALL | (re.IGNORECASE if ignore_case else 0))
