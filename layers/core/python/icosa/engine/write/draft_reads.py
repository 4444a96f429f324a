"""What an attempt to create or upsert reads, side by side: positions of the outermost records, records to connect,
records that an upsert may stand for, and which of the records that are referred to are live.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...model.input import Connect
from ...model.model import Object
from ...model.problems import Problem, Problems
from ...store import keys
from ...store.table import Table
from ..context import Context
from .connect import Connecting, resolve_connects
from .drafts import RecordDraft
from .foreign_keys import Reference, live_targets
from .positions import outermost_position
from .upsert import Matches, read_matches


@dataclass(slots=True)
class DraftReads:
    """``outer`` is the smallest (or, with True, the largest) position of an object's records, by object key; ``live``
    are the keys of live records among those referred to, ``matches`` what an upsert may stand for.
    """

    outer: dict[tuple[str, bool], float | int | None] = field(default_factory=dict)
    live: set[keys.Key] = field(default_factory=set)
    matches: Matches | None = None


def read_for(
    ctx: Context, drafts: Sequence[RecordDraft], upserted: Sequence[RecordDraft], problems: Problems
) -> DraftReads:
    """Read all that drafts need. Records to connect that are not there are added to ``problems``.

    Only for several records it is read which of the records that they refer to are live; those of a single one are
    checked when it is written. Positions are not read where there are problems already, and nothing will be written.
    """
    reads = DraftReads()
    wanted_positions = {
        (draft.obj.key, wanted_position(draft) == "last"): draft.obj
        for draft in drafts
        if not problems and isinstance(wanted_position(draft), str)
    }
    branches: list[Callable[[Table], None]] = [
        _position_reader(ctx, obj, last, reads) for (_, last), obj in wanted_positions.items()
    ]
    if any(isinstance(link, Connect) for draft in drafts for link in draft.parsed.links):
        bodies = [Connecting(draft.parsed, draft.connected, _noting(draft, problems)) for draft in drafts]
        branches.append(lambda table: resolve_connects(ctx, bodies, table))
    if upserted:
        branches.append(lambda table: setattr(reads, "matches", read_matches(ctx, upserted, table)))
    if len(drafts) > 1 and (referred := references(ctx, drafts)):
        branches.append(lambda table: reads.live.update(live_targets(ctx, referred, table)))
    if branches:
        ctx.table.parallel(branches)
    return reads


def _noting(draft: RecordDraft, problems: Problems) -> Callable[[Problem], None]:
    return lambda problem: problems.add(problem.inside(draft.index, draft.path))


def references(ctx: Context, drafts: Sequence[RecordDraft]) -> list[Reference]:
    """What drafts refer to by id."""
    return [
        Reference((draft.obj.key, draft.id), relation, ctx.model.target_of(relation), target)
        for draft in drafts
        for relation in draft.obj.many_to_one
        if (target := draft.parsed.values.get(relation.key)) is not None
    ]


def _position_reader(ctx: Context, obj: Object, last: bool, reads: DraftReads) -> Callable[[Table], None]:
    def read(table: Table) -> None:
        reads.outer[obj.key, last] = outermost_position(ctx, obj, last=last, table=table)

    return read


def wanted_position(draft: RecordDraft) -> Any:
    """A number, "first" or "last"; a new record that names none goes first."""
    if draft.parsed.position is not None:
        return draft.parsed.position
    return draft.parsed.values.get(draft.obj.by_name["position"].key, "first")
