"""Unique values in bodies. Whether another record has one comes out of the answer: it is refused, matched by an upsert,
or taken. So only those write it who may read it (docs/wire/access.md#field-permissions).
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
