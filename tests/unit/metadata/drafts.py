"""Changes without a store: a draft of the standard model, expanded and looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from icosa.metadata import bodies, fields, objects
from icosa.metadata.draft import Draft
from icosa.metadata.rules import failures
from icosa.metadata.standard import standard_model
from icosa.model.model import Field, Object
from icosa.validation.errors import MetadataValidationError

WORKSPACE = "11111111-1111-4111-8111-111111111111"
NOW = "2026-01-01T00:00:00.000Z"
STANDARD = standard_model(WORKSPACE, now=NOW)


def new_draft() -> Draft:
    return Draft(STANDARD, next_object_key=len(STANDARD.objects) + 1, now=NOW)


def with_rocket() -> tuple[Draft, Object]:
    """A draft whose base has a custom object besides."""
    draft = new_draft()
    rocket = new_object(draft)
    return again(draft), rocket


def again(draft: Draft) -> Draft:
    """The next change, on what a draft came to."""
    return Draft(draft.model(), next_object_key=draft.next_object_key, now=NOW)


def new_object(draft: Draft, name: str = "rocket", **input: Any) -> Object:
    given = {"nameSingular": name, "namePlural": f"{name}s", "labelSingular": name, "labelPlural": f"{name}s", **input}
    return objects.create_object(draft, bodies.named_members(bodies.CreateObject, given))


def new_field(draft: Draft, obj: Object, type_name: str = "TEXT", name: str = "code", **input: Any) -> Field:
    given = {"objectMetadataId": obj.id, "type": type_name, "name": name, "label": name, **input}
    return fields.create_field(draft, bodies.named_members(bodies.CreateField, given))


def update_field(draft: Draft, field: Field, **input: Any) -> Field:
    return fields.update_field(draft, field.id, bodies.named_members(bodies.UpdateField, input))


def problems(draft: Draft) -> list[str]:
    """Every message of the report."""
    return [problem.message for failure in failures(draft) for problem in failure.problems]


def codes(draft: Draft) -> list[tuple[str, str]]:
    """``(metadata name, code)`` of every problem."""
    return [(failure.name, problem.code) for failure in failures(draft) for problem in failure.problems]


def message_of(error: MetadataValidationError) -> str:
    [failure] = error.failures
    [problem] = failure.problems
    return problem.message


def names(fields: Mapping[str, Field]) -> set[str]:
    return set(fields)
