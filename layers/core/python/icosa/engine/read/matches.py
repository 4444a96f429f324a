"""All matches of a filter, through the fewest and narrowest rows.

Either some condition has few candidates, whose records are fetched and checked; or every record's values are read: from
complete indexes where those hold all that the filter (and the order) looks at, else from the records.
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
from .access_paths import MAX_RANGES, Candidates, RowRange, candidates, conjuncts
from .index_only_scan import narrow
from .index_probe import Probed, candidate_ids, probe
from .joins import Joined, leaves_of

#: A condition with at most so many rows is answered by fetching their records.
PROBE = 500
#: So many when there are still more records to be spared.
WIDE = 5_000


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What is known about a filter's matches: ids that contain them all, or None when every condition has too many
    rows.

    ``exact``: the ids are the matches, provided that no row is stale.
    """

    ids: list[str] | None
    exact: bool


def narrowed(ctx: Context, obj: Object, parts: Sequence[Filter], options: Sequence[Candidates]) -> Narrowed:
    """Find the ids behind the conditions with few rows."""
    limit = PROBE
    probed: list[Probed] = probe(ctx, options, limit)
    ids = candidate_ids(ctx, probed)
    if ids is None and options and count_live(ctx, obj) > WIDE:
        probed = probe(ctx, options, WIDE)
        ids = candidate_ids(ctx, probed)
    exact = len(parts) == len(options) and all(o.exact and p.complete for o, p in zip(options, probed, strict=True))
    return Narrowed(ids, exact)


def options_for(ctx: Context, obj: Object, parts: Sequence[Filter]) -> list[Candidates]:
    """The rows that can answer each condition, where there are any; conditions on related records become ids."""
    found: list[Candidates] = []
    for part in parts:
        option = (
            _through(ctx, obj, part) if isinstance(part, Related | RelatedAny) else candidates(ctx.model, obj, part)
        )
        if option is not None:
            found.append(option)
    return found


def _through(ctx: Context, obj: Object, part: Related | RelatedAny) -> Candidates | None:
    """Candidates for a condition on related records: those are found first."""
    if isinstance(part, RelatedAny):
        inverse = ctx.model.inverse_of(part.field)
        children = matching(ctx, part.target, part.filter, leaves=inverse.leaves)
        ids = {parent for child in children if (parent := child.get(inverse.key)) is not None}
        # Not exact: a parent may be in the trash.
        return Candidates(condition=part, ids=tuple(ids)) if len(ids) <= PROBE else None
    matches = compile_filter(part.filter)
    nobody = Joined(ctx)
    if matches(Record(), nobody):
        return None  # holds without a related record, too
    # A join knows no soft deletion: a target in the trash counts as well.
    trashed = [item for item in scan_trash(ctx, part.target) if matches(item, nobody)]
    targets = [item.id for item in (*matching(ctx, part.target, part.filter), *trashed)]
    if len(targets) > MAX_RANGES:
        return None
    prefix = keys.edge_prefix(obj.key, part.field.key, live=True)
    pks = [keys.edges(ctx.model.workspace_id, target) for target in targets]
    ranges = tuple(RowRange(pk=pk, low=prefix, high=prefix + TOP, by_id=True, prefix=prefix) for pk in pks)
    return Candidates(condition=part, ranges=ranges, ids=() if not ranges else None, exact=True)


def matching(
    ctx: Context, obj: Object, filter: Filter | None, *, leaves: Iterable[Leaf] = (), joined: Joined | None = None
) -> list[Record]:
    """Every live record that matches, as items that hold at least the id and the values of ``leaves`` and of the
    filter.
    """
    joined = joined or Joined.needed_by(ctx, filter)
    if filter is not None:
        parts = conjuncts(filter)
        known = narrowed(ctx, obj, parts, options_for(ctx, obj, parts)).ids
        if known is not None:
            return _checked(
                [item for item in get_live(ctx, obj, known) if item is not None], compile_filter(filter), joined
            )
    return matching_all(ctx, obj, filter, leaves=leaves, joined=joined)


def matching_all(
    ctx: Context, obj: Object, filter: Filter | None, *, leaves: Iterable[Leaf], joined: Joined
) -> list[Record]:
    """As ``matching``, by looking at every record: when conditions are known to have many rows."""
    matches = compile_filter(filter)
    needed = {
        leaf.path: leaf for leaf in (*leaves, *leaves_of(filter), *(leaf for f in joined.fields for leaf in f.leaves))
    }
    values = narrow(ctx, obj, list(needed.values()))
    if values is not None:
        return _checked(values, matches, joined)
    ctx.table.meter.note("scan of records")
    return [item for part in scan_live(ctx, obj) for item in _checked(part, matches, joined)]


def matching_records(ctx: Context, obj: Object, filter: Filter, *, most: int) -> list[Record]:
    """The whole records of up to ``most + 1`` live matches, ordered by id: enough to see whether a limit is
    exceeded.
    """
    joined = Joined.needed_by(ctx, filter)
    found = matching(ctx, obj, filter, joined=joined)
    found.sort(key=lambda item: item.id)
    items = get_live(ctx, obj, [item.id for item in found[: most + 1]])
    # Checked once more: what is written is what has just been read, and that may have changed since the search.
    return _checked([item for item in items if item is not None], compile_filter(filter), joined)


def _checked(items: list[Record], matches: Callable[[Record, Joined], bool | None], joined: Joined) -> list[Record]:
    if joined.is_needed:
        joined.load(items)
    return [item for item in items if matches(item, joined)]
