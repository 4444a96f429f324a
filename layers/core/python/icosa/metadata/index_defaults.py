"""Which leaves of shipped fields have an index from the start: ``schemas/index-defaults.json``, by the type of a field
or by its name in an object. What it does not name has one (docs/storage.md#which-leaves-have-an-index).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from ..model.model import Field
from ..model.types.base import IndexedRecords, LeafIndex
from ..shipped import load

#: For all leaves of a field, or by the names of members.
_Default = IndexedRecords | Mapping[str, IndexedRecords]


def with_default_indexes(object_name: str | None, field: Field) -> Field:
    """A new shipped field with the indexes that it begins with; ``object_name`` is None for those of custom objects."""
    types, objects = _defaults()
    default = objects.get(object_name or "", {}).get(field.name) or types.get(field.type.name)
    if default is None or field.is_one_to_many:
        return field
    indexes = {
        leaf.subfield or "": LeafIndex(records=records)
        for leaf in field.leaves
        if (records := default if isinstance(default, str) else default.get(leaf.subfield or "")) is not None
    }
    return replace(field, leaf_indexes=indexes)


@cache
def _defaults() -> tuple[Mapping[str, _Default], Mapping[str, Mapping[str, _Default]]]:
    data = load("index-defaults")
    return data["types"], data["objects"]
