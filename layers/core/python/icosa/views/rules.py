"""What must hold between an entity, its root and the data model. Checked whenever an entity is created or changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from ..model.model import Field, Model, Object
from .entity_types import (
    PAGE_LAYOUT,
    PAGE_LAYOUT_WIDGET,
    VIEW,
    VIEW_FIELD,
    VIEW_FIELD_GROUP,
    VIEW_FILTER,
    VIEW_FILTER_GROUP,
    VIEW_SORT,
    Entity,
    EntityType,
)
from .errors import InvalidPart
from .tree import Root

Rule = Callable[[Model, Root, Entity], Iterator[str]]
"""Yields what is wrong with an entity in its root."""

#: Members of a view that name fields of its object.
VIEW_FIELDS = (
    *("kanbanAggregateOperationFieldMetadataId", "mainGroupByFieldMetadataId"),
    *("calendarFieldMetadataId", "calendarEndFieldMetadataId"),
)
_NO_OBJECT = "Object metadata not found"
_NO_FIELD = "Field metadata not found"


def check(model: Model, root: Root, entity_type: EntityType, entity: Entity) -> None:
    """Raises InvalidPart for the first rule that an entity of ``root`` breaks."""
    for message in _RULES.get(entity_type.collection, _nothing)(model, root, entity):
        raise InvalidPart(entity_type, message)


def is_groupable(field: Field) -> bool:
    """Whether a board can have a column for each value: a field that holds one of some options."""
    return bool(field.options) and not field.leaves[0].kind.is_list


def _nothing(_model: Model, _root: Root, _entity: Entity) -> Iterator[str]:
    return iter(())


def _view(model: Model, _root: Root, view: Entity) -> Iterator[str]:
    obj = model.by_id.get(view["objectMetadataId"])
    if obj is None:
        yield _NO_OBJECT
        return
    for name in VIEW_FIELDS:
        if view[name] is not None and view[name] not in obj.by_id:
            yield _NO_FIELD
    grouping = obj.by_id.get(view["mainGroupByFieldMetadataId"] or "")
    if view["type"] == "KANBAN" and grouping is None:
        yield "Kanban view must have a main group by field"
    if grouping is not None and not is_groupable(grouping):
        yield "Main group by field must be a select field"
    for name in ("calendarFieldMetadataId", "calendarEndFieldMetadataId"):
        day = obj.by_id.get(view[name] or "")
        if day is not None and not _is_date(day):
            yield "Calendar field must be a date or date-time field"
    if view["type"] == "CALENDAR" and (view["calendarFieldMetadataId"] is None or view["calendarLayout"] is None):
        yield "Calendar view must have a calendar field and a calendar layout"


def _view_field(model: Model, root: Root, part: Entity) -> Iterator[str]:
    yield from _field_of_object(model, root, part)
    if any(
        other["fieldMetadataId"] == part["fieldMetadataId"] and other["id"] != part["id"]
        for other in root.live(VIEW_FIELD)
    ):
        yield "View field already exists"
    if part["viewFieldGroupId"] is not None and root.find(VIEW_FIELD_GROUP, part["viewFieldGroupId"]) is None:
        yield f"View field group (id: {part['viewFieldGroupId']}) not found"


def _view_filter(model: Model, root: Root, part: Entity) -> Iterator[str]:
    yield from _field_of_object(model, root, part)
    if part["viewFilterGroupId"] is not None and root.find(VIEW_FILTER_GROUP, part["viewFilterGroupId"]) is None:
        yield f"View filter group (id: {part['viewFilterGroupId']}) not found"
    field = object_of(model, root).by_id[part["fieldMetadataId"]]
    if part["subFieldName"] and part["subFieldName"] not in {leaf.subfield for leaf in field.leaves}:
        yield f'Sub field "{part["subFieldName"]}" not found for field "{field.name}"'


def _view_filter_group(_model: Model, root: Root, part: Entity) -> Iterator[str]:
    above, seen = part["parentViewFilterGroupId"], {part["id"]}
    while above is not None:
        if above in seen:
            yield "View filter groups cannot contain themselves"
            return
        seen.add(above)
        group = root.find(VIEW_FILTER_GROUP, above)
        if group is None:
            yield f"View filter group (id: {above}) not found"
            return
        above = group["parentViewFilterGroupId"]


def _field_of_object(model: Model, root: Root, part: Entity) -> Iterator[str]:
    if part["fieldMetadataId"] not in object_of(model, root).by_id:
        yield _NO_FIELD


def _of_object(model: Model, _root: Root, part: Entity) -> Iterator[str]:
    if part["objectMetadataId"] is not None and part["objectMetadataId"] not in model.by_id:
        yield _NO_OBJECT


def object_of(model: Model, root: Root) -> Object:
    """The object that a view shows. Raises InvalidPart when it is gone."""
    obj = model.by_id.get(root.entity["objectMetadataId"])
    if obj is None:
        raise InvalidPart(root.entity_type, _NO_OBJECT)
    return obj


def _is_date(field: Field) -> bool:
    return bool(field.leaves) and field.leaves[0].kind.calendar is not None


_RULES: Mapping[str, Rule] = {
    VIEW.collection: _view,
    VIEW_FIELD.collection: _view_field,
    VIEW_FILTER.collection: _view_filter,
    VIEW_SORT.collection: _field_of_object,
    VIEW_FILTER_GROUP.collection: _view_filter_group,
    PAGE_LAYOUT.collection: _of_object,
    PAGE_LAYOUT_WIDGET.collection: _of_object,
}
