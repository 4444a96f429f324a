"""What documents say about a field's values holds for what the field takes and shows."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator
from openapi_schema_validator import oas31_format_checker

from icosa.model.model import Field
from icosa.model.types.json_schema import nullable
from tests.support.crm import crm

_FIELDS = [field for field in crm().by_singular["rocket"].stored_fields if field.relation is None]


def _validator(schema: Any) -> Draft202012Validator:
    return Draft202012Validator(schema, format_checker=oas31_format_checker)


@pytest.mark.parametrize("field", _FIELDS, ids=lambda field: f"{field.name} {field.type.name}")
def test_examples_fit_and_what_becomes_of_them_is_described(field: Field) -> None:
    example = field.type.example(field)
    _validator(field.type.openapi(field, response=False)).validate(example)
    if field.name != "position":  # Its example is a place, which the engine resolves.
        rendered = orjson.loads(orjson.dumps(field.type.render(field, field.type.parse(field, example))))
        _validator(field.type.openapi(field, response=True)).validate(rendered)


@pytest.mark.parametrize("field", _FIELDS, ids=lambda field: f"{field.name} {field.type.name}")
def test_null_is_described(field: Field) -> None:
    rendered = field.type.render(field, None)
    if rendered is not None:
        _validator(field.type.openapi(field, response=True)).validate(rendered)


@pytest.mark.parametrize(
    "field", [field for field in _FIELDS if field.type.is_composite], ids=lambda field: field.type.name
)
def test_members_of_composites_are_all_named(field: Field) -> None:
    rendered = field.type.render(field, field.type.parse(field, field.type.example(field)))
    described, taken = field.type.openapi(field, response=True), field.type.openapi(field, response=False)
    assert list(rendered) == list(described["properties"]) == described["required"]
    assert set(taken["properties"]) == set(rendered)
    assert taken["additionalProperties"] is False


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string", "format": "uuid"}, {"type": ["string", "null"], "format": "uuid"}),
        ({"type": ["object", "array"]}, {"type": ["object", "array", "null"]}),
        ({"type": "string", "enum": ["A"]}, {"type": ["string", "null"], "enum": ["A", None]}),
        ({"$ref": "#/a"}, {"anyOf": [{"$ref": "#/a"}, {"type": "null"}]}),
        ({"anyOf": [{"type": "number"}]}, {"anyOf": [{"type": "number"}, {"type": "null"}]}),
    ],
)
def test_nullable(schema: Any, expected: Any) -> None:
    assert nullable(schema) == expected
    _validator(expected | ({"anyOf": [{"type": "null"}]} if "$ref" in str(expected) else {})).validate(None)
