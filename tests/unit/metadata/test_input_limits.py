"""Limits of what metadata may hold (docs/limits.md#metadata)."""

from __future__ import annotations

from typing import Any

import pytest

from icosa.limits import DEFAULT_CHARACTERS, DESCRIPTION_CHARACTERS, OPTIONS, SHORT_CHARACTERS
from icosa.metadata import defaults, options
from icosa.metadata.bodies import CreateField, CreateObject, UpdateField, UpdateObject
from icosa.model.model import Field
from icosa.model.types.registry import by_name
from icosa.validation.body import RequestBody, validate
from icosa.validation.errors import InvalidInput


def field_of(type_name: str, default: Any) -> Field:
    return Field(id="f", key="f1", name="f", type=by_name[type_name], default_value=default)


def option(number: int) -> dict[str, Any]:
    identifier = f"20202020-0000-4000-8000-{number:012}"
    return {"id": identifier, "label": f"l{number}", "value": f"V{number}", "position": number, "color": "red"}


def test_options() -> None:
    assert options.problems([option(number) for number in range(OPTIONS)]) == []
    [problem] = options.problems([option(number) for number in range(OPTIONS + 1)])
    assert problem.message == f"The field has {OPTIONS + 1} options, at most {OPTIONS} are allowed"


@pytest.mark.parametrize(
    ("type_name", "default"),
    [
        ("TEXT", lambda n: f"'{'a' * (n - 2)}'"),
        ("RICH_TEXT", lambda n: {"markdown": f"'{'![' * n}'"[: n - 16] + "'"}),
        ("EMAILS", lambda n: {"primaryEmail": f"'{'a' * (n - 22)}'"}),
    ],
)
def test_defaults(type_name: str, default: Any) -> None:
    [problem] = defaults.problems(field_of(type_name, default(DEFAULT_CHARACTERS + 10)))
    assert problem.message.endswith(f"characters, at most {DEFAULT_CHARACTERS} are allowed")
    assert all("characters" not in p.message for p in defaults.problems(field_of(type_name, default(3_000))))


@pytest.mark.parametrize("body", [CreateObject, UpdateObject, CreateField, UpdateField])
@pytest.mark.parametrize(("name", "most"), [("description", DESCRIPTION_CHARACTERS), ("icon", SHORT_CHARACTERS)])
def test_texts(body: type[RequestBody], name: str, most: int) -> None:
    with pytest.raises(InvalidInput) as refused:
        validate(body, {name: "a" * (most + 1)})
    assert f"{name} must be shorter than or equal to {most} characters" in str(refused.value.messages)
