"""The workspace of an engine test, on a real table: runs operations, and checks what they leave in the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Any

from icosa.catalog.jobs import Job, list_jobs
from icosa.engine.executor import execute
from icosa.engine.write.follow_up import advance
from icosa.model.dates import format_instant
from icosa.model.model import Model, Object
from icosa.query.filters import resolve_filter
from icosa.query.operation import Connection, Filter, FindMany, Node, Operation, Order, Page
from icosa.query.orders import resolve_order
from icosa.query.row_scope import EVERYTHING, RowScope
from icosa.settings import Settings
from icosa.store import keys
from icosa.store.copies import SINCE
from icosa.store.derive import WRITTEN, Rows
from icosa.store.lease import Lease
from icosa.store.meter import Meter
from icosa.store.once import Once
from icosa.store.ops import PutItem
from icosa.store.places import partitions, place
from icosa.store.record import unpack
from icosa.store.record_memory import RecordMemory
from icosa.store.register import Register, new_register
from icosa.store.table import Table

from .reference import Condition
from .sample_model import WORKSPACE
from .sample_model import model as sample_model

_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
ACTOR = {"source": "API", "name": "test"}


@dataclass
class Request:
    """A request context (``icosa.engine.context.Context``)."""

    model: Model
    table: Table
    register: Register
    settings: Settings
    now: str
    lease: Lease
    actor: Mapping[str, Any] = field(default_factory=lambda: ACTOR)
    rows: RowScope = EVERYTHING
    once: Once | None = None
    quota: None = None


class World:
    """A workspace with the sample model (or another) and no records. ``meter`` counts the last request's costs."""

    def __init__(self, table: Table, settings: Settings | None = None, model: Model | None = None) -> None:
        self.table = table
        self.model = model or sample_model()
        self.settings = settings or Settings()
        self.clock = 0
        self.meter = Meter()
        if self.settings.tuning.remembered_least == 1:
            self.table = self.process()
        table.transact([PutItem(new_register(WORKSPACE)), PutItem(keys.item_at(keys.workspace(WORKSPACE)))])

    def process(self) -> Table:
        """The table as another process reads it, which remembers records by the time of the world."""
        return self.table.remembering(RecordMemory(1_000_000, lambda: _BEGINNING.timestamp() + self.clock / 1000))

    def object(self, name: str) -> Object:
        return self.model.by_singular[name]

    def request(self, table: Table | None = None) -> Request:
        """A new request, a millisecond after the last; its costs are counted in ``meter``."""
        self.clock += 1
        self.meter = Meter(detailed=True)
        table = table or self.table
        register = Register.parse(self.table.get(keys.open_batches(WORKSPACE)))
        now = format_instant(_BEGINNING + timedelta(milliseconds=self.clock))
        lease = Lease(WORKSPACE, self.model.version, seconds=inf)
        return Request(self.model, table.metered(self.meter), register, self.settings, now, lease)

    def run(self, operation: Operation) -> Any:
        return execute(self.request(), operation)

    def filter(self, obj: str, condition: Condition) -> Filter | None:
        return None if condition is None else resolve_filter(self.model, self.object(obj), as_input(condition))

    def order(self, obj: str, order: Sequence[tuple[str, str]]) -> Order:
        return resolve_order(self.model, self.object(obj), [_nested(path, direction) for path, direction in order])

    def find(
        self, obj: str, condition: Condition = None, order: Sequence[tuple[str, str]] = (), **page: Any
    ) -> Connection:
        operation = FindMany(
            object=self.object(obj),
            filter=self.filter(obj, condition),
            order=self.order(obj, order),
            page=Page(**{"limit": 60, **page}),
        )
        result = self.run(operation)
        assert isinstance(result, Connection)
        return result

    def record(self, obj: str, node: Node) -> dict[str, Any]:
        """The wire values of the fields, nulls as null."""
        return {f.input_name: node.item.get(f.key) for f in self.object(obj).stored_fields}

    def orphans(self) -> list[tuple[str, str]]:
        """The keys of derived rows (indexes, edges, guards, tokens) that do not agree with the records: rows
        of no record, rows with other content, and rows that are missing.
        """
        rows = all_rows(self.table)
        expected: dict[tuple[str, str], Mapping[str, Any]] = {}
        for obj in self.model.objects:
            derive = Rows.of(self.model, obj)
            homes = set(partitions(WORKSPACE, obj))
            for pks, live in ((homes, True), ({keys.trash(WORKSPACE, obj.key)}, False)):
                for (row_pk, record_id), item in rows.items():
                    if row_pk in pks:
                        assert (row_pk, record_id) == place(WORKSPACE, obj, record_id, live=live)
                        assert "h" not in item, "a hidden record remains"
                        record = unpack(item, obj.stored_form)
                        expected |= derive.derive(record, live=live) | derive.guards(record)
        derived = {
            key: {name: value for name, value in item.items() if name not in ("PK", "SK", WRITTEN, SINCE)}
            for key, item in rows.items()
            if key[0].split("#")[1] in "IEUT"
        }
        return sorted(key for key in derived.keys() | expected.keys() if derived.get(key) != expected.get(key))

    def counters_agree(self) -> bool:
        """Whether the counters of all objects are the numbers of their live records."""
        rows = all_rows(self.table)
        for obj in self.model.objects:
            counted = sum(item["n"] for (pk, _), item in rows.items() if pk == keys.counter(WORKSPACE, obj.key))
            if counted != sum(pk in partitions(WORKSPACE, obj) for pk, _ in rows):
                return False
        return True


def run_jobs(world: World, table: Table | None = None) -> None:
    """Do what requests have left to jobs of records, as the function ``jobs`` does it step by step."""
    for job in list_jobs(world.table, WORKSPACE):
        assert job.work is not None
        request = world.request(table)
        request.actor = job.work["actor"]
        left: Job | None = job
        while left is not None:
            left = advance(request, left)


def all_rows(table: Table) -> dict[tuple[str, str], dict[str, Any]]:
    """Every item of a table by its key."""
    items: list[dict[str, Any]] = []
    start = None
    while True:
        page, start, _ = table._client.sync_scan_page(table.name, exclusive_start_key=start, consistent_read=True)
        items += page
        if start is None:
            return {(item["PK"], item["SK"]): item for item in items}


def as_input(condition: Condition) -> dict[str, Any]:
    """A condition of the reference (``reference.Condition``) as GraphQL's filter input."""
    match condition:
        case ("and" | "or" as word, items):
            return {word: [as_input(item) for item in items]}
        case ("not", item):
            return {"not": as_input(item)}
        case ("firm", inner):
            return {"firm": as_input(inner)}
        case (path, operator, operand):
            return _nested(path, {operator: operand})
    raise AssertionError(condition)


def _nested(path: str, leaf: Any) -> dict[str, Any]:
    for name in reversed(path.split(".")):
        leaf = {name: leaf}
    return leaf  # type: ignore[no-any-return]
