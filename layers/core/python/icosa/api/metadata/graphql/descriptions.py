"""What the schema of ``/metadata`` says about itself: descriptions in the SDL, else those of
``schemas/metadata/descriptions.json``, by ``Type.member`` or, where all that have a name mean the same, by the name.
"""

from __future__ import annotations

from collections.abc import Mapping

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLObjectType, GraphQLSchema

from ....documents.graphql import wording
from ....model.types.registry import by_own_name
from ....shipped import load

_WORDS: Mapping[str, Mapping[str, str]] = load("metadata/descriptions")


def describe(schema: GraphQLSchema) -> None:
    """Give every type, field, argument and value of a schema that has no description one."""
    for type_ in schema.type_map.values():
        if type_.name.startswith("__"):
            continue
        type_.description = type_.description or _WORDS["types"].get(type_.name)
        match type_:
            case GraphQLObjectType():
                for name, field in type_.fields.items():
                    field.description = field.description or _word("members", type_.name, name)
                    for argument, definition in field.args.items():
                        definition.description = definition.description or _word("arguments", name, argument)
            case GraphQLInputObjectType():
                for name, member in type_.fields.items():
                    member.description = member.description or _word("members", type_.name, name)
            case GraphQLEnumType():
                for name, value in type_.values.items():
                    value.description = value.description or _word("values", type_.name, name)


def field_types() -> str:
    """The values of the enum of field types, as SDL."""
    values = " ".join(f'"{wording.content(name)}" {name}' for name in sorted(by_own_name))
    return f"extend enum FieldMetadataType {{ {values} }}"


def _word(kind: str, owner: str, name: str) -> str | None:
    words = _WORDS[kind]
    return words.get(f"{owner}.{name}") or words.get(name)
