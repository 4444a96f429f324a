"""Views and page layouts in wire form (docs/wire/metadata.md#members-of-views): every key of both APIs,
nulls included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..model.model import Model
from .entity_types import (
    PAGE_LAYOUT,
    PAGE_LAYOUT_TAB,
    PAGE_LAYOUT_WIDGET,
    PARTS,
    VIEW,
    VIEW_FIELD,
    VIEW_FIELD_GROUP,
    Entity,
    EntityType,
)
from .tree import Root

_OBJECT_LABEL = "{objectLabelPlural}"
#: Members that say what no client can change here.
_MORE: Mapping[str, Mapping[str, Any]] = {
    VIEW.collection: {"isActive": True, "createdByUserWorkspaceId": None},
    VIEW_FIELD.collection: {"isActive": True, "isOverridden": False},
    VIEW_FIELD_GROUP.collection: {"isActive": True, "isOverridden": False},
    PAGE_LAYOUT_TAB.collection: {"isActive": True, "isOverridden": False},
    PAGE_LAYOUT_WIDGET.collection: {"isActive": True, "isOverridden": False},
}


def render(model: Model, root: Root, entity_type: EntityType, entity: Entity) -> dict[str, Any]:
    """An entity of ``root`` with what belongs into it: a view's parts, a group's fields, a layout's tabs, a tab's
    widgets.
    """
    members = own_members(lambda: model, model.workspace_id, entity_type, entity)
    if entity_type == VIEW:
        # A deleted view still shows what it was made of.
        for part in PARTS[VIEW.collection]:
            members[part.collection] = _all(model, root, part, _alive(root.parts[part.collection]))
    elif entity_type == VIEW_FIELD_GROUP:
        members["viewFields"] = _all(model, root, VIEW_FIELD, _children(root, VIEW_FIELD, "viewFieldGroupId", entity))
    elif entity_type == PAGE_LAYOUT:
        members["tabs"] = _all(model, root, PAGE_LAYOUT_TAB, _children(root, PAGE_LAYOUT_TAB, "pageLayoutId", entity))
    elif entity_type == PAGE_LAYOUT_TAB:
        members["widgets"] = _all(
            model, root, PAGE_LAYOUT_WIDGET, _children(root, PAGE_LAYOUT_WIDGET, "pageLayoutTabId", entity)
        )
    return members


def own_members(
    model: Callable[[], Model], workspace_id: str, entity_type: EntityType, entity: Entity
) -> dict[str, Any]:
    """The members of an entity without what belongs into it. Only names of views that have their object's label need
    the model.
    """
    members = {**entity, **_MORE.get(entity_type.collection, {}), "workspaceId": workspace_id}
    if entity_type == VIEW and _OBJECT_LABEL in entity["name"]:
        members["name"] = _named(model(), entity)
    return members


def _all(model: Model, root: Root, entity_type: EntityType, entities: Iterable[Entity]) -> list[dict[str, Any]]:
    rendered = [render(model, root, entity_type, entity) for entity in entities]
    return sorted(rendered, key=lambda entity: entity["position"]) if entity_type.ordered else rendered


def _alive(entities: Iterable[Entity]) -> list[Entity]:
    return [entity for entity in entities if entity["deletedAt"] is None]


def _children(root: Root, entity_type: EntityType, member: str, parent: Entity) -> list[Entity]:
    return [entity for entity in _alive(root.parts[entity_type.collection]) if entity[member] == parent["id"]]


def _named(model: Model, view: Entity) -> str:
    """The name, with the label of the view's object where it stands for it."""
    name: str = view["name"]
    obj = model.by_id.get(view["objectMetadataId"])
    return name if obj is None else name.replace(_OBJECT_LABEL, obj.display("labelPlural"))
