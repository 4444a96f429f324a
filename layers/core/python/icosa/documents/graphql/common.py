"""The types that every workspace has: ``schemas/graphql/core.graphql``, and the composite types."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from graphql import (
    EnumTypeDefinitionNode,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    StringValueNode,
    TypeDefinitionNode,
    parse,
    print_ast,
)

from ...model.types.composite import CompositeType, Member
from ...model.types.graphql_types import DIRECTION, FLAG, Scalar, type_part
from ...model.types.registry import by_own_name
from ...shipped import folder
from . import wording
from .definitions import Argument, EnumValue, FieldDefinition, Schema, TypeDefinition, enum, inputs, output, scalar
from .filters import filter_input, filter_inputs
from .type_names import member_enum_name

BUILT_IN = ("String", "Int", "Float", "Boolean", "ID")


@cache
def common_types() -> Schema:
    """Types by name. Shared: never change what it returns."""
    document = parse((folder() / "graphql" / "core.graphql").read_text(encoding="utf-8"), no_location=True)
    written = [_definition(node) for node in document.definitions if isinstance(node, TypeDefinitionNode)]
    # Filters refer to scalars and enums, everything else to filters.
    first = sum(definition.kind in ("SCALAR", "ENUM") for definition in written)
    definitions = [*written[:first], *filter_inputs(), *written[first:]]
    for field_type in by_own_name.values():
        if isinstance(field_type, CompositeType):
            definitions += _composite(field_type)
    return {definition.name: definition for definition in definitions}


# ------------------------------------------------------------------ composites


def _composite(field_type: CompositeType) -> list[TypeDefinition]:
    name, about = type_part(field_type.name), wording.composite(field_type.name)
    scalars = [(member, _scalar(name, member), wording.member(member)) for member in field_type.members]
    shown = [FieldDefinition(member.name, values.name, (), meaning) for member, values, meaning in scalars]
    written = [Argument(member.name, values.name, meaning) for member, values, meaning in scalars if member.is_declared]
    types = [
        output(name, shown, about),
        inputs(f"{name}CreateInput", written, f"{about} Members that are left out are empty."),
        inputs(f"{name}UpdateInput", written, f"{about} Members that are left out stay as they are."),
        inputs(
            f"{name}FilterInput",
            [Argument(member.name, values.filter, f"Conditions on {member.name}.") for member, values, _ in scalars],
            f"Conditions on members of {name}; all of them must be met.",
        ),
        inputs(
            f"{name}OrderByInput",
            [
                Argument(member.name, DIRECTION, f"Direction of the order by {member.name}.")
                for member in field_type.members
                if member.kind.is_sortable
            ],
            f"The member of {name} that records are ordered by.",
        ),
        inputs(
            f"{name}GroupByInput",
            [
                Argument(member.name, FLAG, f"Whether records of a group have the same {member.name}.")
                for member in field_type.members
                if member.kind.is_groupable
            ],
            f"The member of {name} whose equal values make a group.",
        ),
    ]
    for member, values, meaning in scalars:
        if member.kind.is_choice:
            options = tuple(EnumValue(option, wording.option(option)) for option in member.kind.options)
            types += [
                enum(values.name, options, meaning),
                filter_input(values, member.kind, f"Conditions on {member.name} of {name}; all of them must be met."),
            ]
    return types


def _scalar(composite: str, member: Member) -> Scalar:
    kind = member.kind
    return kind.scalar.renamed(member_enum_name(composite, member.name)) if kind.is_choice else kind.scalar


# ------------------------------------------------------------------ syntax trees


def _definition(node: TypeDefinitionNode) -> TypeDefinition:
    name, description = node.name.value, _text(node.description)
    match node:
        case ScalarTypeDefinitionNode():
            return scalar(name, description)
        case EnumTypeDefinitionNode(values=values):
            return enum(
                name,
                tuple(EnumValue(value.name.value, _text(value.description)) for value in values or ()),
                description,
            )
        case InputObjectTypeDefinitionNode(fields=members):
            return inputs(name, _arguments(members or ()), description)
        case ObjectTypeDefinitionNode(fields=fields):
            definitions = [
                FieldDefinition(
                    field.name.value,
                    print_ast(field.type),
                    tuple(_arguments(field.arguments or ())),
                    _text(field.description),
                )
                for field in fields or ()
            ]
            return output(name, definitions, description)
    raise AssertionError(node.kind)


def _arguments(nodes: Iterable[InputValueDefinitionNode]) -> list[Argument]:
    return [Argument(node.name.value, print_ast(node.type), _text(node.description)) for node in nodes]


def _text(node: StringValueNode | None) -> str | None:
    return None if node is None else node.value
