"""Removing all rows of some kinds of a workspace, in steps, while nobody else writes to it.

The rows are found without a scan (``store.partitions``): partitions that there is one of by their names; those of
objects by the numbers that keys of objects have had, so that objects which are gone are looked at as well; indexes by
the model; and what follows from records (guards, edges, tokens) by deriving it from them, before they go themselves. A
step that dies in the middle therefore loses nothing: the records whose rows are left are still there.

Costs: a read unit for each 4 KB of records, one for each 35 other rows, two for each record (to see what points at it,
and for the stream to see that nothing follows from its end), and one for each partition; a write unit for each row.
Rows go by ``BatchWriteItem``, 25 a call, one call after the other, which no partition throttles for long.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import orjson

from ..model.model import Model, Object
from ..store import batch_log, keys
from ..store.derive import Rows, trash_index
from ..store.keys import Key
from ..store.lookup import key_page
from ..store.partitions import KINDS, fixed, kind_of
from ..store.places import every_partition, partitions
from ..store.record import is_reservation, unpack
from ..store.table import Item, Table
from .steps import Budget

_RECORDS: Final = 100
_KEYS: Final = 1_000
#: In this order: what tells where others are goes after them.
_LAST: Final = ("H", "AL", "J", "B", "M", "W")
#: Rows that nobody but this finds: those of records.
_OF_RECORDS: Final = frozenset("RDUETIC") | {"CL"}

#: One stage: removes some rows, and says how many of which kind; None when there are no more.
Stage = Callable[[Table], Mapping[str, int] | None]


@dataclass(frozen=True, slots=True)
class Extent:
    """What tells where a workspace's rows are: its model, the number of the next object, and ids of webhooks that have
    deliveries.
    """

    model: Model
    next_object_key: int
    webhook_ids: Sequence[str]

    @property
    def object_keys(self) -> list[str]:
        """Of all objects that there ever were."""
        return [f"o{number}" for number in range(1, self.next_object_key)]


def webhook_ids(table: Table, workspace_id: str) -> list[str]:
    """The webhooks that may have deliveries: those that there are, and those that are gone by what the audit log and
    the plan of their sending say, which both outlive deliveries.
    """
    partitions = (keys.webhooks(workspace_id), fixed(workspace_id, "YS"))
    found = {webhook_id for pk in partitions for _, webhook_id in _all_keys(pk)(table)}
    for page in table.query_pages(keys.audit_log(workspace_id)):
        targets = [orjson.loads(item["target"]) for item in page.items]
        found |= {target["id"] for target in targets if target["type"] == "webhook"}
    return sorted(found)


class Clearing:
    """The stages of removing the rows of ``kinds``. ``extent`` is None where those of records are gone already."""

    def __init__(self, workspace_id: str, extent: Extent | None, kinds: Collection[str]) -> None:
        self._ws = workspace_id
        self._kinds = frozenset(kinds)
        of_records = [] if extent is None else list(self._of_records(extent))
        self.record_stages = of_records
        self.other_stages = list(self._others())

    def run(self, stages: Sequence[Stage], table: Table, stage: int, budget: Budget) -> tuple[int, dict[str, int]]:
        """Go on with some stages from one; the stage to go on from, and how many rows of which kind have gone."""
        counts: dict[str, int] = {}
        while stage < len(stages) and not budget.is_over:
            gone = stages[stage](table)
            if gone is None:
                stage += 1
                continue
            budget.spend(sum(gone.values()))
            for kind, number in gone.items():
                counts[kind] = counts.get(kind, 0) + number
        return stage, counts

    def _of_records(self, extent: Extent) -> Iterator[Stage]:
        if _OF_RECORDS & self._kinds:
            yield self._logged
            for object_key in extent.object_keys:
                obj = extent.model.by_key.get(object_key)
                live = every_partition(self._ws, object_key) if obj is None else partitions(self._ws, obj)
                for pk in live:
                    yield self._records(extent.model, pk, obj, live=True)
                yield self._records(extent.model, keys.trash(self._ws, object_key), obj, live=False)
                for pk in self._index_partitions(object_key, obj):
                    yield self._partition(pk)
                yield self._partition(keys.counter(self._ws, object_key))
                yield self._partition(keys.ledgers(self._ws, object_key))
        if "Y" in self._kinds:
            for webhook_id in extent.webhook_ids:
                for find in (keys.deliveries, keys.failed_deliveries, keys.held_deliveries):
                    yield self._partition(find(self._ws, webhook_id))

    def _others(self) -> Iterator[Stage]:
        if "SI" in self._kinds:
            yield self._links
        own = [kind for kind, what in KINDS.items() if what.found == "workspace" and kind in self._kinds]
        for kind in [*(kind for kind in own if kind not in _LAST), *(kind for kind in _LAST if kind in own)]:
            # The workspace's own row goes with what is left to say of it.
            if kind != "W":
                yield self._partition(fixed(self._ws, kind))

    def _index_partitions(self, object_key: str, obj: Object | None) -> list[str]:
        if obj is None:
            return []
        leaves = [*obj.leaves.values(), *obj.declared]
        found = [keys.index(self._ws, object_key, key) for leaf in leaves for key in leaf.index_keys]
        return list(dict.fromkeys([*found, trash_index(self._ws, obj)]))

    # ------------------------------------------------------------------ stages

    def _partition(self, pk: str) -> Stage:
        def run(table: Table) -> Mapping[str, int] | None:
            return _remove(table, key_page(table, pk, after=None, limit=_KEYS).items)

        return run

    def _logged(self, table: Table) -> Mapping[str, int] | None:
        """What batches have left whose writers died: their logs name the rows."""
        pk, _ = keys.open_batches(self._ws)
        items = table.query(pk, prefix=keys.BATCH_LOGS, limit=10).items
        if not items:
            return None
        rows = [key for _, _, rows, _ in batch_log.read(self._ws, items) for key in rows]
        return _remove(table, [*dict.fromkeys(rows), *map(keys.of, items)])

    def _records(self, model: Model, pk: str, obj: Object | None, *, live: bool) -> Stage:
        def run(table: Table) -> Mapping[str, int] | None:
            items = table.query(pk, limit=_RECORDS).items
            if not items:
                return None
            derived = [] if obj is None else [key for item in items for key in rows_of(model, obj, item, live=live)]
            pointing = table.parallel([_all_keys(keys.edges(self._ws, keys.sort_of(item))) for item in items])
            rows = dict.fromkeys([*derived, *(key for found in pointing for key in found)])
            first = _remove(table, list(rows)) or {}
            return {**first, **(_remove(table, list(map(keys.of, items))) or {})}

        return run

    def _links(self, table: Table) -> Mapping[str, int] | None:
        names = key_page(table, keys.sign_in_links(self._ws), after=None, limit=_KEYS).items
        table.write_batch(deletes=[keys.sign_in_code(digest) for _, digest in names])
        return _remove(table, names)


def rows_of(model: Model, obj: Object, item: Item, *, live: bool) -> Iterable[Key]:
    """The rows of a record that no index partition has: its edges, guards and tokens."""
    if is_reservation(item):
        return ()
    rows, record = Rows.of(model, obj), unpack(item, obj.stored_form)
    found = [*rows.edges(record, live=live), *rows.guards(record)]
    return [*found, *rows.tokens(record)] if live and obj.is_searchable else found


def _all_keys(pk: str) -> Callable[[Table], list[Key]]:
    def read(table: Table) -> list[Key]:
        found: list[Key] = []
        after: str | None = None
        while True:
            page = key_page(table, pk, after=after, limit=_KEYS)
            found += page.items
            if page.last is None:
                return found
            after = page.last

    return read


def _remove(table: Table, rows: Sequence[Key]) -> Mapping[str, int] | None:
    if not rows:
        return None
    table.write_batch(deletes=rows)
    counts: dict[str, int] = {}
    for pk, _ in rows:
        counts[kind_of(pk)] = counts.get(kind_of(pk), 0) + 1
    return counts
