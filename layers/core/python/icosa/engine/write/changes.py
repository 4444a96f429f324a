"""The changes that writes consist of: from a record and new values to a ``store.change.Change``.

``create``, ``modify``, ``trash``, ``cascade`` and ``merge`` make changes here and hand them to ``commit``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import orjson

from ...errors import InvalidData
from ...model.dates import format_instant
from ...model.model import Object
from ...model.problems import Problem
from ...model.record import Record
from ...query.operation import PATCHING, Node, Patching
from ...store.change import Change, first_version, new_state
from ..context import Context
from ..records import State

#: The step of DATE_TIME, and how far clocks and slow requests may be apart.
_TICK: Final = timedelta(milliseconds=1)
_AHEAD: Final = timedelta(minutes=1)


def update_change(ctx: Context, obj: Object, state: State, values: Mapping[str, Any]) -> Change:
    """The change that gives a record new values (by field key; None clears). Whether it is live follows from
    ``deletedAt``.
    """
    values_after = {**state.item, **values}
    for key, value in values.items():
        if value is None:
            del values_after[key]
    live = values_after.get(obj.by_name["deletedAt"].key) is None
    after = new_state(ctx.model, obj, state.item.id, values_after, live=live, version=state.item.version + 1)
    return Change(obj=obj, before=state.item, before_live=state.live, after=after, after_live=live)


def create_change(ctx: Context, obj: Object, record_id: str, values: Mapping[str, Any], *, id_is_given: bool) -> Change:
    """The change that creates a record. Raises InvalidData for a field that must have a value and has none.

    ``id_is_given``: the client chose the id, so a record may have it already.
    """
    present = {key: value for key, value in values.items() if value is not None}
    present[obj.by_name["id"].key] = record_id
    live = present.get(obj.by_name["deletedAt"].key) is None
    for problem in lacking(obj, present, {}):
        raise problem.error
    after = new_state(ctx.model, obj, record_id, present, live=live, version=first_version())
    return Change(obj=obj, after=after, after_live=live, id_is_given=id_is_given)


def lacking(obj: Object, values: Mapping[str, Any], data: Mapping[str, Any]) -> list[Problem]:
    """Fields that must have a value, which neither the values of a new record have nor its data names."""
    return [
        Problem(error=InvalidData(f"Field {field.name} is not nullable and has no default value."), field=field.name)
        for field in obj.required_fields
        if values.get(field.key) is None and field.name not in data
    ]


def with_position(ctx: Context, change: Change, position: float) -> Change:
    """The change, with another position of the record."""
    assert change.after is not None
    after, key = change.after, change.obj.by_name["position"].key
    if change.is_nothing:
        return patch_change(ctx, change.obj, State(after, change.after_live), {key: position}, PATCHING)
    values = {**after, key: position}
    return replace(change, after=Record.of(values, id=after.id, partition=after.partition, version=after.version))


def destroy_change(obj: Object, state: State) -> Change:
    """The change that removes a record for good."""
    return Change(obj=obj, before=state.item, before_live=state.live)


def changed_nodes(obj: Object, changes: Iterable[Change]) -> list[Node]:
    """The records of an object that changes leave, those among them that were there before."""
    return [
        Node(change.after)
        for change in changes
        if change.obj is obj and change.before is not None and change.after is not None
    ]


def stamped_change(ctx: Context, obj: Object, state: State, values: Mapping[str, Any]) -> Change:
    """``update_change`` with what every update sets by itself (docs/wire/graphql.md#data): ``updatedAt`` unless the
    values have it, ``updatedBy`` always.
    """
    updated_at, updated_by = obj.by_name["updatedAt"].key, obj.by_name["updatedBy"].key
    moment = _next_moment(state.item.get(updated_at), ctx.now)
    return update_change(ctx, obj, state, {updated_at: moment, **values, updated_by: ctx.actor})


def patch_change(ctx: Context, obj: Object, state: State, values: Mapping[str, Any], patching: Patching) -> Change:
    """The change that a client's values make of a record, with the stamps of an update. A record that has all of them
    already stays as it is, stamps and version included (docs/wire/rest.md#update).

    An ``updatedAt`` among the values only counts if ``patching`` says so: in the body of a client that has read the
    record, it is that of the record before, or of an even older state.
    """
    updated_at, updated_by = obj.by_name["updatedAt"].key, obj.by_name["updatedBy"].key
    new = {key: value for key, value in values.items() if key not in (updated_at, updated_by)}
    if patching.takes_updated_at and values.get(updated_at) is not None:
        new[updated_at] = values[updated_at]
    if patching.hidden.isdisjoint(new) and all(_is_same(state.item.get(key), value) for key, value in new.items()):
        return Change(obj=obj, before=state.item, before_live=state.live, after=state.item, after_live=state.live)
    return stamped_change(ctx, obj, state, new)


def _is_same(old: Any, new: Any) -> bool:
    """Whether two stored values are the same text in a row: for Python ``True``, ``1`` and ``1.0`` are equal."""
    return bool(old == new) and (old is new or orjson.dumps(old) == orjson.dumps(new))


def _next_moment(before: str | None, now: str) -> str:
    """``updatedAt`` after an update at ``now``. It never goes back, and two states of a record never share one, also
    where a slower request commits later or the clocks of two functions differ; a time far ahead, which a client has
    set, does not count.
    """
    if before is None or before < now:
        return now
    moment = datetime.fromisoformat(before)
    return format_instant(moment + _TICK) if moment < datetime.fromisoformat(now) + _AHEAD else now
