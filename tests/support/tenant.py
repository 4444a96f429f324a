"""A workspace whose model changes, without keys and roles: the service of changes beside the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from math import inf
from typing import Any

from icosa.catalog.jobs import FENCE_MS, list_jobs
from icosa.catalog.loader import MetadataState, load_model
from icosa.catalog.rows import model_items
from icosa.engine.context import Quota
from icosa.engine.executor import execute
from icosa.metadata.job_runner import run_all
from icosa.metadata.service import MetadataService
from icosa.metadata.standard import standard_model
from icosa.model.model import Field, Model, Object
from icosa.query.filters import resolve_filter
from icosa.query.operation import Connection, Create, Delete, FindMany, Node, Operation, Page, Update
from icosa.query.orders import resolve_order
from icosa.query.row_scope import EVERYTHING, RowScope
from icosa.settings import Settings
from icosa.store import keys
from icosa.store.derive import Rows
from icosa.store.lease import Lease
from icosa.store.meter import Meter
from icosa.store.once import Once
from icosa.store.ops import PutItem
from icosa.store.places import partitions
from icosa.store.record import unpack
from icosa.store.register import Register, new_register
from icosa.store.table import Table, chunked

WORKSPACE = "11111111-1111-4111-8111-111111111111"
NOW = "2026-05-04T09:12:44.120Z"
#: Later than the fence of every job of a test.
LATER_MS = 2 * FENCE_MS + 10_000_000_000_000

Row = dict[str, Any]


@dataclass
class Request:
    """A request context (``icosa.engine.context.Context``)."""

    model: Model
    table: Table
    register: Register
    lease: Lease
    settings: Settings = field(default_factory=Settings)
    now: str = NOW
    actor: Mapping[str, Any] = field(default_factory=lambda: {"source": "API", "name": "test"})
    rows: RowScope = EVERYTHING
    once: Once | None = None
    quota: Quota | None = None


@cache
def _standard() -> Model:
    return standard_model(WORKSPACE, now=NOW)


class Tenant:
    """A workspace with the standard objects, or with those of ``model``."""

    def __init__(self, table: Table, model: Model | None = None) -> None:
        self.table = table
        self._known: tuple[MetadataState, Model] | None = None
        model = model or _standard()
        items = model_items(model)
        table.write_batch(puts=items)
        state = MetadataState.of(1, items)
        pk, sk = keys.workspace(WORKSPACE)
        counts = {"metadataVersion": 1, "metadataRows": state.rows, "metadataRevisions": state.revisions}
        workspace = {
            "PK": pk,
            "SK": sk,
            "name": "Acme",
            **counts,
            "nextObjectKey": len(model.objects) + 1,
            "isRegistered": True,
        }
        table.transact([PutItem(workspace), PutItem(new_register(WORKSPACE))])

    # ------------------------------------------------------------------ the model

    def service(self, table: Table | None = None) -> MetadataService:
        return MetadataService(table or self.table, WORKSPACE)

    def model(self) -> Model:
        workspace = self.table.get(keys.workspace(WORKSPACE))
        assert workspace is not None
        state = MetadataState.parse(workspace)
        if self._known is None or self._known[0] != state or state.staged is not None:
            self._known = state, load_model(self.table, WORKSPACE, state)
        return self._known[1]

    def object(self, name: str) -> Object:
        return self.model().by_singular[name]

    def new_object(self, name: str = "rocket", **input: Any) -> Object:
        labels = {"labelSingular": name, "labelPlural": f"{name}s"}
        return self.service().create_object({"nameSingular": name, "namePlural": f"{name}s", **labels, **input})

    def new_field(self, obj: Object, type_name: str, name: str, **input: Any) -> Field:
        wanted = {"objectMetadataId": obj.id, "type": type_name, "name": name, "label": name.title(), **input}
        return self.service().create_field(wanted)

    def finish_jobs(self) -> None:
        """Let the time of the fence pass and do everything that waits."""
        for times in (1, 2):  # what follows from a job has a fence of its own
            run_all(self.table, WORKSPACE, now=NOW, now_ms=times * LATER_MS)
        assert list_jobs(self.table, WORKSPACE) == []

    # ------------------------------------------------------------------ records

    def run(self, operation: Operation, model: Model | None = None, meter: Meter | None = None, now: str = NOW) -> Any:
        register = Register.parse(self.table.get(keys.open_batches(WORKSPACE)))
        model = model or self.model()
        lease = Lease(WORKSPACE, model.version, seconds=inf)
        request = Request(model, self.table.metered(meter or Meter()), register, lease, now=now)
        return execute(request, operation)

    def create(self, name: str, *data: Row, model: Model | None = None) -> list[str]:
        model = model or self.model()
        ids: list[str] = []
        for part in chunked(data, 60):
            ids += [node.item.id for node in self.run(Create(object=model.by_singular[name], data=tuple(part)), model)]
        return ids

    def update(self, name: str, record_id: str, data: Row, model: Model | None = None) -> None:
        model = model or self.model()
        self.run(Update(object=model.by_singular[name], id=record_id, data=data), model)

    def delete(self, name: str, record_id: str, *, destroy: bool = True) -> None:
        self.run(Delete(object=self.object(name), id=record_id, destroy=destroy))

    def find(
        self, name: str, condition: Row | None = None, order: list[Row] | None = None, meter: Meter | None = None
    ) -> list[Row]:
        """Rendered values of the records that match."""
        model = self.model()
        obj = model.by_singular[name]
        query = FindMany(
            object=obj,
            filter=None if condition is None else resolve_filter(model, obj, condition),
            order=resolve_order(model, obj, order or []),
            page=Page(limit=200),
        )
        result = self.run(query, model, meter)
        assert isinstance(result, Connection) and result.total_count == len(result.nodes)
        return [self.visible(obj, node) for node in result.nodes]

    def values(self, name: str, member: str, condition: Row | None = None) -> list[Any]:
        """The values of one field, sorted by their texts."""
        return sorted((row[member] for row in self.find(name, condition)), key=repr)

    @staticmethod
    def visible(obj: Object, node: Node) -> Row:
        return {field.input_name: field.type.render(field, node.item.get(field.key)) for field in obj.stored_fields}

    # ------------------------------------------------------------------ what is in the table

    def rows(self) -> dict[tuple[str, str], Row]:
        items: list[Row] = []
        start = None
        while True:
            page, start, _ = self.table._client.sync_scan_page(
                self.table.name, exclusive_start_key=start, consistent_read=True
            )
            items += page
            if start is None:
                return {(item["PK"], item["SK"]): item for item in items}

    def orphans(self) -> list[tuple[str, str]]:
        """Derived rows that no record stands for, rows that records should have and have not, and records
        of no object.
        """
        rows, model = self.rows(), self.model()
        expected: set[tuple[str, str]] = set()
        for obj in model.objects:
            derive = Rows.of(model, obj)
            for pks, live in ((partitions(WORKSPACE, obj), True), ([keys.trash(WORKSPACE, obj.key)], False)):
                for key, item in rows.items():
                    if key[0] in pks:
                        record = unpack(item, obj.stored_form)
                        unknown = set(record) - {field.key for field in obj.stored_fields}
                        assert not unknown, f"{obj.name_singular} holds values of no field: {unknown}"
                        expected |= {key, *derive.derive(record, live=live), *derive.guards(record)}
        derived = {key for key in rows if key[0].split("#")[1] in "RDIETU"}
        counters = {key for key in rows if key[0].split("#")[1] == "C" and key[0].split("#")[2] not in model.by_key}
        return sorted((derived ^ expected) | counters)
