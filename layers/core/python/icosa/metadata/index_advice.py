"""What each index costs and saves, at list prices, and what is advised (docs/storage.md#indexes-by-use).

What is missed follows from notes of use (``store.index_use``); what an index costs from the number of records, and from
how many were created and changed in the last day, which the indexes of ``createdAt`` and ``updatedAt`` tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Literal

from ..model.dates import format_instant
from ..model.model import Model, Object
from ..model.tunable import is_tunable, use_name
from ..model.types.base import IndexedRecords, Leaf, Status
from ..prices import Prices, prices
from ..store import keys
from ..store.index_use import DayOfUse, read_days
from ..store.keys import TOP, VALUE
from ..store.lookup import count_entries, count_live
from ..store.table import Table
from .index_targets import MadeBy, leaves_of, made_by, may_drop

Advice = Literal["BUILD", "DROP", "KEEP"]

#: Days of notes by which a missing index is judged, and days without use after which one goes. What somebody has
#: dropped is not built for as many.
_WINDOW: Final = 7
UNUSED_DAYS: Final = 30
#: How many times dearer than the index scans must be: what is built is not to be dropped soon.
_HYSTERESIS: Final = 1.5
#: USD a month below which nothing is built.
_WORTH: Final = 0.01
#: Write units of a record's row in the transactions that build an index, with the check of the record.
_BUILD_UNITS: Final = 6
#: Write units of a row that is put, and of one that is replaced.
_PUT_UNITS: Final = 2
_REPLACE_UNITS: Final = 4
#: What part of the records that changed did so in one leaf: a save changes one or two of the ten fields that people
#: edit.
_TOUCHED: Final = 0.2
#: Bytes of a row that DynamoDB asks storage for.
_ROW_BYTES: Final = 220
_RECORDS_PER_UNIT: Final = 6
_DAYS_A_MONTH: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """Live records of an object, and how many of them were created and changed in the last day."""

    live: int
    created: int
    changed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafUse:
    """What was noted of a leaf: uses in ``UNUSED_DAYS``; read units of scans in ``_WINDOW`` days since its index was
    last changed, on how many days, of how many that there are notes of.
    """

    uses: int = 0
    last_use: str | None = None
    scans: int = 0
    units: float = 0.0
    scan_days: int = 0
    days: int = 1

    @property
    def units_a_day(self) -> float:
        return self.units / self.days


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafAdvice:
    """``index_units`` are write units a day that the index costs, or would; ``usd_per_month`` is by how much the bill
    changes if the index is built (where records lack rows that were missed, or that only ``ALL`` has) or dropped.
    """

    obj: Object
    leaf: Leaf
    records: IndexedRecords
    status: Status
    made_by: MadeBy | None
    use: LeafUse
    is_droppable: bool
    index_units: float
    advice: Advice
    reason: str
    usd_per_month: float


def advise(
    table: Table, model: Model, objects: Sequence[Object], *, now: datetime, prices: Prices = prices
) -> list[LeafAdvice]:
    """Advice for every leaf of some objects that may have an index. One round trip of a read unit for some 35 notes,
    then one of 3 queries for each object: a unit for its counters, and one for 35 records created, or changed, in the
    last day.
    """
    ws = model.workspace_id
    days = read_days(table, ws)
    activities = table.parallel([partial(_activity, ws=ws, obj=obj, now=now) for obj in objects])
    notes = _Notes(days, now)
    return [
        advice
        for obj, activity in zip(objects, activities, strict=True)
        for advice in _of_object(obj, activity, notes, prices)
    ]


def _activity(table: Table, *, ws: str, obj: Object, now: datetime) -> Activity:
    since = format_instant(now - timedelta(days=1))
    live = count_live(table, ws, obj.key)
    created, changed = (_count_since(table, ws, obj, path, since) for path in (("createdAt",), ("updatedAt",)))
    return Activity(live=live, created=min(created, live), changed=max(0, changed - created))


def _count_since(table: Table, ws: str, obj: Object, path: tuple[str, ...], since: str) -> int:
    leaf = obj.leaves.get(path)
    if leaf is None or not leaf.has_index:
        return 0
    low = f"{VALUE}{leaf.kind.encode(since)}"
    return count_entries(table, keys.index(ws, obj.key, leaf.key), low=low, high=VALUE + TOP).rows


class _Notes:
    """The notes of use of a workspace, by object and leaf."""

    def __init__(self, days: Iterable[DayOfUse], now: datetime) -> None:
        self._by_leaf: dict[tuple[str, str], list[DayOfUse]] = {}
        for day in days:
            self._by_leaf.setdefault((day.object_key, day.leaf), []).append(day)
        self._today = now.date()
        first = min((day.day for notes in self._by_leaf.values() for day in notes), default=None)
        #: Since when there are notes.
        self.began = first or self.before(0)

    def before(self, days: int) -> str:
        return str(self._today - timedelta(days=days))

    def of(self, obj: Object, leaf: Leaf, since: str) -> LeafUse:
        """``since``: the day of the last change of the object's indexes, whose own notes tell of before, too."""
        notes = self._by_leaf.get((obj.key, use_name(leaf)), [])
        used = [day for day in notes if day.day > self.before(UNUSED_DAYS)]
        begin = max(self.before(_WINDOW - 1), self.began)
        if since >= begin:
            begin = str(datetime.fromisoformat(since).date() + timedelta(days=1))
        missed = [day for day in notes if day.day >= begin and day.scans]
        return LeafUse(
            uses=sum(day.uses for day in used),
            last_use=max((day.last_use for day in notes if day.last_use), default=None),
            scans=sum(day.scans for day in missed),
            units=sum(day.units for day in missed),
            scan_days=len(missed),
            days=max(1, (self._today - datetime.fromisoformat(begin).date()).days + 1),
        )

    def is_unused(self, use: LeafUse, leaf: Leaf) -> bool:
        """Whether nobody has used an index for ``UNUSED_DAYS``, which takes as many days of notes."""
        limit = self.before(UNUSED_DAYS)
        return use.uses == 0 and self.began <= limit and (leaf.index.since or "") <= limit

    def stays_dropped(self, leaf: Leaf) -> bool:
        """Whether somebody has dropped the index so lately that use may not build it."""
        return (leaf.index.dropped_on or "") > self.before(UNUSED_DAYS)


