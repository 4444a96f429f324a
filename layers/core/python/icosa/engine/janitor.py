"""Finishing what writers left: called with the table's stream.

Two things can remain when a process dies in the middle of a write. References to a destroyed record, when they did not
fit into the commit that destroyed it: the stream tells of every destroyed record, and its edge partition holds what is
left. And the rows of a batch that never got to its end: its log expires, and the expired log names them. Both are safe
to repeat, so events may come twice and in any order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..model.model import Model
from ..settings import Settings
from ..store import keys, stream
from ..store.register import Register
from ..store.settle import settle_expired
from ..store.stream import RemovedLog, RemovedRecord
from ..store.table import Item, Table
from .records import get_any
from .write.remove import sweep

#: Who clears references when no request does.
_ACTOR: Mapping[str, Any] = {"source": "SYSTEM", "name": "System"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Context:
    model: Model
    table: Table
    register: Register
    settings: Settings
    now: str
    actor: Mapping[str, Any]


def tidy(table: Table, load_model: Callable[[str], Model | None], image: Item, *, now: str, settings: Settings) -> None:
    """Deal with one removed item of the stream (its old image, as plain values).

    ``load_model`` gives a workspace's model, None when the workspace is gone. Raises what the store raises: the event
    must then be delivered again.
    """
    removed = stream.removed(image)
    model = None if removed is None else load_model(removed.workspace_id)
    if removed is None or model is None:
        return
    match removed:
        case RemovedLog(item=item):
            settle_expired(table, model, item)
        case RemovedRecord(workspace_id=workspace_id, object_key=object_key, record_id=record_id):
            register = Register.parse(table.get(keys.open_batches(workspace_id)))
            ctx = _Context(model=model, table=table, register=register, settings=settings, now=now, actor=_ACTOR)
            _clear_references(ctx, object_key, record_id)


def _clear_references(ctx: _Context, object_key: str, record_id: str) -> None:
    obj = ctx.model.by_key.get(object_key)
    if obj is None:
        return
    [state] = get_any(ctx, obj, [record_id])
    if state is None:  # not moved to the other partition, and not created again
        sweep(ctx, [(obj, record_id)])
