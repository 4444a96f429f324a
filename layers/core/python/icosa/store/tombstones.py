"""What is left to read of records that are gone, and of changes in the trash: rows of the log of changes, in the order
of their times (``store.recent``).

A row has the time at which its transaction was sent, so it may appear a little later, as ``updatedAt`` does: readers
that go on from a moment take one that is settled (``watermark``). A read costs a unit for some thirty commits that
destroyed something.
"""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from typing import Final, NamedTuple

from ..model.dates import format_instant
from . import keys
from .keys import TOP
from .recent import GONE, TRACE_SECONDS, TRASHED
from .register import Register
from .table import Table

#: After so long everything is visible, or never will be: no request runs longer, and a batch that is open for longer
#: is given up.
SETTLED_SECONDS: Final = 60
_PLACE: Final = re.compile(r"(\d{13}#[0-9a-f]{12})\.(\d{1,4})")


class Tombstone(NamedTuple):
    """A record that was destroyed, when, and its place among all."""

    record_id: str
    at: str
    place: str


def watermark(register: Register) -> datetime:
    """Until when everything is visible: no change with an earlier ``updatedAt`` will show that does not show now."""
    started = min((started / 1000 for _, started in register.open.values()), default=time.time())
    return datetime.fromtimestamp(min(started, time.time()) - SETTLED_SECONDS, UTC)


def is_place(text: str) -> bool:
    return _PLACE.fullmatch(text) is not None


def destroyed(
    table: Table, ws: str, object_key: str, since: datetime, *, after: str | None, limit: int, most_rows: int
) -> tuple[list[Tombstone], str | None]:
    """The first records of an object that were destroyed since a moment, or after a place; and the place to go on
    after, None where nothing follows. Looks at ``most_rows`` commits at most.
    """
    pk, low = keys.delta_log(ws, int(since.timestamp() * 1000), "")
    seen = ""
    skipped = 0
    if after is not None and (place := _PLACE.fullmatch(after)) is not None:
        seen, skipped = keys.DELTA_ROWS + place[1], int(place[2])
        low = max(low, seen)
    found: list[Tombstone] = []
    page = table.query(pk, low=low, high=keys.DELTA_ROWS + TOP, limit=most_rows, project=f"SK, {GONE}")
    for row in page.items:
        place_of_row = row["SK"].removeprefix(keys.DELTA_ROWS)
        at = format_instant(datetime.fromtimestamp(int(place_of_row[:13]) / 1000, UTC))
        for number, record_id in enumerate(_ids(row.get(GONE, ""), object_key), start=1):
            if row["SK"] == seen and number <= skipped:
                continue
            if len(found) == limit:
                return found, found[-1].place if found else after
            found.append(Tombstone(record_id, at, f"{place_of_row}.{number}"))
    if page.last is None:
        return found, None
    return found, f"{page.last.removeprefix(keys.DELTA_ROWS)}.9999"


def changed_in_trash(table: Table, ws: str, object_key: str, since: datetime, *, most_rows: int) -> set[str] | None:
    """The ids of an object's records that were changed in the trash since a moment; None where there are too many
    rows to look at, or none any more.
    """
    if time.time() - since.timestamp() > TRACE_SECONDS:
        return None
    pk, low = keys.delta_log(ws, int((since.timestamp() - SETTLED_SECONDS) * 1000), "")
    page = table.query(pk, low=low, high=keys.DELTA_ROWS + TOP, limit=most_rows, project=f"SK, {TRASHED}")
    if page.last is not None:
        return None
    return {record_id for row in page.items for record_id in _ids(row.get(TRASHED, ""), object_key)}


def _ids(packed: str, object_key: str) -> list[str]:
    """The ids of an object in an attribute of a row."""
    parts = [part.split(":") for part in packed.split(";") if part]
    return [record_id for of, ids in parts if of == object_key for record_id in ids.split(",")]
