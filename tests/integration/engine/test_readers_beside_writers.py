"""Readers beside a writer that never rests: the same promises as ``test_steady_reads``, with threads in place of
chosen moments. ``make steady`` makes 2,000 reads of each kind.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from icosa.errors import Conflict
from icosa.query.aggregates import TOTAL_COUNT
from icosa.query.operation import Dimension, FindMany, GroupBy, Page, Selection, Update
from icosa.settings import Tuning
from icosa.store.table import Table

from .test_steady_reads import ALWAYS, CHILD_LISTS, ORDERS, PARENTS, Stage, exchanging, expect_once, raw_of

_READS = int(os.environ.get("ICOSA_STEADY") or 6)
_READERS = 2
#: The writes that there are at least while somebody reads.
_WRITES = 3


class Writer:
    """Writes in a loop, in a thread of its own, until it is told to stop."""

    def __init__(self, write: Callable[[], None]) -> None:
        self._write = write
        self._writes = 0
        self._stopped = self._ended = False
        self._changed = threading.Condition()

    def run(self) -> None:
        try:
            while not self._stopped:
                with contextlib.suppress(Conflict):  # with a reader that changes records
                    self._write()
                    self._count()
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def stop(self) -> None:
        self._stopped = True

    def next_write(self) -> bool:
        """Wait for a write, unless there have been enough of them: whether there was one."""
        with self._changed:
            writes = self._writes
            if writes >= _WRITES:
                return False
            self._changed.wait_for(lambda: self._writes > writes or self._ended)
            return self._writes > writes

    def _count(self) -> None:
        with self._changed:
            self._writes += 1
            self._changed.notify_all()


def read_beside(write: Callable[[], None], read: Callable[[], None]) -> None:
    """Read many times while another client writes, and as long as it has hardly written."""
    writer = Writer(write)

    def reader() -> None:
        for _ in range(_READS // _READERS):
            read()
        # The machine may have given the writer no turn. Who waits is in nobody's way: the writer gets on.
        while writer.next_write():
            read()

    with ThreadPoolExecutor(1 + _READERS) as pool:
        written = pool.submit(writer.run)
        reads = [pool.submit(reader) for _ in range(_READERS)]
        try:
            for future in reads:
                future.result()
        finally:
            writer.stop()
            written.result()


@pytest.mark.parametrize("order", ["by id", "by amount and title"])
@pytest.mark.parametrize("name", ALWAYS)
def test_lists(table: Table, name: str, order: str) -> None:
    stage = Stage(table, Tuning(), others=40)
    write, raw = ALWAYS[name]
    operation = stage.lists(raw_of(stage, raw), ORDERS[order])
    read_beside(write(stage), lambda: expect_once(stage, stage.run(operation), operation))


@pytest.mark.parametrize("name", ["in", "parents", "both places", "range"])
def test_totals_groups_and_aggregates(table: Table, name: str) -> None:
    stage = Stage(table, Tuning(), others=40)
    write, raw = ALWAYS[name]
    raw = raw_of(stage, raw)
    expected = stage.run(stage.lists(raw)).total_count
    part = replace(stage.lists(raw, limit=1), aggregates=frozenset({TOTAL_COUNT}))
    groups = GroupBy(
        object=stage.deal,
        dimensions=(Dimension(leaf=stage.deal.leaves["stage",]),),
        aggregates=(TOTAL_COUNT,),
        filter=stage.filter(raw),
    )

    def read() -> None:
        page = stage.run(part)
        assert page.total_count == page.aggregates[TOTAL_COUNT] == expected
        assert stage.run(stage.lists(raw, limit=1)).total_count == expected
        assert sum(group.aggregates[TOTAL_COUNT] for group in stage.run(groups)) == expected

    read_beside(write(stage), read)


@pytest.mark.parametrize("kind", CHILD_LISTS)
def test_children_of_several_parents(table: Table, kind: str) -> None:
    stage = Stage(table, Tuning(), others=10)
    operation = FindMany(
        object=stage.firm,
        filter=stage.filter({"id": {"in": stage.firms[:2]}}, stage.firm),
        selection=Selection(relations={"deals": CHILD_LISTS[kind]}),
    )

    def read() -> None:
        lists = [node.related["deals"] for node in stage.run(operation).nodes]
        assert sum(part.total_count for part in lists) == 11

    read_beside(PARENTS(stage), read)


@pytest.mark.parametrize("name", ["in", "in and another", "parents"])
def test_bulk_changes(table: Table, name: str) -> None:
    stage = Stage(table, Tuning())
    write, raw = ALWAYS[name]
    operation = Update(object=stage.deal, data={"hot": True}, filter=stage.filter(raw_of(stage, raw)))

    def read() -> None:
        with contextlib.suppress(Conflict):  # reported, and nothing changed
            assert stage.moving[0] in [node.item.id for node in stage.run(operation)]

    read_beside(write(stage), read)


@pytest.mark.parametrize("moving", [2, 40])
@pytest.mark.parametrize("kind", ["one condition", "two conditions", "substring", "ordered", "groups"])
def test_exchanges(table: Table, kind: str, moving: int) -> None:
    stage = Stage(table, Tuning(), moving=moving, others=10)
    write = exchanging(stage)
    write()
    tag: Any = {"who": {"firstName": {"eq": "a"}}}
    operation: Any = {
        "one condition": stage.lists(tag),
        "two conditions": stage.lists({**tag, "title": {"eq": "x"}}),
        "substring": stage.lists({"who": {"firstName": {"ilike": "%a"}}}),
        "ordered": stage.lists(tag, ORDERS["by amount and title"]),
        "groups": GroupBy(
            object=stage.deal,
            dimensions=(Dimension(leaf=stage.deal.leaves["who", "firstName"]),),
            aggregates=(TOTAL_COUNT,),
            filter=stage.filter({"title": {"eq": "x"}}),
        ),
    }[kind]

    def read() -> None:
        result = stage.run(operation)
        if kind == "groups":
            assert [group.aggregates[TOTAL_COUNT] for group in result] == [moving // 2] * 2
        else:
            assert (len(result.nodes), result.total_count) == (moving // 2, moving // 2)

    read_beside(write, read)


def test_pages_of_a_list_that_is_reordered(table: Table) -> None:
    """On each page by itself no record shows twice, and the total is right."""
    stage = Stage(table, Tuning(), others=40)
    write, _ = ALWAYS["range"]
    operation = replace(stage.lists(None, ORDERS["by amount"]), page=Page(limit=10, offset=5))

    def read() -> None:
        page = stage.run(operation)
        ids = [node.item.id for node in page.nodes]
        assert (len(ids), len(set(ids)), page.total_count) == (10, 10, 41)

    read_beside(write(stage), read)
