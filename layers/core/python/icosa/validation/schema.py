"""OpenAPI schemas of bodies, in the form that all documents have: ``type`` with ``null`` in it for what may be null."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, override

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from ..model.types.json_schema import Schema, nullable
from .body import RequestBody, ResponseBody

_REFERENCES = "#/components/schemas/{model}"


def components_of(models: Mapping[str, type[BaseModel]]) -> dict[str, Schema]:
    """The schemas of models by the names that they are to have, and of the models in them by the names of
    their classes.
    """
    schemas: dict[str, Schema] = {}
    for name, model in models.items():
        schema = model.model_json_schema(ref_template=_REFERENCES, schema_generator=_Generator)
        schemas |= schema.pop("$defs", {})
        schemas[name] = schema
    return schemas


def schema_of(type_: Any) -> Schema:
    """The schema of a member's type."""
    return TypeAdapter(type_).json_schema(schema_generator=_Generator)


class _Generator(GenerateJsonSchema):
    @override
    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    @override
    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        result = super().model_schema(schema)
        result.pop("title", None)
        result.pop("description", None)
        properties = result.get("properties", {})
        if issubclass(schema["cls"], RequestBody):
            # Null is as good as nothing, or clears the value.
            optional = set(properties) - set(result.get("required", ()))
            result["properties"] = {
                name: _or_null(member) if name in optional else member for name, member in properties.items()
            }
        elif issubclass(schema["cls"], ResponseBody):
            # Others are left out where a caller does not see them.
            result["required"] = ["id"] if "id" in properties else []
        return result

    @override
    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return _or_null(self.generate_inner(schema["schema"]))

    @override
    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        result = super().default_schema(schema)
        if result.get("default") in (None, {}):
            # Generators of code know no default that is an object.
            result.pop("default", None)
        return result

    @override
    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        return {"type": "object"}

    @override
    def literal_schema(self, schema: core_schema.LiteralSchema) -> JsonSchemaValue:
        # Always an ``enum``: a ``const`` cannot allow null as well.
        return {"type": "string", "enum": schema["expected"]}


def _or_null(schema: JsonSchemaValue) -> JsonSchemaValue:
    """The schema with null allowed; any value includes null."""
    if not schema.keys() - {"description", "default"} or _allows_null(schema):
        return schema
    return dict(nullable(schema))


def _allows_null(schema: JsonSchemaValue) -> bool:
    return "null" in schema.get("type", ()) or {"type": "null"} in schema.get("anyOf", ())
