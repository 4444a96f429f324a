"""All matches of a filter, read through the fewest and narrowest rows.

Either some condition selects few records, which are fetched and filtered (``candidates``). Or every record's values are
read: from indexes where these hold all leaves in question (``index_only_scan``), else from the records. The planner,
aggregates, groups and writes by filter call it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ...model.dates import instant_of
from ...model.model import Object
from ...model.operators import EQ, IN
from ...model.record import Record
from ...model.types.base import Leaf
from ...query.evaluate import Scope, compile_filter
from ...query.operation import Compare, Filter, Related, RelatedAny
from ...store.derive import CREATED_AT
from ...store.table import MAX_BATCH_GET, Table
from ..context import BranchContext, Context
from ..records import State, get_any, get_live, scan_live, scan_trash
from .access_paths import AccessPath, access_path, conjuncts, edge_ranges
from .candidates import ROWS_PER_UNIT, Candidates, Moved, RowSets, read_candidates
from .index_only_scan import index_only_scan
from .joins import JoinedRecords, leaves_of
from .missing_index import noting_misses
from .row_sets import all_ids, times_of
from .scan_limit import check_records
from .steady import Look, Watch, fetch, until_certain
from .trash_changes import changed_in_trash

#: Related records whose edges lead to the matches of a condition, at most: one query for each.
_MOST_TARGETS = 500
#: So many rows of an index cost as much as one record.
NARROW = 20
#: Records that cost one read unit where they are read one after the other, about.
RECORDS_PER_UNIT = 6


@dataclass(frozen=True, slots=True)
class Matches:
    """Records that match, in no order. ``whole``: they are the records themselves; otherwise they have their ids and
    the values that were asked for, from indexes.
    """

    records: list[Record]
    whole: bool
    #: How many records were looked at.
    scanned: int = 0


def access_paths(ctx: Context, obj: Object, conditions: Sequence[Filter]) -> list[AccessPath]:
    """The paths to the matches of each condition that has one. Conditions on related records become ids or edges."""
    paths: list[AccessPath] = []
    for condition in conditions:
        path = (
            _path_through_relation(ctx, obj, condition)
            if isinstance(condition, Related | RelatedAny)
            else access_path(ctx.model, obj, condition)
        )
        if path is not None:
            paths.append(path)
    return paths


def _path_through_relation(ctx: Context, obj: Object, condition: Related | RelatedAny) -> AccessPath | None:
    """The path to the records whose related records fulfil a condition: the latter are read first."""
    if isinstance(condition, RelatedAny):
        inverse = ctx.model.inverse_of(condition.field)
        children = find_matches(ctx, condition.target, condition.filter, leaves=inverse.leaves)
        ids = {parent for child in children if (parent := child.get(inverse.key)) is not None}
        # Not exact: a parent may be in the trash.
        few = len(ids) <= ctx.settings.tuning.probe_rows
        return AccessPath(condition=condition, ids=tuple(ids), holds=True) if few else None
    is_match = compile_filter(condition.filter)
    no_joins = JoinedRecords(ctx)
    if is_match(Record(), no_joins):
        return None  # holds without a related record, too
    # A join knows no soft deletion: a target in the trash counts as well.
    targets = [state.item.id for state in find_states(ctx, condition.target, condition.filter, "all", whole=False)]
    if len(targets) > _MOST_TARGETS:
        return None
    ranges = edge_ranges(ctx.model, obj, condition.field, targets)
    return AccessPath(condition=condition, ranges=ranges, ids=() if not ranges else None, exact=True)


def find_matches(ctx: Context, obj: Object, filter: Filter | None, *, leaves: Iterable[Leaf] = ()) -> list[Record]:
    """Every live record that matches and that the caller may see, in no order, with at least its id and the values of
    ``leaves`` and of the filter's leaves.
    """
    return find(ctx, obj, filter, leaves=leaves).records


def find(
    ctx: Context, obj: Object, filter: Filter | None, *, leaves: Iterable[Leaf] = (), from_rows: bool = False
) -> Matches:
    """As ``find_matches``, with what the records are. ``from_rows``: the values of the filter's leaves are not needed,
    so rows may tell all that is.
    """
    leaves, asked, filter = tuple(leaves), filter, ctx.rows.narrow(obj, filter)
    moved = Moved(Watch(ctx))

    def look() -> Look[Matches]:
        joined = JoinedRecords.needed_by(ctx, filter)
        conditions = conjuncts(filter)
        sets = RowSets(ctx, obj, conditions, access_paths(ctx, obj, conditions), asked)
        sets.probe()
        if filter is not None and sets.sets:
            most = None if sets.is_bounded else scan_units(ctx, obj, sets.live, [*leaves, *leaves_of(filter)])
            if most is None or sets.narrowest <= most:
                sets.read_narrowest()
                candidates = sets.candidates(reach=0)
                assert candidates is not None
                if from_rows and (told := _from_rows(ctx, obj, filter, candidates, leaves, moved)) is not None:
                    return told
                found = read_candidates(ctx, obj, filter, candidates, joined, moved)
                return Look(Matches(found.result, whole=True), found.certain, found.seen, found.cost)
        return Look(scan_matches(ctx, obj, filter, leaves=leaves, joined=joined, asked=asked))

    return until_certain(ctx, look)


def _from_rows(
    ctx: Context, obj: Object, filter: Filter, candidates: Candidates, leaves: Sequence[Leaf], moved: Moved
) -> Look[Matches] | None:
    """The matches as far as their rows tell them: with their ids, and when they were created. None when they do not
    tell what is needed.
    """
    few = min(MAX_BATCH_GET, ctx.settings.tuning.probe_rows)
    if not candidates.exact or len(candidates.ids) <= few:
        return None
    created = next((leaf for leaf in leaves if leaf.path == CREATED_AT), None)
    if any(leaf.path not in (CREATED_AT, ("id",)) for leaf in leaves):
        return None
    times = times_of(candidates.ids) if created is not None else {}
    if times is None:
        return None
    fetched = fetch(ctx, obj, (), moved.watch if candidates.pages > 1 else None)
    if not fetched.register.is_quiet_since(ctx.register, obj.key):
        return None
    if len(fetched.changed) > ctx.settings.tuning.late_records:
        return None
    moved.ids |= fetched.changed
    id_key = obj.by_name["id"].key
    records: list[Record] = []
    for record_id in candidates.ids.keys() - moved.ids:
        values = {id_key: record_id}
        if created is not None:
            values[created.field.key] = instant_of(times[record_id])
        records.append(Record.of(values, id=record_id))
    changed = [item for item in get_live(ctx, obj, sorted(moved.ids)) if item is not None]
    joined = JoinedRecords.needed_by(ctx, filter)
    return Look(Matches([*records, *_filter_items(changed, compile_filter(filter), joined)], whole=False))


def scan_units(ctx: Context, obj: Object, live: int, leaves: Iterable[Leaf]) -> int:
    """What ``scan_matches`` costs about in read units: of the indexes of some leaves, or of the records."""
    indexes = {leaf.path: leaf for leaf in leaves if leaf.path != ("id",)}
    held = all(leaf.has_index for leaf in indexes.values()) and not ctx.register.touches(obj.key)
    if indexes and held and len(indexes) <= ctx.settings.tuning.index_only_scan_indexes:
        return live * len(indexes) // ROWS_PER_UNIT  # ``index_only_scan`` passes by rows that hold their records
    return live // RECORDS_PER_UNIT


def scan_matches(
    ctx: Context,
    obj: Object,
    filter: Filter | None,
    *,
    leaves: Iterable[Leaf],
    joined: JoinedRecords,
    asked: Filter | None,
) -> Matches:
    """Every live record that matches, by looking at all: for conditions that are known to select many, with what the
    caller may see among them. ``asked`` is the filter as the client wrote it.
    """
    leaves = tuple(leaves)
    matches = scan_values(ctx, obj, filter, leaves=leaves, joined=joined, asked=asked)
    if matches is not None:
        return matches
    is_match, scanned = compile_filter(filter), 0
    records: list[Record] = []
    with noting_misses(ctx, obj, [*leaves, *leaves_of(filter)]) as missed:
        for part in scan_records(ctx, obj, asked):
            records += _filter_items(part, is_match, joined)
            scanned += len(part)
        missed.needed = scanned // ROWS_PER_UNIT + 1
    return Matches(records, whole=True, scanned=scanned)


def scan_records(ctx: Context, obj: Object, asked: Filter | None) -> Iterator[list[Record]]:
    """All live records, part by part."""
    ctx.table.meter.scan("records")
    return scan_live(ctx, obj, lambda live: check_records(ctx, obj, live, asked))


def scan_values(
    ctx: Context,
    obj: Object,
    filter: Filter | None,
    *,
    leaves: Iterable[Leaf],
    joined: JoinedRecords,
    asked: Filter | None,
) -> Matches | None:
    """``scan_matches`` by the values of indexes; None where these do not hold what is needed."""
    needed = {
        leaf.path: leaf for leaf in (*leaves, *leaves_of(filter), *(leaf for f in joined.fields for leaf in f.leaves))
    }
    items = index_only_scan(ctx, obj, list(needed.values()), filter, asked)
    if items is None:
        return None
    return Matches(_filter_items(items, compile_filter(filter), joined), whole=False, scanned=len(items))


def find_matching_records(ctx: Context, obj: Object, filter: Filter, *, most: int) -> list[Record]:
    """Up to ``most + 1`` live matches as whole records, by id: enough to see whether a limit is exceeded."""
    narrowed = ctx.rows.narrow(obj, filter)

    def look() -> Look[list[Record]]:
        matches = find(ctx, obj, filter)
        first = sorted(matches.records, key=lambda item: item.id)[: most + 1]
        if matches.whole:
            return Look(first)
        # Filtered once more: what is written is what has just been read, and that may have changed since the search.
        items = [item for item in get_live(ctx, obj, [item.id for item in first]) if item is not None]
        items = _filter_items(items, compile_filter(narrowed), JoinedRecords.needed_by(ctx, filter))
        return Look(items, certain=len(items) == len(first), cost=matches.scanned // NARROW + len(first))

    return until_certain(ctx, look)


def count_matches(ctx: Context, obj: Object, filter: Filter, path: AccessPath) -> int:
    """The number of live matches from the rows of an exact path, which are not read in one moment: records that have
    changed since the request began are looked at instead of their rows.
    """
    ids = all_ids(ctx.table, path)
    changed = Watch(ctx).read(obj)
    records = [item for item in get_live(ctx, obj, sorted(changed)) if item is not None]
    return len(ids - changed) + len(
        _filter_items(records, compile_filter(filter), JoinedRecords.needed_by(ctx, filter))
    )


def find_states(
    ctx: Context, obj: Object, filter: Filter | None, scope: Scope, *, whole: bool = True, notes_scan: bool = False
) -> list[State]:
    """Every match in ``scope`` that the caller may see as a whole record, once, in no order; unless ``whole`` only
    their ids are sure to be there. The trash is read as a whole, unless the filter names ids, or a moment since which
    the matches have changed (``trash_changes``); ``notes_scan``: the plan says if it is.
    """
    filter = ctx.rows.narrow(obj, filter)
    ids = _named_ids(filter)
    if ids is not None:
        return _matching_states(ctx, filter, get_any(ctx, obj, ids), scope)

    def live(table: Table) -> list[State]:
        return [State(record, True) for record in _live(BranchContext(ctx, table), obj, filter, whole=whole)]

    def trashed(table: Table) -> list[State]:
        branch = BranchContext(ctx, table)
        changed = changed_in_trash(branch, obj, filter)
        if changed is not None:
            return _matching_states(branch, filter, get_any(branch, obj, changed), "trash")
        if notes_scan:
            branch.table.meter.scan("the trash")
        records = (State(record, False) for record in scan_trash(branch, obj))
        return _matching_states(branch, filter, records, "trash")

    if scope == "trash":
        return trashed(ctx.table)
    states = {state.item.id: state for part in ctx.table.parallel([live, trashed]) for state in part}
    # The two places are not read in one moment: what has moved between them is looked at in both at once.
    moved = sorted(Watch(ctx).read_moves(obj))
    found = [state for state in get_any(ctx, obj, moved) if state is not None]
    for state in found:
        states.pop(state.item.id, None)
    return [*states.values(), *_matching_states(ctx, filter, found, scope)]


def _live(ctx: Context, obj: Object, filter: Filter | None, *, whole: bool) -> list[Record]:
    """The live matches, as whole records if that is wanted."""
    matches = find(ctx, obj, filter, from_rows=not whole)
    if matches.whole or not whole:
        return matches.records
    records = [item for item in get_live(ctx, obj, [item.id for item in matches.records]) if item is not None]
    return _filter_items(records, compile_filter(filter), JoinedRecords.needed_by(ctx, filter))


def _matching_states(ctx: Context, filter: Filter | None, states: Iterable[State | None], scope: Scope) -> list[State]:
    within = [state for state in states if state is not None and (scope == "all" or state.live is (scope == "live"))]
    joined, is_match = JoinedRecords.needed_by(ctx, filter), compile_filter(filter)
    if joined.is_needed:
        joined.load(state.item for state in within)
    return [state for state in within if is_match(state.item, joined)]


def _named_ids(filter: Filter | None) -> list[str] | None:
    """The ids that a filter demands; None when it demands none."""
    for condition in conjuncts(filter):
        match condition:
            case Compare(leaf=leaf, operator=operator, operand=operand) if leaf.path == ("id",):
                if operator is EQ:
                    return [operand]
                if operator is IN:
                    return list(dict.fromkeys(operand))
    return None


def _filter_items(
    items: list[Record], is_match: Callable[[Record, JoinedRecords], bool | None], joined: JoinedRecords
) -> list[Record]:
    if joined.is_needed:
        joined.load(items)
    return [item for item in items if is_match(item, joined)]
