"""The engine's context of work that no request waits for: the janitor's, and that of jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..model.model import Model
from ..query.row_scope import EVERYTHING, RowScope
from ..settings import Settings
from ..store import keys
from ..store.lease import Lease
from ..store.once import Once
from ..store.register import Register
from ..store.table import Table

#: The actor of changes that no request asked for.
SYSTEM: Final[Mapping[str, Any]] = {"source": "SYSTEM", "name": "System"}


@dataclass(frozen=True, slots=True, kw_only=True)
class BackgroundContext:
    """Fulfils ``context.Context``. It sees all rows: what follows from a write follows whoever may see it."""

    model: Model
    table: Table
    register: Register
    lease: Lease
    settings: Settings
    now: str
    actor: Mapping[str, Any]
    rows: RowScope = EVERYTHING
    once: Once | None = None
    quota: None = None


def background(
    table: Table, model: Model, *, now: str, settings: Settings, started: float, actor: Mapping[str, Any] = SYSTEM
) -> BackgroundContext:
    """A context for work that begins at ``now``; ``started`` is the monotonic time before the model was read. One read
    unit, of the register.
    """
    table = table.metered(table.meter.child())  # whose clock begins with the work: commits say how late they are
    register = Register.parse(table.get(keys.open_batches(model.workspace_id)))
    lease = Lease(model.workspace_id, model.version, started=started)
    return BackgroundContext(
        model=model, table=table, register=register, lease=lease, settings=settings, now=now, actor=actor
    )
