"""Records whose time in the trash is over: they are destroyed as anybody destroys records, with everything that points
at them, and whoever follows changes is told so.

The index of the trash knows them by the time of their deletion. What a relation forbids to destroy (RESTRICT,
NO_ACTION) stays where it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ...errors import BadRequest
from ...model.model import Object
from ...store.derive import DELETED_AT, trash_index
from ...store.keys import VALUE
from ...store.lookup import index_page
from ..context import Context
from ..records import State, get_any
from .cascade import destroy
from .commit import retry_on_conflict
from .parts import deleted_at


@dataclass(frozen=True, slots=True)
class ExpiredPage:
    """What became of a page of the trash: how many records are gone, how many stay although their time is over, and
    where the next page begins, None at the end.
    """

    destroyed: int
    kept: int
    last: str | None


def destroy_expired(ctx: Context, obj: Object, *, before: str, after: str | None, most: int) -> ExpiredPage:
    """Destroy the records that were deleted before a moment, of a page of so many, the oldest first.

    A read unit for some 36 rows of the index, 2 for each KB of 4 of a record that is due, and what destroying costs.
    """
    pk = trash_index(ctx.model.workspace_id, obj)
    high = VALUE + obj.leaves[DELETED_AT].kind.encode(before)
    page = index_page(ctx.table, pk, low=VALUE, high=high, after=after, limit=most)
    ids = [row[1] for row in page.items]
    if not ids:
        return ExpiredPage(0, 0, page.last)
    try:
        return ExpiredPage(_destroy(ctx, obj, ids, before), 0, page.last)
    except BadRequest:
        pass  # One of them must stay: each by itself.
    destroyed = kept = 0
    for record_id in ids:
        try:
            destroyed += _destroy(ctx, obj, [record_id], before)
        except BadRequest:
            kept += 1
    return ExpiredPage(destroyed, kept, page.last)


def _destroy(ctx: Context, obj: Object, ids: Sequence[str], before: str) -> int:
    def attempt() -> int:
        states = [state for state in get_any(ctx, obj, ids) if _is_expired(obj, state, before)]
        expired: list[Any] = [state for state in states if state is not None]
        if expired:
            destroy(ctx, obj, expired)
        return len(expired)

    return retry_on_conflict(ctx, attempt)


def _is_expired(obj: Object, state: State | None, before: str) -> bool:
    """Whether a record still is in the trash, and as long as its row of the index says."""
    if state is None or state.live:
        return False
    moment = deleted_at(obj, state)
    return moment is not None and moment < before
