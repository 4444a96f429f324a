"""The schemas of an object: what creates and updates take, and what answers hold
(docs/wire/rest.md#schemas-in-the-document).

A composite type is described once, and referred to by every field of it: a workspace may have thousands of fields.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...model.model import Field, Model, Object
from ...model.types.json_schema import nullable
from .errors import Part
from .names import Names

#: Set by the server. They may be written all the same, but a new record's example does without.
_STAMPS = frozenset(("id", "createdAt", "updatedAt", "deletedAt", "position", "createdBy", "updatedBy"))
_LINK_SCHEMA = "Relation_Input"

_LINK: Part = {
    "description": "One of the three. Instead of this, the id of the related record may be written under its own name",
    "oneOf": [
        {
            "type": "object",
            "properties": {
                "connect": {
                    "type": "object",
                    "properties": {
                        "where": {"type": "object", "description": "The id, or all members of one unique constraint"}
                    },
                    "required": ["where"],
                }
            },
            "required": ["connect"],
            "additionalProperties": False,
        },
        {
            "type": "object",
            "properties": {"create": {"type": "object", "description": "The body of a create of the related object"}},
            "required": ["create"],
            "additionalProperties": False,
        },
        {
            "type": "object",
            "properties": {"disconnect": {"type": "boolean"}},
            "required": ["disconnect"],
            "additionalProperties": False,
        },
        {"type": "null"},
    ],
}


def reference(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


class RecordSchemas:
    """Builds ``components.schemas`` for the objects of a model."""

    def __init__(self, model: Model, names: Names) -> None:
        self._model = model
        self._names = names
        self._composites: dict[str, Part] = {}

    def build(self, objects: Iterable[Object]) -> dict[str, Any]:
        """By component name: three schemas for each object, then those that they share."""
        schemas: dict[str, Any] = {}
        for obj in objects:
            schemas[self._names.create(obj)] = self._input(obj, "create")
            schemas[self._names.update(obj)] = self._input(obj, "update")
            schemas[self._names.response(obj)] = self._response(obj)
        return {**schemas, _LINK_SCHEMA: _LINK, **self._composites}

    def _input(self, obj: Object, mode: str) -> Part:
        properties: dict[str, Any] = {}
        for field in obj.stored_fields:
            if field.name == "id" and mode == "update":
                continue
            schema = self._value(field, response=False)
            properties[field.input_name] = _described(nullable(schema) if field.is_nullable else schema, field)
            if field.is_many_to_one:
                properties[field.name] = reference(_LINK_SCHEMA)
        return {
            "type": "object",
            **_description(obj),
            "properties": properties,
            "additionalProperties": False,
            "example": _example(obj),
        }

    def _response(self, obj: Object) -> Part:
        properties: dict[str, Any] = {}
        for field in obj.fields:
            if field.type.is_stored and not field.is_one_to_many:
                schema = self._value(field, response=True)
                properties[field.input_name] = _described(nullable(schema) if _may_be_null(field) else schema, field)
            if field.relation is not None:
                target = reference(self._names.response(self._model.target_of(field)))
                properties[field.name] = (
                    {"type": "array", "items": target} if field.is_one_to_many else nullable(target)
                )
        return {"type": "object", "properties": properties, "required": ["id"]}

    def _value(self, field: Field, *, response: bool) -> Part:
        if not field.type.is_composite:
            return field.type.openapi(field, response=response)
        name = f"{field.type.name}_{'Value' if response else 'Input'}"
        if name not in self._composites:
            self._composites[name] = field.type.openapi(field, response=response)
        return reference(name)


def _may_be_null(field: Field) -> bool:
    """Records from before a field became mandatory may lack it; system fields are there from the first record on."""
    return field.type.render(field, None) is None and (field.is_nullable or not field.is_system)


def _described(schema: Part, field: Field) -> Part:
    return {**schema, **_description(field)}


def _description(entity: Object | Field) -> dict[str, str]:
    text = entity.display("description")
    return {"description": text} if text else {}


def _example(obj: Object) -> dict[str, Any]:
    fields = (field for field in obj.stored_fields if field.name not in _STAMPS and not field.is_many_to_one)
    return {field.name: value for field in fields if (value := field.type.example(field)) is not None}
