"""Records of one object: by id, all of them, and their number.

Reading and writing build on it. Its functions read all records there are, but for those that say that they give what
the caller may see. A live record and one in the trash are in different partitions; while a batch moves a record, both
hold it, and one of the two rows is hidden (``store.record``): readers never see such halves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..model.model import Object
from ..model.record import Record
from ..store import keys, lookup
from ..store.places import home, partitions
from ..store.record import StoredRow, current_state, unpack, unpack_or_none, unpack_visible
from ..store.register import Register
from ..store.remembered_reads import read_rows
from ..store.table import Item, QueryPage, Table
from .context import Context

_HEX = "0123456789abcdef"


def visible(obj: Object, row: StoredRow | None) -> Record | None:
    """The record of a live row; None without a row, and where a batch that moves the record has hidden it."""
    [record] = unpack_visible([row], obj.stored_form)
    return record


def shown(ctx: Context, obj: Object, row: StoredRow | None) -> Record | None:
    """The record of a live row, if the caller may see it."""
    [record] = ctx.rows.visible(obj, [visible(obj, row)])
    return record


def live_key(ctx: Context, obj: Object, record_id: str) -> keys.Key:
    return home(ctx.model.workspace_id, obj, record_id)


def trash_key(ctx: Context, obj: Object, record_id: str) -> keys.Key:
    return keys.trash(ctx.model.workspace_id, obj.key), record_id


def get_live(ctx: Context, obj: Object, ids: Sequence[str], table: Table | None = None) -> list[Record | None]:
    """Live records in the order of ``ids``, None for ids without one."""
    rows = live_rows(ctx, [(obj, record_id) for record_id in ids], table)
    return unpack_visible(rows, obj.stored_form)


def live_rows(
    ctx: Context, wanted: Sequence[tuple[Object, str]], table: Table | None = None, also: Sequence[keys.Key] = ()
) -> list[Item | None]:
    """The rows of live records, and in the same round trip the items of ``also``, which come after them."""
    return read_rows(table or ctx.table, ctx.model, wanted, also, ctx.settings.tuning)


def get_visible(ctx: Context, obj: Object, ids: Sequence[str]) -> list[Record | None]:
    """``get_live`` for answers: as if records that the caller may not see were not there."""
    return ctx.rows.visible(obj, get_live(ctx, obj, ids))


def get_live_and_register(
    ctx: Context, obj: Object, ids: Sequence[str], table: Table | None = None
) -> tuple[list[Record | None], Register]:
    """``get_live`` and, in the same round trip, the register as it is now."""
    wanted = [(obj, record_id) for record_id in ids]
    *rows, register = live_rows(ctx, wanted, table, [keys.open_batches(ctx.model.workspace_id)])
    return unpack_visible(rows, obj.stored_form), Register.parse(register)


@dataclass(frozen=True, slots=True)
class State:
    """A record, live or in the trash."""

    item: Record
    live: bool


def get_any(ctx: Context, obj: Object, ids: Sequence[str], table: Table | None = None) -> list[State | None]:
    """Records in the order of ``ids``, live or in the trash; None for ids without one."""
    table = table or ctx.table
    pairs = _live_and_trash_rows(ctx, obj, ids, table)
    # The two rows are read at different moments: a trash row was still hidden, and its live row gone already.
    doubtful = [
        i for i, (live, trashed) in enumerate(pairs) if live is None and trashed is not None and trashed.is_hidden
    ]
    if doubtful:
        for i, rows in zip(doubtful, _live_and_trash_rows(ctx, obj, [ids[i] for i in doubtful], table), strict=True):
            pairs[i] = rows
    states = (current_state(live, trashed) for live, trashed in pairs)
    return [None if state is None else State(*state) for state in states]


def get_where_expected(
    ctx: Context, obj: Object, places: Mapping[str, bool], table: Table | None = None
) -> list[State | None]:
    """``get_any`` of the ids of ``places``, which say whether each record is probably live or in the trash: one read
    unit for those that are (of up to 4 KB), two more for others.
    """
    table = table or ctx.table
    wanted = [(live_key if live else trash_key)(ctx, obj, record_id) for record_id, live in places.items()]
    rows = [unpack_or_none(row, obj.stored_form) for row in table.batch_get(wanted)]
    states: dict[str, State | None] = {}
    for (record_id, live), row in zip(places.items(), rows, strict=True):
        if row is not None and not row.is_hidden:
            # Only one of a record's two rows is ever visible, and that one counts.
            states[record_id] = State(row, live)
    missing = [record_id for record_id in places if record_id not in states]
    if missing:
        states |= zip(missing, get_any(ctx, obj, missing, table), strict=True)
    return [states[record_id] for record_id in places]


def get_any_visible(ctx: Context, obj: Object, ids: Sequence[str], table: Table | None = None) -> list[State | None]:
    """``get_any`` for answers and what requests name: as if records that the caller may not see were not there."""
    states = get_any(ctx, obj, ids, table)
    if not ctx.rows.limits(obj):
        return states
    return [state if state is not None and ctx.rows.shows(obj, state.item) else None for state in states]


def _live_and_trash_rows(
    ctx: Context, obj: Object, ids: Sequence[str], table: Table
) -> list[tuple[Record | None, Record | None]]:
    """The live and trash rows of records."""
    rows = table.batch_get(
        [key for record_id in ids for key in (live_key(ctx, obj, record_id), trash_key(ctx, obj, record_id))]
    )
    form = obj.stored_form
    return [
        (unpack_or_none(live, form), unpack_or_none(trashed, form))
        for live, trashed in zip(rows[::2], rows[1::2], strict=True)
    ]


def count_live(ctx: Context, obj: Object, table: Table | None = None) -> int:
    """Exact number of live records."""
    return lookup.count_live(table or ctx.table, ctx.model.workspace_id, obj.key)


def scan_live(ctx: Context, obj: Object, check: Callable[[int], None]) -> Iterator[list[Record]]:
    """All live records, in no particular order, some pages at a time; in parallel parts when there are many. ``check``
    is told before how many there are, and may raise.
    """
    pks = partitions(ctx.model.workspace_id, obj)
    check(count := count_live(ctx, obj))
    # Ids are random, so their first digit splits them evenly. Ids that clients choose may not be, which only costs
    # time.
    is_large = count >= ctx.settings.tuning.parallel_scan_records and len(pks) == 1
    parts: list[tuple[str, str, str | None]] = [
        (pk, digit, None) for pk in pks for digit in (_HEX if is_large else ("",))
    ]
    while parts:
        pages = ctx.table.parallel([_reader(*part) for part in parts])
        yield [item for page in pages for item in _visible(obj, page)]
        parts = [
            (pk, digit, page.last) for (pk, digit, _), page in zip(parts, pages, strict=True) if page.last is not None
        ]


def scan_trash(ctx: Context, obj: Object) -> list[Record]:
    """All records in the trash. The trash has no indexes: reads of it cost in proportion to its size."""
    rows = ctx.table.query_all(keys.trash(ctx.model.workspace_id, obj.key))
    records = [unpack(row, obj.stored_form) for row in rows]
    doubtful = [record.id for record in records if record.is_hidden]
    moving = (
        [state.item for state in get_any(ctx, obj, doubtful) if state is not None and not state.live]
        if doubtful
        else []
    )
    return [record for record in records if not record.is_hidden] + moving


def _reader(pk: str, prefix: str, after: str | None) -> Callable[[Table], QueryPage]:
    return lambda table: table.query(pk, prefix=prefix or None, after=after)


def _visible(obj: Object, page: QueryPage) -> list[Record]:
    return [record for record in unpack_visible(page.items, obj.stored_form) if record is not None]
