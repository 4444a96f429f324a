"""The query for one page of live records, compiled: what the plans of ``planner`` and ``walk_page`` share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...model.model import Object
from ...model.record import Record
from ...query.evaluate import compile_filter, compile_keyset, compile_order
from ...query.operation import Cursor, Filter, FindMany, Order
from ..context import Context
from .candidates import Moved
from .joins import JoinedRecords
from .row_values import RowValues, is_from_rows
from .steady import Watch


@dataclass(frozen=True, slots=True)
class RecordPage:
    """A page: its records in the requested order, whether more lie beyond it, and the exact total if wanted."""

    items: list[Record]
    more: bool
    total: int | None


def is_whole(query: FindMany, page: RecordPage) -> bool:
    """Whether the page is the whole list, so that its number is the total, whatever is counted at another moment."""
    return (
        query.records
        and query.page.after is None
        and query.page.before is None
        and not (query.page.offset or page.more)
    )


def least_total(query: FindMany, page: RecordPage) -> int:
    """How many matches there are by what the page shows."""
    return query.page.offset + len(page.items) + page.more if page.items else 0


class PageQuery:
    """A ``FindMany`` with its filter narrowed to what the caller may see."""

    def __init__(self, ctx: Context, query: FindMany) -> None:
        self.ctx = ctx
        self.query = query
        self.obj: Object = query.object
        self.filter: Filter | None = ctx.rows.narrow(query.object, query.filter)
        self.order: Order = query.order
        self.backward = query.page.backward
        self.cursor: Cursor | None = query.page.before or query.page.after
        self.offset = query.page.offset
        self.limit = query.page.limit
        # One more than the page has tells whether any follow; none when only the total is wanted.
        self.need = query.page.limit + 1 if query.records else 0
        self.want_total = query.total_count
        #: Records that a look found changed; the next ones look at them from the beginning.
        self.moved = Moved(Watch(ctx))
        self.is_match = compile_filter(self.filter)
        self.sort_key = compile_order(query.order)
        self.is_beyond = compile_keyset(query.order, self.cursor, backward=self.backward) if self.cursor else None
        self.joined = JoinedRecords.needed_by(ctx, self.filter, self.order)
        #: Whether records may be taken from rows that hold them (``store.copies``).
        self.by_copies = not ctx.register.touches(query.object.key)
        #: What the answer shows where that may be told by rows (``row_values``).
        self.row_values = None if query.aggregates else RowValues.of(ctx, query.object, query.selection, query.order)

    def begin_look(self) -> None:
        """Forget the related records of the look before."""
        self.joined = JoinedRecords.needed_by(self.ctx, self.filter, self.order)

    @property
    def reach(self) -> int:
        """How many matches lead to the end of the page."""
        return self.need + self.offset if self.need else 0

    def with_total(self, page: RecordPage, count: Callable[[], int]) -> RecordPage:
        """A page with its total, if that is wanted: of a whole list its own number, else what ``count`` says, but no
        less than what the page shows.
        """
        if not self.want_total:
            return page
        total = len(page.items) if is_whole(self.query, page) else max(count(), least_total(self.query, page))
        return replace(page, total=total)

    def matches(self, batch: Sequence[Record | None], *, needs_sort: bool) -> list[Record]:
        """The matches of a batch; with ``needs_sort`` those beyond the cursor, in order."""
        items = [item for item in batch if item is not None]
        if self.joined.is_needed:
            self.joined.load([item for item in items if not is_from_rows(item)])
        matches = [item for item in items if is_from_rows(item) or self.is_match(item, self.joined)]
        if needs_sort:
            if self.is_beyond is not None:
                matches = [item for item in matches if self.is_beyond(item, self.joined)]
            matches.sort(key=self.position, reverse=self.backward)
        return matches

    def position(self, item: Record) -> Any:
        """The place of a record in the order."""
        return self.sort_key(item, self.joined)

    def page_of_all(self, matches: list[Record]) -> RecordPage:
        """The page of all matches, sorted and cut in memory."""
        total = len(matches) if self.want_total else None
        if self.order and any(term.relation is not None for term in self.order):
            self.joined.load(matches)
        page = sorted_slice(
            matches,
            self.sort_key,
            self.is_beyond,
            self.joined,
            backward=self.backward,
            start=self.offset,
            stop=self.offset + self.need,
        )
        return self.page_of(page, total)

    def page_of(self, beyond: list[Record], total: int | None = None) -> RecordPage:
        """The page that begins with these records, which are in (reverse) order."""
        more, shown = len(beyond) > self.limit, beyond[: self.limit]
        return RecordPage(shown[::-1] if self.backward else shown, more, total)


def sorted_slice(
    items: list[Record],
    sort_key: Callable[[Record, JoinedRecords], object],
    is_beyond: Callable[[Record, JoinedRecords], bool] | None,
    joined: JoinedRecords,
    *,
    backward: bool,
    start: int,
    stop: int,
) -> list[Record]:
    """The items beyond the cursor in (reverse) order, from ``start`` to ``stop``. May sort ``items`` in place."""
    if is_beyond is not None:
        items = [item for item in items if is_beyond(item, joined)]
    items.sort(key=lambda item: sort_key(item, joined), reverse=backward)  # type: ignore[arg-type, return-value]
    return items[start:stop]
