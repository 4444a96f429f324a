"""Which records of an object are gone for good: their tombstones, for who keeps copies
(docs/wire/rest.md#destroyed-records).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from ...errors import BadRequest
from ...model.dates import format_instant
from ...query.operation import DestroyedPage, DestroyedRecord, FindDestroyed
from ...store import tombstones
from ...store.recent import TRACE_SECONDS
from ..context import Context

#: Commits that one page looks at, whatever object they are of: some forty read units.
_MOST_ROWS: Final = 1_000


def find_destroyed(ctx: Context, operation: FindDestroyed) -> DestroyedPage:
    """Raises BadRequest for a moment or a cursor from which on not all is known any more, and for none."""
    oldest = datetime.now(UTC) - timedelta(seconds=TRACE_SECONDS)
    since = oldest if operation.since is None else datetime.fromisoformat(operation.since)
    after = operation.after
    if after is not None:
        if not tombstones.is_place(after):
            raise BadRequest(f"Invalid cursor: {after}", sub_code="INVALID_CURSOR")
        since = datetime.fromtimestamp(int(after[:13]) / 1000, UTC)
    if since < oldest:
        raise BadRequest(
            f"What was destroyed is told for {TRACE_SECONDS // 86_400} days, that is since {format_instant(oldest)}. "
            "Read all records again, and what is not among them is gone",
            sub_code="TOMBSTONES_EXPIRED",
        )
    found, rest = tombstones.destroyed(
        ctx.table,
        ctx.model.workspace_id,
        operation.object.key,
        since,
        after=after,
        limit=operation.limit,
        most_rows=_MOST_ROWS,
    )
    ctx.table.meter.note("tombstones")
    end = rest or (found[-1].place if found else after)
    return DestroyedPage([DestroyedRecord(*tombstone) for tombstone in found], rest is not None, after is not None, end)
