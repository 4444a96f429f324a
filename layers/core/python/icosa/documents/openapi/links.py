"""What may be written under the name of a relation: another record, an action rather than a value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...model.model import Object, UniqueConstraint
from .schemas import Part, all_of, reference
from .text import label


def connect_schema(obj: Object) -> Part:
    """What chooses a record of an object for a relation, named by what only one record has."""
    alternatives: list[dict[str, Part]] = [{"id": {"type": "string", "format": "uuid"}}]
    alternatives += [_unique_members(obj, constraint) for constraint in obj.unique_constraints]
    forms = [{**all_of(**members), "additionalProperties": False} for members in alternatives]
    chosen = {"anyOf": forms} if len(forms) > 1 else forms[0]
    where = {"description": "The id, or all members of one unique constraint", **chosen}
    target = {**all_of(where=where), "description": f"A record of {label(obj, 'labelPlural')} that exists"}
    return _action("Point at a record that exists", connect=target)


def relation_schema(connect: Part) -> Part:
    """What may be written under the name of a relation, with what chooses its record."""
    whole = LINK_SCHEMAS["Relation_Input"]
    return {**whole, "oneOf": [connect, *whole["oneOf"][1:]]}


def _unique_members(obj: Object, constraint: UniqueConstraint) -> dict[str, Part]:
    members: dict[str, Part] = {}
    for leaf in constraint.leaves:
        field = leaf.field
        schema = field.type.openapi(field, response=False)
        if leaf.subfield is None:
            members[field.input_name] = schema
        else:
            inner = {leaf.subfield: schema["properties"][leaf.subfield]}
            members[field.name] = {**all_of(**inner), "additionalProperties": False}
    return members


def _action(description: str, **properties: Part) -> Part:
    return {**all_of(**properties), "additionalProperties": False, "description": description}


_WHERE: Final[Part] = {"type": "object", "description": "The id, or all members of one unique constraint"}

LINK_SCHEMAS: Final[Mapping[str, Part]] = {
    "Relation_Target": {**all_of(where=_WHERE), "description": "A record that exists"},
    "Relation_Connect": _action("Point at a record that exists", connect=reference("Relation_Target")),
    "Relation_Create": _action(
        "Create a record and point at it",
        create={"type": "object", "description": "The body of a create of the related object"},
    ),
    "Relation_Disconnect": _action(
        "Point at nothing", disconnect={"type": "boolean", "description": "`true`; `false` changes nothing"}
    ),
    "Relation_Input": {
        "description": (
            "One of the three. Instead of this, the id of the related record may be written under its own name"
        ),
        "oneOf": [
            reference("Relation_Connect"),
            reference("Relation_Create"),
            reference("Relation_Disconnect"),
            {"type": "null"},
        ],
    },
}
#: A property that takes one of them.
LINK: Final[Part] = reference("Relation_Input")
#: Those that are the same for all objects.
COMMON_LINK_SCHEMAS: Final[Mapping[str, Part]] = {
    name: LINK_SCHEMAS[name] for name in ("Relation_Create", "Relation_Disconnect")
}
