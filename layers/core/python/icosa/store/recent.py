"""Which records of an object have changed since a moment: what reads ask that look at several places, one after the
other, and must not miss a record that moves between them.

Two rows tell. ``updatedAt`` grows with nearly every change, so the end of its index names the records. What that index
does not show is in the **log of changes**: a transaction with such changes writes one row, with the ids of all their
records, into a partition whose sort keys are times. These are

* moves between live records and trash, which the index of live records cannot show;
* changes of live records that leave ``updatedAt`` as it was, or set it to a time before the request (an import named
  one);
* changes of ``createdAt``, so that a read in its order need not look at all changes;
* changes that are committed later than ``LATE_SECONDS`` after the request began, whose ``updatedAt`` is no longer the
  time of the commit.

A destroyed record is in neither: whoever looks for it finds nothing. A new one did not match before, so nobody misses
it. But what pointed at a destroyed record may go on to do so for a moment, and whoever keeps a copy of it must hear of
it, so the log names it as well, in rows that stay for 30 days: **tombstones** (``store.tombstones``). These also name
records that are changed while they are in the trash, which its index does not show. The stream does not tell whether a
row that is gone has moved or was destroyed; a move names the version that it has ended, so the log does (``moves``).
Other rows of the log outlive the stream's records, which are kept for a day; those with deltas of ledgers expire after
a week.

Costs: two write units for a row, for each KB of ids (25 records, 19 that move); readers pay one read unit for each of
the two tails while nothing has changed.
"""

from __future__ import annotations

import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from ..model.dates import format_instant
from ..model.model import Model, Object
from ..model.record import Record
from . import keys, ledger
from .change import Change
from .derive import CREATED_AT, DELETED_AT, UPDATED_AT, WRITTEN
from .keys import END, TOP, VALUE, Key
from .ops import PutItem
from .register import Register
from .table import Item, Table

#: A commit this long after the request's beginning is logged, whatever its ``updatedAt`` says.
LATE_SECONDS = 1.0
#: How far before its own beginning a read looks. The difference to ``LATE_SECONDS`` is the time that a call to
#: DynamoDB may take, and that the clocks of two functions may differ.
MARGIN_SECONDS = 3.0
_LIFE_SECONDS = 26 * 3_600
_LIFE_OF_DELTAS = (ledger.KEPT_MS + ledger.WAIT_MS) // 1000

_IDS = "ids"
_NOW = "now"
#: The destroyed records of a transaction, by the keys of their objects: tombstones.
GONE = "gone"
#: Records in the trash that a transaction has changed later than they were deleted.
TRASHED = "late"
#: For how long tombstones can be read (docs/wire/rest.md#destroyed-records), and rows stay beyond that.
TRACE_SECONDS = 30 * 86_400
_SPARE_SECONDS = 3_600
#: By how much a transaction changes the numbers of rows that are kept (``store.ledger``).
_DELTAS = "deltas"
#: Stands between an id and the version that a move has ended.
_VERSION = "@"
#: How long after its row in the log a transaction may be committed, and how far the clocks may differ.
_LATEST_SECONDS = 60.0
_CLOCKS_SECONDS = 10.0


#: What a row of the log says of a record: it has moved between the live records and the trash; its ``createdAt`` is
#: another; or it has changed in a way that nothing else shows.
MOVED, DATED, UNSHOWN = "m", "d", "u"


class Trace(NamedTuple):
    """The row that a change of a record has left. The next change of the record leaves another one, so two readings of
    the traces differ by the changes in between. ``kind`` is empty for a row of the index of ``updatedAt``.
    """

    object_key: str
    record_id: str
    sort: str
    kind: str = ""


def log_rows(model: Model, changes: Sequence[Change], *, now: str, seconds: float, register: Register) -> list[PutItem]:
    """The rows of the log for a transaction with these changes, none where it needs none: one, or two where it destroys
    records and has others besides that nothing else shows.

    ``now`` is the request's time (what ``updatedAt`` is set to), and ``seconds`` the time since then; ``register`` says
    of which leaves the numbers are kept.
    """
    is_late = seconds > LATE_SECONDS
    moment = time.time()
    ms = int(moment * 1000)
    deltas = ledger.deltas_of(changes, register, now=now, now_ms=ms, is_late=is_late) if register.kept else {}
    logged: dict[tuple[str, str], list[str]] = defaultdict(list)
    gone: dict[str, list[str]] = defaultdict(list)
    trashed: dict[str, list[str]] = defaultdict(list)
    for change in changes:
        if (kind := _kind(change, now, is_late=is_late)) is not None:
            ended = f"{_VERSION}{change.before.version}" if kind == MOVED and change.before is not None else ""
            logged[change.obj.key, kind].append(f"{change.id}{ended}")
        if change.after is None:
            gone[change.obj.key].append(change.id)
        elif not change.after_live and _is_later_than_deletion(change.obj, change.after):
            trashed[change.obj.key].append(change.id)
    suffix = uuid.uuid4().hex[:12]
    counted: dict[str, Any] = {_DELTAS: ledger.packed_deltas(deltas)} if deltas else {}
    rows: list[PutItem] = []
    if gone or trashed:
        kept = counted | {name: _packed(ids) for name, ids in ((GONE, gone), (TRASHED, trashed)) if ids}
        key = keys.delta_log(model.workspace_id, ms, suffix)
        rows.append(PutItem(keys.item_at(key, ttl=int(moment) + TRACE_SECONDS + _SPARE_SECONDS, **kept)))
        counted = {}
    if logged or counted:
        attributes = dict(counted)
        if logged:
            attributes[_IDS] = ";".join(f"{obj}:{kind}:{','.join(ids)}" for (obj, kind), ids in logged.items())
            attributes[_NOW] = now
        key = (keys.change_log if logged else keys.delta_log)(model.workspace_id, ms, suffix)
        life = _LIFE_OF_DELTAS if counted else _LIFE_SECONDS
        rows.append(PutItem(keys.item_at(key, ttl=int(moment) + life, **attributes)))
    return rows


