"""A GraphQL schema as data: what both the SDL and the introspection are made from.

Types know their names at once and make their members when somebody asks: a workspace of 1,000 objects has 700,000
members, which nobody needs at the same time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

TypeKind = Literal["SCALAR", "OBJECT", "ENUM", "INPUT_OBJECT"]


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument or a field of an input type. ``type`` is written as in SDL: ``[UUID!]!``, ``default`` as well."""

    name: str
    type: str
    description: str | None = None
    default: str | None = None


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


type Members[T] = Sequence[T] | Callable[[], Iterable[T]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeDefinition:
    """A named type. Objects have ``fields``, input types ``inputs``, enums ``values``; each is made anew when asked
    for.
    """

    kind: TypeKind
    name: str
    description: str | None = None
    members: Members[Any] = ()

    @property
    def fields(self) -> tuple[FieldDefinition, ...]:
        return self._members("OBJECT")

    @property
    def inputs(self) -> tuple[Argument, ...]:
        return self._members("INPUT_OBJECT")

    @property
    def values(self) -> tuple[EnumValue, ...]:
        return self._members("ENUM")

    def _members(self, kind: TypeKind) -> tuple[Any, ...]:
        if self.kind != kind:
            return ()
        return tuple(self.members() if callable(self.members) else self.members)


Schema = dict[str, TypeDefinition]
"""Types by name; the root types are ``Query`` and ``Mutation``."""


def scalar(name: str, description: str | None = None) -> TypeDefinition:
    return TypeDefinition(kind="SCALAR", name=name, description=description)


def enum(name: str, values: Members[EnumValue], description: str | None = None) -> TypeDefinition:
    return TypeDefinition(kind="ENUM", name=name, members=values, description=description)


def inputs(name: str, members: Members[Argument], description: str | None = None) -> TypeDefinition:
    return TypeDefinition(kind="INPUT_OBJECT", name=name, members=members, description=description)


def output(name: str, fields: Members[FieldDefinition], description: str | None = None) -> TypeDefinition:
    return TypeDefinition(kind="OBJECT", name=name, members=fields, description=description)
