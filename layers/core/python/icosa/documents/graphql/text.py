"""A schema as SDL."""

from __future__ import annotations

from collections.abc import Iterator

from graphql.language.block_string import print_block_string

from .definitions import Argument, FieldDefinition, Schema, TypeDefinition

_INDENT = "  "


def write(schema: Schema) -> str:
    """The types in the order of the schema."""
    return "\n\n".join("\n".join(_lines(definition)) for definition in schema.values() if definition.name) + "\n"


def _lines(definition: TypeDefinition) -> Iterator[str]:
    yield from _description(definition.description, "")
    match definition.kind:
        case "SCALAR":
            yield f"scalar {definition.name}"
        case "ENUM":
            yield f"enum {definition.name} {{"
            for value in definition.values:
                yield from _description(value.description, _INDENT)
                yield f"{_INDENT}{value.name}"
            yield "}"
        case "INPUT_OBJECT":
            yield f"input {definition.name} {{"
            for member in definition.inputs:
                yield from _argument(member, _INDENT)
            yield "}"
        case "OBJECT":
            yield f"type {definition.name} {{"
            for field in definition.fields:
                yield from _field(field)
            yield "}"


def _field(field: FieldDefinition) -> Iterator[str]:
    yield from _description(field.description, _INDENT)
    if not field.arguments:
        yield f"{_INDENT}{field.name}: {field.type}"
        return
    yield f"{_INDENT}{field.name}("
    for argument in field.arguments:
        yield from _argument(argument, _INDENT * 2)
    yield f"{_INDENT}): {field.type}"


def _argument(argument: Argument, indent: str) -> Iterator[str]:
    yield from _description(argument.description, indent)
    default = "" if argument.default is None else f" = {argument.default}"
    yield f"{indent}{argument.name}: {argument.type}{default}"


def _description(text: str | None, indent: str) -> Iterator[str]:
    if text:
        yield from (f"{indent}{line}" if line else line for line in print_block_string(text).split("\n"))
