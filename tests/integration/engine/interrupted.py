"""A table whose reads are interrupted: before chosen calls to the store another client writes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from pydynox import pydynox_core as dynamo

from icosa.store.meter import Meter
from icosa.store.table import Table


class Interruption:
    """Writes by ``write`` before the calls whose numbers are in ``at``, or before every call when that is None."""

    def __init__(self, write: Callable[[], None], at: Collection[int] | None, *, most: int = 1_000) -> None:
        self._write = write
        self._at = at
        self._most = most
        self._is_writing = False
        self.calls = 0

    def before_call(self) -> None:
        if self._is_writing:
            return
        number, self.calls = self.calls, self.calls + 1
        if (self._at is None or number in self._at) and self._most > 0:
            self._most -= 1
            self._is_writing = True
            try:
                self._write()
            finally:
                self._is_writing = False


class InterruptedTable(Table):
    """The table of the reader. Branches of a request run one after the other, ``backward`` from the last to the
    first.
    """

    def __init__(
        self,
        name: str,
        client: dynamo.DynamoDBClient,
        meter: Meter | None,
        interruption: Interruption,
        *,
        backward: bool,
    ) -> None:
        super().__init__(name, client, meter)
        self.interruption, self.backward = interruption, backward

    def metered(self, meter: Meter) -> InterruptedTable:
        table = InterruptedTable(self.name, self._client, meter, self.interruption, backward=self.backward)
        table.memory = self.memory
        return table

    def parallel[T](self, branches: Sequence[Callable[[Table], T]]) -> list[T]:
        order = -1 if self.backward else 1
        return [branch(self) for branch in branches[::order]][::order]

    def _call[T](self, name: str, send: Callable[[], T]) -> T:
        self.interruption.before_call()
        return super()._call(name, send)
