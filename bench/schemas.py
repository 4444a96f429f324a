"""``python -m bench.schemas``: what a workspace's model and documents cost, for a new workspace, for 30 objects and for
200 objects with 5,000 fields.

CPU of this process in ms (the store runs in another one), sizes in KB. "First" is what the first request of a workspace
pays on a warm container: the read and the making of the model.
"""

from __future__ import annotations

import time
import tracemalloc
import uuid
import zlib
from collections.abc import Callable
from typing import Any

import orjson

from bench.machine import describe
from bench.tables import table as print_table
from icosa.api.rest.render import Renderer
from icosa.api.rest.selection import FieldSelector
from icosa.catalog import bundles, models
from icosa.catalog.rows import build_model, model_items
from icosa.documents.openapi.base import whole
from icosa.documents.openapi.core import core_body
from icosa.metadata.standard import standard_model
from icosa.model.input import defaults
from icosa.model.model import Model, Object, Right
from icosa.model.record import Record
from icosa.query.aggregates import aggregates_of
from icosa.store import keys
from icosa.store.derive import Rows
from icosa.store.meter import Meter
from icosa.store.ops import PutItem
from icosa.store.table import MAX_TRANSACTION, Table, chunked
from tests.support.dynoxide import fresh_table, server
from tests.support.generated import generated_model

SIZES = ((30, 600), (200, 5_000))
_ROUNDS = 9


def main() -> None:
    print(f"{describe()}\n")
    with server() as endpoint, fresh_table(endpoint) as store:
        columns = {"new workspace": _measure(store, standard_model(str(uuid.uuid4())))}
        for objects, fields in SIZES:
            model = generated_model(str(uuid.uuid4()), objects=objects, fields=fields)
            columns[f"{objects} objects"] = _measure(store, model)
    rows = list(columns.values())
    names = list(rows[0])
    print(
        print_table(
            ["", *columns],
            [[name, *(row[name] for row in rows)] for name in names],
        )
    )


def _measure(store: Table, model: Model) -> dict[str, Any]:
    items = model_items(model)
    _write(store, model)
    content, body = models.encode(items), core_body(model)
    document = whole("core", "https://api.example", body)
    return {
        "objects": len(model.objects),
        "fields": sum(len(obj.fields) for obj in model.objects),
        "first from rows: CPU": _cpu(lambda: _from_rows(store, model)),
        "first from the bundle: CPU": _cpu(lambda: _from_bundle(store, model)),
        "first from rows: reads, units": _reads(
            store, lambda table: table.query_all(keys.metadata(model.workspace_id))
        ),
        "first from the bundle: reads, units": _reads(
            store, lambda table: bundles.load(table, model.workspace_id, models.SECTION, model.version)
        ),
        "of it making the model: CPU": _cpu(lambda: build_model(model.workspace_id, 1, items)),
        "document from the model: CPU": _cpu(lambda: core_body(model)),
        "document from the bundle: CPU": _cpu(lambda: bundles.load(store, model.workspace_id, "openapi-core", 1)),
        "model section: KB": f"{len(content) / 1000:.0f}",
        "model section, compressed: KB": f"{len(zlib.compress(content)) / 1000:.0f}",
        "document: KB": f"{len(document) / 1000:.0f}",
        "document as Lambda answers it: KB": f"{len(orjson.dumps(document.decode())) / 1000:.0f}",
        "document, compressed: KB": f"{len(zlib.compress(body)) / 1000:.0f}",
        "model in memory: KB": f"{_memory(model) / 1000:.0f}",
        "model in memory as estimated: KB": f"{models.weight(model) / 1000:.0f}",
    }


def _write(store: Table, model: Model) -> None:
    items = model_items(model)
    for chunk in chunked(items, MAX_TRANSACTION):
        store.transact([PutItem(item) for item in chunk])
    bundles.save(store, model.workspace_id, models.SECTION, model.version, models.encode(items))
    bundles.save(store, model.workspace_id, "openapi-core", model.version, core_body(model))


def _from_rows(store: Table, model: Model) -> Model:
    return build_model(model.workspace_id, model.version, store.query_all(keys.metadata(model.workspace_id)))


def _from_bundle(store: Table, model: Model) -> Model:
    content = bundles.load(store, model.workspace_id, models.SECTION, model.version)
    assert content
    return build_model(model.workspace_id, model.version, orjson.loads(content))


def _memory(model: Model) -> int:
    """Bytes of a model with all that requests ask of it."""
    items = model_items(model)
    tracemalloc.start()
    made = build_model(model.workspace_id, model.version, items)
    for obj in made.objects:
        _use(made, obj)
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return size


def _use(model: Model, obj: Object) -> None:
    """Let an object make what it keeps for REST: rows of records, defaults, answers with and without relations,
    aggregates.
    """
    Rows.of(model, obj).derive(Record.of(id="r"), live=True)
    defaults(obj, "2026-01-31T12:00:00.000Z")
    aggregates_of(obj)
    selector = FieldSelector(model, _Everything(), children=60, field_limit=200)
    for depth in (0, 1):
        Renderer.of(model, obj, selector.select(obj, depth, None))


class _Everything:
    """The rights of a role that may do everything."""

    def can(self, obj: Object, right: Right) -> bool:
        return True

    def unreadable_fields(self, obj: Object) -> frozenset[str]:
        return frozenset()

    def unwritable_fields(self, obj: Object) -> frozenset[str]:
        return frozenset()

    def sees_every_record(self, obj: Object) -> bool:
        return True

    def masked_fields(self, obj: Object) -> frozenset[str]:
        return frozenset()

    def unset_fields(self, obj: Object) -> frozenset[str]:
        return frozenset()


def _reads(store: Table, read: Callable[[Table], object]) -> str:
    meter = Meter(detailed=True)
    read(store.metered(meter))
    return f"{meter.round_trips}, {meter.read_units:g}"


def _cpu(run: Callable[[], object]) -> str:
    """The least of several rounds, in ms."""
    best = float("inf")
    for _ in range(_ROUNDS):
        start = time.process_time()
        run()
        best = min(best, time.process_time() - start)
    return f"{best * 1000:.1f}"


if __name__ == "__main__":
    main()
