"""Names that relations had in older versions of Twenty, for clients that still use them.

``schemas/older-names.json`` says of which standard objects the relations to "any object" came without a prefix:
``targetPerson`` of a note's target was ``person``, ``targetPersonId`` was ``personId``. So it is for custom objects,
which join these relations (``targetRocket``, ``rocket``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set

from ..identifiers import join_column_of
from ..shipped import load
from .types.base import Field


def older_names(standard_object: str, relations: Iterable[Field], taken: Set[str]) -> Mapping[str, str]:
    """Present names by older ones, of many-to-one relations of an object and of the ids that they hold. What is
    ``taken`` by a field of the object is no older name.
    """
    prefixes: Mapping[str, str] = load("older-names")
    prefix = prefixes.get(standard_object)
    if prefix is None:
        return {}
    names: dict[str, str] = {}
    for field in relations:
        end = field.name.removeprefix(prefix)
        if field.morph_id is None or end == field.name or not end[:1].isupper():
            continue
        older = end[0].lower() + end[1:]
        if taken.isdisjoint((older, join_column_of(older))):
            names |= {older: field.name, join_column_of(older): field.input_name}
    return names