def _packed(ids_by_object: Mapping[str, Sequence[str]]) -> str:
    return ";".join(f"{obj}:{','.join(ids)}" for obj, ids in ids_by_object.items())


def _is_later_than_deletion(obj: Object, record: Record) -> bool:
    """Whether a record in the trash has been changed after its ``deletedAt``, by which the index of the trash knows
    it.
    """
    deleted, updated = obj.leaves[DELETED_AT].get(record), obj.leaves[UPDATED_AT].get(record)
    return updated is not None and (deleted is None or updated > deleted)


def _kind(change: Change, now: str, *, is_late: bool) -> str | None:
    """What the log says of a change; None where the index of ``updatedAt`` shows it to a read that begins now, and of
    records that are new or not live.
    """
    if change.moves:
        return MOVED
    before, after = change.before, change.after
    if before is None or after is None or not change.after_live:
        return None
    updated, created = change.obj.leaves[UPDATED_AT], change.obj.leaves[CREATED_AT]
    if created.get(before) != created.get(after):
        return DATED
    moment = updated.get(after) or ""
    is_shown = not is_late and moment >= now and moment != updated.get(before) and updated.has_rows
    return None if is_shown else UNSHOWN


def beginning_of(now: str) -> datetime:
    """From when on changes concern a request that began at ``now``."""
    return datetime.fromisoformat(now) - timedelta(seconds=MARGIN_SECONDS)


def updated_reader(ws: str, obj: Object, since: datetime, *, limit: int) -> Callable[[Table], list[Trace]]:
    """Reads the traces that changes of an object's live records have left in the index of ``updatedAt``."""
    leaf = obj.leaves[UPDATED_AT]
    pk = keys.index(ws, obj.key, leaf.key)
    low = f"{VALUE}{leaf.kind.encode(format_instant(since.astimezone(UTC)))}"

    def read(table: Table) -> list[Trace]:
        rows = _newest(table, pk, low, limit, "SK")
        return [Trace(obj.key, row["SK"].rpartition(END)[2], row["SK"]) for row in rows]

    return read


def log_reader(ws: str, since: datetime, *, limit: int) -> Callable[[Table], list[Trace]]:
    """Reads the traces of changes of all objects in the log."""
    pk, low = keys.change_log(ws, int(since.timestamp() * 1000), "")

    def read(table: Table) -> list[Trace]:
        traces: list[Trace] = []
        for row in _newest(table, pk, low, limit, f"SK, {_IDS}"):
            traces += [
                Trace(object_key, named.partition(_VERSION)[0], row["SK"], kind)
                for object_key, kind, named in _named(row)
            ]
        return traces

    return read


def gone_readers(ws: str, object_key: str, *, limit: int) -> list[Callable[[Table], frozenset[str] | None]]:
    """Readers of the ids of an object's records that were destroyed in the last hour; None where the log has more than
    ``limit`` rows of it. The janitor has seen to what pointed at others.
    """
    since = int((time.time() - _LIFE_SECONDS) * 1000)
    return [_gone_reader(start, object_key, limit) for start in _starts(ws, since)]


class Written(NamedTuple):
    """A row of the index of ``updatedAt``: the record, the encoded moment, and the version of the record that has
    written the row, which those of new records do not say.
    """

    record_id: str
    moment: str
    version: int | None


def written_reader(ws: str, obj: Object, since: datetime, *, limit: int) -> Callable[[Table], list[Written] | None]:
    """Reads all rows that the index of ``updatedAt`` has since a moment; None where these are more than ``limit``."""
    leaf = obj.leaves[UPDATED_AT]
    pk = keys.index(ws, obj.key, leaf.key)
    low = f"{VALUE}{leaf.kind.encode(format_instant(since.astimezone(UTC)))}"

    def read(table: Table) -> list[Written] | None:
        page = table.query(pk, low=low, high=VALUE + TOP, limit=limit, project=f"SK, {WRITTEN}")
        rows: list[Written] = []
        for row in page.items if page.last is None else ():
            value, _, record_id = row["SK"].rpartition(END)
            rows.append(Written(record_id, value[len(VALUE) :], row.get(WRITTEN)))
        return rows if page.last is None else None

    return read


