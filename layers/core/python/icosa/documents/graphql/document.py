"""The whole schema of a workspace, as text and as the answer to an introspection query."""

from __future__ import annotations

from typing import Any

from ...model.model import Model
from .common import BUILT_IN, common_types
from .definitions import FieldDefinition, Schema, output
from .introspection import introspect
from .objects import ObjectTypes, Rights
from .text import write


def schema(model: Model, rights: Rights | None = None) -> Schema:
    """Every type of the workspace, as a role sees them; without ``rights`` all of them.

    Generated types and root fields never take the place of others. ``metadata.collisions`` refuses names that would; an
    object that has one from before has no type of its own.
    """
    types_by_name: Schema = dict(common_types())
    queries = {query.name: query for query in types_by_name["Query"].fields}
    mutations: list[FieldDefinition] = []
    for obj in model.objects:
        if rights is not None and not rights.can(obj, "read"):
            continue
        types = ObjectTypes(model, obj, rights)
        for definition in types.all():
            if definition.name not in BUILT_IN:
                types_by_name.setdefault(definition.name, definition)
        for query in types.queries():
            queries.setdefault(query.name, query)
        mutations += types.mutations()
    types_by_name["Query"] = output("Query", list(queries.values()))
    if mutations:
        types_by_name["Mutation"] = output("Mutation", mutations)
    return types_by_name


def sdl(model: Model, rights: Rights | None = None) -> str:
    """The schema in the schema definition language."""
    return write(schema(model, rights))


def introspection(model: Model, rights: Rights | None = None) -> dict[str, Any]:
    """What the standard introspection query answers: ``{"__schema": {…}}``."""
    return introspect(schema(model, rights))
