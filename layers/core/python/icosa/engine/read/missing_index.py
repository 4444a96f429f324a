"""What a read cost for want of an index: explain names the leaves, and their use is noted (``store.index_use``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ...model.model import Object
from ...model.tunable import is_tunable, use_name
from ...model.types.base import Leaf
from ..context import Context


@dataclass(slots=True)
class Missed:
    """``needed``: about how many of the units a read by the index would have taken, too."""

    needed: int = 0


@contextmanager
def noting_misses(ctx: Context, obj: Object, leaves: Iterable[Leaf]) -> Iterator[Missed]:
    """Blame the read units of what is read inside on those of ``leaves`` that could have an index and have none: each
    of them on all, since nobody knows which one would have been enough.
    """
    missing = {leaf.path: leaf for leaf in leaves if not leaf.has_index and is_tunable(leaf)}
    meter = ctx.table.meter
    before, missed = meter.read_units, Missed()
    try:
        yield missed
    finally:
        if missing:
            names = ", ".join(f"{obj.name_singular}.{leaf.dotted}" for leaf in missing.values())
            being_built = any(_is_being_built(leaf) for leaf in missing.values())
            meter.note(f"no index of {names}" + (" yet" if being_built else ": createOneIndex would help"))
        units = meter.read_units - before - missed.needed
        if meter.indexes is not None and units > 0:
            for leaf in missing.values():
                if not _is_being_built(leaf):
                    meter.indexes.missed(obj.key, use_name(leaf), units)


def _is_being_built(leaf: Leaf) -> bool:
    """Whether records are getting rows of a leaf: of a new field, or of an index that was declared."""
    return leaf.has_rows and "BUILDING" in (leaf.field.status, leaf.index.status)
