"""Values in bodies that only those may write who may read them (docs/wire/access.md#field-permissions), because answers
tell what is on record: a unique value is taken, or matched by an upsert; a part of a value fits to the rest, or not.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

from ..model.model import Object
from ..model.types.base import Leaf


def names_hidden_unique_value(obj: Object, body: Mapping[str, Any], hidden: Set[str]) -> bool:
    """Whether a body has a value of a unique constraint over one of the fields ``hidden`` (ids). Null and empty text
    are no values: any number of records may have them.
    """
    return any(
        _has_value(body, leaf)
        for constraint in obj.unique_constraints
        if not hidden.isdisjoint(constraint.field_ids)
        for leaf in constraint.leaves
    )


def _has_value(body: Mapping[str, Any], leaf: Leaf) -> bool:
    for name in (leaf.field.input_name, leaf.field.name):
        value = body.get(name)
        if leaf.subfield is not None and isinstance(value, Mapping):
            value = value.get(leaf.subfield)
        if value is not None and value != "":
            return True
    return False


def names_part_of_hidden_value(obj: Object, body: Mapping[str, Any], hidden: Set[str]) -> bool:
    """Whether a body has some but not all of the members that must fit together in one of the fields ``hidden``."""
    for name, value in body.items():
        field = obj.by_name.get(name)
        if field is None or field.id not in hidden or not isinstance(value, Mapping):
            continue
        named = [member for member in field.type.joint_members if member in value]
        if 0 < len(named) < len(field.type.joint_members):
            return True
    return False
