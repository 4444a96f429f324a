"""Ledgers: exact numbers of an index's rows, kept beside it for those who have asked for them
(docs/storage.md#ledgers).

A ledger is what somebody has counted: so many rows between two sort keys, or of each value. It stays exact because
every commit that changes the leaf of a live record from then on writes down by how much, in its own transaction:
*deltas* in the row of the log of changes (``store.recent``). So the number of today is that of the ledger and of all
deltas since. Writers do that only for leaves that are *kept*: the register, which every request reads, says which, and
until when.

Two things are open at any moment: commits that are under way, and what they will write.

* A row of the log has the time at which its transaction was sent, and may appear after later ones. A ledger therefore
  names the rows that it contains of the last ``WINDOW_MS`` before it was made; what is older has been seen by all.
* A writer that began before a leaf was kept writes no deltas. A ledger is made ``WAIT_MS`` later at the earliest.

New records whose time of creation is that of their request are left out of the deltas of ``createdAt``, for they are
the most frequent writes: a ledger of ``createdAt`` ends ``WINDOW_MS`` before the time at which it is made, and what
comes behind is counted by its rows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from ..model.types.base import Leaf
from . import keys
from .change import Change
from .derive import CREATED_AT
from .keys import NULL, VALUE, Key
from .ops import UpdateItem
from .register import Register
from .table import Item, Table

#: Longer than any function may run: how long a commit may be under way.
WINDOW_MS = 60_000
#: From asking for a ledger to making one: all who do not know of it have ended, also those of an older version that is
#: being replaced.
WAIT_MS = 300_000
#: How long a leaf is kept after it was asked for, and what must have passed of that before it is asked for again.
KEPT_MS = 7 * 86_400_000
RENEWED_MS = 86_400_000
#: Leaves of a workspace that are kept at once: the register must stay small.
MOST_KEPT = 24

#: Between the encoded value and the exact text of a head.
_EXACT = "\x02"

#: By how much the numbers of heads change. A *head* is what a row begins with: ``0`` for null, else ``1`` and the
#: encoded value, and the exact text where that loses it.
type Numbers = Mapping[str, int]
#: The same by the keys of leaves.
type Deltas = Mapping[str, Numbers]


def head_of_row(encoded: str | None, exact: str | None) -> str:
    """The head that a row of an index shows."""
    if encoded is None:
        return NULL
    return f"{VALUE}{encoded}" + ("" if exact is None else _EXACT + exact)


def split_head(head: str) -> tuple[str | None, str | None]:
    """The encoded value and the exact text of a head: ``head_of_row`` reversed.

    >>> split_head(head_of_row("ann", "Ann")), split_head(head_of_row(None, None))
    (('ann', 'Ann'), (None, None))
    """
    if head == NULL:
        return None, None
    encoded, _, exact = head[len(VALUE) :].partition(_EXACT)
    return encoded, exact or None


def head_of(leaf: Leaf, item: Mapping[str, Any]) -> str:
    """The head of a record's index row."""
    value = leaf.get(item)
    return NULL if value is None else head_of_row(leaf.kind.encode(value), leaf.kind.detail(value))


def deltas_of(
    changes: Iterable[Change], register: Register, *, now: str, now_ms: int, is_late: bool
) -> dict[str, dict[str, dict[str, int]]]:
    """What changes do to the numbers of kept leaves, by the keys of objects. ``now`` is the request's time;
    ``is_late``: it began so long ago that its new records may be before the end of a ledger.
    """
    found: defaultdict[str, defaultdict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for change in changes:
        kept = register.kept.get(change.obj.key, {})
        before = change.before if change.before_live else None
        after = change.after if change.after_live else None
        # Whether the leaf has an index at the moment does not matter.
        for leaf in change.obj.leaves.values() if kept else ():
            known = kept.get(leaf.key)
            if known is None or now_ms >= known.until + WINDOW_MS:
                continue
            gone = None if before is None else head_of(leaf, before)
            comes = None if after is None else head_of(leaf, after)
            is_news = change.before is None and leaf.path == CREATED_AT and not is_late
            if is_news and comes is not None and comes >= f"{VALUE}{leaf.kind.encode(now)}":
                continue
            if gone != comes:
                numbers = found[change.obj.key][leaf.key]
                numbers.update({gone: -1} if gone is not None else {})
                numbers.update({comes: 1} if comes is not None else {})
    deltas: dict[str, dict[str, dict[str, int]]] = {}
    for object_key, leaves in found.items():
        for leaf_key, numbers in leaves.items():
            if changed := {head: number for head, number in numbers.items() if number}:
                deltas.setdefault(object_key, {})[leaf_key] = changed
    return deltas


def packed_deltas(deltas: Mapping[str, Deltas]) -> str:
    """The deltas of a commit, by the keys of objects, as they are stored."""
    return orjson.dumps(deltas).decode()


def unpacked_deltas(text: str) -> Mapping[str, Deltas]:
    """``packed_deltas`` reversed."""
    return orjson.loads(text)  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Numbers of an index's rows. ``at`` is when it was made, in milliseconds since the epoch; ``seen`` are the rows of
    the log that it contains of the last ``WINDOW_MS`` before.

    Either of ``numbers`` by head, of the whole index; or of blocks one after the other, from ``low`` on: of each the
    sort key at which it ends, which is behind all rows of one value, and its number of rows.
    """

    at: int
    seen: frozenset[str]
    numbers: Numbers | None = None
    low: str = ""
    blocks: Sequence[tuple[str, int]] = ()

    @property
    def high(self) -> str:
        """The sort key at which the last block ends."""
        return self.blocks[-1][0] if self.blocks else self.low


_AT, _SEEN, _NUMBERS, _LOW, _BLOCKS = "at", "seen", "numbers", "low", "blocks"


def place(ws: str, object_key: str, leaf_key: str) -> Key:
    """Where the ledger of a leaf is."""
    return keys.ledgers(ws, object_key), leaf_key


def parse(item: Item | None) -> Ledger | None:
    """From a ledger's item."""
    if item is None:
        return None
    numbers = item.get(_NUMBERS)
    return Ledger(
        at=int(item[_AT]),
        seen=frozenset(item[_SEEN].split(",")) if item[_SEEN] else frozenset(),
        numbers=None if numbers is None else orjson.loads(numbers),
        low=item.get(_LOW, ""),
        blocks=[(end, number) for end, number in orjson.loads(item.get(_BLOCKS, "[]"))],
    )


def keep(table: Table, key: Key, ledger: Ledger, *, instead_of: Ledger | None) -> bool:
    """Store a ledger in place of the one that was read; False where somebody else has done so. Costs a write unit for
    each KB: some 40 bytes for a block or a value.
    """
    attributes: dict[str, Any] = {
        _AT: ledger.at,
        _SEEN: ",".join(sorted(ledger.seen)),
        "ttl": (ledger.at + KEPT_MS) // 1000,
    }
    if ledger.numbers is not None:
        attributes[_NUMBERS] = orjson.dumps(ledger.numbers).decode()
    else:
        attributes |= {_LOW: ledger.low, _BLOCKS: orjson.dumps(ledger.blocks).decode()}
    setting = "SET " + ", ".join(f"#{name} = :{name}" for name in attributes)
    names = {f"#{name}": name for name in attributes}
    values = {f":{name}": value for name, value in attributes.items()}
    condition = f"attribute_not_exists(#{_AT})"
    if instead_of is not None:
        condition, values[":was"] = f"#{_AT} = :was", instead_of.at
    return table.update(UpdateItem(key, setting, condition, names, values))
