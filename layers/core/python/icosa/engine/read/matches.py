"""All matches of a filter, read through the fewest and narrowest rows.

Either some condition selects few records, which are fetched and filtered. Or every record's values are read: from
indexes where these hold all leaves in question (``index_only_scan``), else from the records. The planner, aggregates,
groups and writes by filter call it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ...model.model import Object
from ...model.record import Record
from ...model.types.base import Leaf
from ...query.evaluate import compile_filter
from ...query.operation import Filter, Related, RelatedAny
from ...store import keys
from ...store.keys import TOP
from ..context import Context
from ..records import count_live, get_live, scan_live, scan_trash
from .access_paths import MAX_RANGES, AccessPath, RowRange, access_path, conjuncts
from .index_only_scan import index_only_scan
from .index_probe import ProbeResult, intersect, probe_paths
from .joins import JoinedRecords, leaves_of


@dataclass(frozen=True, slots=True)
class CandidateIds:
    """Ids that contain all matches of a filter, sorted; None when every condition selects too many records.

    ``exact``: the ids are the matches, provided that no row is stale.
    """

    ids: list[str] | None
    exact: bool


def candidate_ids(ctx: Context, obj: Object, conditions: Sequence[Filter], paths: Sequence[AccessPath]) -> CandidateIds:
    """Probe the paths of the conditions that must all hold, and intersect those with few rows."""
    tuning = ctx.settings.tuning
    results: list[ProbeResult] = probe_paths(ctx, paths, tuning.probe_rows)
    ids = intersect(results)
    if ids is None and paths and count_live(ctx, obj) > tuning.wide_probe_rows:
        results = probe_paths(ctx, paths, tuning.wide_probe_rows)
        ids = intersect(results)
    exact = len(conditions) == len(paths) and all(
        path.exact and result.complete for path, result in zip(paths, results, strict=True)
    )
    return CandidateIds(ids, exact)


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
        return AccessPath(condition=condition, ids=tuple(ids)) if few else None
    is_match = compile_filter(condition.filter)
    no_joins = JoinedRecords(ctx)
    if is_match(Record(), no_joins):
        return None  # holds without a related record, too
    # A join knows no soft deletion: a target in the trash counts as well.
    trashed = [item for item in scan_trash(ctx, condition.target) if is_match(item, no_joins)]
    trashed = [item for item in trashed if ctx.rows.shows(condition.target, item)]
    targets = [item.id for item in (*find_matches(ctx, condition.target, condition.filter), *trashed)]
    if len(targets) > MAX_RANGES:
        return None
    prefix = keys.edge_prefix(obj.key, condition.field.key, live=True)
    pks = [keys.edges(ctx.model.workspace_id, target) for target in targets]
    ranges = tuple(RowRange(pk=pk, low=prefix, high=prefix + TOP, by_id=True, prefix=prefix) for pk in pks)
    return AccessPath(condition=condition, ranges=ranges, ids=() if not ranges else None, exact=True)


def find_matches(
    ctx: Context,
    obj: Object,
    filter: Filter | None,
    *,
    leaves: Iterable[Leaf] = (),
    joined: JoinedRecords | None = None,
) -> list[Record]:
    """Every live record that matches and that the caller may see, in no order, with at least its id and the values of
    ``leaves`` and of the filter's leaves.
    """
    filter = ctx.rows.narrow(obj, filter)
    joined = joined or JoinedRecords.needed_by(ctx, filter)
    if filter is not None:
        conditions = conjuncts(filter)
        ids = candidate_ids(ctx, obj, conditions, access_paths(ctx, obj, conditions)).ids
        if ids is not None:
            return _filter_items(
                [item for item in get_live(ctx, obj, ids) if item is not None], compile_filter(filter), joined
            )
    return scan_matches(ctx, obj, filter, leaves=leaves, joined=joined)


def scan_matches(
    ctx: Context, obj: Object, filter: Filter | None, *, leaves: Iterable[Leaf], joined: JoinedRecords
) -> list[Record]:
    """Every live record that matches, by looking at all: for conditions that are known to select many, with what the
    caller may see among them.
    """
    is_match = compile_filter(filter)
    needed = {
        leaf.path: leaf for leaf in (*leaves, *leaves_of(filter), *(leaf for f in joined.fields for leaf in f.leaves))
    }
    items = index_only_scan(ctx, obj, list(needed.values()))
    if items is not None:
        return _filter_items(items, is_match, joined)
    ctx.table.meter.note("scan of records")
    return [item for part in scan_live(ctx, obj) for item in _filter_items(part, is_match, joined)]


def find_matching_records(ctx: Context, obj: Object, filter: Filter, *, most: int) -> list[Record]:
    """Up to ``most + 1`` live matches as whole records, by id: enough to see whether a limit is exceeded."""
    joined = JoinedRecords.needed_by(ctx, filter)
    matches = find_matches(ctx, obj, filter, joined=joined)
    matches.sort(key=lambda item: item.id)
    items = get_live(ctx, obj, [item.id for item in matches[: most + 1]])
    # Filtered once more: what is written is what has just been read, and that may have changed since the search.
    is_match = compile_filter(ctx.rows.narrow(obj, filter))
    return _filter_items([item for item in items if item is not None], is_match, joined)


def _filter_items(
    items: list[Record], is_match: Callable[[Record, JoinedRecords], bool | None], joined: JoinedRecords
) -> list[Record]:
    if joined.is_needed:
        joined.load(items)
    return [item for item in items if is_match(item, joined)]
