"""A scheduler for requests side by side: their calls to the store happen in an order that a seed decides."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from random import Random

from pydynox import pydynox_core as dynamo

from icosa.store.meter import Meter
from icosa.store.ops import DeleteItem, PutItem, UpdateItem
from icosa.store.table import Table

from .crashes import Fuse


class Scheduler:
    """Picks at random which thread makes the next call, whenever all of them wait to make theirs."""

    def __init__(self, random: Random, count: int) -> None:
        self._random = random
        self._running = count
        self._waiting: set[int] = set()
        self._turn: int | None = None
        self._changed = threading.Condition()

    def wait(self, task: int) -> None:
        """Block until it is this task's turn to make a call."""
        with self._changed:
            self._waiting.add(task)
            self._pick()
            self._changed.wait_for(lambda: self._turn == task)
            self._waiting.remove(task)
            self._turn = None

    def leave(self) -> None:
        """End a task: the others no longer wait for it."""
        with self._changed:
            self._running -= 1
            self._pick()

    def _pick(self) -> None:
        if self._waiting and len(self._waiting) == self._running and self._turn is None:
            self._turn = self._random.choice(sorted(self._waiting))
            self._changed.notify_all()


class ScheduledTable(Table):
    """A table whose every call waits for the scheduler, and that crashes when its fuse blows. Branches of a request run
    one after the other.
    """

    def __init__(
        self, name: str, client: dynamo.DynamoDBClient, meter: Meter | None, scheduler: Scheduler, task: int, fuse: Fuse
    ) -> None:
        super().__init__(name, client, meter)
        self.scheduler, self.task, self.fuse = scheduler, task, fuse
        self._counts = True

    def metered(self, meter: Meter) -> ScheduledTable:
        return ScheduledTable(self.name, self._client, meter, self.scheduler, self.task, self.fuse)

    def parallel[T](self, branches: Sequence[Callable[[Table], T]]) -> list[T]:
        return [branch(self) for branch in branches]

    def _apply(self, name: str, op: PutItem | UpdateItem | DeleteItem) -> bool:
        self._counts = self.fuse.counts(op)
        try:
            return super()._apply(name, op)
        finally:
            self._counts = True

    def _call[T](self, name: str, send: Callable[[], T]) -> T:
        if self._counts:
            self.scheduler.wait(self.task)
            self.fuse.pass_call()
        return super()._call(name, send)


def run_interleaved(
    table: Table, random: Random, tasks: Sequence[Callable[[Table], None]], fuses: Sequence[Fuse]
) -> list[BaseException | None]:
    """Run the tasks, each in a thread with a table of its own; returns the error of each, None without one."""
    scheduler = Scheduler(random, len(tasks))
    raised: list[BaseException | None] = [None] * len(tasks)

    def run(task: int) -> None:
        try:
            tasks[task](ScheduledTable(table.name, table._client, None, scheduler, task, fuses[task]))
        except BaseException as error:  # noqa: BLE001 - the test's to judge
            raised[task] = error
        finally:
            scheduler.leave()

    threads = [threading.Thread(target=run, args=(task,)) for task in range(len(tasks))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised
