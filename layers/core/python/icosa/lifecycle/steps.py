"""What the steps of operations have in common: what they work with, and how much one of them does."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from ..errors import BadRequest
from ..metadata.job_queue import JobQueue
from ..model.dates import instant_of
from ..store.operation_row import Operation
from ..store.table import Table
from ..webhooks.delivery_queue import DeliveryQueue

#: One step ends after so long, or so many rows, and the next begins from where it ended: no step is dear, and a
#: function that dies has little to do again.
STEP_SECONDS: Final = 15.0
STEP_ROWS: Final = 20_000
#: Longer than any function may run: what was begun before a workspace changed its status has ended by then.
FENCE_MS: Final = 90_000


class Store(Protocol):
    """Where an export goes: a bucket, or a folder."""

    def put(self, name: str, content: bytes) -> None: ...

    @property
    def address(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What steps work with. Everything beside the table is opened when an operation needs it."""

    table: Table
    now_ms: Callable[[], int]
    jobs: Callable[[], JobQueue]
    deliveries: Callable[[], DeliveryQueue]
    #: Where the export of a workspace goes, by its id and the operation's; raises BadRequest where there is nowhere.
    exports: Callable[[str, str], Store]
    #: The table that a workspace is brought back from; raises BadRequest where there is none.
    side_table: Callable[[], Table]
    #: Removes the workspace's key of the usage plan, if it is still there.
    remove_gateway_key: Callable[[str], None]

    @property
    def now(self) -> str:
        """The time as a stored DATE_TIME."""
        return instant_of(self.now_ms())


@dataclass(slots=True)
class Budget:
    """What one step may still do."""

    rows: int = STEP_ROWS
    seconds: float = STEP_SECONDS
    clock: Callable[[], float] = time.monotonic
    _until: float = field(init=False)

    def __post_init__(self) -> None:
        self._until = self.clock() + self.seconds

    def spend(self, rows: int) -> None:
        self.rows -= rows

    @property
    def is_over(self) -> bool:
        return self.rows <= 0 or self.clock() >= self._until


@dataclass(frozen=True, slots=True)
class Step:
    """What a step came to. ``is_done``: nothing is left to do, and the row says so, or is gone. ``is_busy``: nothing
    was done, since another process is at it.
    """

    operation: Operation
    is_done: bool
    is_busy: bool = False


def side_table() -> Table:
    """The table that workspaces are brought back from (RESTORE_TABLE). Raises BadRequest where there is none."""
    name = os.environ.get("RESTORE_TABLE")
    if not name:
        raise BadRequest("This installation names no table to restore from: set the parameter RestoreTable")
    return Table.at(name, region=os.environ.get("AWS_REGION"), endpoint=os.environ.get("AWS_ENDPOINT_URL_DYNAMODB"))


Runner = Callable[[Surroundings, Operation, Budget], Step]
