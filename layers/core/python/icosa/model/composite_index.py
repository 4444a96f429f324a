"""Indexes of several fields, as leaves: the values of several leaves in a row, in the order of the first, then the
second.

A workspace declares them over metadata (docs/wire/metadata.md#indexes). To the store and the engine such an index is
that of one more leaf, whose value is a tuple.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .operators import Operator, Predicate
from .types.base import FULL_INDEX, Field, Item, Kind, Leaf, LeafIndex, Stored
from .types.graphql_types import STRING

#: Between the parts of an encoded value. Encodings never contain it, and it sorts below all they contain.
_BETWEEN = "\x01"
_NULL, _VALUE = "0", "1"


class CompositeKind(Kind):
    """Tuples of values, nulls before all others. Nobody filters by a tuple: it only has an order."""

    name = "COMPOSITE"
    scalar = STRING
    operators: Mapping[str, Operator] = {}

    def __init__(self, kinds: Iterable[Kind]) -> None:
        self._kinds = tuple(kinds)
        self.has_detail = any(kind.has_detail for kind in self._kinds)  # type: ignore[misc]

    def operand(self, field_name: str, operator: Operator, raw: Any) -> Any:
        raise AssertionError("no operator takes a tuple")

    def predicate(self, operator: Operator, operand: Any) -> Predicate:
        raise AssertionError("no operator takes a tuple")

    def encode(self, value: Stored) -> str:
        """
        >>> from .types.kinds import Boolean, Text
        >>> CompositeKind((Text(), Boolean())).encode(("Ann", None))
        '1ann\\x010'
        """
        return _BETWEEN.join(
            _NULL if part is None else _VALUE + kind.encode(part)
            for kind, part in zip(self._kinds, value, strict=False)
        )

    def is_cut(self, encoded: str) -> bool:
        parts = zip(self._kinds, encoded.split(_BETWEEN), strict=False)
        return any(part != _NULL and kind.is_cut(part[1:]) for kind, part in parts)

    def sort_key(self, value: Stored) -> Any:
        return self.encode(value)


@dataclass(frozen=True, slots=True, eq=False)
class CompositeLeaf(Leaf):
    """The tuple of ``members``. ``ready``: every live record has its row."""

    members: tuple[Leaf, ...] = ()
    row_key: str = ""
    ready: bool = False

    @property
    def has_rows(self) -> bool:
        return True

    @property
    def index(self) -> LeafIndex:
        return FULL_INDEX

    @property
    def has_index(self) -> bool:
        return self.ready

    def get(self, item: Item) -> Stored:
        return tuple(member.get(item) for member in self.members)


def composite_leaf(key: str, members: Iterable[Leaf], *, ready: bool) -> CompositeLeaf:
    """The leaf of an index, whose rows have the name ``key``: another one where values are encoded anew."""
    members = tuple(members)
    generation = sum(field.index_generation for field in _fields(members))
    name = f"{key}~{generation}" if generation else key
    kind = CompositeKind(member.kind for member in members)
    path = (" + ".join(member.dotted for member in members),)
    return CompositeLeaf(members[0].field, path, name, None, kind, members=members, row_key=key, ready=ready)


def _fields(members: Iterable[Leaf]) -> Iterator[Field]:
    yield from {member.field.id: member.field for member in members}.values()
