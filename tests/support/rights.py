"""Everything that a role may do, written out: the simple model that comparisons of roles are held against.

It knows a few objects, fields and rows, and one of each beyond those that any role mentions: it stands for what is made
later.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, get_args

from icosa.access.escalation import flags_of
from icosa.access.roles import Role
from icosa.model.model import Right

RIGHTS: Final[tuple[Right, ...]] = get_args(Right)
#: Roles have at most one rule on an object, which lets one of two rows through.
RULES: Final[dict[str | None, frozenset[str]]] = {"a": frozenset("a"), "b": frozenset("b"), None: frozenset("ab")}

Can = frozenset[tuple[str, ...]]


def rule(object_id: str, value: str, field_id: str = "f9", **more: Any) -> dict[str, Any]:
    """A rule of rows that lets the row ``value`` through."""
    return {"objectMetadataId": object_id, "fieldMetadataId": field_id, "operand": "IS", "value": value, **more}


def everything(role: Role, objects: Sequence[str], fields: Sequence[str]) -> Can:
    """All that a role may do, each as a tuple."""
    can: set[tuple[str, ...]] = {("flag", flag) for flag in flags_of(role)}
    can |= {("all settings",)} if role.all_settings else set()
    can |= {("all tools",)} if role.all_tools else set()
    for object_id in (*objects, "an object to come"):
        values = [str(rule["value"]) for rule in role.row_predicates if rule["objectMetadataId"] == object_id]
        for right in RIGHTS:
            if not role.object_rights.get(object_id, {}).get(right, right in role.rights):
                continue
            for row in RULES[values[0] if values else None]:
                can.add((right, object_id, row))
                for field_id in (*fields, "a field to come"):
                    hidden = field_id in role.hidden_fields.get(object_id, ())
                    locked = field_id in role.locked_fields.get(object_id, ())
                    if (right == "read" and not hidden) or (right == "update" and not locked):
                        can.add((right, object_id, row, field_id))
    return frozenset(can)
