"""Options of SELECT, MULTI_SELECT and RATING: their rules, and what edits of them mean for records
(docs/wire/metadata.md#options).

No edit rewrites records. A renamed option keeps the text that records hold (``Option.stored``), a removed one leaves a
``RetiredOption`` that says what replacement for it. Index rows hold current values, so the index is built anew. Pure.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..identifiers import is_uuid
from ..limits import OPTIONS
from ..model.model import Field, Option, RetiredOption
from ..validation.errors import Problem
from .defaults import as_message_text, is_quoted
from .names import MAX_LENGTH

_CODE = "INVALID_FIELD_INPUT"
VALUE_PATTERN = r"(?!.*__)[A-Z][A-Z0-9]*(_[A-Z0-9]+)*"
_VALUE = re.compile(VALUE_PATTERN)
_NUMBER_OF_MARKS = 1_000_000


def problems(raw: Sequence[Mapping[str, Any]] | None) -> list[Problem]:
    """Every rule that given options break. Missing ids have been filled in before."""
    if not raw:
        return [_problem("Options are required for enum fields", raw)]
    if len(raw) > OPTIONS:
        return [_problem(f"The field has {len(raw)} options, at most {OPTIONS} are allowed", None)]
    broken = [problem for option in raw for problem in _option_problems(option)]
    for name in ("position", "id", "value"):
        counts = Counter(repr(option.get(name)) for option in raw)
        if any(count > 1 for count in counts.values()):
            broken.append(_problem(f"Duplicated option {name}", list(raw)))
    return broken


def _option_problems(option: Mapping[str, Any]) -> list[Problem]:
    messages: list[str] = []
    identifier, label, value = option.get("id"), option.get("label"), option.get("value")
    if not identifier:
        messages.append("Option id is required")
    elif not is_uuid(identifier):
        messages.append("Option id is invalid")
    if label is None:
        messages.append("Option label is required")
    elif not isinstance(label, str) or not label:
        messages.append("Option label must be a string of at least one character")
    else:
        if len(label) > MAX_LENGTH:
            messages.append(f"Option label exceeds {MAX_LENGTH} characters")
        if "," in label:
            messages.append("Label must not contain a comma")
        if not label.strip():
            messages.append("Label must not be empty")
    if value is None:
        messages.append("Option value is required")
    elif not isinstance(value, str) or not value:
        messages.append("Option value must be a string of at least one character")
    else:
        if len(value) > MAX_LENGTH:
            messages.append(f"Option value exceeds {MAX_LENGTH} characters")
        if not _VALUE.fullmatch(value):
            messages.append(f'Value must be in UPPER_CASE and follow snake_case "{value}"')
    return [_problem(message, dict(option)) for message in messages]


def default_problems(field: Field) -> list[Problem]:
    """What is wrong with the default of a field whose values come from options."""
    default = field.default_value
    if default is None or not field.type.rules.is_choice:
        return []
    if not field.leaves[0].kind.is_list:
        if not isinstance(default, str):
            return [_problem(f"Default value for select must be a string got {as_message_text(default)}", default)]
        return _literal_problems(field, default)
    if not isinstance(default, list):
        return [_problem(f"Default value for multi-select must be an array got {as_message_text(default)}", default)]
    if not default:
        return [_problem("If defined default value must contain at least one value", default)]
    broken = [problem for member in default for problem in _literal_problems(field, member)]
    if len({repr(member) for member in default}) < len(default):
        broken.append(_problem("Default values must be unique", default))
    return broken


def _literal_problems(field: Field, default: Any) -> list[Problem]:
    if not is_quoted(default):
        return [_problem("Default value should be as quoted string", default)]
    if default[1:-1] not in field.option_values:
        return [_problem(f'Default value "{default}" must be one of the option values', default)]
    return []


def _problem(message: str, value: Any) -> Problem:
    return Problem(code=_CODE, message=message, value=value)


# ---------------------------------------------------------------------- edits


@dataclass(frozen=True, slots=True)
class Edit:
    """``is_visible`` tells whether values of records change, and so their index rows."""

    options: tuple[Option, ...]
    retired: tuple[RetiredOption, ...]
    is_visible: bool


def parsed(raw: Sequence[Mapping[str, Any]]) -> tuple[Option, ...]:
    """Options that broke no rule. A missing position is the place in the list."""
    return tuple(
        Option(
            id=option["id"].lower(),
            value=option["value"],
            label=option["label"],
            position=option["position"] if isinstance(option.get("position"), int | float) else place,
            color=option.get("color"),
        )
        for place, option in enumerate(raw)
    )


def edit(field: Field, options: Sequence[Option], fallback: Any) -> Edit:
    """Replace the options of a field. ``fallback`` is the default among the new ones, as a record would show it, for
    what is removed.
    """
    before = {option.id: option for option in field.options}
    kept = {option.id for option in options}
    removed = [option for option in field.options if option.id not in kept]
    taken = {option.in_store for option in field.options} | {option.stored for option in field.retired}
    result: list[Option] = []
    for option in options:
        old = before.get(option.id)
        text = old.in_store if old is not None else _free(option.value, taken)
        taken.add(text)
        result.append(replace(option, stored=None if text == option.value else text))
    replacement = _in_store(fallback, result)
    retired = tuple(RetiredOption(stored=option.in_store, fallback=replacement) for option in removed)
    renamed = any(option.id in before and before[option.id].value != option.value for option in result)
    return Edit(tuple(result), (*field.retired, *retired), bool(removed) or renamed)


def _free(value: str, taken: set[str]) -> str:
    """A text that no record can hold yet: records of a removed option may still hold its text."""
    if value not in taken:
        return value
    return next(text for mark in range(2, _NUMBER_OF_MARKS) if (text := f"{value}~{mark}") not in taken)


def _in_store(value: Any, options: Sequence[Option]) -> Any:
    texts = {option.value: option.in_store for option in options}
    if isinstance(value, list):
        return [texts[member] for member in value if member in texts] or None
    return texts.get(value)
