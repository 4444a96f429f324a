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
from collections.abc import Callable

from ..model.model import Model
from ..settings import Settings
from ..store import stream
from ..store.settle import settle_expired
from ..store.stream import RemovedLog, RemovedRecord
from ..store.table import Item, Table
from .background import background
from .context import Context
from .records import get_any
from .write.cascade import apply_on_delete
from .write.commit import MAX_COMMIT
from .write.dependents import references_to
from .write.follow_up import is_in_a_job, start_unlinking


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
        case RemovedRecord(object_key=object_key, record_id=record_id):
            ctx = background(table, model, now=now, settings=settings, started=started)
            _clear_references(ctx, object_key, record_id)


def _clear_references(ctx: Context, object_key: str, record_id: str) -> None:
    """Apply the on-delete actions of what still points at a record, if it has been destroyed and no job does it: at
    once, or by a job where that takes more than one commit.
    """
    obj = ctx.model.by_key.get(object_key)
    if obj is None:
        return
    [state] = get_any(ctx, obj, [record_id])
    if state is not None:
        return  # it was moved between live records and trash, or created again
    references, are_all = references_to(ctx, [obj], [record_id])
    if not references or is_in_a_job(ctx, record_id):
        return
    if are_all and len(references) <= MAX_COMMIT:
        apply_on_delete(ctx, [(obj, record_id)])
    else:
        start_unlinking(ctx, obj, record_id)
