"""Requests side by side whose calls to the store happen one at a time, in an order that a seed decides."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from random import Random

from pydynox import pydynox_core as dynamo

from icosa.store.meter import Meter
from icosa.store.table import Table

from .faults import Fuse


class Turns:
    """Lets one of several threads make its next call, whenever all of them wait to make one."""

    def __init__(self, random: Random, count: int) -> None:
        self._random = random
        self._running = count
        self._waiting: set[int] = set()
        self._turn: int | None = None
        self._changed = threading.Condition()

    def wait(self, who: int) -> None:
        with self._changed:
            self._waiting.add(who)
            self._pick()
            self._changed.wait_for(lambda: self._turn == who)
            self._waiting.remove(who)
            self._turn = None

    def leave(self) -> None:
        with self._changed:
            self._running -= 1
            self._pick()

    def _pick(self) -> None:
        if self._waiting and len(self._waiting) == self._running and self._turn is None:
            self._turn = self._random.choice(sorted(self._waiting))
            self._changed.notify_all()


class TurnTable(Table):
    """A table that waits for its turn before every call, makes the branches of a request one after the other, and may
    die.
    """

    def __init__(
        self, name: str, client: dynamo.DynamoDBClient, meter: Meter | None, turns: Turns, who: int, fuse: Fuse
    ) -> None:
        super().__init__(name, client, meter)
        self.turns, self.who, self.fuse = turns, who, fuse

    def metered(self, meter: Meter) -> TurnTable:
        return TurnTable(self.name, self._client, meter, self.turns, self.who, self.fuse)

    def parallel[T](self, branches: Sequence[Callable[[Table], T]]) -> list[T]:
        return [branch(self) for branch in branches]

    def _call[T](self, name: str, send: Callable[[], T]) -> T:
        self.turns.wait(self.who)
        self.fuse.pass_call()
        return super()._call(name, send)


def take_turns(
    table: Table, random: Random, tasks: Sequence[Callable[[Table], None]], fuses: Sequence[Fuse]
) -> list[BaseException | None]:
    """Run the tasks; what each has raised."""
    turns = Turns(random, len(tasks))
    raised: list[BaseException | None] = [None] * len(tasks)

    def run(who: int) -> None:
        try:
            tasks[who](TurnTable(table.name, table._client, None, turns, who, fuses[who]))
        except BaseException as error:  # noqa: BLE001 - the test's to judge
            raised[who] = error
        finally:
            turns.leave()

    threads = [threading.Thread(target=run, args=(who,)) for who in range(len(tasks))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised
