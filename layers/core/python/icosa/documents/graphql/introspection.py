"""A schema as the answer to the standard introspection query.

Made from the same data as the SDL, without building a graphql-core schema and running a query on it: for 30 objects
that takes seconds, this takes some 50 ms (docs/graphql.md). A test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from graphql import build_schema, get_introspection_query, graphql_sync

from .definitions import Argument, Schema, TypeDefinition

Json = dict[str, Any]


def introspect(schema: Schema) -> Json:
    """``{"__schema": {"queryType": …, "types": […], "directives": […]}}``."""
    kinds = {name: definition.kind for name, definition in schema.items()} | dict.fromkeys(_built_in(), "SCALAR")
    types = _Types(kinds)
    own = [types.full(definition) for definition in schema.values()]
    return {
        "__schema": {
            "description": None,
            "queryType": {"name": "Query", "kind": "OBJECT"},
            "mutationType": {"name": "Mutation", "kind": "OBJECT"} if "Mutation" in schema else None,
            "subscriptionType": None,
            "types": [*own, *_built_in().values()],
            "directives": _shipped()["directives"],
        }
    }


class _Types:
    def __init__(self, kinds: Mapping[str, str]) -> None:
        self._kinds = kinds
        self._references: dict[str, Json] = {}

    def full(self, definition: TypeDefinition) -> Json:
        kind = definition.kind
        return {
            "kind": kind,
            "name": definition.name,
            "description": definition.description or None,
            "specifiedByURL": None,
            "isOneOf": False if kind == "INPUT_OBJECT" else None,
            "fields": [
                {
                    "name": field.name,
                    "description": field.description or None,
                    "args": self._inputs(field.arguments),
                    "type": self.reference(field.type),
                    "isDeprecated": False,
                    "deprecationReason": None,
                }
                for field in definition.fields
            ]
            if kind == "OBJECT"
            else None,
            "inputFields": self._inputs(definition.inputs) if kind == "INPUT_OBJECT" else None,
            "interfaces": [] if kind == "OBJECT" else None,
            "enumValues": [
                {
                    "name": value.name,
                    "description": value.description or None,
                    "isDeprecated": False,
                    "deprecationReason": None,
                }
                for value in definition.values
            ]
            if kind == "ENUM"
            else None,
            "possibleTypes": None,
        }

    def _inputs(self, arguments: Iterable[Argument]) -> list[Json]:
        return [
            {
                "name": argument.name,
                "description": argument.description or None,
                "type": self.reference(argument.type),
                "defaultValue": None,
                "isDeprecated": False,
                "deprecationReason": None,
            }
            for argument in arguments
        ]

    def reference(self, text: str) -> Json:
        """A type as written in SDL; the same object for the same text."""
        reference = self._references.get(text)
        if reference is None:
            reference = self._references[text] = self._reference(text)
        return reference

    def _reference(self, text: str) -> Json:
        if text.endswith("!"):
            return {"kind": "NON_NULL", "name": None, "ofType": self.reference(text[:-1])}
        if text.startswith("["):
            return {"kind": "LIST", "name": None, "ofType": self.reference(text[1:-1])}
        return {"kind": self._kinds[text], "name": text, "ofType": None}


@cache
def _shipped() -> Json:
    """What graphql-core says about the parts that are the same in every schema."""
    schema = build_schema("type Query { a: String b: Int c: Float d: Boolean e: ID }")
    query = get_introspection_query(
        specified_by_url=True, directive_is_repeatable=True, input_value_deprecation=True, one_of=True
    )
    data = graphql_sync(schema, query).data
    assert data is not None
    shipped: Json = data["__schema"]
    return shipped


@cache
def _built_in() -> dict[str, Json]:
    return {type_["name"]: type_ for type_ in _shipped()["types"] if type_["name"] != "Query"}
