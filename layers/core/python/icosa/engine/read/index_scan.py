"""Index scan: rows of whole indexes, of which only those that fulfil a condition are kept.

What it holds grows with the matches, not with the records: a page is filtered as it comes (``RangeRows.keeps``).
Where one page does not end an index, the rest is read in parts side by side, and refused where there is more than a
request can read in its time. ``candidates`` calls it for conditions that no range answers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ...model.model import Object
from ...query.operation import Filter
from ...store.keys import VALUE
from ...store.table import Table
from ..context import Context
from .range_rows import RangeRows
from .scan_limit import check_rows

#: Where an index is divided: by the first character of its values. Values that all begin alike are read one after the
#: other, which only takes longer.
_CUTS = tuple(VALUE + first for first in ("5", "a", "e", "j", "n", "s", "t"))


def read_whole(
    ctx: Context, obj: Object, indexes: Sequence[RangeRows], live: Callable[[], int], asked: Filter | None
) -> None:
    """Read some indexes to their ends. Raises TooMuchAsked beyond ``Settings.scan_limit`` rows; ``live`` says how many
    live records there are, ``asked`` is the filter as the client wrote it.
    """
    ctx.table.meter.scan("indexes " + " + ".join(of.part.leaf.dotted for of in indexes if of.part.leaf))
    rows = ctx.settings.tuning.scan_page_rows
    ctx.table.parallel([_pager(of, rows) for of in indexes])
    rest = [of for of in indexes if not of.complete]
    if rest:
        check_rows(ctx, obj, len(rest) * live(), asked)
        divided = [(of, _parts(of)) for of in rest]
        ctx.table.parallel([_reader(part, rows) for _, parts in divided for part in parts])
        for of, parts in divided:
            _unite(of, parts)


def _parts(of: RangeRows) -> list[RangeRows]:
    """What is left to read of an index, divided."""
    assert of.after is not None
    cuts = [cut for cut in _CUTS if cut > of.after]
    bounds = zip([of.after, *cuts], [*cuts, of.part.high], strict=True)
    parts = [RangeRows(replace(of.part, low=low, high=high), of.keeps) for low, high in bounds]
    parts[0].after = of.after
    return parts


def _unite(of: RangeRows, parts: Sequence[RangeRows]) -> None:
    for part in parts:
        of.rows += part.rows
        of.pages += part.pages
        of.cut |= part.cut
    of.complete = True


def _pager(of: RangeRows, rows: int) -> Callable[[Table], int]:
    return lambda table: of.read_page(table, rows)


def _reader(of: RangeRows, rows: int) -> Callable[[Table], None]:
    def read(table: Table) -> None:
        while not of.complete:
            of.read_page(table, rows)

    return read
