"""The changes that writes consist of: from a record and new values to a ``store.change.Change``.

``create``, ``modify``, ``trash``, ``cascade`` and ``merge`` make changes here and hand them to ``commit``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from ...errors import InvalidData
from ...model.model import Object
from ...model.problems import Problem
from ...model.record import Record
from ...query.operation import Node
from ...store.change import Change, first_version, new_state
from ..context import Context
from ..records import State


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


def with_position(change: Change, position: float) -> Change:
    """The change, with another position of the record."""
    assert change.after is not None
    after = change.after
    values = {**after, change.obj.by_name["position"].key: position}
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


def with_update_stamps(ctx: Context, obj: Object, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of an update with those that every update sets by itself (docs/wire/graphql.md#data): ``updatedAt`` unless
    the request names it, ``updatedBy`` always.
    """
    updated_at, updated_by = obj.by_name["updatedAt"].key, obj.by_name["updatedBy"].key
    return {**values, updated_at: values.get(updated_at) or ctx.now, updated_by: ctx.actor}
