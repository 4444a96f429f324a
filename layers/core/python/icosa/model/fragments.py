"""Fragments: what an index of type GIN finds parts of texts by (docs/storage.md#parts-of-texts).

The fragments of a text are what it holds from each of its characters on, without case, up to ``LONGEST`` characters:
``Surveyor`` has ``surveyor``, ``urveyor``, ``rveyor`` … ``yor``. A text has a part exactly when one of its fragments
begins with it, so one range of rows answers ``%urvey%``. A trigram index would have as many rows, but would have to
intersect those of several trigrams, and look at the records for what these do not tell: their order.

To the engine such an index is that of one more leaf, which has several values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

from . import operators as ops
from .folding import fold
from .like import longest_literal
from .operators import Operator
from .types.base import FULL_INDEX, Item, Kind, Leaf, LeafIndex, Stored
from .types.kinds.text import escape, has_no_case

#: Characters of the shortest fragment, and so of what can be looked for.
SHORTEST = 3
#: Characters of a fragment; what is looked for may be longer, its records are checked then.
LONGEST = 32
#: Characters of a value that has fragments, all texts of a list together. Records with a longer one are looked at
#: themselves. With one such value a person is still written in one transaction.
MOST_CHARACTERS = 64
#: Partitions of the rows of one leaf: a record writes to many, a part is looked for in one.
SHARDS = 16


def takes_fragments(kind: Kind) -> bool:
    """Whether values of a kind are texts in which parts are looked for."""
    return (kind.contains is ops.ILIKE and kind.is_indexed) or kind.contains is ops.CONTAINS_ILIKE


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FragmentLeaf(Leaf):
    """The fragments of the texts in the leaf ``of``. ``row_key`` names the rows of the index, for all its leaves;
    ``ready``: every live record has its rows.
    """

    of: Leaf
    row_key: str
    ready: bool

    @property
    def has_rows(self) -> bool:
        return True

    @property
    def index(self) -> LeafIndex:
        return FULL_INDEX

    @property
    def has_index(self) -> bool:
        return self.ready

    @property
    def index_keys(self) -> tuple[str, ...]:
        return tuple(f"{self.key}.{shard:x}" for shard in range(SHARDS))

    def get(self, item: Item) -> Stored:
        return self.of.get(item)

    def is_at(self, item: Item, encoded: str | None) -> bool:
        value = self.get(item)
        if value is None:
            return False
        known = fragments(value)
        return encoded is None if known is None else encoded in known


def fragment_leaf(row_key: str, leaf: Leaf, *, ready: bool) -> FragmentLeaf:
    return FragmentLeaf(
        field=leaf.field,
        path=(f"parts of {leaf.dotted}",),
        key=f"{row_key}.{leaf.key}",
        subfield=leaf.subfield,
        kind=leaf.kind,
        of=leaf,
        row_key=row_key,
        ready=ready,
    )


def fragments(value: str | Sequence[str]) -> frozenset[str] | None:
    """The encoded fragments of a text, or of several. None when they are too long to have any.

    >>> sorted(fragments("Anna"))
    ['ann', 'anna', 'nna']
    """
    texts = [fold(text) for text in ((value,) if isinstance(value, str) else value)]
    if sum(map(len, texts)) > MOST_CHARACTERS:
        return None
    starts = ((text, start) for text in texts for start in range(len(text) - SHORTEST + 1))
    return frozenset(escape(text[start : start + LONGEST]) for text, start in starts)


def shard_of(encoded: str) -> int:
    """The partition of a fragment, and of all that begin with the same characters."""
    return crc32(encoded[:SHORTEST].encode()) % SHARDS


@dataclass(frozen=True, slots=True)
class Part:
    """What all texts that an operator finds have in them.

    ``is_end``: they end with it. ``is_all``: the operator asks for nothing else, whatever the case.
    """

    text: str
    is_end: bool
    is_all: bool

    @classmethod
    def of(cls, operator: Operator, operand: str) -> Part | None:
        """The longest part that an operator asks for; None where it is too short to have rows."""
        if operator in (ops.LIKE, ops.ILIKE, ops.CONTAINS_ILIKE):
            text, is_end, is_all = longest_literal(operand)
        elif operator is ops.ENDS_WITH:
            text, is_end, is_all = operand, True, True
        else:
            return None
        is_all &= operator in (ops.ILIKE, ops.CONTAINS_ILIKE) or has_no_case(text)
        folded = fold(text)
        return None if len(folded) < SHORTEST else cls(folded, is_end, is_all)

    @property
    def encoded(self) -> str:
        return escape(self.text[:LONGEST])

    @property
    def is_whole_fragment(self) -> bool:
        """Whether it is looked for as a fragment of its own: that of the end of a text."""
        return self.is_end and len(self.text) <= LONGEST

    @property
    def is_sure(self) -> bool:
        """Whether every text with such a fragment is found by the operator."""
        return self.is_all and (len(self.text) < LONGEST or (len(self.text) == LONGEST and not self.is_end))
