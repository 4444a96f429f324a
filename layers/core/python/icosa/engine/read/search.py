"""Search: records of several objects by the words of their search fields (spec/graphql-core.md §4.11).

Every term is one range of one token partition of each object; all ranges are read side by side, strongly consistent, so
a record is found in the moment it is written. Rows are ranked first, then only the records of the page are fetched and
checked.

Rank: a word that is the whole term counts more than one that begins with it, words of the label more than others. Where
a term begins more than ``_MOST_ROWS`` words of an object the rest of them is not seen: such a term says nothing yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from ...model.model import Object
from ...model.record import Record
from ...model.search_text import search_fields, terms, tokens
from ...query.evaluate import compile_filter, deleted_scope
from ...query.operation import Cursor, FindMany, Hit, Page, Search, SearchCursor, SearchPage
from ...shipped import load
from ...store import keys
from ...store.lookup import Token, token_rows
from ...store.table import Table
from ..branch import Branch
from ..context import Context
from ..records import live_key, visible
from .joins import Joined
from .planner import find
from .trash_scan import beyond_live

_MOST_ROWS = 1_000
#: Candidates that are fetched at a time where a filter may refuse them, and in all.
_BATCH = 100
_MOST_FETCHED = 2_000
#: What PostgreSQL's ts_rank and ts_rank_cd give for one word of the lowest weight.
_ANY, _ALL = 0.06079271, 0.1
_WHOLE_WORD, _LABEL = 0.5, 0.5


@dataclass(slots=True)
class _Candidate:
    """A record that has at least one term. ``item`` is set when it is at hand."""

    obj: Object
    id: str
    scores: dict[int, float] = field(default_factory=dict)
    item: Record | None = None

    def ranks(self, count: int) -> tuple[float, float]:
        """``(rank_all, rank_any)`` for an input of ``count`` terms."""
        share = sum(self.scores.values()) / count
        return (round(_ALL * share, 8) if len(self.scores) == count else 0.0), round(_ANY * share, 8)


def search(ctx: Context, operation: Search) -> SearchPage:
    """A page of the records that have at least one of the terms; of all records when the input has none."""
    wanted = terms(operation.text)
    found = (
        _ranked(operation, _candidates(ctx, operation, wanted), len(wanted)) if wanted else _everything(ctx, operation)
    )
    hits = _confirmed(ctx, operation, found, wanted)
    return SearchPage(hits=hits[: operation.limit], has_next_page=len(hits) > operation.limit)


# ------------------------------------------------------------------ candidates


def _candidates(ctx: Context, operation: Search, wanted: Sequence[str]) -> Iterable[_Candidate]:
    live = [obj for obj in operation.objects if deleted_scope(operation.filters.get(obj.id)) == "live"]
    asked = [(obj, i) for obj in live if obj.is_searchable for i in range(len(wanted))]
    pages = ctx.table.parallel([_reader(ctx, obj, wanted[i]) for obj, i in asked])
    found: dict[tuple[str, str], _Candidate] = {}
    for (obj, i), rows in zip(asked, pages, strict=True):
        for row in rows:
            score = _score(operation, obj, wanted[i], row.token, row.fields)
            if score:
                _add(found.setdefault((obj.id, row.record_id), _Candidate(obj, row.record_id)), i, score)
    for obj in operation.objects:
        if obj not in live:
            _add_beyond_live(ctx, operation, obj, wanted, found)
    ctx.table.meter.note(f"{len(found)} records with {' or '.join(repr(term) for term in wanted)}")
    return found.values()


def _reader(ctx: Context, obj: Object, term: str) -> Callable[[Table], list[Token]]:
    pk = keys.tokens(ctx.model.workspace_id, obj.key, term)
    return lambda table: token_rows(table, pk, term, limit=_MOST_ROWS)


def _add_beyond_live(
    ctx: Context, operation: Search, obj: Object, wanted: Sequence[str], found: dict[tuple[str, str], _Candidate]
) -> None:
    """Records in the trash have no rows: they are read, and their words taken from them."""
    fields = search_fields(obj)
    for item in beyond_live(ctx, obj, operation.filters.get(obj.id)) or ():
        for token, in_fields in tokens(fields, item).items():
            for i, term in enumerate(wanted):
                if token.startswith(term) and (score := _score(operation, obj, term, token, in_fields)):
                    _add(found.setdefault((obj.id, item.id), _Candidate(obj, item.id, item=item)), i, score)


def _score(operation: Search, obj: Object, term: str, token: str, in_fields: str) -> float:
    """What a token counts for a term; 0 when the caller may read none of the fields that have it."""
    visible_in = set(in_fields.split(",")) - operation.ignored.get(obj.id, frozenset())
    if not visible_in:
        return 0.0
    label = obj.by_id.get(obj.label_identifier_field_id or "")
    is_label = label is not None and label.key in visible_in
    return 1.0 + (_WHOLE_WORD if token == term else 0.0) + (_LABEL if is_label else 0.0)


def _add(candidate: _Candidate, term: int, score: float) -> None:
    candidate.scores[term] = max(score, candidate.scores.get(term, 0.0))


# ------------------------------------------------------------------ order

_Ranked = tuple[_Candidate, float, float]


def _ranked(operation: Search, candidates: Iterable[_Candidate], count: int) -> Iterator[_Ranked]:
    """Candidates after the cursor, best first."""
    ranked = [(candidate, *candidate.ranks(count)) for candidate in candidates]
    ranked.sort(key=lambda entry: (-entry[1], -entry[2], -_priority(entry[0].obj), entry[0].id))
    return (entry for entry in ranked if operation.after is None or _is_after(operation.after, *entry))


def _is_after(cursor: SearchCursor, candidate: _Candidate, rank_all: float, rank_any: float) -> bool:
    if (rank_all, rank_any) != (cursor.rank_all, cursor.rank_any):
        return (rank_all, rank_any) < (cursor.rank_all, cursor.rank_any)
    last = cursor.last_ids.get(candidate.obj.name_singular)
    return last is None or candidate.id > last


def _everything(ctx: Context, operation: Search) -> Iterator[_Ranked]:
    """The first records of every object."""
    after = operation.after
    if after is not None and (after.rank_all, after.rank_any) > (0.0, 0.0):
        after = None
    pages = ctx.table.parallel([_lister(ctx, operation, obj, after) for obj in operation.objects])
    listed = [
        _Candidate(obj, item.id, item=item)
        for obj, items in zip(operation.objects, pages, strict=True)
        for item in items
    ]
    listed.sort(key=lambda candidate: (-_priority(candidate.obj), candidate.id))
    return ((candidate, 0.0, 0.0) for candidate in listed)


def _lister(
    ctx: Context, operation: Search, obj: Object, after: SearchCursor | None
) -> Callable[[Table], Sequence[Record]]:
    last = None if after is None else after.last_ids.get(obj.name_singular)
    page = Page(limit=operation.limit + 1, after=None if last is None else Cursor((), last))
    filter = operation.filters.get(obj.id)
    query = FindMany(object=obj, filter=filter, page=page, total_count=False)

    def read(table: Table) -> Sequence[Record]:
        branch = Branch(ctx, table)
        beyond = beyond_live(branch, obj, filter)
        if beyond is None:
            return find(branch, query).items
        return sorted((item for item in beyond if last is None or item.id > last), key=lambda item: item.id)

    return read


@cache
def _priorities() -> Mapping[str, int]:
    priorities: Mapping[str, int] = load("search")["priorities"]
    return priorities


def _priority(obj: Object) -> int:
    """Of records with equal ranks those of more important objects come first."""
    return _priorities().get(obj.universal_identifier or "", 0)


# ------------------------------------------------------------------ records


def _confirmed(ctx: Context, operation: Search, ranked: Iterator[_Ranked], wanted: Sequence[str]) -> list[Hit]:
    """The first records that are live, still have the words and pass the filter; one more than are shown,
    if there are.
    """
    tests = {obj.id: compile_filter(operation.filters.get(obj.id)) for obj in operation.objects}
    nothing = Joined.needed_by(ctx, None)
    hits: list[Hit] = []
    size = _BATCH if operation.filters else operation.limit + 1
    for _ in range(max(_MOST_FETCHED // size, 1)):
        batch = [entry for _, entry in zip(range(size), ranked, strict=False)]
        if not batch:
            break
        _fetch(ctx, [candidate for candidate, _, _ in batch])
        for candidate, rank_all, rank_any in batch:
            item = candidate.item
            if (
                item is not None
                and tests[candidate.obj.id](item, nothing)
                and (not wanted or _has_any(operation, candidate.obj, item, wanted))
            ):
                hits.append(Hit(candidate.obj, item, rank_all, rank_any))
        if len(hits) > operation.limit:
            break
    return hits


def _fetch(ctx: Context, candidates: Iterable[_Candidate]) -> None:
    missing = [candidate for candidate in candidates if candidate.item is None]
    found = ctx.table.batch_get([live_key(ctx, candidate.obj, candidate.id) for candidate in missing])
    for candidate, row in zip(missing, found, strict=True):
        candidate.item = visible(candidate.obj, row)


def _has_any(operation: Search, obj: Object, item: Record, wanted: Sequence[str]) -> bool:
    """Whether the record stands behind its rows (an unfinished write may have left some), in fields that the caller may
    read.
    """
    found = tokens(search_fields(obj), item)
    return any(
        _score(operation, obj, term, token, fields)
        for token, fields in found.items()
        for term in wanted
        if token.startswith(term)
    )
