"""Reading the rows that lead to records: entries of indexes, edges, tokens. Callers see these, never keys to take
apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..model.dates import instant_of
from ..model.model import Object
from ..model.record import Record
from . import keys
from .copies import ATTRIBUTES as COPY
from .copies import SINCE, has_copy, read_copy
from .derive import CODE, CREATED, EXACT, FIELDS, TWO_VALUES
from .keys import END, NULL, TOP, VALUE, Key
from .places import home
from .record import HIDDEN
from .table import Count, Item, QueryPage, Table

_TOKEN = f"SK, {FIELDS}"
_TIMED = f"SK, {CREATED}, {TWO_VALUES}"
IndexEntry = tuple[str | None, str, str | None]
"""A record in the index of a leaf: its encoded value (None for null), its id, and the exact text of the value where the
encoding loses that. A plain tuple, because scans read them by the thousand.
"""
CarryingRow = tuple[str | None, str, str | None, int | None]
"""An index row or an edge with what it carries: as ``IndexEntry``, and when the record was created, in milliseconds
since the epoch. That is None where the row does not carry it; an edge has neither value nor text.
"""


class Edge(NamedTuple):
    """A record that points at another: with the object and the field of the relation. ``live`` says where it was when
    the edge was written: among the live records or in the trash.
    """

    object_key: str
    field_key: str
    record_id: str
    live: bool


class Token(NamedTuple):
    """A record that has a word; ``fields`` are the keys of the fields that have it, separated by commas."""

    token: str
    record_id: str
    fields: str


@dataclass(frozen=True, slots=True)
class ExactText:
    """Which index entries of one encoded value are wanted: those of the exact ``text``, None for the text that the
    encoding gives back. Entries that stand for two texts (``TWO_VALUES``) are wanted, too: their records tell.
    """

    text: str | None


def index_page(
    table: Table,
    pk: str,
    *,
    low: str,
    high: str,
    after: str | None = None,
    forward: bool = True,
    limit: int | None,
    exact: ExactText | None = None,
) -> QueryPage[IndexEntry]:
    """One page of an index between two sort keys, without exact texts."""
    page = table.query(
        pk,
        low=low,
        high=high,
        after=after,
        forward=forward,
        limit=limit,
        project="SK",
        filter=_wanted(exact),
        values=_values(exact),
    )
    return QueryPage(_index_entries(page.items), page.last, page.scanned)


def carrying_page(
    table: Table,
    pk: str,
    *,
    low: str,
    high: str,
    after: str | None = None,
    forward: bool = True,
    limit: int | None,
    exact: ExactText | None = None,
    prefix: str = "",
) -> QueryPage[CarryingRow]:
    """One page of an index between two sort keys, or with ``prefix`` of edges, with what the rows carry."""
    page = table.query(
        pk,
        low=low,
        high=high,
        after=after,
        forward=forward,
        limit=limit,
        project=f"SK, {CREATED}, {TWO_VALUES}" + ("" if prefix else f", {EXACT}"),
        filter=_wanted(exact),
        values=_values(exact),
    )
    rows: list[CarryingRow] = []
    cut = len(prefix)
    for row in page.items:
        created = None if TWO_VALUES in row else row.get(CREATED)
        if cut:
            rows.append((None, row["SK"][cut:], None, created))
            continue
        head, _, record_id = row["SK"].rpartition(END)
        rows.append((None if head == NULL else head[1:], record_id, row.get(EXACT), created))
    return QueryPage(rows, page.last, page.scanned)


class Copies(NamedTuple):
    """How to read the copies of records that rows of an index hold (``store.copies``): those written by batches that
    began since ``young_ms`` are doubtful.
    """

    workspace_id: str
    obj: Object
    young_ms: int


class CopiedPage(NamedTuple):
    """One page of an index, and by ids the rows that hold copies; ``has_young``: some of these are doubtful."""

    page: QueryPage[IndexEntry]
    rows: Mapping[str, Item]
    has_young: bool


def copied_page(
    table: Table,
    pk: str,
    copies: Copies,
    *,
    low: str,
    high: str,
    after: str | None = None,
    forward: bool = True,
    limit: int | None,
) -> CopiedPage:
    """As ``index_page``, with the copies. Read with eventual consistency, doubtful ones are left out."""
    page = table.query(
        pk, low=low, high=high, after=after, forward=forward, limit=limit, project=f"SK, {', '.join(COPY)}"
    )
    rows: dict[str, Item] = {}
    has_young = False
    for row in page.items:
        if not has_copy(row):
            continue
        if row.get(SINCE, 0) >= copies.young_ms:
            if not table.is_strong:
                continue
            has_young = True
        rows[row["SK"].rpartition(END)[2]] = row
    return CopiedPage(QueryPage(_index_entries(page.items), page.last, page.scanned), rows, has_young)


def copy_in(row: Item, record_id: str, copies: Copies) -> Record | None:
    """The record that a row of ``copied_page`` holds."""
    partition, _ = home(copies.workspace_id, copies.obj, record_id)
    return read_copy(row, id=record_id, partition=partition, form=copies.obj.stored_form)


def index_edge(table: Table, pk: str, *, last: bool) -> IndexEntry | None:
    """The first or last entry with a value, with its exact text; None when no record has one."""
    page = table.query(pk, low=VALUE, high=VALUE + TOP, forward=not last, limit=1)
    return next(iter(_index_entries(page.items)), None)


class WholeIndex(NamedTuple):
    """All entries of an index with their exact texts, and on how many pages they were read."""

    entries: list[IndexEntry]
    pages: int


def whole_index(
    table: Table,
    pk: str,
    *,
    limit: int,
    keeps: Callable[[str | None, str | None], bool | None] | None = None,
    before_more: Callable[[Table], None],
) -> WholeIndex:
    """An index from its beginning to its end, in pages of up to ``limit`` rows or 1 MB, but for the entries that
    ``keeps`` refuses by their value and exact text.
    ``before_more`` is called where one page does not hold it all, and may raise.
    """
    entries: list[IndexEntry] = []
    pages = 0
    for page in table.query_pages(pk, project=f"SK, {EXACT}", limit=limit):
        pages += 1
        if pages == 1 and page.last is not None:
            before_more(table)
        found = _index_entries(page.items)
        entries += found if keeps is None else (entry for entry in found if keeps(entry[0], entry[2]) is not False)
    return WholeIndex(entries, pages)


def whole_by_creation(
    table: Table, pk: str, encode: Callable[[Any], str], *, limit: int, before_more: Callable[[Table], None]
) -> WholeIndex | None:
    """What ``whole_index`` says of ``createdAt``, from the rows of another index, which carry it; None where some do
    not. ``encode`` gives the values of ``createdAt`` in its own index.
    """
    entries: list[IndexEntry] = []
    pages = 0
    for page in table.query_pages(pk, project=_TIMED, limit=limit):
        pages += 1
        if pages == 1 and page.last is not None:
            before_more(table)
        for row in page.items:
            if CREATED not in row or TWO_VALUES in row:
                return None
            entries.append((encode(instant_of(row[CREATED])), row["SK"].rpartition(END)[2], None))
    return WholeIndex(entries, pages)


def count_entries(table: Table, pk: str, *, low: str, high: str, exact: ExactText | None = None) -> Count:
    """How many rows of an index or of edges there are between two sort keys."""
    if exact is None:
        return table.count_pages(pk, low=low, high=high)
    return table.count_pages(pk, low=low, high=high, unlike=_unwanted(exact), values=_values(exact))


def count_block(table: Table, pk: str, *, low: str, high: str, limit: int) -> tuple[int, str | None]:
    """How many rows the first ``limit`` of a range are, and the sort key of the last; None if they are all."""
    page = table.query(
        pk, low=low, high=high, limit=limit, project="SK", filter="attribute_exists(#none)", names={"#none": "none"}
    )
    return page.scanned - len(page.items), page.last


def count_run(table: Table, pk: str, *, after: str) -> int:
    """How many rows of the same value follow a row."""
    start = after.rpartition(END)[0] + END
    return table.count(pk, low=start, high=start + TOP, after=after)


def end_of_run(sort: str) -> str:
    """The sort key behind all rows of the value that a row has."""
    return sort.rpartition(END)[0] + END + TOP


def _index_entries(rows: Iterable[Item]) -> list[IndexEntry]:
    entries: list[IndexEntry] = []
    for row in rows:
        head, _, record_id = row["SK"].rpartition(END)  # see ``keys.index_sort``
        entries.append((None if head == NULL else head[1:], record_id, row.get(EXACT)))
    return entries


def _wanted(exact: ExactText | None) -> str | None:
    """The filter expression for entries of an exact text."""
    if exact is None:
        return None
    if exact.text is None:
        return f"attribute_not_exists({EXACT}) OR attribute_exists({TWO_VALUES})"
    return f"{EXACT} = :exact OR attribute_exists({TWO_VALUES})"


def _unwanted(exact: ExactText) -> str:
    """The complement of ``_wanted``."""
    if exact.text is None:
        return f"attribute_exists({EXACT}) AND attribute_not_exists({TWO_VALUES})"
    return f"(attribute_not_exists({EXACT}) OR {EXACT} <> :exact) AND attribute_not_exists({TWO_VALUES})"


def _values(exact: ExactText | None) -> dict[str, str] | None:
    return None if exact is None or exact.text is None else {":exact": exact.text}


# ---------------------------------------------------------------------- edges


def edge_range(
    table: Table,
    pk: str,
    prefix: str,
    *,
    low: str,
    high: str,
    after: str | None = None,
    forward: bool = True,
    limit: int | None,
) -> QueryPage[str]:
    """One page of the ids of records that point at a record by one relation, between two sort keys."""
    page = table.query(pk, low=low, high=high, after=after, forward=forward, limit=limit, project="SK")
    return QueryPage(_ids(page.items, prefix), page.last, page.scanned)


TimedId = tuple[str, int | None]
"""A record that points at another, and when it was created as far as its edge carries that, in milliseconds since the
epoch.
"""


def edge_page(table: Table, pk: str, prefix: str, *, limit: int) -> QueryPage[TimedId]:
    """The first records that point at a record by one relation."""
    page = table.query(pk, prefix=prefix, limit=limit, project=_TIMED)
    return QueryPage(_timed_ids(page.items, prefix), page.last, page.scanned)


def edges_by_prefix(
    table: Table, pk: str, prefixes: Iterable[str], *, limit: int
) -> tuple[dict[str, list[TimedId]], frozenset[str]]:
    """The first rows of everything that points at a record: by relation, and the prefixes of those relations that are
    read to their end.
    """
    page = table.query(pk, limit=limit, project=_TIMED)
    found: dict[str, list[TimedId]] = {}
    for prefix in prefixes:
        found[prefix] = _timed_ids((row for row in page.items if row["SK"].startswith(prefix)), prefix)
    complete = (prefix for prefix in found if page.last is None or prefix + TOP <= page.last)
    return found, frozenset(complete)


def count_edges(table: Table, pk: str, prefix: str) -> int:
    """How many records point at a record by one relation."""
    return table.count(pk, prefix=prefix)


def all_edges_of(table: Table, pk: str, prefix: str) -> list[str]:
    """The ids of all records that point at a record by one relation."""
    return _ids(table.query_all(pk, prefix=prefix, project="SK"), prefix)


def all_timed_edges_of(table: Table, pk: str, prefix: str) -> list[TimedId]:
    """All records that point at a record by one relation."""
    return _timed_ids(table.query_all(pk, prefix=prefix, project=_TIMED), prefix)


def all_edges(table: Table, ws: str, target_id: str) -> list[Edge]:
    """Everything that points at a record, live or in the trash."""
    return [_edge(row["SK"]) for row in table.query_all(keys.edges(ws, target_id), project="SK")]


def edges_from(table: Table, ws: str, target_id: str, *, after: str | None = None, limit: int) -> QueryPage[Edge]:
    """One page of everything that points at a record, live or in the trash."""
    page = table.query(keys.edges(ws, target_id), after=after, limit=limit, project="SK")
    return QueryPage([_edge(row["SK"]) for row in page.items], page.last, page.scanned)


def edge_sort(edge: Edge) -> str:
    """The sort key of an edge: from where to read on behind it."""
    return keys.edge_prefix(edge.object_key, edge.field_key, live=edge.live) + edge.record_id


def _edge(sort: str) -> Edge:
    relation, place, record_id = sort.split("#", 2)
    object_key, _, field_key = relation.partition(".")
    return Edge(object_key, field_key, record_id, live=place == "L")


def _ids(rows: Iterable[dict[str, str]], prefix: str) -> list[str]:
    cut = len(prefix)
    return [row["SK"][cut:] for row in rows]


def _timed_ids(rows: Iterable[Item], prefix: str) -> list[TimedId]:
    cut = len(prefix)
    return [(row["SK"][cut:], None if TWO_VALUES in row else row.get(CREATED)) for row in rows]


# ---------------------------------------------------------------------- tokens, records


def token_rows(table: Table, pk: str, term: str, *, limit: int) -> list[Token]:
    """The first rows of tokens that begin with a term."""
    return _as_tokens(table.query(pk, prefix=term, limit=limit, project=_TOKEN).items)


def all_token_rows(table: Table, pk: str, term: str) -> list[Token]:
    """Every row of a token that begins with a term."""
    return _as_tokens(table.query_all(pk, prefix=term, project=_TOKEN))


def begun_rows(table: Table, pk: str, term: str, *, limit: int | None) -> list[tuple[str, str]]:
    """The encoded values of an index that begin with a term, each with the id of its record: the first ones, or all."""
    prefix = VALUE + term
    if limit is None:
        rows: Iterable[Item] = table.query_all(pk, prefix=prefix, project="SK")
    else:
        rows = table.query(pk, prefix=prefix, limit=limit, project="SK").items
    pairs = (row["SK"][len(VALUE) :].rpartition(END) for row in rows)
    return [(encoded, record_id) for encoded, _, record_id in pairs]


def coded_rows(table: Table, pk: str, begins: str, *, limit: int | None) -> list[tuple[str, str, str | None]]:
    """As ``begun_rows``, with the calling code that each row says (``LeafIndex.tells_codes``): "" for those that say
    none, None for those that stand for two.
    """
    prefix, project = VALUE + begins, f"SK, {CODE}, {TWO_VALUES}"
    if limit is None:
        rows: Iterable[Item] = table.query_all(pk, prefix=prefix, project=project)
    else:
        rows = table.query(pk, prefix=prefix, limit=limit, project=project).items
    found: list[tuple[str, str, str | None]] = []
    for row in rows:
        encoded, _, record_id = row["SK"][len(VALUE) :].rpartition(END)
        found.append((encoded, record_id, None if TWO_VALUES in row else row.get(CODE, "")))
    return found


def _as_tokens(rows: Sequence[Item]) -> list[Token]:
    return [Token(*keys.split_token_sort(row["SK"]), row[FIELDS]) for row in rows]


def rows_at(table: Table, places: Sequence[Key]) -> dict[Key, bool]:
    """Those of some places of records that have a row, and whether it is hidden (``store.record``)."""
    rows = table.batch_get(places, project=f"PK, SK, {HIDDEN}")
    return {(row["PK"], row["SK"]): HIDDEN in row for row in rows if row is not None}


def visible_rows(table: Table, places: Sequence[Key]) -> set[Key]:
    """Those of some places of records that have a row which is not hidden."""
    return {key for key, is_hidden in rows_at(table, places).items() if not is_hidden}


def key_page(table: Table, pk: str, *, after: str | None, limit: int) -> QueryPage[Key]:
    """One page of a partition's keys."""
    page = table.query(pk, after=after, limit=limit, project="SK")
    return QueryPage([(pk, row["SK"]) for row in page.items], page.last, page.scanned)


def count_live(table: Table, ws: str, object_key: str) -> int:
    """Exact number of an object's live records: the sum of the counter's shards."""
    return sum(row.get("n", 0) for row in table.query_all(keys.counter(ws, object_key)))
