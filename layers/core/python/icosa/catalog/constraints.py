"""Unique constraints: from the fields of a unique index to the leaves that it covers."""

from __future__ import annotations

from collections.abc import Sequence

from ..model.model import Field, UniqueConstraint
from ..model.types.base import Leaf


def unique_constraint(key: str, fields: Sequence[Field], *, is_compared: bool = True) -> UniqueConstraint:
    """The constraint over the members of ``fields`` that a unique index covers (docs/wire/metadata.md#unique-fields).

    ``is_compared`` as in ``UniqueConstraint``: False only for one that is kept as it was. Raises ValueError for a field
    whose type cannot be unique.
    """
    return UniqueConstraint(
        key=key,
        field_ids=tuple(f.id for f in fields),
        leaves=tuple(leaf for f in fields for leaf in _covered(f)),
        is_compared=is_compared,
    )


def _covered(field: Field) -> list[Leaf]:
    by_sub = {leaf.subfield: leaf for leaf in field.leaves}
    covered = [by_sub[sub] for sub in field.type.unique_subfields()]
    if not covered:
        raise ValueError(f"a field of type {field.type.name} cannot be unique")
    return covered
