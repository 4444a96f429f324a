"""Roles as their items say (docs/wire/access.md#roles, docs/wire/access.md#permissions)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..model.model import Right
from ..store import keys

#: The attribute for each right, in roles (all objects) and in object permissions (one object).
ROLE_RIGHTS: Mapping[Right, str] = {
    "read": "canReadAllObjectRecords",
    "update": "canUpdateAllObjectRecords",
    "soft_delete": "canSoftDeleteAllObjectRecords",
    "destroy": "canDestroyAllObjectRecords",
}
OBJECT_RIGHTS: Mapping[Right, str] = {
    "read": "canReadObjectRecords",
    "update": "canUpdateObjectRecords",
    "soft_delete": "canSoftDeleteObjectRecords",
    "destroy": "canDestroyObjectRecords",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role.

    ``rights`` hold for all objects. ``object_rights`` (by object id) override them where they say anything.
    ``hidden_fields`` and ``locked_fields`` (by object id) are the fields that the role may not read or not update.
    ``row_predicates`` and ``row_predicate_groups`` are its rules of rows, by their wire members.
    """

    id: str
    label: str = ""
    all_settings: bool = False
    all_tools: bool = False
    rights: frozenset[Right] = frozenset()
    flags: frozenset[str] = frozenset()
    object_rights: Mapping[str, Mapping[Right, bool]] = field(default_factory=dict)
    hidden_fields: Mapping[str, frozenset[str]] = field(default_factory=dict)
    locked_fields: Mapping[str, frozenset[str]] = field(default_factory=dict)
    row_predicates: Sequence[Mapping[str, Any]] = ()
    row_predicate_groups: Sequence[Mapping[str, Any]] = ()

    @classmethod
    def parse(cls, item: Mapping[str, Any]) -> Role:
        """From a role's item."""
        restrictions: Mapping[str, Mapping[str, Mapping[str, Any]]] = item.get("fieldPermissions", {})
        return cls(
            id=keys.sort_of(item),
            label=item["label"],
            all_settings=item.get("canUpdateAllSettings", False),
            all_tools=item.get("canAccessAllTools", False),
            rights=frozenset(right for right, attribute in ROLE_RIGHTS.items() if item.get(attribute)),
            flags=frozenset(item.get("permissionFlags", ())),
            object_rights={
                object_id: {
                    right: members[name] for right, name in OBJECT_RIGHTS.items() if members.get(name) is not None
                }
                for object_id, members in item.get("objectPermissions", {}).items()
            },
            hidden_fields=_restricted(restrictions, "canReadFieldValue"),
            locked_fields=_restricted(restrictions, "canUpdateFieldValue"),
            row_predicates=item.get("rowLevelPredicates", ()),
            row_predicate_groups=item.get("rowLevelPredicateGroups", ()),
        )


def _restricted(
    restrictions: Mapping[str, Mapping[str, Mapping[str, Any]]], attribute: str
) -> dict[str, frozenset[str]]:
    """By object id the fields for which ``attribute`` is false; null and absent mean no restriction."""
    return {
        object_id: frozenset(field_id for field_id, members in by_field.items() if members.get(attribute) is False)
        for object_id, by_field in restrictions.items()
    }
