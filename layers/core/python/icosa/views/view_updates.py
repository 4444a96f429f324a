"""What changes of the data model do to views and page layouts (docs/wire/metadata.md#views-follow-the-model).

``updates_for`` compares two models. Each update takes the roots of a workspace and gives those after the change;
untouched roots stay the same objects, so that ``rows.changes`` writes only what differs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import orjson

from ..model.model import Field, Model, Object
from .defaults import default_view
from .entities import new_entity
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
ViewUpdate = Callable[[Roots], Roots]


# ------------------------------------------------------------------ from a change of the model to updates


def updates_for(before: Model, after: Model, *, now: str) -> list[ViewUpdate]:
    """What a change of the model does to the roots, in order; nothing for most changes, and then the roots need
    not be read.
    """
    updates: list[ViewUpdate] = []
    for object_id in dict.fromkeys((*before.by_id, *after.by_id)):
        old, new = before.by_id.get(object_id), after.by_id.get(object_id)
        if old is None and new is not None:
            updates.append(partial(_with_default_view, obj=new, now=now))
        elif new is None:
            updates.append(partial(after_object_deleted, object_id=object_id))
        elif old is not None and old is not new:
            updates += _in_object(old, new, now)
    return updates


def apply_updates(roots: Roots, updates: Sequence[ViewUpdate]) -> Roots:
    """The roots after all updates."""
    for update in updates:
        roots = update(roots)
    return roots


def _with_default_view(roots: Roots, *, obj: Object, now: str) -> Roots:
    view = default_view(obj, now=now)
    return {**roots, view.id: view}


def _in_object(old: Object, new: Object, now: str) -> Iterator[ViewUpdate]:
    removed = old.by_id.keys() - new.by_id.keys()
    if removed:
        yield partial(after_fields_deleted, field_ids=removed)
    pairs = [(field, new.by_id[field.id]) for field in old.fields if field.id in new.by_id]
    deactivated = {field.id for field, changed in pairs if field.is_active and not changed.is_active}
    if deactivated:
        yield partial(after_fields_deactivated, field_ids=deactivated)
    for field, changed in pairs:
        if _values(field) != _values(changed):
            yield partial(after_options_changed, before=field, after=changed, now=now)
    for field in new.fields:
        if field.id not in old.by_id:
            yield partial(after_field_created, obj=new, field=field, now=now)
    if old.label_identifier_field_id != new.label_identifier_field_id:
        yield partial(after_label_identifier_changed, obj=new, now=now)


def _values(field: Field) -> set[tuple[str, str]]:
    return {(option.id, option.value) for option in field.options}


# ------------------------------------------------------------------ the updates


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
    others = _without(roots, field_ids, (VIEW_FIELD, VIEW_FILTER, VIEW_SORT))

    def change(widget: Entity) -> Entity | None:
        return (
            None
            if widget["type"] == "FIELD" and widget["configuration"].get("fieldMetadataId") in field_ids
            else widget
        )

    return _mapped(others, PAGE_LAYOUT, lambda root: root.map(PAGE_LAYOUT_WIDGET, change))


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


# ------------------------------------------------------------------ helpers


def _mapped(roots: Roots, entity_type: EntityType, change: Callable[[Root], Root]) -> Roots:
    return {root_id: change(root) if root.entity_type == entity_type else root for root_id, root in roots.items()}


def _without(roots: Roots, field_ids: Ids, entity_types: Collection[EntityType]) -> Roots:
    others: dict[str, Root] = {}
    for root_id, root in roots.items():
        if root.entity_type == VIEW:
            fields_in_use = (root.entity["mainGroupByFieldMetadataId"], root.entity["calendarFieldMetadataId"])
            if any(field_id in field_ids for field_id in fields_in_use):
                continue
            root = _view_without(root, field_ids, entity_types)
        others[root_id] = root
    return others


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
    column = new_entity(VIEW_FIELD, {"viewId": view.id, "fieldMetadataId": field_id, "position": position}, now=now)
    return view.with_parts(VIEW_FIELD, (*view.parts[VIEW_FIELD.collection], column))


def _filter_after(part: Entity, field_id: str, values: Mapping[str, str | None], now: str) -> Entity | None:
    if part["fieldMetadataId"] != field_id:
        return part
    old = part["value"]
    new = value_after(old, values)
    if new == old:
        return part
    return {**part, "value": new, "updatedAt": now} if new not in (None, [], "[]") else None


def value_after(value: Any, values: Mapping[str, str | None]) -> Any:
    """A filter's value with new option values, in the form in which clients wrote it: a list, a list as JSON text, one
    value.
    """
    if isinstance(value, list):
        renamed = [values.get(member, member) if isinstance(member, str) else member for member in value]
        return [member for member in renamed if member is not None]
    if not isinstance(value, str):
        return value
    if value.startswith("["):
        try:
            listed = orjson.loads(value)
        except ValueError:
            return value
        after = value_after(listed, values)
        return value if after == listed else orjson.dumps(after).decode()
    return values.get(value, value)


def _group_after(group: Entity, values: Mapping[str, str | None], now: str) -> Entity | None:
    old = group["fieldValue"]
    new = values.get(old, old)
    if new is None:
        return None
    return group if new == old else {**group, "fieldValue": new, "updatedAt": now}
