"""The watermark of a list is never later than what a batch under way will show (docs/wire/rest.md#watermark)."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from icosa.engine.executor import execute
from icosa.model.dates import format_instant
from icosa.query.operation import Create, Update
from icosa.store import keys, tombstones
from icosa.store.register import Register
from icosa.store.table import Table

from .interrupted import InterruptedTable, Interruption
from .sample_model import WORKSPACE
from .world import World


@pytest.mark.parametrize("kind", ["create", "update"])
def test_a_batch_that_is_long_under_way(table: Table, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """Read before each of its calls, on a clock that is ten minutes further: while the batch may still commit, the
    watermark stays before its stamps; when all is written it goes on.
    """
    world = World(table)
    deal = world.object("deal")
    made = world.run(Create(object=deal, data=tuple({"title": f"deal {number}"} for number in range(12))))
    ids = [node.item.id for node in made]
    operation: Any = Create(object=deal, data=tuple({"title": f"new {number}"} for number in range(12)))
    if kind == "update":
        operation = Update(object=deal, data={"title": "other"}, filter=world.filter("deal", ("id", "in", ids)))
    stamp = format_instant(datetime.now(UTC))
    read: list[tuple[bool, str]] = []

    def watermark() -> str:
        register = Register.parse(table.get(keys.open_batches(WORKSPACE)))
        read.append((bool(register.open), format_instant(tombstones.watermark(register))))
        return read[-1][1]

    later = time.time() + 600
    monkeypatch.setattr(tombstones, "time", SimpleNamespace(time=lambda: later))
    interruption = Interruption(lambda: [watermark()].clear(), None)
    beside = InterruptedTable(table.name, table._client, None, interruption, backward=False)
    execute(replace(world.request(beside), now=stamp), operation)

    under_way = [moment for is_open, moment in read if is_open]
    assert len(under_way) > 3
    assert max(under_way) < stamp
    assert watermark() > stamp
