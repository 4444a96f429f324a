"""Candidates: the few records among which all matches of a filter are, found through the rows of its conditions.

``candidate_ids`` reads which records these are, ``read_candidates`` the records, and with them whatever has changed in
between (``steady``). ``matches`` and the planner call both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ...model.model import Object
from ...model.record import Record
from ...query.evaluate import compile_filter
from ...query.operation import Filter
from ...store.table import MAX_BATCH_GET
from ..context import Context
from ..records import count_live, get_live
from .access_paths import AccessPath
from .index_probe import ProbeResult, probe_paths
from .joins import JoinedRecords
from .steady import Look, Watch, fetch, read_late, versions

#: So many records more may be fetched to spare looking at what has changed.
_SPARE = 32


@dataclass(slots=True)
class Moved:
    """What the looks of one read have found changed: the next look reads these records together with its candidates."""

    watch: Watch
    ids: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Records that contain all matches of a filter: their ids, sorted, and the rows that led to them.

    ``exact``: they are the matches, provided that no row is stale. ``pages``: how many pages of rows were read.
    """

    ids: list[str]
    exact: bool
    pages: int
    probes: Sequence[ProbeResult]

    def dropped(self, records: Mapping[str, Record | None], joined: JoinedRecords) -> bool:
        """Whether one of these records, which do not match the filter, did so when its rows were read."""
        tests = [compile_filter(probe.path.condition) for probe in self.probes]
        return any(
            probe.is_dropped(record_id, record, test, joined)
            for record_id, record in records.items()
            for probe, test in zip(self.probes, tests, strict=True)
        )


def candidate_ids(
    ctx: Context, obj: Object, conditions: Sequence[Filter], paths: Sequence[AccessPath]
) -> Candidates | None:
    """Probe the paths of the conditions that must all hold, and intersect those with few rows; None when every
    condition selects too many records.
    """
    tuning = ctx.settings.tuning
    probes = probe_paths(ctx, paths, tuning.probe_rows)
    if not any(probe.complete for probe in probes) and paths and count_live(ctx, obj) > tuning.wide_probe_rows:
        probes = probe_paths(ctx, paths, tuning.wide_probe_rows)
    complete = sorted((probe for probe in probes if probe.complete), key=lambda probe: len(probe.rows))
    if not complete:
        return None
    ids = set(complete[0].rows).intersection(*(probe.rows for probe in complete[1:]))
    if len(complete) > 1 and complete[0].pages == 1 and len(complete[0].rows) <= min(len(ids) + _SPARE, MAX_BATCH_GET):
        # One page of rows was read in one moment: to fetch a few records more is cheaper than to ask what has changed.
        return Candidates(sorted(complete[0].rows), False, 1, complete[:1])
    exact = len(conditions) == len(complete) and all(probe.path.exact for probe in complete)
    return Candidates(sorted(ids), exact, sum(probe.pages for probe in complete), complete)


def read_candidates(
    ctx: Context, obj: Object, filter: Filter, candidates: Candidates, joined: JoinedRecords, moved: Moved
) -> Look[list[Record]]:
    """The matches among the candidates."""
    ids = sorted({*candidates.ids, *moved.ids})
    late: list[str] = []
    is_known = True
    if candidates.pages or moved.ids:
        fetched = fetch(ctx, obj, ids, moved.watch if candidates.pages > 1 else None)
        found = dict(zip(ids, fetched.records, strict=True))
        is_known = fetched.register.is_quiet_since(ctx.register, obj.key)
        late = sorted(fetched.changed - found.keys())
        if len(late) <= ctx.settings.tuning.late_records:
            found.update(read_late(ctx, obj, late))
            moved.ids |= fetched.changed
        else:
            is_known = False
    else:
        found = dict(zip(ids, get_live(ctx, obj, ids), strict=True))
    matches = _matches(filter, found, joined)
    matching = {record.id for record in matches}
    others = {i: found[i] for i in candidates.ids if i not in matching}
    certain = is_known and matching.isdisjoint(late) and not candidates.dropped(others, joined)
    # Where records of other objects decide, the versions of these say too little.
    seen = None if joined.is_needed or late else versions(found)
    return Look(matches, certain, seen, cost=len(found))


def _matches(filter: Filter, found: Mapping[str, Record | None], joined: JoinedRecords) -> list[Record]:
    records = [record for record in found.values() if record is not None]
    if joined.is_needed:
        joined.load(records)
    is_match = compile_filter(filter)
    return [record for record in records if is_match(record, joined)]
