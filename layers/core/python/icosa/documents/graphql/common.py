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

from ...model.types.base import Kind
from ...model.types.composite import CompositeType, Member
from ...model.types.registry import by_name
from ...shipped import folder
from .definitions import Argument, EnumValue, FieldDefinition, Schema, TypeDefinition, enum, inputs, output, scalar
from .shapes import DIRECTION, FLAG, member_enum_name, scalar_of, type_part

BUILT_IN = ("String", "Int", "Float", "Boolean", "ID")
#: Members of composites that only the server writes.
_NOT_WRITTEN = {("Actor", "name"), ("Actor", "workspaceMemberId")}


@cache
def common_types() -> Schema:
    """Types by name. Shared: never change what it returns."""
    document = parse((folder() / "graphql" / "core.graphql").read_text(encoding="utf-8"), no_location=True)
    found = [_definition(node) for node in document.definitions if isinstance(node, TypeDefinitionNode)]
    for field_type in dict.fromkeys(by_name.values()):
        if isinstance(field_type, CompositeType):
            found += _composite(type_part(field_type.name), field_type.members)
    return {definition.name: definition for definition in found}


def enum_filter(name: str) -> TypeDefinition:
    """The filter of an enum's field."""
    members = (
        *((operator, name) for operator in ("eq", "neq", "gt", "gte", "lt", "lte")),
        ("in", f"[{name}]"),
        ("containsAny", f"[{name}]"),
        ("is", "FilterIs"),
        ("isEmptyArray", "Boolean"),
    )
    return inputs(f"{name}Filter", [Argument(*member) for member in members])


# ------------------------------------------------------------------ composites


def _composite(name: str, members: tuple[Member, ...]) -> list[TypeDefinition]:
    types = {member.name: _member_type(name, member) for member in members}
    written = [Argument(member, type_) for member, (type_, _) in types.items() if (name, member) not in _NOT_WRITTEN]
    groupable = [member.name for member in members if member.kind.is_groupable]
    found = [
        output(name, [FieldDefinition(member, type_) for member, (type_, _) in types.items()]),
        inputs(f"{name}CreateInput", written),
        inputs(f"{name}UpdateInput", written),
        inputs(f"{name}FilterInput", [Argument(member, filter) for member, (_, filter) in types.items()]),
        inputs(
            f"{name}OrderByInput", [Argument(member.name, DIRECTION) for member in members if member.kind.is_sortable]
        ),
        inputs(f"{name}GroupByInput", [Argument(member, FLAG) for member in groupable]),
    ]
    for member in members:
        if options := _options(member.kind):
            enum_type = enum(member_enum_name(name, member.name), tuple(EnumValue(option) for option in options))
            found += [enum_type, enum_filter(enum_type.name)]
    return found


def _member_type(composite: str, member: Member) -> tuple[str, str]:
    """Types of a member's value and of its filter."""
    if _options(member.kind):
        name = member_enum_name(composite, member.name)
        return name, f"{name}Filter"
    found = scalar_of(member.kind)
    return found.name, found.filter


def _options(kind: Kind) -> tuple[str, ...]:
    options: tuple[str, ...] = getattr(kind, "options", ())
    return options


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