def _of_object(obj: Object, activity: Activity, notes: _Notes, prices: Prices) -> Iterator[LeafAdvice]:
    leaves = list(leaves_of(obj))
    since = max((leaf.index.since or "" for leaf in leaves), default="")
    for leaf in leaves:
        use = notes.of(obj, leaf, since)
        present = leaf.index.records
        units = activity.created * _PUT_UNITS + activity.changed * _TOUCHED * _REPLACE_UNITS
        kept = (units * prices.writes + activity.live * _ROW_BYTES / 1e9 * prices.gigabyte_months / _DAYS_A_MONTH) / 1e6
        made = activity.live * (_BUILD_UNITS * prices.writes + prices.reads / _RECORDS_PER_UNIT) / 1e6
        scanned = use.units_a_day * prices.reads / 1e6
        built = kept + made / _DAYS_A_MONTH
        advice: Advice = "KEEP"
        if present == "ALL" or (present == "VALUES" and not use.scans):
            change = -kept * _DAYS_A_MONTH
            advice, reason = _of_present(obj, leaf, use, activity, notes)
        else:
            change = (built - scanned) * _DAYS_A_MONTH
            is_dear = scanned > _HYSTERESIS * built and -change >= _WORTH
            is_lasting = use.scan_days > 1 or use.units * prices.reads / 1e6 > made
            if notes.stays_dropped(leaf):
                reason = (
                    f"Somebody dropped it on {leaf.index.dropped_on}: use builds it {UNUSED_DAYS} days later or never"
                )
            elif is_dear and is_lasting and is_tunable(leaf):
                advice, reason = "BUILD", "Scans for want of it cost more than it would"
            elif use.scans:
                reason = "Scans for want of it cost less than it would"
            elif present == "NULLS":
                reason = "It has rows of those alone that point at nothing"
            else:
                reason = "Nobody missed it"
        yield LeafAdvice(
            obj=obj,
            leaf=leaf,
            records=present,
            status=leaf.index.status,
            made_by=made_by(obj, leaf),
            use=use,
            is_droppable=may_drop(obj, leaf),
            index_units=units,
            advice=advice,
            reason=reason,
            usd_per_month=change,
        )


def _of_present(obj: Object, leaf: Leaf, use: LeafUse, activity: Activity, notes: _Notes) -> tuple[Advice, str]:
    if not is_tunable(leaf):
        return "KEEP", "Search uses it" if leaf.index.serves_search else "The product itself reads by it"
    if leaf.index.status == "BUILDING":
        return "KEEP", "It is being built"
    if use.uses:
        return "KEEP", "It is used"
    if not activity.live:
        return "KEEP", "There are no records, so it costs nothing"
    if notes.is_unused(use, leaf):
        return "DROP", f"Nobody has used it for {UNUSED_DAYS} days"
    return "KEEP", f"It has not been there, or watched, for {UNUSED_DAYS} days"
