"""The whole schema of a workspace, as text and as the answer to an introspection query."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from ...model.graphql_names import TYPE_SUFFIXES
from ...model.model import Model
from .common import BUILT_IN, common_types
from .definitions import FieldDefinition, Schema, TypeDefinition, output
from .introspection import STANDARD_QUERY, IntrospectionWriter
from .objects import ObjectTypes, Rights
from .text import write
from .wording import MUTATION, QUERY

#: Types of one sort stand together: gzip finds what repeats itself within 32 KB, and makes a third of it so.
_RANKS = {suffix: rank for rank, suffix in enumerate(TYPE_SUFFIXES)}


def schema(model: Model, rights: Rights | None = None) -> Schema:
    """Every type of the workspace, as a role sees them; without ``rights`` all of them.

    Generated types and root fields never take the place of others. ``metadata.collisions`` refuses names that would; an
    object that has one from before has no type of its own.
    """
    types_by_name: Schema = dict(common_types())
    own = [ObjectTypes(model, obj, rights) for obj in model.objects if rights is None or rights.can(obj, "read")]
    generated: dict[str, tuple[int, TypeDefinition]] = {}
    for types in own:
        for definition in types.all():
            if definition.name not in BUILT_IN and definition.name not in types_by_name:
                rank = _RANKS.get(definition.name.removeprefix(types.name), len(_RANKS))
                generated.setdefault(definition.name, (rank, definition))
    types_by_name |= {name: definition for name, (_, definition) in sorted(generated.items(), key=_rank)}
    shared = types_by_name["Query"].fields
    types_by_name["Query"] = output("Query", lambda: _queries(shared, own), QUERY)
    if next(_mutations(own), None) is not None:
        types_by_name["Mutation"] = output("Mutation", lambda: _mutations(own), MUTATION)
    return types_by_name


def _rank(entry: tuple[str, tuple[int, TypeDefinition]]) -> int:
    return entry[1][0]


def _queries(shared: Sequence[FieldDefinition], own: Sequence[ObjectTypes]) -> Iterator[FieldDefinition]:
    seen = {query.name for query in shared}
    yield from shared
    for types in own:
        for query in types.queries():
            if query.name not in seen:
                seen.add(query.name)
                yield query


def _mutations(own: Sequence[ObjectTypes]) -> Iterator[FieldDefinition]:
    for types in own:
        yield from types.mutations()


def sdl(model: Model, rights: Rights | None = None) -> str:
    """The schema in the schema definition language."""
    return write(schema(model, rights))


def introspection(model: Model, rights: Rights | None = None) -> dict[str, Any]:
    """What the standard introspection query answers: ``{"__schema": {…}}``."""
    text = "".join(IntrospectionWriter(schema(model, rights)).schema(STANDARD_QUERY))
    return {"__schema": orjson.loads(text)}
