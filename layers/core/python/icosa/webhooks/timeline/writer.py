"""Writing activities: each once, however often the stream tells of its change, and wherever a process dies.

An activity is a record like others, written by the engine: with its rows, the counter and the checks that its targets
exist, all in one transaction. What is there already, live or in the trash, is left alone. A target that is gone by then
has taken its activities with it, or they keep no target, as its relation says.

Costs, for each activity: reading whether it is there (2 read units) and its targets (1 each), and what the record costs
(docs/wire/timeline.md#cost); 1 read unit for the register, and 2 write units for the counter, of each commit. A link
costs 2 read units for the label of what it links, an update of something linked one for each link and one for them all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, NamedTuple

from ...engine.background import background
from ...engine.context import Context
from ...engine.records import State, get_any, get_live, get_where_expected
from ...engine.write.changes import create_change
from ...engine.write.commit import MAX_COMMIT, commit_changes, retry_on_conflict
from ...errors import BadRequest
from ...model.dates import format_instant
from ...model.input import defaults
from ...model.label import label_of
from ...model.model import Model, Object
from ...model.record import Record
from ...model.timeline import Link, Timeline
from ...settings import settings
from ...store import keys
from ...store.change import Change, row_diff
from ...store.commit import WriteConflict
from ...store.lookup import edge_page
from ...store.stream import RecordChange
from ...store.table import MAX_TRANSACTION, Table
from .activities import RecordKey, Surroundings, Told, activities_of, told_of

#: Timelines on which the change of one record is told by its links.
MOST_LINKS: Final = 100
#: Operations of a transaction beside those of activities: the counter, and a row of the log.
_BESIDE: Final = 2


class Draft(NamedTuple):
    """An activity to be written: its id, and its own values by the keys of fields; those that are None are absent."""

    id: str
    values: Mapping[str, Any]


def write_activities(
    table: Table, model: Model, timeline: Timeline, changes: Sequence[RecordChange], *, now: float, started: float
) -> None:
    """Put the activities of changes on their timelines. ``now`` in seconds since 1970; ``started`` is the monotonic
    time before the model was read. Raises what the engine raises: it is safe to be done again.
    """
    found = [told for change in changes if (told := told_of(model, change)) is not None]
    if not found:
        return
    moment = format_instant(datetime.fromtimestamp(now, UTC))
    ctx = background(table, model, now=moment, settings=settings, started=started)
    around = _surroundings(ctx, timeline, found)
    activity = timeline.activity
    activities = [each for told in found for each in activities_of(model, timeline, told, around)]
    drafts = {each.id: Draft(each.id, each.values(activity)) for each in activities}
    for part in _parts(ctx, activity, drafts.values()):
        retry_on_conflict(ctx, partial(_write, ctx, activity, part))


# ------------------------------------------------------------------ what is read before


def _surroundings(ctx: Context, timeline: Timeline, found: Sequence[Told]) -> Surroundings:
    around = Surroundings(labels={told.key: label_of(told.obj, told.record) for told in found})
    wanted: dict[str, dict[str, None]] = {}
    for told in found:
        if (link := timeline.links.get(told.obj.id)) is not None:
            linked, record_id = ctx.model.target_of(link.to), told.record.get(link.to.key)
            if record_id is not None and (linked.key, record_id) not in around.labels:
                wanted.setdefault(linked.key, {})[record_id] = None
        if (link := timeline.linked.get(told.obj.id)) is not None and told.action == "updated":
            around.links[told.key] = _links_to(ctx, link, told.record.id)
    for object_key, ids in wanted.items():
        obj = ctx.model.by_key[object_key]
        for record_id, state in zip(ids, get_any(ctx, obj, list(ids)), strict=True):
            if state is not None:
                around.labels[object_key, record_id] = label_of(obj, state.item)
    return around


def _links_to(ctx: Context, link: Link, record_id: str) -> list[Record]:
    """The first live links of a record."""
    prefix = keys.edge_prefix(link.obj.key, link.to.key, live=True)
    page = edge_page(ctx.table, keys.edges(ctx.model.workspace_id, record_id), prefix, limit=MOST_LINKS)
    records = get_live(ctx, link.obj, [link_id for link_id, _ in page.items])
    return [record for record in records if record is not None and record.get(link.to.key) == record_id]


# ------------------------------------------------------------------ commits


def _parts(ctx: Context, activity: Object, drafts: Iterable[Draft]) -> Iterator[list[Draft]]:
    """Drafts in parts that fit into a transaction."""
    part: list[Draft] = []
    room = 0
    for draft in drafts:
        references = sum(field.key in draft.values for field in activity.many_to_one)
        size = 1 + row_diff(ctx.model, _change(ctx, activity, draft)).size + references
        if part and (size > room or len(part) == MAX_COMMIT):
            yield part
            part = []
        room = (room if part else MAX_TRANSACTION - _BESIDE) - size
        part.append(draft)
    if part:
        yield part


def _write(ctx: Context, activity: Object, drafts: Sequence[Draft]) -> None:
    """Write what is not there. Raises WriteConflict when something has changed meanwhile: to be done again."""
    states = get_any(ctx, activity, [draft.id for draft in drafts])
    new = [draft for draft, state in zip(drafts, states, strict=True) if state is None]
    targets = _targets(ctx, activity, new)
    kept = [draft for each in new if (draft := _with_targets(ctx, activity, each, targets)) is not None]
    live = [state.item.key for state in targets.values() if state and state.live]
    try:
        commit_changes(ctx, [_change(ctx, activity, draft) for draft in kept], live_before=live)
    except BadRequest:  # The activity is there by now, or a target is gone.
        raise WriteConflict from None


def _targets(ctx: Context, activity: Object, drafts: Iterable[Draft]) -> dict[RecordKey, State | None]:
    """What activities point at, as it is now."""
    wanted: dict[str, dict[str, bool]] = {}
    for draft in drafts:
        for field in activity.many_to_one:
            if (target := draft.values.get(field.key)) is not None:
                wanted.setdefault(ctx.model.target_of(field).key, {})[target] = True
    found: dict[RecordKey, State | None] = {}
    for object_key, places in wanted.items():
        states = get_where_expected(ctx, ctx.model.by_key[object_key], places)
        found |= {(object_key, i): state for i, state in zip(places, states, strict=True)}
    return found


def _with_targets(
    ctx: Context, activity: Object, draft: Draft, targets: Mapping[RecordKey, State | None]
) -> Draft | None:
    """A draft without references to nothing; None where the target's end would have been the activity's."""
    values = dict(draft.values)
    for field in activity.many_to_one:
        target = values.get(field.key)
        if target is None or targets[ctx.model.target_of(field).key, target] is not None:
            continue
        if field.morph_id is not None and field.relation is not None and field.relation.on_delete == "CASCADE":
            return None
        del values[field.key]
    return Draft(draft.id, values)


def _change(ctx: Context, activity: Object, draft: Draft) -> Change:
    stamps = {activity.by_name["updatedAt"].key: ctx.now, activity.by_name["position"].key: 0}
    values = {**defaults(activity, ctx.now), **stamps, **draft.values}
    return replace(create_change(ctx, activity, draft.id, values, id_is_given=False), id_is_derived=True)
