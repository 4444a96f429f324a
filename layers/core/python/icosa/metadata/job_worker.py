"""What jobs do with the rows of one object (``job_runner``): partition by partition, page by page.

A row that belongs to a record is only written or removed in a transaction that checks the record's version, so that a
concurrent write of the record is never undone. Partitions that nobody writes to any more (an index of a deleted field)
are emptied without checks.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from ..catalog.commit import VersionConflict, commit, read
from ..catalog.jobs import Job, new_job
from ..model.model import Index, Model, Object, UniqueConstraint
from ..model.record import Record
from ..store import keys
from ..store.change import carry, claim, put_row, recopy
from ..store.derive import Attributes, Rows, constraint_value
from ..store.keys import Key
from ..store.live_rows import page_after
from ..store.lookup import key_page
from ..store.ops import CheckItem, DeleteItem, Op, PutItem
from ..store.places import both_places, place
from ..store.record import (
    StoredRow,
    is_hidden,
    unchanged,
    unpack,
    unpack_visible,
    version_of,
    without_fields,
)
from ..store.retry import Attempts
from ..store.settle import free_stale_guard
from ..store.table import MAX_TRANSACTION, Table, TransactionConflict, TransactionFailed, chunked
from .draft import Draft
from .indexes import give_up_uniqueness
from .leaf_indexes import finish_leaves
from .record_copies import finish_copies
from .record_jobs import plan_jobs

_PAGE = 100
_DROP_PAGE = 800
ATTEMPTS = Attempts(20, longest_pause=0.2)

#: Does one page of a stage: from the sort key after which it begins to the last one done, None at the end, and how many
#: records.
Stage = Callable[[str | None], tuple[str | None, int]]


def work_on(
    table: Table, workspace_id: str, job: Job, *, now: str, now_ms: int, until: float, clock: Callable[[], float]
) -> tuple[Job, bool]:
    """Do some of a job of records that is part of a migration and has no row of its own. How far it is then, and
    whether nothing is left of it.
    """
    worker = Worker(table, workspace_id, job)
    finished = worker.work(until=until, clock=clock)
    if finished:
        worker.finish(now, now_ms)
    return worker.job, finished


def build_guards(
    table: Table, model: Model, obj: Object, indexes: Sequence[Index], *, until: float
) -> list[tuple[UniqueConstraint, str]]:
    """Give records the guards of unique indexes that are being built, as many as ``time.monotonic`` allows; the job
    itself, which runs later, begins from the start. Returns the constraints that records contradict, each with a value.
    """
    ids = tuple(index.id for index in indexes)
    job = new_job("build", object_key=obj.key, object_id=obj.id, now_ms=0, indexes=ids)
    worker = Worker(table, model.workspace_id, job, model)
    worker.work(until=until, clock=time.monotonic)
    return worker.contradicted


def latest(table: Table, workspace_id: str) -> Model:
    """The current model, after completing a change whose writer died."""
    for _ in ATTEMPTS:
        try:
            return read(table, workspace_id).model
        except VersionConflict:
            continue
    raise TransactionConflict


class Worker:
    def __init__(self, table: Table, workspace_id: str, job: Job, model: Model | None = None) -> None:
        self.table = table
        self.ws = workspace_id
        self.job = job
        self.model = model or latest(table, workspace_id)
        self.obj = self.model.by_id.get(job.object_id)
        self._constraints: list[UniqueConstraint] = []
        #: Constraints that records contradict, each with a value that occurs twice.
        self.contradicted: list[tuple[UniqueConstraint, str]] = []
        self.stages = list(self._stages())

    def work(self, *, until: float, clock: Callable[[], float]) -> bool:
        """Work until the time is over. Whether everything is done."""
        while self.job.stage < len(self.stages):
            after, records = self.stages[self.job.stage](self.job.after)
            stage = self.job.stage + (after is None)
            self.job = replace(self.job, stage=stage, after=after, done=self.job.done + records)
            if clock() >= until:
                return self.job.stage >= len(self.stages)
        return True

    def _stages(self) -> Iterator[Stage]:
        match self.job.kind:
            case "build":
                yield from self._build_stages()
            case "purge" if self.job.tombstone is not None:
                for live in (True, False):
                    yield self._records(live, self._purge_record)
            case "destroy":
                for live in (True, False):
                    yield self._records(live, self._destroy_record)
                yield self._drop(keys.counter(self.ws, self.job.object_key))
            case "carry" if self.obj is not None:
                yield self._carrying(self.obj)
                self._rows = Rows.of(self.model, self.obj)
                yield self._records(False, self._index_trashed)
        for leaf_key in self.job.drops:
            yield self._drop(keys.index(self.ws, self.job.object_key, leaf_key))

    # ------------------------------------------------------------------ stages

    def _records(self, live: bool, treat: Callable[[dict[str, Any], bool], list[Op] | None]) -> Stage:
        """All records of one partition; ``treat`` gives the operations for one, which begin with the check of its
        version.
        """
        obj = self.obj or self.job.tombstone
        assert obj is not None

        def page(after: str | None) -> tuple[str | None, int]:
            if live:
                rows, last = page_after(self.table, self.ws, obj, after=after, limit=_PAGE)
            else:
                found = self.table.query(keys.trash(self.ws, obj.key), after=after, limit=_PAGE)
                rows, last = found.items, found.last
            groups = [(keys.sort_of(row), ops) for row in rows if (ops := treat(row, live))]
            packs = _packed(groups)
            failed = self.table.parallel([_sender(pack) for pack in packs]) if packs else []
            for record_id in chain.from_iterable(failed):
                self._retry_record(place(self.ws, obj, record_id, live=live), live, treat)
            return last, len(rows)

        return page

    def _retry_record(self, key: Key, live: bool, treat: Callable[[dict[str, Any], bool], list[Op] | None]) -> None:
        """Retry a single record whose transaction failed."""
        for _ in ATTEMPTS:
            item = self.table.get(key)
            ops = treat(item, live) if item is not None else None
            if not ops:
                return
            try:
                for part in _parts(ops):
                    self.table.transact(part)
                return
            except TransactionFailed:
                self._resolve_guards(ops, key[1])
            except TransactionConflict:
                continue
        raise TransactionConflict

    def _carrying(self, obj: Object) -> Stage:
        """Let the rows of live records carry, and hold, what they would if they were written now: one write unit for
        each row, and one for each copy.
        """
        rows = Rows.of(self.model, obj)

        def page(after: str | None) -> tuple[str | None, int]:
            found, last = page_after(self.table, self.ws, obj, after=after, limit=_PAGE)
            records = [record for record in unpack_visible(found, obj.stored_form) if record is not None]
            self.table.parallel([_updater(rows, record) for record in records])
            return last, len(found)

        return page

    def _index_trashed(self, stored: dict[str, Any], live: bool) -> list[Op] | None:
        assert self.obj is not None
        rows = self._rows.trash(unpack(stored, self.obj.stored_form))
        return [unchanged(stored), *_puts(rows, stored)] if rows else None

    def _drop(self, pk: str) -> Stage:
        """Delete everything in a partition that nobody writes to any more."""

        def page(after: str | None) -> tuple[str | None, int]:
            rows = key_page(self.table, pk, after=after, limit=_DROP_PAGE)
            deletes = [DeleteItem(key) for key in rows.items]
            self.table.parallel([_deleter(part) for part in chunked(deletes, MAX_TRANSACTION)])
            return rows.last, 0

        return page

    # ------------------------------------------------------------------ build

    def _build_stages(self) -> Iterator[Stage]:
        obj = self.obj
        if obj is None:
            return
        fields = [
            field
            for field in obj.fields
            if field.status == "BUILDING" and self.job.fields.get(field.id) == field.index_generation
        ]
        constraint_keys = {
            index.constraint_key for index in obj.indexes if index.id in self.job.indexes and index.status == "BUILDING"
        }
        self._constraints = [c for c in obj.unique_constraints if c.key in constraint_keys]
        row_keys = {
            index.row_key for index in obj.indexes if index.id in self.job.indexes and index.status == "BUILDING"
        }
        declared = [leaf for leaf in obj.declared if leaf.row_key in row_keys]
        alone = [leaf for leaf in obj.indexed_leaves if leaf.key in self.job.leaves and leaf.index.status == "BUILDING"]
        if not fields and not self._constraints and not declared and not alone:
            return
        of_fields = [leaf for field in fields for leaf in field.leaves if leaf.has_rows]
        leaves = {leaf.key: leaf for leaf in (*of_fields, *alone, *declared)}.values()
        self._rows = Rows(self.model, obj, leaves)
        yield self._records(True, self._build_record)
        if self._constraints:
            yield self._records(False, self._build_record)

    def _build_record(self, stored: dict[str, Any], live: bool) -> list[Op] | None:
        assert self.obj is not None
        if live and is_hidden(stored):
            return None  # being moved by a writer that knows the model as it is
        item = unpack(stored, self.obj.stored_form)
        ops: list[Op] = [unchanged(stored)]
        if live:
            ops += _puts(self._rows.index(item), stored)
        for constraint in self._constraints:
            key = self._guard(constraint, item)
            if key is not None:
                ops.append(claim(key, item.id, item.version, owner=item.id))
        return ops if len(ops) > 1 else None

    def _guard(self, constraint: UniqueConstraint, item: Record) -> Key | None:
        value = constraint_value(constraint, item)
        return None if value is None else keys.unique(self.ws, self.job.object_key, constraint.key, value)

    def _resolve_guards(self, ops: Sequence[Op], record_id: str) -> None:
        """Free guards that are left over; where another record has the value, fail the index."""
        if self.obj is None:
            return
        for op in ops:
            if not isinstance(op, PutItem) or not keys.is_unique(op.key):
                continue
            guard = self.table.get(op.key)
            if guard is None or guard["id"] == record_id:
                continue
            now_ms = int(time.time() * 1000)
            if not free_stale_guard(self.table, self.model, self.obj, op.key, now_ms, claimant=record_id):
                self._fail_index(op.key, guard["id"])

    def _fail_index(self, key: Key, owner: str) -> None:
        """Note that another record has the value of a guard."""
        assert self.obj is not None
        rows = self.table.batch_get(both_places(self.ws, self.obj, owner))
        owners = [unpack(row, self.obj.stored_form) for row in rows if row is not None]
        for constraint in self._constraints:
            values = [constraint_value(constraint, item) for item in owners if self._guard(constraint, item) == key]
            if values and values[0] is not None:
                index = next(index for index in self.obj.indexes if index.constraint_key == constraint.key)
                self.job = replace(self.job, failed=(*self.job.failed, index.id))
                self.contradicted.append((constraint, values[0]))
                self._constraints = [c for c in self._constraints if c.key != constraint.key]
                return

    # ------------------------------------------------------------------ purge

    def _tombstone_rows(self) -> tuple[Object, Rows]:
        tombstone = self.job.tombstone
        assert tombstone is not None
        return tombstone, Rows.of(self.model, tombstone)

    def _purge_record(self, stored: dict[str, Any], live: bool) -> list[Op] | None:
        """Remove the values of deleted fields from a record, with the rows derived from them."""
        tombstone, rows = self._tombstone_rows()
        removed = [field.key for field in tombstone.fields if field.id in self.job.fields]
        stripped = without_fields(stored, removed)
        item = unpack(stored, tombstone.stored_form)
        edges = {key: None for key in rows.edges(item, live=live) if self.job.fields}
        ops: list[Op] = [unchanged(stored)] if stripped is None else [stripped]
        ops += [DeleteItem(key) for key in edges]
        ops += [DeleteItem(key) for key in rows.guards(item)]
        if live and self.job.tokens:
            ops += self._token_ops(stored, rows.tokens(item))
        if live and stripped is not None and self.obj is not None:
            left = unpack(stripped.item, self.obj.stored_form)
            copies = Rows.of(self.model, self.obj).copies(left)
            ops += [put_row(key, attributes, left.version) for key, attributes in copies.items()]
        return ops if stripped is not None or len(ops) > 1 else None

    def _destroy_record(self, stored: dict[str, Any], live: bool) -> list[Op] | None:
        tombstone, rows = self._tombstone_rows()
        item = unpack(stored, tombstone.stored_form)
        ops: list[Op] = [DeleteItem(keys.of(stored))]
        ops += [DeleteItem(key) for key in rows.edges(item, live=live)]
        ops += [DeleteItem(key) for key in rows.guards(item)]
        if live and self.job.tokens:
            ops += [DeleteItem(key) for key in rows.tokens(item)]
        return ops

    def _token_ops(self, stored: dict[str, Any], old: Iterable[Key]) -> list[Op]:
        """Replace the search tokens of a live record by those that the model now asks for."""
        new = Rows.of(self.model, self.obj).tokens(unpack(stored, self.obj.stored_form)) if self.obj is not None else {}
        return _puts(new, stored) + [DeleteItem(key) for key in old if key not in new]

    # ------------------------------------------------------------------ the end

    def finish(self, now: str, now_ms: int) -> tuple[str, ...]:
        """Mark fields and indexes as ready, so that reads use them. Returns the ids of unique indexes that have failed
        instead.
        """
        if self.job.kind not in ("build", "carry"):
            return ()
        for _ in ATTEMPTS:
            try:
                return self._declare(now, now_ms)
            except VersionConflict:
                continue
        raise TransactionConflict

    def _declare(self, now: str, now_ms: int) -> tuple[str, ...]:
        snapshot = read(self.table, self.ws)
        draft = Draft(snapshot.model, next_object_key=snapshot.next_object_key, now=now)
        obj = draft.find_object(self.job.object_id)
        if obj is None:
            return ()
        given_up: list[str] = []
        if self.job.kind == "carry" and not obj.has_trash_index:
            draft.set_object(obj.id, has_trash_index=True)
        for field in obj.fields:
            if field.status == "BUILDING" and self.job.fields.get(field.id) == field.index_generation:
                draft.set_field(field.id, status="READY")
                finish_leaves(draft, field.id)
            else:
                finish_leaves(draft, field.id, self.job.leaves)
            if self.job.kind == "carry" and self.obj is not None and field.id in self.obj.by_id:
                # Of those that were begun when the job read the model: it has written all of them.
                finish_copies(draft, self.obj.by_id[field.id])
        for index in obj.indexes:
            if index.id not in self.job.indexes or index.status != "BUILDING":
                continue
            if index.id in self.job.failed:
                give_up_uniqueness(draft, obj.id, index)
                given_up.append(index.id)
            else:
                draft.set_index(obj.id, replace(index, status="READY"))
        jobs = plan_jobs(draft, now_ms=now_ms)
        rows = draft.row_changes()
        if rows.put:
            commit(
                self.table,
                snapshot,
                draft.model(),
                rows.put,
                rows.removed,
                next_object_key=draft.next_object_key,
                jobs=jobs,
            )
        return tuple(given_up)


def _puts(rows: Mapping[Key, Attributes], stored: StoredRow) -> list[Op]:
    """Rows of a record as it was read."""
    return [put_row(key, attributes, version_of(stored)) for key, attributes in rows.items()]


def _parts(ops: Sequence[Op]) -> Iterator[Sequence[Op]]:
    """Operations on one record as transactions: the record's own operation, which fails when it has changed, with the
    last of them, and with all of them where it is a mere check.

    What goes before another one is harmless by itself: it removes rows of what is gone.
    """
    first, *rest = ops
    before = [first] if isinstance(first, CheckItem) else []
    room = MAX_TRANSACTION - len(before)
    while len(rest) >= MAX_TRANSACTION:
        yield [*before, *rest[:room]]
        rest = rest[room:]
    yield [first, *rest]


_Group = tuple[str, list[Op]]


def _packed(groups: Sequence[_Group]) -> list[list[_Group]]:
    """Records together as one transaction takes them: at most 100 operations, no two on the same row (records may share
    a value).
    """
    packs: list[list[_Group]] = []
    keys_of_last: set[Key] = set()
    for group in groups:
        own = {op.key for op in group[1]}
        size = sum(len(ops) for _, ops in packs[-1]) if packs else 0
        if packs and size + len(group[1]) <= MAX_TRANSACTION and keys_of_last.isdisjoint(own):
            packs[-1].append(group)
            keys_of_last |= own
        else:
            packs.append([group])
            keys_of_last = own
    return packs


def _sender(pack: Sequence[_Group]) -> Callable[[Table], list[str]]:
    """A branch that applies the operations for several records and returns the records for which that did
    not succeed.
    """

    def send(table: Table) -> list[str]:
        try:
            ops = [op for _, part in pack for op in part]
            if len(ops) > MAX_TRANSACTION:
                return [record_id for record_id, _ in pack]
            table.transact(ops)
        except (TransactionFailed, TransactionConflict):
            return [record_id for record_id, _ in pack]
        return []

    return send


def _updater(rows: Rows, record: Record) -> Callable[[Table], None]:
    derived = {**rows.index(record), **rows.edges(record, live=True)}
    now_ms = int(time.time() * 1000)
    updates = [carry(key, attributes) for key, attributes in derived.items()]
    updates += [recopy(key, attributes, now_ms) for key, attributes in derived.items()]

    def send(table: Table) -> None:
        for update in updates:
            if update is not None:
                table.update(update)

    return send


def _deleter(deletes: Sequence[Op]) -> Callable[[Table], None]:
    return lambda table: table.transact(deletes)