def named_readers(
    ws: str, since: datetime, *, limit: int
) -> tuple[Callable[[Table], list[tuple[str, str]] | None], ...]:
    """Readers of all records that the two parts of the log name since a moment, whatever is said of them: the keys of
    their objects and their ids. None where a part has more than ``limit`` rows.
    """
    moved, gone = _starts(ws, int(since.timestamp() * 1000))

    def read_moved(table: Table) -> list[tuple[str, str]] | None:
        rows = _rows_from(table, moved, _IDS, limit)
        if rows is None:
            return None
        return [(obj, named.partition(_VERSION)[0]) for row in rows for obj, _, named in _named(row)]

    def read_gone(table: Table) -> list[tuple[str, str]] | None:
        rows = _rows_from(table, gone, GONE, limit)
        return None if rows is None else [named for row in rows for named in _gone(row)]

    return read_moved, read_gone


def _gone_reader(start: Key, object_key: str, limit: int) -> Callable[[Table], frozenset[str] | None]:
    def read(table: Table) -> frozenset[str] | None:
        rows = _rows_from(table, start, GONE, limit)
        if rows is None:
            return None
        return frozenset(record_id for row in rows for of, record_id in _gone(row) if of == object_key)

    return read


def _starts(ws: str, since_ms: int) -> tuple[Key, Key]:
    """Where the two parts of the log begin that have rows since a moment."""
    return keys.change_log(ws, since_ms, ""), keys.delta_log(ws, since_ms, "")


def _rows_from(table: Table, start: Key, attribute: str, limit: int) -> list[Item] | None:
    """The rows of a part of the log that have an attribute; None where the part has more than ``limit`` rows."""
    pk, low = start
    high = (keys.DELTA_ROWS if low.startswith(keys.DELTA_ROWS) else "") + TOP
    page = table.query(pk, low=low, high=high, limit=limit, project=f"SK, {attribute}")
    return None if page.last is not None else [row for row in page.items if attribute in row]


def delta_readers(
    ws: str, object_key: str, leaf_key: str, since_ms: int, *, limit: int
) -> list[Callable[[Table], dict[str, ledger.Numbers] | None]]:
    """Readers of the deltas of a leaf since a moment, by the sort keys of their rows; None where the log has more than
    ``limit`` rows since then. Each costs a read unit for some 40 commits.
    """
    return [_delta_reader(start, object_key, leaf_key, limit) for start in _starts(ws, since_ms)]


def _delta_reader(
    start: Key, object_key: str, leaf_key: str, limit: int
) -> Callable[[Table], dict[str, ledger.Numbers] | None]:
    def read(table: Table) -> dict[str, ledger.Numbers] | None:
        rows = _rows_from(table, start, _DELTAS, limit)
        if rows is None:
            return None
        found: dict[str, ledger.Numbers] = {}
        for row in rows:
            numbers = ledger.unpacked_deltas(row[_DELTAS]).get(object_key, {}).get(leaf_key)
            if numbers:
                found[row["SK"]] = numbers
        return found

    return read


def is_in_window(sort: str, at: int) -> bool:
    """Whether a row of the log may have appeared after what was read at a time."""
    return int(sort.removeprefix(keys.DELTA_ROWS).partition("#")[0]) >= at - ledger.WINDOW_MS


def moves(table: Table, ws: str, first: float, last: float) -> dict[tuple[str, str, int], str]:
    """The moves that the stream told of between two times (seconds since 1970): the time of its request for each, as a
    stored DATE_TIME, by object, record and the version that ended. One read unit for some 30 moves.
    """
    pk, low = keys.change_log(ws, int((first - _LATEST_SECONDS) * 1000), "")
    _, high = keys.change_log(ws, int((last + _CLOCKS_SECONDS) * 1000), "")
    found: dict[tuple[str, str, int], str] = {}
    for row in table.query_all(pk, low=low, high=high):
        for object_key, kind, named in _named(row):
            record_id, _, version = named.partition(_VERSION)
            if kind == MOVED and version:
                found[object_key, record_id, int(version)] = row[_NOW]
    return found


def _named(row: Item) -> Iterator[tuple[str, str, str]]:
    """What a row of the log names: object, kind, and the record with what is said about it."""
    for part in row[_IDS].split(";"):
        object_key, kind, ids = part.split(":")
        for named in ids.split(","):
            yield object_key, kind, named


def _gone(row: Item) -> Iterator[tuple[str, str]]:
    """The destroyed records that a row of the log names: object and id."""
    for part in row[GONE].split(";"):
        object_key, ids = part.split(":")
        for record_id in ids.split(","):
            yield object_key, record_id


def _newest(table: Table, pk: str, low: str, limit: int, project: str | None) -> list[Item]:
    """The last rows of a partition down to ``low``: one page, read in one moment."""
    return table.query(pk, low=low, forward=False, limit=limit, project=project).items
