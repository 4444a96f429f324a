"""Values in bodies that only those may write who may read them (docs/wire/access.md#field-permissions), because answers
tell what is on record: a unique value is taken, or matched by an upsert; a part of a value fits to the rest, or not.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

from ..model.model import Object
from ..model.types.base import Leaf


def hidden_unique_values(obj: Object, body: Mapping[str, Any], hidden: Set[str]) -> set[str]:
    """The names under which a body has values of unique constraints over fields ``hidden`` (ids). Null and empty text
    are no values: any number of records may have them.
    """
    return {
        name
        for constraint in obj.unique_constraints
        if not hidden.isdisjoint(constraint.field_ids)
        for leaf in constraint.leaves
        for name in (leaf.field.input_name, leaf.field.name)
        if _has_value(body.get(name), leaf)
    }


def _has_value(value: Any, leaf: Leaf) -> bool:
    if leaf.subfield is not None and isinstance(value, Mapping):
        value = value.get(leaf.subfield)
    return value is not None and value != ""


def parts_of_hidden_values(obj: Object, body: Mapping[str, Any], hidden: Set[str]) -> set[str]:
    """The fields ``hidden`` of which a body has some but not all of the members that must fit together, by name."""
    names: set[str] = set()
    for name, value in body.items():
        field = obj.by_name.get(name)
        if field is None or field.id not in hidden or not isinstance(value, Mapping):
            continue
        named = [member for member in field.type.joint_members if member in value]
        if 0 < len(named) < len(field.type.joint_members):
            names.add(name)
    return names
