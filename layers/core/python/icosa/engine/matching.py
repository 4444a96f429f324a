"""All matches of a filter, through the fewest and narrowest rows.

Either some condition has few candidates, whose records are fetched and checked; or every record's values are read: from
complete indexes where those hold all that the filter (and the order) looks at, 100 bytes a record, else from the records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..model.model import Object
from ..model.types.base import Item, Leaf
from ..query.evaluate import compile_filter
from ..query.operation import And, Compare, Filter, Not, Or, Related, RelatedAny
from ..store import keys
from ..store.register import Register
from ..store.table import Table
from .candidates import Candidates, RowRange, candidates, conjuncts
from .context import Context
from .joins import Joined
from .records import get_live, scan_live
from .walk import query_range, row_of

#: A condition with at most so many rows is answered by fetching their records.
PROBE = 500
#: Reading so many indexes side by side still moves less than the records do.
_MAX_INDEXES = 4


@dataclass(frozen=True, slots=True)
class Probed:
    """The record ids behind a condition's rows, in no order; ``complete`` unless there were more than PROBE."""

    ids: frozenset[str]
    complete: bool


def probe(ctx: Context, options: Sequence[Candidates]) -> list[Probed]:
    """Read the first rows of every option, all side by side."""
    flat = [(i, part) for i, option in enumerate(options) for part in option.ranges]
    read = ctx.table.parallel([_prober(part) for _, part in flat]) if flat else []
    found: list[Probed] = []
    for i, option in enumerate(options):
        parts = [result for (owner, _), result in zip(flat, read, strict=True) if owner == i]
        ids = frozenset(record_id for ids, _ in parts for record_id in ids) | frozenset(option.ids or ())
        found.append(Probed(ids, all(complete for _, complete in parts) and len(ids) <= PROBE))
        if found[-1].complete:
            ctx.table.meter.note(f"{option.describe()}: {len(ids)} records")
    return found


def _prober(part: RowRange) -> Callable[[Table], tuple[list[str], bool]]:
    def read(table: Table) -> tuple[list[str], bool]:
        page = query_range(table, part, limit=PROBE)
        return [row_of(item, part).id for item in page.items], page.last is None

    return read


def candidate_ids(ctx: Context, probed: Sequence[Probed]) -> list[str] | None:
    """Ids that contain every match, or None when every condition has too many rows."""
    complete = sorted((result.ids for result in probed if result.complete), key=len)
    if not complete:
        return None
    # Every conjunct must hold, so the intersection still contains all matches.
    return sorted(frozenset.intersection(*complete))


def count_rows(table: Table, option: Candidates) -> int:
    """How many rows an exact option has."""
    return sum(table.parallel([_counter(part) for part in option.ranges]))


def _counter(part: RowRange) -> Callable[[Table], int]:
    options: dict[str, Any] = {"low": part.low, "high": part.high}
    if part.unwanted is not None:
        options["unlike"] = part.unwanted
        if part.values and ":exact" in part.unwanted:
            options["values"] = dict(part.values)
    return lambda table: table.count(part.pk, **options)


def matching(ctx: Context, obj: Object, filter: Filter | None, *, leaves: Iterable[Leaf] = (), joined: Joined | None = None) -> list[Item]:
    """Every live record that matches, as items that hold at least the id and the values of ``leaves`` and of the filter."""
    joined = joined or Joined.needed_by(ctx, filter)
    matches = compile_filter(filter)
    if filter is not None:
        options = [found for part in conjuncts(filter) if (found := candidates(ctx.model, obj, part)) is not None]
        ids = candidate_ids(ctx, probe(ctx, options))
        if ids is not None:
            return _checked([item for item in get_live(ctx, obj, ids) if item is not None], matches, joined)
    needed = {leaf.path: leaf for leaf in (*leaves, *_leaves(filter), *(leaf for f in joined.fields for leaf in f.leaves))}
    narrow = _narrow(ctx, obj, list(needed.values()))
    if narrow is not None:
        return _checked(narrow, matches, joined)
    ctx.table.meter.note("scan of records")
    return [item for part in scan_live(ctx, obj) for item in _checked(part, matches, joined)]


def matching_records(ctx: Context, obj: Object, filter: Filter, *, most: int) -> list[Item]:
    """The whole records of up to ``most + 1`` live matches, ordered by id: enough to see whether a limit is exceeded."""
    found = matching(ctx, obj, filter)
    found.sort(key=lambda item: item["SK"])
    items = get_live(ctx, obj, [item["SK"] for item in found[: most + 1]])
    return [item for item in items if item is not None]


def _checked(items: list[Item], matches: Callable[[Item, Joined], bool | None], joined: Joined) -> list[Item]:
    if joined.is_needed:
        joined.load(items)
    return [item for item in items if matches(item, joined)]


def _leaves(filter: Filter | None) -> Iterator[Leaf]:
    """The object's own leaves that a filter looks at."""
    match filter:
        case Compare(leaf=leaf):
            yield leaf
        case And(items=items) | Or(items=items):
            for item in items:
                yield from _leaves(item)
        case Not(item=item):
            yield from _leaves(item)
        case Related(field=relation):
            yield from relation.leaves
        case RelatedAny() | None:
            return


def _narrow(ctx: Context, obj: Object, leaves: Sequence[Leaf]) -> list[Item] | None:
    """Items put together from the complete indexes of ``leaves``; None when these do not hold everything."""
    by_id = obj.by_name["id"].key
    wanted = [leaf for leaf in leaves if leaf.path != ("id",)]
    if not wanted or len(wanted) > _MAX_INDEXES or not all(leaf.kind.is_indexed and leaf.path != ("deletedAt",) for leaf in wanted):
        return None
    if ctx.register.touches(obj.key):
        return None
    ctx.table.meter.note("scan of indexes " + " + ".join(leaf.dotted for leaf in wanted))
    partitions = [keys.index(ctx.model.workspace_id, obj.key, leaf.key) for leaf in wanted]
    indexes = ctx.table.parallel([_scanner(pk) for pk in partitions])
    after = Register.parse(ctx.table.get(keys.open_batches(ctx.model.workspace_id)))
    if not after.is_quiet_since(ctx.register, obj.key):
        return None
    items: dict[str, dict[str, Any]] = {}
    cut: set[str] = set()
    for leaf, rows in zip(wanted, indexes, strict=True):
        for row in rows:
            encoded, record_id = keys.split_index_sort(row["SK"])
            item = items.setdefault(record_id, {"SK": record_id, by_id: record_id, "rows": 0})
            item["rows"] += 1
            if encoded is None:
                continue
            try:
                value = leaf.kind.decode(encoded, row.get("e"))
            except ValueError:
                cut.add(record_id)
                continue
            if leaf.sub is None:
                item[leaf.field.key] = value
            else:
                item.setdefault(leaf.field.key, {})[leaf.sub] = value
    # Between two of the reads a record may have come, gone or changed: then it has not one row in each index.
    doubtful = {record_id for record_id, item in items.items() if item["rows"] != len(wanted)} | cut
    whole = [item for item in get_live(ctx, obj, sorted(doubtful)) if item is not None]
    return whole + [item for record_id, item in items.items() if record_id not in doubtful]


def _scanner(pk: str) -> Callable[[Table], list[Any]]:
    return lambda table: table.query_all(pk, project="SK, e")
