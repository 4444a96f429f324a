"""Names that would take the place of others in what is generated from a model: GraphQL types and root fields, and paths
of the REST API (docs/wire/metadata.md#collisions).

The product's own names come from ``schemas/generated-names.json``, which a test compares with the generator; those of
objects and fields from ``model.graphql_names``.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from ..identifiers import capitalised
from ..model.graphql_names import derived_queries, types_of_field, types_of_object
from ..model.model import Field, Object
from ..shipped import load
from ..validation.errors import Problem
from .draft import Draft
from .names import RESERVED


@cache
def own_names(kind: str) -> frozenset[str]:
    """Names that every workspace has: ``types``, ``queries`` or ``paths``."""
    return frozenset(load("generated-names")[kind])


def is_own_singular(name: str) -> bool:
    """Whether an object's singular name would name one of the product's own types or root fields."""
    return capitalised(name) in own_names("types") or name in own_names("queries")


def is_own_plural(name: str) -> bool:
    """Whether an object's plural name would name one of the product's own root fields or paths."""
    return name in own_names("queries") or name in own_names("paths")


def object_problems(draft: Draft, obj: Object, *, singular: bool, plural: bool) -> Iterator[Problem]:
    """Problems of the names of an object that are new. That the name itself is another object's is not looked at."""
    others = [other for other in draft.objects.values() if other.id != obj.id]
    names = {name for other in others for name in (other.name_singular, other.name_plural)}
    derived = {name for other in others for name in derived_queries(other)}
    by_singular, *by_plural = derived_queries(obj)
    if singular and (
        is_own_singular(obj.name_singular)
        or not own_names("types").isdisjoint(types_of_object(obj))
        or not _types(others).isdisjoint(types_of_object(obj))
        or obj.name_singular in derived
        or by_singular in (names | own_names("queries") | {obj.name_plural})
    ):
        yield Problem(code="INVALID_OBJECT_INPUT", message=RESERVED, value=obj.name_singular)
    if plural and (
        is_own_plural(obj.name_plural)
        or obj.name_plural in derived
        or not (names | own_names("queries") | {obj.name_singular}).isdisjoint(by_plural)
    ):
        yield Problem(code="INVALID_OBJECT_INPUT", message=RESERVED, value=obj.name_plural)


def field_problems(draft: Draft, obj: Object, field: Field) -> Iterator[Problem]:
    """Problems of the types that exist because of a field."""
    types = list(types_of_field(obj, field))
    if not types:
        return
    taken = {
        name
        for other in draft.objects.values()
        for name in (
            *types_of_object(other),
            *(name for member in other.fields if member.id != field.id for name in types_of_field(other, member)),
        )
    }
    if any(name in taken or name in own_names("types") for name in types):
        yield Problem(code="INVALID_FIELD_INPUT", message=RESERVED, value=field.name)


def _types(objects: list[Object]) -> set[str]:
    """Every type of the objects."""
    return {
        name
        for obj in objects
        for name in (*types_of_object(obj), *(name for field in obj.fields for name in types_of_field(obj, field)))
    }
