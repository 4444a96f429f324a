"""A schema as SDL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graphql.language.block_string import print_block_string

from .definitions import Argument, Schema, TypeDefinition


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
                yield from _description(value.description, "  ")
                yield f"  {value.name}"
            yield "}"
        case "INPUT_OBJECT":
            yield f"input {definition.name} {{"
            for member in definition.inputs:
                yield from _description(member.description, "  ")
                yield f"  {member.name}: {member.type}"
            yield "}"
        case "OBJECT":
            yield f"type {definition.name} {{"
            for field in definition.fields:
                yield from _description(field.description, "  ")
                yield f"  {field.name}{_arguments(field.arguments)}: {field.type}"
            yield "}"


def _arguments(arguments: Sequence[Argument]) -> str:
    return f"({', '.join(f'{argument.name}: {argument.type}' for argument in arguments)})" if arguments else ""


def _description(text: str | None, indent: str) -> Iterator[str]:
    if text:
        yield from (f"{indent}{line}" if line else line for line in print_block_string(text).split("\n"))
