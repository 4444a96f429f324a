"""The janitor: finishes writes whose process died, from what the table's stream tells.

The events function calls ``tidy`` for every removed item. Two things can remain when a process dies in the middle of a
write:

* References to a destroyed record, when they did not fit into the commit that destroyed it. The stream reports every
  destroyed record, and its edge partition holds the references that are left.
* The rows of a batch that never got to its end. Its log expires, and the expired log names them.

Both are safe to repeat, so events may come twice and in any order.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..model.model import Model
from ..query.row_scope import EVERYTHING, RowScope
from ..settings import Settings
from ..store import keys, stream
from ..store.lease import Lease
from ..store.register import Register
from ..store.settle import settle_expired
from ..store.stream import RemovedLog, RemovedRecord
from ..store.table import Item, Table
from .records import get_any
from .write.cascade import apply_on_delete

#: The actor of changes that no request asked for.
_ACTOR: Mapping[str, Any] = {"source": "SYSTEM", "name": "System"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Context:
    """The engine's context of a removed record; fulfils ``context.Context``."""

    model: Model
    table: Table
    register: Register
    lease: Lease
    settings: Settings
    now: str
    actor: Mapping[str, Any]
    rows: RowScope = EVERYTHING


def tidy(table: Table, load_model: Callable[[str], Model | None], image: Item, *, now: str, settings: Settings) -> None:
    """Finish what a removed item of the stream (its old image, as plain values) shows to be unfinished.

    ``load_model`` gives a workspace's model, None when the workspace is gone. Raises what the store raises: the event
    must then be delivered again.
    """
    removed, started = stream.removed(image), time.monotonic()
    model = None if removed is None else load_model(removed.workspace_id)
    if removed is None or model is None:
        return
    match removed:
        case RemovedLog(item=item):
            settle_expired(table, model, item)
        case RemovedRecord(workspace_id=workspace_id, object_key=object_key, record_id=record_id):
            register = Register.parse(table.get(keys.open_batches(workspace_id)))
            ctx = _Context(
                model=model,
                table=table,
                register=register,
                lease=Lease(workspace_id, model.version, started=started),
                settings=settings,
                now=now,
                actor=_ACTOR,
            )
            _clear_references(ctx, object_key, record_id)


def _clear_references(ctx: _Context, object_key: str, record_id: str) -> None:
    """Apply the on-delete actions of what still points at a record, if it has been destroyed."""
    obj = ctx.model.by_key.get(object_key)
    if obj is None:
        return
    [state] = get_any(ctx, obj, [record_id])
    if state is None:  # else it was moved between live records and trash, or created again
        apply_on_delete(ctx, [(obj, record_id)])
