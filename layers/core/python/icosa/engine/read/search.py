"""The operation Search: records of several objects by the words of their search fields (docs/wire/graphql.md#search).

An object has partitions of token rows, one row for each word of a record but for those that index rows tell: of the
leaves that serve search. Every term of the input is one range of tokens in each object, and one of each such index; all
ranges are read side by side, strongly consistent, so a record is found in the moment it is written. The
rows rank the records; then only the records of the page are fetched and checked. The executor calls it.

Rank: a word that is the whole term counts more than one that begins with it, words of the label more than others. Of a
term that begins more than ``_MAX_TOKEN_ROWS`` words of an object only the first are read: it says little yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial

from ...model.model import Object
from ...model.phone_typing import calling_code
from ...model.record import Record
from ...model.search_text import first_token, search_fields, serving_leaves, terms, tokens
from ...model.types.base import Leaf
from ...query.evaluate import compile_filter, deleted_scope
from ...query.operation import Cursor, FindMany, Hit, Page, Search, SearchCursor, SearchPage
from ...shipped import load
from ...store import keys
from ...store.lookup import Token, all_token_rows, begun_rows, coded_rows, token_rows
from ...store.table import Table
from ..context import BranchContext, Context
from ..records import live_rows, shown
from .joins import JoinedRecords
from .matches import find_matches
from .planner import find_page
from .trash_scan import scan_beyond_live

_MAX_TOKEN_ROWS = 1_000
#: Candidates that are fetched at a time where a filter may refuse them, and in all.
_BATCH = 100
_MAX_FETCHED = 2_000
#: What PostgreSQL's ts_rank and ts_rank_cd give for one word of the lowest weight.
_RANK_ANY, _RANK_ALL = 0.06079271, 0.1
#: What a term's score of 1 grows by when it is a whole word, and when it is in the label.
_WHOLE_WORD, _LABEL = 0.5, 0.5


@dataclass(slots=True)
class _Candidate:
    """A record that has at least one term, with its score for each, by the term's number; ``item`` is the record, once
    it has been read.
    """

    obj: Object
    id: str
    scores: dict[int, float] = field(default_factory=dict)
    item: Record | None = None

    def ranks(self, count: int) -> tuple[float, float]:
        """``(rank_all, rank_any)`` for an input of ``count`` terms."""
        share = sum(self.scores.values()) / count
        return (round(_RANK_ALL * share, 8) if len(self.scores) == count else 0.0), round(_RANK_ANY * share, 8)


def search(ctx: Context, operation: Search) -> SearchPage:
    """A page of the records that have at least one of the terms; of all records when the input is empty."""
    words = terms(operation.text)
    if not words and operation.text.strip():
        return SearchPage(hits=[], has_next_page=False)  # signs alone are in no word
    ranked = (
        _rank(operation, _candidates(ctx, operation, words), len(words)) if words else _rank_everything(ctx, operation)
    )
    hits = _read_hits(ctx, operation, ranked, words)
    return SearchPage(hits=hits[: operation.limit], has_next_page=len(hits) > operation.limit)


# ------------------------------------------------------------------ candidates


def _candidates(ctx: Context, operation: Search, words: Sequence[str]) -> Iterable[_Candidate]:
    """The records that have at least one of the terms ``words``, in no order."""
    live_only = [obj for obj in operation.objects if deleted_scope(operation.filters.get(obj.id)) == "live"]
    ranges = [
        each
        for obj in live_only
        if obj.is_searchable
        for i, word in enumerate(words)
        for each in _ranges(ctx, operation, obj, i, word)
    ]
    pages = _without_hidden(ctx, ranges, ctx.table.parallel([partial(each.read, _MAX_TOKEN_ROWS) for each in ranges]))
    candidates: dict[tuple[str, str], _Candidate] = {}
    for each, rows in zip(ranges, pages, strict=True):
        obj = each.obj
        for row in rows:
            score = _score(operation, obj, words[each.term], row.token, row.fields)
            if score:
                _add(candidates.setdefault((obj.id, row.record_id), _Candidate(obj, row.record_id)), each.term, score)
    for obj in operation.objects:
        if obj not in live_only:
            _add_beyond_live(ctx, operation, obj, words, candidates)
    ctx.table.meter.note(f"{len(candidates)} records with {' or '.join(repr(term) for term in words)}")
    return candidates.values()


@dataclass(frozen=True, slots=True)
class _Range:
    """Rows of an object that begin with a term, by its number; ``read`` takes how many, None for all, and a table."""

    obj: Object
    term: int
    read: Callable[[int | None, Table], list[Token]]


def _ranges(ctx: Context, operation: Search, obj: Object, i: int, term: str) -> Iterator[_Range]:
    """The rows of tokens, and of the indexes that serve search (``LeafIndex``), as far as the caller may read them."""
    ws = ctx.model.workspace_id
    yield _Range(obj, i, partial(_read_tokens, keys.tokens(ws, obj.key, term), term))
    hidden = operation.ignored.get(obj.id, frozenset())
    for field_key, leaves in obj.cached(_serving).items():
        for leaf in leaves:
            if field_key in hidden or (leaf.field.type.is_searched_by_digits and not term.isdigit()):
                continue
            pk = keys.index(ws, obj.key, leaf.key)
            yield _Range(obj, i, partial(_read_index, pk, field_key, term))
            if leaf.index.tells_codes:
                yield _Range(obj, i, partial(_read_abroad, pk, field_key, term))


def _serving(obj: Object) -> Mapping[str, tuple[Leaf, ...]]:
    return serving_leaves(obj)


def _read_tokens(pk: str, term: str, limit: int | None, table: Table) -> list[Token]:
    return all_token_rows(table, pk, term) if limit is None else token_rows(table, pk, term, limit=limit)


def _read_index(pk: str, field_key: str, term: str, limit: int | None, table: Table) -> list[Token]:
    rows = begun_rows(table, pk, term, limit=limit)
    return [Token(first_token(encoded), record_id, field_key) for encoded, record_id in rows]


def _read_abroad(pk: str, field_key: str, term: str, limit: int | None, table: Table) -> list[Token]:
    """The numbers that a term begins as one dials them from abroad."""
    rows = coded_rows(table, pk, term.removeprefix(calling_code(term)), limit=limit)
    dialled = ((term if code is None else code + number, record_id) for number, record_id, code in rows if code != "")
    return [Token(number, record_id, field_key) for number, record_id in dialled if number.startswith(term)]


def _without_hidden(ctx: Context, ranges: Sequence[_Range], pages: list[list[Token]]) -> list[list[Token]]:
    """Pages of rows in which records that the caller may not see take no places of others. Few rows are left as they
    are: their records are checked when they have been read.
    """
    limited = {i for i, each in enumerate(ranges) if ctx.rows.limits(each.obj) and pages[i]}
    if sum(len(pages[i]) for i in limited) < _MAX_TOKEN_ROWS:
        return pages
    visible: dict[str, frozenset[str]] = {}
    for i in limited:
        obj = ranges[i].obj
        if obj.id not in visible:
            visible[obj.id] = frozenset(record.id for record in find_matches(ctx, obj, None))
        rows = pages[i] if len(pages[i]) < _MAX_TOKEN_ROWS else ranges[i].read(None, ctx.table)
        pages[i] = [row for row in rows if row.record_id in visible[obj.id]][:_MAX_TOKEN_ROWS]
    return pages


def _add_beyond_live(
    ctx: Context, operation: Search, obj: Object, words: Sequence[str], candidates: dict[tuple[str, str], _Candidate]
) -> None:
    """Add records of an object whose filter reaches the trash. Those there have no token rows, so the words are taken
    from the records.
    """
    fields = search_fields(obj)
    for item in scan_beyond_live(ctx, obj, operation.filters.get(obj.id)) or ():
        for token, in_fields in tokens(fields, item).items():
            for i, term in enumerate(words):
                if token.startswith(term) and (score := _score(operation, obj, term, token, in_fields)):
                    _add(candidates.setdefault((obj.id, item.id), _Candidate(obj, item.id, item=item)), i, score)


def _score(operation: Search, obj: Object, term: str, token: str, in_fields: str) -> float:
    """What a word counts for a term; 0 when the caller may read none of the fields that have it, whose keys are
    ``in_fields``, separated by commas.
    """
    readable = set(in_fields.split(",")) - operation.ignored.get(obj.id, frozenset())
    if not readable:
        return 0.0
    label = obj.by_id.get(obj.label_identifier_field_id or "")
    is_label = label is not None and label.key in readable
    return 1.0 + (_WHOLE_WORD if token == term else 0.0) + (_LABEL if is_label else 0.0)


def _add(candidate: _Candidate, term: int, score: float) -> None:
    candidate.scores[term] = max(score, candidate.scores.get(term, 0.0))


# ------------------------------------------------------------------ order

_Ranked = tuple[_Candidate, float, float]


def _rank(operation: Search, candidates: Iterable[_Candidate], count: int) -> Iterator[_Ranked]:
    """Candidates after the cursor, best first."""
    ranked = [(candidate, *candidate.ranks(count)) for candidate in candidates]
    ranked.sort(key=lambda entry: (-entry[1], -entry[2], -_priority(entry[0].obj), entry[0].id))
    return (entry for entry in ranked if operation.after is None or _is_after(operation.after, *entry))


def _is_after(cursor: SearchCursor, candidate: _Candidate, rank_all: float, rank_any: float) -> bool:
    if (rank_all, rank_any) != (cursor.rank_all, cursor.rank_any):
        return (rank_all, rank_any) < (cursor.rank_all, cursor.rank_any)
    last = cursor.last_ids.get(candidate.obj.name_singular)
    return last is None or candidate.id > last


def _rank_everything(ctx: Context, operation: Search) -> Iterator[_Ranked]:
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
        branch = BranchContext(ctx, table)
        beyond = scan_beyond_live(branch, obj, filter)
        if beyond is None:
            return find_page(branch, query).items
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


def _read_hits(ctx: Context, operation: Search, ranked: Iterator[_Ranked], words: Sequence[str]) -> list[Hit]:
    """The first records that are live, still have a term and match the filter; one more than the page has, if there
    is one.
    """
    filters = {obj.id: compile_filter(operation.filters.get(obj.id)) for obj in operation.objects}
    no_joins = JoinedRecords.needed_by(ctx, None)
    hits: list[Hit] = []
    may_refuse = operation.filters or any(map(ctx.rows.limits, operation.objects))
    size = _BATCH if may_refuse else operation.limit + 1
    for _ in range(max(_MAX_FETCHED // size, 1)):
        batch = [entry for _, entry in zip(range(size), ranked, strict=False)]
        if not batch:
            break
        _fetch(ctx, [candidate for candidate, _, _ in batch])
        for candidate, rank_all, rank_any in batch:
            item = candidate.item
            if (
                item is not None
                and filters[candidate.obj.id](item, no_joins)
                and (not words or _has_any_term(operation, candidate.obj, item, words))
            ):
                hits.append(Hit(candidate.obj, item, rank_all, rank_any))
        if len(hits) > operation.limit:
            break
    return hits


def _fetch(ctx: Context, candidates: Iterable[_Candidate]) -> None:
    missing = [candidate for candidate in candidates if candidate.item is None]
    rows = live_rows(ctx, [(candidate.obj, candidate.id) for candidate in missing])
    for candidate, row in zip(missing, rows, strict=True):
        candidate.item = shown(ctx, candidate.obj, row)


def _has_any_term(operation: Search, obj: Object, record: Record, words: Sequence[str]) -> bool:
    """Whether the record has one of the terms in a field that the caller may read. Its rows alone do not prove it: an
    unfinished write may have left some.
    """
    return any(
        _score(operation, obj, term, token, fields)
        for token, fields in tokens(search_fields(obj), record).items()
        for term in words
        if token.startswith(term)
    )
