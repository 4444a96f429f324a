"""Leases: for how long a request may write by the model that it has read.

Every request reads the model's version when it begins. A change of the model that writers must know (a value is to be
unique from now on) marks the workspace's row, and then waits until every request that has read the row before must have
written or read it again. So nobody writes by the older model once it has waited; nothing needs to know who they are.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from . import keys
from .table import Table
from .workspace_row import is_outdated

#: So long after it has read the model's version a request may send its write.
LEASE_SECONDS = 2.0
#: So long a change waits: the lease, and time for what was sent at its end to arrive.
OUTLAST_SECONDS = LEASE_SECONDS + 1.0


class ModelOutdated(Exception):
    """The model has changed in a way that this request must know to write."""


@dataclass(slots=True)
class Lease:
    """The lease of one request. ``started`` is the time by ``clock`` just before the version was read."""

    workspace_id: str
    version: int
    clock: Callable[[], float] = time.monotonic
    seconds: float = field(default_factory=lambda: LEASE_SECONDS)
    started: float = field(default=-1.0)

    def __post_init__(self) -> None:
        if self.started < 0:
            self.started = self.clock()

    def require(self, table: Table) -> None:
        """Renew the lease if it is over: one read of the workspace's row. Raises ModelOutdated."""
        now = self.clock()
        if now - self.started <= self.seconds:
            return
        if is_outdated(table.get(keys.workspace(self.workspace_id)), self.version):
            raise ModelOutdated
        self.started = now


def outlast_leases() -> None:
    """Wait until no request can write by a model that it has read before."""
    time.sleep(OUTLAST_SECONDS)
