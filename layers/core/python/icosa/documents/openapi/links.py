"""What may be written under the name of a relation: another record, an action rather than a value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .schemas import Part, all_of, reference


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
