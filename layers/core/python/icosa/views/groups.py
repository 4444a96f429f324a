"""The groups of a view that is grouped by a field: one for each option, and one for records without a value."""

from __future__ import annotations

from ..model.model import Model, Option
from .entities import new_entity
from .entity_types import VIEW_GROUP, Entity
from .rules import object_of
from .tree import Root

#: Groups that are shown without being asked for (docs/wire/metadata.md#groups-of-a-view,
#: docs/wire/metadata.md#options).
MAX_VISIBLE = 40
_NO_VALUE = ""


def with_default_groups(model: Model, view: Root, *, now: str) -> Root:
    """The view with the groups that it starts with when it is grouped by its main field."""
    field = object_of(model, view).by_id.get(view.entity["mainGroupByFieldMetadataId"] or "")
    if field is None:
        return view.with_parts(VIEW_GROUP, ())
    values = [option.value for option in sorted(field.options, key=lambda option: option.position)]
    if field.is_nullable:
        values.append(_NO_VALUE)
    return view.with_parts(VIEW_GROUP, (_group(view, value, position, now) for position, value in enumerate(values)))


def with_option(view: Root, option: Option, *, now: str) -> Root:
    """The view with a group for a new option at the end; shown while fewer than 40 are
    (docs/wire/metadata.md#options).
    """
    groups = view.live(VIEW_GROUP)
    position = max((group["position"] for group in groups), default=-1) + 1
    is_visible = sum(group["isVisible"] for group in groups) < MAX_VISIBLE
    group = {**_group(view, option.value, position, now), "isVisible": is_visible}
    return view.with_parts(VIEW_GROUP, (*view.parts[VIEW_GROUP.collection], group))


def _group(view: Root, value: str, position: float, now: str) -> Entity:
    members = {"viewId": view.id, "fieldValue": value, "position": position, "isVisible": position < MAX_VISIBLE}
    return new_entity(VIEW_GROUP, members, now=now)
