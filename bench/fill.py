"""Filling a workspace without the API: the rows of many records are derived as a writer would, and put into the
database file while nothing runs on it. A quarter of a million people take minutes instead of hours.

What the API would do besides is left out: rows of the stream, jobs, and checks of what is unique.
"""

from __future__ import annotations

import os
import random
import sqlite3
import time
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from bench import dataset
from bench.folder import Folder, Workspace
from icosa.catalog.commit import read
from icosa.catalog.loader import MetadataState, load_model
from icosa.metadata.service import MetadataService
from icosa.model.dates import epoch_ms
from icosa.model.input import defaults, parse_input
from icosa.model.model import Model, Object
from icosa.store import keys
from icosa.store.change import new_state
from icosa.store.derive import Rows
from icosa.store.meter import item_size
from icosa.store.record import pack
from icosa.store.table import Table
from icosa.store.vacancy import COUNTER_SHARDS
from local.report import report

#: Records whose rows are sorted together before they are written.
_CHUNK = 10_000
_NOW = "2026-11-01T00:00:00.000Z"
_ACTOR: Mapping[str, Any] = {"source": "API", "name": "Admin"}
_INSERT = "INSERT OR REPLACE INTO {} (pk, sk, item_json, item_size) VALUES (?, ?, ?, ?)"

Item = Mapping[str, Any]


def filled(folder: Folder, *, people: int, companies: int | None = None, contains: bool = True) -> Workspace:
    """The workspace with so many people, made and filled if it is not there; five people to a company unless told
    otherwise. Titles have an index of type GIN if ``contains``.
    """
    known = folder.workspaces().get(people)
    if known is not None and known.seconds is not None:
        return known
    workspace = folder.make(people=people, companies=companies or max(1, people // 5))
    with folder.store() as environment:
        os.environ.update({name: value for name, value in environment.items() if name.isupper()})
        table = Table.from_environment()
        person = read(table, workspace.id).model.by_singular["person"]
        title = {"fieldMetadataId": person.by_name["jobTitle"].id}
        index = {"objectMetadataId": person.id, "fields": [title], "indexType": "GIN"}
        if contains:
            MetadataService(table, workspace.id).create_index(index)
        row = table.get(keys.workspace(workspace.id))
        assert row is not None
        model = load_model(table, workspace.id, MetadataState.parse(row))
    started = time.monotonic()
    random.seed(people)  # the same ids each time
    _write(folder.path / "dynamodb.db", table.name, _items(model, workspace))
    workspace = replace(workspace, seconds=time.monotonic() - started)
    folder.keep(workspace)
    return workspace


def _items(model: Model, workspace: Workspace) -> Iterator[list[Item]]:
    """Every row of all records, some thousand records at a time, and the counters."""
    companies = [_new_id() for _ in range(workspace.companies)]
    company, person = model.by_singular["company"], model.by_singular["person"]
    of_companies = ((record_id, dataset.company(number)) for number, record_id in enumerate(companies))
    yield from _records(model, company, of_companies)
    yield from _records(model, person, ((_new_id(), dataset.person(i, companies)) for i in range(workspace.people)))


def _records(model: Model, obj: Object, bodies: Iterable[tuple[str, Mapping[str, Any]]]) -> Iterator[list[Item]]:
    items: list[Item] = []
    rows = Rows.of(model, obj)
    by_name = obj.by_name
    counts: Counter[str] = Counter()
    for number, (record_id, body) in enumerate(bodies):
        values = {**defaults(obj, _NOW), **parse_input(model, obj, body, mode="create", now=_NOW).values}
        values = {key: value for key, value in values.items() if value is not None}
        values[by_name["id"].key] = record_id
        values[by_name["updatedAt"].key] = _NOW
        values[by_name["createdBy"].key] = values[by_name["updatedBy"].key] = _ACTOR
        values[by_name["position"].key] = -number
        record = new_state(model, obj, record_id, values, live=True, version=epoch_ms(_NOW))
        items.append(pack(record, obj.stored_form))
        derived = {**rows.derive(record, live=True), **rows.guards(record)}
        items += [keys.item_at(key, **attributes) for key, attributes in derived.items()]
        counts[str(number % COUNTER_SHARDS)] += 1
        if (number + 1) % _CHUNK == 0:
            report(f"{obj.name_plural}: {number + 1}")
            yield items
            items = []
    partition = keys.counter(model.workspace_id, obj.key)
    yield [*items, *(keys.item_at((partition, shard), n=count) for shard, count in counts.items())]


def _new_id() -> str:
    return str(uuid.UUID(int=random.getrandbits(128), version=4))


def _write(database: Path, table: str, chunks: Iterable[Sequence[Item]]) -> None:
    insert = _INSERT.format(f'"{table}"')
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -400000")
        for items in chunks:
            with connection:
                connection.executemany(insert, map(_row, sorted(items, key=keys.of)))


def _row(item: Item) -> tuple[str, str, str, int]:
    """An item as Dynoxide keeps it, without the hash by which it divides scans: nobody scans the table."""
    typed: dict[str, Mapping[str, str]] = {}
    size = 0
    for name, value in item.items():
        if isinstance(value, str):
            typed[name] = {"S": value}
            size += len(name) + (len(value) if value.isascii() else len(value.encode()))
        else:
            typed[name] = {"N": str(value)}
            size += item_size({name: value})
    return f"S:{item['PK']}", f"S:{item['SK']}", orjson.dumps(typed).decode(), size
