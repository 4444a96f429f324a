"""The names that objects take in the GraphQL schema of their workspace.

``documents.graphql.objects`` makes what has these names; a test holds the two together. They are here because the rules
of names must know them: two objects that both made ``PersonFilterInput`` would break the schema of the workspace.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..identifiers import capitalised
from .model import Field, Object

#: What follows the name of an object in the names of its types; the record type has the name alone.
TYPE_SUFFIXES = (
    "",
    "Edge",
    "Connection",
    "GroupByConnection",
    "CreateInput",
    "UpdateInput",
    "FilterInput",
    "OrderByInput",
    "GroupByInput",
    "OrderByWithGroupByInput",
    "OrderByWithGroupByAggregateInput",
    "RelationInput",
    "ConnectInput",
    "WhereUniqueInput",
)


def type_name(obj: Object) -> str:
    """``Company``: the name of the record type, with which those of all other types of the object begin."""
    return capitalised(obj.name_singular)


def enum_name(obj: Object, field: Field) -> str:
    """``OpportunityStageEnum``: the type of a field with options."""
    return f"{type_name(obj)}{capitalised(field.name)}Enum"


def where_name(obj: Object, field: Field) -> str:
    """``PersonEmailsWhereInput``: how a unique composite field chooses a record."""
    return f"{type_name(obj)}{capitalised(field.name)}WhereInput"


def types_of_object(obj: Object) -> Iterator[str]:
    """Types that an object has whatever its fields are."""
    name = type_name(obj)
    return (f"{name}{suffix}" for suffix in TYPE_SUFFIXES)


def types_of_field(obj: Object, field: Field) -> Iterator[str]:
    """Types that exist because of a field."""
    if field.options:
        yield enum_name(obj, field)
        yield f"{enum_name(obj, field)}Filter"
    if field.type.is_composite and any(field.id in constraint.field_ids for constraint in obj.unique_constraints):
        yield where_name(obj, field)


def derived_queries(obj: Object) -> tuple[str, str, str]:
    """Root fields of Query beside the object's names: one by its singular, the others by its plural; also those that it
    may get later (duplicates need criteria).
    """
    plural = obj.name_plural
    return f"{obj.name_singular}Duplicates", f"{plural}GroupBy", f"destroyed{capitalised(plural)}"
