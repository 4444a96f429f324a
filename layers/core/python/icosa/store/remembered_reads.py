"""Reads of records by their ids that use what the process remembers (docs/storage.md#records-that-are-remembered).

To fetch 60 records is 60 read units; to ask which of an object's records have changed since a moment is three, one for
the end of the index of ``updatedAt`` and one for each part of the log of changes (``store.recent``). So a read that
wants records of which enough are remembered asks that, in the round trip in which it fetches the others. A record that
no trace names is as it was. One that is named is read again, in one more round trip, unless the trace says that it was
remembered later than that.

Asked is from ``MARGIN_SECONDS`` before the last look on, so also for changes that were on their way then. All reads are
strongly consistent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from ..model.model import Model, Object
from ..settings import Tuning
from .derive import UPDATED_AT
from .keys import Key
from .places import home
from .recent import Written, named_readers, written_reader
from .record import StoredRow, unpack, version_of
from .record_memory import MARGIN_SECONDS, Entry, Part, RecordMemory, Trace
from .table import Item, Table

#: Rows of traces that are read for one unit, and what the two parts of the log cost at least.
_ROWS_A_UNIT: Final = 35
_LOG_UNITS: Final = 2

#: A record that is wanted: its object and its id.
type Wanted = tuple[Object, str]


def read_rows(
    table: Table, model: Model, wanted: Sequence[Wanted], also: Sequence[Key], tuning: Tuning
) -> list[Item | None]:
    """The live rows of records, then the items of ``also``, None where there is none: in one round trip, or two where
    some that are remembered have changed.
    """
    if table.memory is None or not wanted:
        return table.batch_get([*(home(model.workspace_id, obj, record_id) for obj, record_id in wanted), *also])
    return _Reading(table, model, table.memory, tuning).read(wanted, also)


class _Reading:
    """One read."""

    def __init__(self, table: Table, model: Model, memory: RecordMemory, tuning: Tuning) -> None:
        self._table = table
        self._model, self._ws = model, model.workspace_id
        self._memory = memory
        self._tuning = tuning

    def read(self, wanted: Sequence[Wanted], also: Sequence[Key]) -> list[Item | None]:
        began = self._memory.clock()
        parts = self._parts(wanted, began)
        # Beside other reads of a request each of these would be a round trip of its own.
        trusted = [] if self._table.is_branch else _worth_a_look(parts, self._tuning, began)
        rows: dict[Key, Item | None] = {
            home(self._ws, part.obj, record_id): dict(entry.row)
            for part in trusted
            for record_id, entry in part.known.items()
        }
        asked = [*(home(self._ws, obj, record_id) for obj, record_id in wanted), *also]
        fetched = [key for key in dict.fromkeys(asked) if key not in rows]
        number = len(rows)
        found = self._look(trusted, fetched, began) if trusted else _fetch(self._table, fetched)
        self._keep(parts, found, began)
        rows |= found
        if trusted:
            stale = [home(self._ws, part.obj, record_id) for part in trusted for record_id in sorted(part.stale)]
            self._table.meter.note(f"{number - len(stale)} records from memory, checked")
            if stale:
                began = self._memory.clock()
                late = _fetch(self._table, stale)
                self._keep(parts, late, began)
                rows |= late
        return [rows[key] for key in asked]

    def _parts(self, wanted: Sequence[Wanted], now: float) -> list[Part]:
        ids: defaultdict[str, dict[str, None]] = defaultdict(dict)
        objects: dict[str, Object] = {}
        for obj, record_id in wanted:
            # Without its rows nothing but the log would tell of changes.
            if obj.leaves[UPDATED_AT].has_rows:
                ids[obj.key][record_id] = None
                objects[obj.key] = obj
        name, most = self._table.name, self._tuning.trace_rows
        return [
            self._memory.part(name, self._model, objects[key], list(some), most=most, now=now)
            for key, some in ids.items()
        ]

    def _keep(self, parts: Sequence[Part], rows: Mapping[Key, Item | None], at: float) -> None:
        for part in parts:
            keyed = ((record_id, home(self._ws, part.obj, record_id)) for record_id in part.ids)
            self._memory.keep(part, {record_id: rows[key] for record_id, key in keyed if key in rows}, at)

    def _look(self, parts: Sequence[Part], fetched: Sequence[Key], began: float) -> dict[Key, Item | None]:
        """Fetch rows, and see beside it what has changed: which entries of the parts are stale."""
        ws, tuning = self._ws, self._tuning
        # The rows come first: this thread reads them, and may use others for more than a hundred.
        readers: list[Callable[[Table], Any]] = [lambda table: _fetch(table, fetched)]
        readers += named_readers(ws, _moment(min(part.since for part in parts)), limit=tuning.trace_logs)
        readers += [written_reader(ws, part.obj, _moment(part.since), limit=tuning.trace_rows) for part in parts]
        rows: dict[Key, Item | None]
        rows, changed, gone, *written = self._table.parallel(readers)
        for part, changes in zip(parts, written, strict=True):
            if changed is None or gone is None or changes is None:
                self._memory.rest(part)
                continue
            # The log does not say which version of a record it tells of, so none is later.
            logged = [(record_id, _never) for key, record_id in (*changed, *gone) if key == part.obj.key]
            self._memory.learn(part, [*(_written(part, change) for change in changes), *logged], began)
        return rows


def _fetch(table: Table, wanted: Sequence[Key]) -> dict[Key, Item | None]:
    return dict(zip(wanted, table.batch_get(wanted), strict=True))


def _worth_a_look(parts: Sequence[Part], tuning: Tuning, now: float) -> list[Part]:
    """The objects whose records are worth a look at what has changed, none where it would cost as much as they do."""
    costs = [(part, 1 + part.shelf.expected(now) / _ROWS_A_UNIT) for part in parts]
    good = [(part, cost) for part, cost in costs if len(part.known) > cost]
    remembered, cost = sum(len(part.known) for part, _ in good), _LOG_UNITS + sum(cost for _, cost in good)
    return [part for part, _ in good] if remembered >= tuning.remembered_least and remembered > cost else []


def _moment(since: float) -> datetime:
    return datetime.fromtimestamp(since - MARGIN_SECONDS, UTC)


def _written(part: Part, change: Written) -> Trace:
    return change.record_id, lambda entry: _has(part.obj, entry.row, change)


def _has(obj: Object, row: StoredRow, change: Written) -> bool:
    """Whether a row is that of the change which has left a trace, or of a later one."""
    if change.version is not None:
        return version_of(row) >= change.version
    leaf = obj.leaves[UPDATED_AT]
    moment = leaf.get(unpack(row, obj.stored_form))
    return moment is not None and leaf.kind.encode(moment) == change.moment


def _never(_: Entry) -> bool:
    return False
