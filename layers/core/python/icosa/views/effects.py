"""What changes of the data model do to views and page layouts (spec/metadata.md §4.3, §4.5, §5.1, §5.4, §5.5, §5.7).

Every function takes the roots of a workspace and gives those after the change; untouched roots stay the same objects,
so that ``rows.changes`` writes only what differs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

import orjson

from ..model.model import Field, Object
from .entities import make
from .entity_types import (
    PAGE_LAYOUT,
    PAGE_LAYOUT_WIDGET,
    VIEW,
    VIEW_FIELD,
    VIEW_FILTER,
    VIEW_GROUP,
    VIEW_SORT,
    Entity,
    EntityType,
)
from .groups import with_option
from .tree import Root, Roots

Ids = Collection[str]


def after_object_deleted(roots: Roots, object_id: str) -> Roots:
    """Views and page layouts of the object go; widgets of other layouts lose their reference."""
    kept = {root_id: root for root_id, root in roots.items() if root.entity["objectMetadataId"] != object_id}

    def change(widget: Entity) -> Entity:
        return {**widget, "objectMetadataId": None} if widget["objectMetadataId"] == object_id else widget

    return _mapped(kept, PAGE_LAYOUT, lambda root: root.map(PAGE_LAYOUT_WIDGET, change))


def after_fields_deactivated(roots: Roots, field_ids: Ids) -> Roots:
    """Columns and filters of the fields go, and views that are grouped by one or show one as their calendar."""
    return _without(roots, field_ids, (VIEW_FIELD, VIEW_FILTER))


def after_fields_deleted(roots: Roots, field_ids: Ids) -> Roots:
    """As when they are deactivated; sorts go as well, and widgets that show only one of the fields."""
    left = _without(roots, field_ids, (VIEW_FIELD, VIEW_FILTER, VIEW_SORT))

    def change(widget: Entity) -> Entity | None:
        return (
            None
            if widget["type"] == "FIELD" and widget["configuration"].get("fieldMetadataId") in field_ids
            else widget
        )

    return _mapped(left, PAGE_LAYOUT, lambda root: root.map(PAGE_LAYOUT_WIDGET, change))


def after_field_created(roots: Roots, obj: Object, field: Field, *, now: str) -> Roots:
    """The field is added to the forms of its object."""

    def change(root: Root) -> Root:
        if root.entity["objectMetadataId"] != obj.id or root.entity["type"] != "FIELDS_WIDGET":
            return root
        return _with_column(root, field.id, max(_positions(root), default=-1) + 1, now=now)

    return _mapped(roots, VIEW, change)


def after_label_identifier_changed(roots: Roots, obj: Object, *, now: str) -> Roots:
    """The new label identifier stands at the front of every view."""
    field_id = obj.label_identifier_field_id
    if field_id is None:
        return roots

    def change(root: Root) -> Root:
        if root.entity["objectMetadataId"] != obj.id:
            return root
        front = min(_positions(root), default=1) - 1
        if not any(column["fieldMetadataId"] == field_id for column in root.live(VIEW_FIELD)):
            return _with_column(root, field_id, front, now=now)

        def move(column: Entity) -> Entity:
            if column["fieldMetadataId"] != field_id or column["deletedAt"] is not None:
                return column
            return {**column, "position": front, "isVisible": True, "updatedAt": now}

        return root.map(VIEW_FIELD, move)

    return _mapped(roots, VIEW, change)


def after_options_changed(roots: Roots, before: Field, after: Field, *, now: str) -> Roots:
    """Filters and groups follow the field's options, which are the same by their ids: renamed values are rewritten,
    removed ones taken out, and each new one becomes a group of the views that are grouped by the field.
    """
    kept = {option.id: option.value for option in after.options}
    values = {option.value: kept.get(option.id) for option in before.options}
    known = {option.id for option in before.options}
    new = [option for option in sorted(after.options, key=lambda option: option.position) if option.id not in known]

    def change(root: Root) -> Root:
        changed = root.map(VIEW_FILTER, lambda part: _filter_after(part, before.id, values, now))
        if root.entity["mainGroupByFieldMetadataId"] == before.id:
            changed = changed.map(VIEW_GROUP, lambda part: _group_after(part, values, now))
            for option in new:
                changed = with_option(changed, option, now=now)
        return changed

    return _mapped(roots, VIEW, change)


# ------------------------------------------------------------------ parts of it


def _mapped(roots: Roots, entity_type: EntityType, change: Callable[[Root], Root]) -> Roots:
    return {root_id: change(root) if root.entity_type == entity_type else root for root_id, root in roots.items()}


def _without(roots: Roots, field_ids: Ids, entity_types: Collection[EntityType]) -> Roots:
    left: dict[str, Root] = {}
    for root_id, root in roots.items():
        if root.entity_type == VIEW:
            shown = (root.entity["mainGroupByFieldMetadataId"], root.entity["calendarFieldMetadataId"])
            if any(field_id in field_ids for field_id in shown):
                continue
            root = _view_without(root, field_ids, entity_types)
        left[root_id] = root
    return left


def _view_without(view: Root, field_ids: Ids, entity_types: Collection[EntityType]) -> Root:
    for entity_type in entity_types:
        view = view.map(entity_type, lambda part: None if part["fieldMetadataId"] in field_ids else part)
    if view.entity["kanbanAggregateOperationFieldMetadataId"] in field_ids:
        view = view.with_entity(kanbanAggregateOperation=None, kanbanAggregateOperationFieldMetadataId=None)
    if view.entity["calendarEndFieldMetadataId"] in field_ids:
        view = view.with_entity(calendarEndFieldMetadataId=None)
    return view


def _positions(view: Root) -> list[float]:
    return [column["position"] for column in view.live(VIEW_FIELD)]


def _with_column(view: Root, field_id: str, position: float, *, now: str) -> Root:
    column = make(VIEW_FIELD, {"viewId": view.id, "fieldMetadataId": field_id, "position": position}, now=now)
    return view.with_parts(VIEW_FIELD, (*view.parts[VIEW_FIELD.collection], column))


def _filter_after(part: Entity, field_id: str, values: Mapping[str, str | None], now: str) -> Entity | None:
    if part["fieldMetadataId"] != field_id:
        return part
    old = part["value"]
    new = _value_after(old, values)
    if new == old:
        return part
    return {**part, "value": new, "updatedAt": now} if new not in (None, [], "[]") else None


def _value_after(value: Any, values: Mapping[str, str | None]) -> Any:
    """A filter's value with new option values, in the form in which clients wrote it: a list, a list as JSON text, one
    value.
    """
    if isinstance(value, list):
        renamed = [values.get(one, one) if isinstance(one, str) else one for one in value]
        return [one for one in renamed if one is not None]
    if not isinstance(value, str):
        return value
    if value.startswith("["):
        try:
            listed = orjson.loads(value)
        except ValueError:
            return value
        after = _value_after(listed, values)
        return value if after == listed else orjson.dumps(after).decode()
    return values.get(value, value)


def _group_after(group: Entity, values: Mapping[str, str | None], now: str) -> Entity | None:
    old = group["fieldValue"]
    new = values.get(old, old)
    if new is None:
        return None
    return group if new == old else {**group, "fieldValue": new, "updatedAt": now}
