"""A GraphQL schema as data: what both the SDL and the introspection are made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

TypeKind = Literal["SCALAR", "OBJECT", "ENUM", "INPUT_OBJECT"]


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument or a field of an input type. ``type`` is written as in SDL: ``[UUID!]!``."""

    name: str
    type: str
    description: str | None = None


@dataclass(frozen=True, slots=True)
class FieldDefinition:
    name: str
    type: str
    arguments: tuple[Argument, ...] = ()
    description: str | None = None


@dataclass(frozen=True, slots=True)
class EnumValue:
    name: str
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeDefinition:
    """A named type. Objects have ``fields``, input types ``inputs``, enums ``values``."""

    kind: TypeKind
    name: str
    description: str | None = None
    fields: tuple[FieldDefinition, ...] = ()
    inputs: tuple[Argument, ...] = ()
    values: tuple[EnumValue, ...] = ()


Schema = dict[str, TypeDefinition]
"""Types by name; the root types are ``Query`` and ``Mutation``."""


def scalar(name: str, description: str | None = None) -> TypeDefinition:
    return TypeDefinition(kind="SCALAR", name=name, description=description)


def enum(name: str, values: tuple[EnumValue, ...], description: str | None = None) -> TypeDefinition:
    return TypeDefinition(kind="ENUM", name=name, values=values, description=description)


def inputs(name: str, members: list[Argument], description: str | None = None) -> TypeDefinition:
    return TypeDefinition(kind="INPUT_OBJECT", name=name, inputs=tuple(members), description=description)


def output(name: str, fields: list[FieldDefinition], description: str | None = None) -> TypeDefinition:
    return TypeDefinition(kind="OBJECT", name=name, fields=tuple(fields), description=description)
