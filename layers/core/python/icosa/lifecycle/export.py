"""Exporting a workspace: everything that its users have made, as gzipped lines of JSON, with a manifest.

| Part | A line is |
|---|---|
| ``model`` | an object as the Metadata API shows it, with its fields and indexes |
| ``roles``, ``views``, ``pageLayouts``, ``webhooks``, ``apiKeys`` | one of them, without anything secret |
| ``records/people-000001`` | a record as the Core REST API shows it, without related ones; batch upsert takes it |
| ``trash/people-000001`` | the same of a record in the trash |

Secrets are those of webhooks, and the values of their headers; of API keys nothing is stored that could make a token.

**What it is a picture of**: of a suspended workspace, of one state, since nothing writes. Of an active one each part is
read at its own moment, each record whole, and none twice or left out that was there all the time; the manifest says
which (``isOneState``). A part is written whole under a name that follows from its place, so a step that is done again
writes the same again. The manifest comes last: an export without one is not complete.

Costs: a read unit for each 4 KB of what there is, and a request to S3 for each part of up to 20,000 records or 16 MB.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import orjson

from ..access.role_view import role_members
from ..catalog.commit import read
from ..metadata.render import field_members, index_members, object_members
from ..model.model import Model, Object
from ..model.record import Record
from ..store import keys
from ..store.lookup import count_live
from ..store.operation_row import Operation
from ..store.table import Item, Table
from ..store.workspace_row import status_of
from ..version import VERSION
from ..views.rows import unpack as unpack_view
from ..webhooks.entity import Webhook
from .records import page
from .steps import Budget, Step, Store, Surroundings
from .suspension import finish

FORMAT: Final = 1
#: Records of a part, and bytes from which on it is not continued.
_PART_RECORDS: Final = 20_000
_PART_BYTES: Final = 16_000_000
_PAGE: Final = 500


def export(around: Surroundings, operation: Operation, budget: Budget) -> Step:
    """The next step."""
    table, ws = around.table, operation.workspace_id
    workspace = table.get(keys.workspace(ws))
    if workspace is None:
        return Step(operation, is_done=True)
    store = around.exports(ws, operation.id)
    model = read(table, ws).model
    state = {"began": around.now, "oneState": status_of(workspace) != "active", "parts": [], **operation.state}
    state["oneState"] = state["oneState"] and status_of(workspace) != "active"
    operation = replace(operation, state=state)
    if not state["parts"]:
        parts = [_put(store, name, lines) for name, lines in _settings(table, model, around.now)]
        operation = replace(operation, state={**state, "parts": parts})
    while not budget.is_over:
        more = _next_part(table, model, store, operation, budget)
        if more is None:
            return Step(_complete(around, store, operation, workspace, model), is_done=True)
        operation = more
        table.update(operation.saved())
    return Step(operation, is_done=False)


# ------------------------------------------------------------------ what is in it


def _settings(table: Table, model: Model, now: str) -> Iterator[tuple[str, Iterable[Any]]]:
    ws = model.workspace_id
    yield "model", [_object(model, obj) for obj in model.objects]
    yield "roles", [_role(item) for item in table.query_all(keys.roles(ws))]
    roots = [unpack_view(item) for item in table.query_all(keys.views(ws))]
    for collection in ("views", "pageLayouts"):
        yield collection, [{**root.entity, **root.parts} for root in roots if root.entity_type.collection == collection]
    webhooks = [Webhook.parse(item) for item in table.query_all(keys.webhooks(ws))]
    yield "webhooks", [webhook.members(ws, now) for webhook in webhooks]
    yield "apiKeys", [_api_key(item) for item in table.query_all(keys.api_keys(ws))]


def _object(model: Model, obj: Object) -> Mapping[str, Any]:
    return {
        **object_members(model, obj),
        "fields": [field_members(model, obj, field) for field in obj.fields],
        "indexes": [index_members(index) for index in obj.indexes],
    }


def _role(item: Item) -> Mapping[str, Any]:
    lists = ("objectPermissions", "fieldPermissions", "rowLevelPredicates", "rowLevelPredicateGroups")
    return {**role_members(item), **{name: item.get(name) for name in lists}}


def _api_key(item: Item) -> Mapping[str, Any]:
    names = ("name", "roleId", "expiresAt", "revokedAt", "createdAt", "updatedAt", "lastUsedAt")
    return {"id": keys.sort_of(item), **{name: item.get(name) for name in names}}


def record_members(obj: Object, record: Record) -> dict[str, Any]:
    """A record as the Core REST API shows it at depth 0."""
    return {field.input_name: field.type.render(field, record.get(field.key)) for field in obj.stored_fields}


def _next_part(table: Table, model: Model, store: Store, operation: Operation, budget: Budget) -> Operation | None:
    """The export after its next part of records; None when there is no more."""
    state = operation.state
    place, after, number = state.get("place", 0), state.get("after"), state.get("number", 1)
    places = [(obj, live) for obj in sorted(model.objects, key=lambda obj: obj.key) for live in (True, False)]
    while place < len(places):
        obj, live = places[place]
        lines: list[bytes] = []
        size = 0
        while True:
            found, after = page(table, model.workspace_id, obj, live=live, after=after, limit=_PAGE)
            lines += [orjson.dumps(record_members(obj, record)) for record in found]
            size += sum(map(len, lines[len(lines) - len(found) :]))
            if after is None or len(lines) >= _PART_RECORDS or size >= _PART_BYTES:
                break
        kind = "records" if live else "trash"
        parts: Sequence[Any] = state["parts"]
        if lines:
            parts = [*parts, _put(store, f"{kind}/{obj.name_plural}-{number:06}", lines)]
            operation = operation.with_counts({kind: len(lines)})
        budget.spend(len(lines))
        if after is None:
            place, number = place + 1, 1
        else:
            number += 1
        if lines:
            return replace(operation, state={**state, "parts": parts, "place": place, "after": after, "number": number})
    return None


# ------------------------------------------------------------------ writing it


def _put(store: Store, name: str, lines: Iterable[Any]) -> dict[str, Any]:
    """Write a part; what the manifest says of it."""
    texts = [line if isinstance(line, bytes) else orjson.dumps(line, default=_plain) for line in lines]
    content = gzip.compress(b"".join(text + b"\n" for text in texts), mtime=0)
    store.put(f"{name}.ndjson.gz", content)
    return {
        "name": f"{name}.ndjson.gz",
        "lines": len(texts),
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _plain(value: Any) -> Any:
    """Numbers of items as JSON has them."""
    return int(value) if value == int(value) else float(value)


def _complete(around: Surroundings, store: Store, operation: Operation, workspace: Item, model: Model) -> Operation:
    state = operation.state
    counts: dict[str, int] = {}
    for part in state["parts"]:
        group, _, name = part["name"].partition("/")
        title = f"{group}/{name.rpartition('-')[0]}" if name else group.partition(".")[0]
        counts[title] = counts.get(title, 0) + part["lines"]
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "workspaceId": operation.workspace_id,
        "name": workspace["name"],
        "createdAt": workspace.get("createdAt"),
        "modelVersion": model.version,
        "beganAt": state["began"],
        "endedAt": around.now,
        "isOneState": state["oneState"],
        "counts": counts,
        # For comparison: what the counters of live records say.
        "counters": {
            obj.name_plural: number
            for obj in model.objects
            if (number := count_live(around.table, operation.workspace_id, obj.key))
        },
        "parts": state["parts"],
    }
    content = orjson.dumps(manifest, option=orjson.OPT_INDENT_2, default=_plain)
    store.put("manifest.json", content)
    result = {"address": store.address, "counts": counts, "manifest": hashlib.sha256(content).hexdigest()}
    operation = replace(operation, result=result, state={})
    finish(around, operation)
    return operation
