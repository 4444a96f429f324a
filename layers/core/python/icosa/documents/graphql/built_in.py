"""What every GraphQL schema has, as graphql-core says it: scalars, directives, the types of introspection."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from graphql import build_schema, get_introspection_query, graphql_sync

from .definitions import Argument, EnumValue, FieldDefinition, Members, TypeDefinition

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Directive:
    name: str
    description: str | None
    is_repeatable: bool
    locations: Sequence[str]
    arguments: tuple[Argument, ...]


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
def built_in_types() -> Mapping[str, TypeDefinition]:
    return {
        type_["name"]: TypeDefinition(
            kind=type_["kind"], name=type_["name"], description=type_["description"], members=_members(type_)
        )
        for type_ in _shipped()["types"]
        if type_["name"] != "Query"
    }


@cache
def directives() -> tuple[Directive, ...]:
    return tuple(
        Directive(
            directive["name"],
            directive["description"],
            directive["isRepeatable"],
            directive["locations"],
            _arguments(directive["args"]),
        )
        for directive in _shipped()["directives"]
    )


def _members(type_: Json) -> Members[FieldDefinition] | Members[EnumValue]:
    if type_["kind"] == "ENUM":
        return tuple(EnumValue(value["name"], value["description"]) for value in type_["enumValues"])
    return tuple(
        FieldDefinition(field["name"], _as_text(field["type"]), _arguments(field["args"]), field["description"])
        for field in type_["fields"] or ()
    )


def _arguments(arguments: Iterable[Json]) -> tuple[Argument, ...]:
    return tuple(
        Argument(argument["name"], _as_text(argument["type"]), argument["description"], argument["defaultValue"])
        for argument in arguments
    )


def _as_text(reference: Json) -> str:
    match reference["kind"]:
        case "NON_NULL":
            return f"{_as_text(reference['ofType'])}!"
        case "LIST":
            return f"[{_as_text(reference['ofType'])}]"
    name: str = reference["name"]
    return name
