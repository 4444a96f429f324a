"""Which leaves of shipped fields have an index from the start: ``schemas/index-defaults.json``, by the type of a field
or by its name in an object. What it does not name has one (docs/storage.md#which-leaves-have-an-index).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

from ..model.model import Field, Object
from ..model.types.base import FULL_INDEX, Copies, IndexedRecords, LeafIndex
from ..shipped import load

#: For all leaves of a field, or by the names of members.
_Default = IndexedRecords | Mapping[str, IndexedRecords]
#: The name that stands for custom objects.
CUSTOM = "*"


def with_default_indexes(object_name: str | None, field: Field) -> Field:
    """A new shipped field with the indexes that it begins with; ``object_name`` is None for those of custom objects."""
    types, objects, search, copies = _defaults()
    default = objects.get(object_name or "", {}).get(field.name) or types.get(field.type.name, {})
    searched = search.get(object_name or CUSTOM, {}).get(field.name, ())
    copied: Copies = "READY" if field.name in copies.get(object_name or CUSTOM, ()) else "NONE"
    if field.is_one_to_many or not field.type.is_stored:
        return field
    indexes = {}
    for leaf in field.leaves:
        name = leaf.subfield or ""
        records = default if isinstance(default, str) else default.get(name, "ALL")
        serves = name in searched
        coded = serves and field.type.is_searched_by_digits
        indexes[name] = LeafIndex(records=records, serves_search=serves, tells_codes=coded, copies=copied)
    indexes = {name: index for name, index in indexes.items() if index != FULL_INDEX}
    return replace(field, leaf_indexes=indexes)


def as_begun(obj: Object, field: Field) -> Field:
    """A field with the indexes that it began with. Custom fields begin with all."""
    fresh = replace(field, leaf_indexes={})
    return fresh if field.is_custom else with_default_indexes(None if obj.is_custom else obj.name_singular, fresh)


@cache
def _defaults() -> tuple[
    Mapping[str, _Default],
    Mapping[str, Mapping[str, _Default]],
    Mapping[str, Mapping[str, Sequence[str]]],
    Mapping[str, Sequence[str]],
]:
    data = load("index-defaults")
    return data["types"], data["objects"], data["search"], data["copies"]
