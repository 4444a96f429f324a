"""Deleting an entity with its children."""

from __future__ import annotations

from collections.abc import Callable

from .entity_types import (
    PAGE_LAYOUT_TAB,
    PAGE_LAYOUT_WIDGET,
    VIEW_FIELD,
    VIEW_FIELD_GROUP,
    VIEW_FILTER,
    VIEW_FILTER_GROUP,
    Entity,
    EntityType,
)
from .tree import Root

#: ``(parent, child, member of the child that names the parent)``: children go with their parent.
_CHILDREN = (
    (VIEW_FILTER_GROUP, VIEW_FILTER_GROUP, "parentViewFilterGroupId"),
    (VIEW_FILTER_GROUP, VIEW_FILTER, "viewFilterGroupId"),
    (PAGE_LAYOUT_TAB, PAGE_LAYOUT_WIDGET, "pageLayoutTabId"),
)
#: Children that stay when their parent goes, without it.
_DETACHED = ((VIEW_FIELD_GROUP, VIEW_FIELD, "viewFieldGroupId"),)


def with_deleted(root: Root, entity_type: EntityType, entity_id: str, *, now: str) -> Root:
    """The root after an entity of it was marked as deleted."""
    if entity_type == root.entity_type:
        return root.with_entity(deletedAt=now)
    return _remove(root, entity_type, entity_id, lambda part: {**part, "deletedAt": part["deletedAt"] or now})


def without(root: Root, entity_type: EntityType, entity_id: str) -> Root | None:
    """The root without an entity of it, None when the root itself goes."""
    if entity_type == root.entity_type:
        return None
    return _remove(root, entity_type, entity_id, lambda _part: None)


def _remove(root: Root, entity_type: EntityType, entity_id: str, end: Callable[[Entity], Entity | None]) -> Root:
    for parent, child, member in _CHILDREN:
        if parent == entity_type:
            for part in root.parts[child.collection]:
                if part[member] == entity_id:
                    root = _remove(root, child, part["id"], end)
    for parent, child, member in _DETACHED:
        if parent == entity_type:
            root = root.map(child, lambda part, name=member: {**part, name: None} if part[name] == entity_id else part)  # type: ignore[misc]
    return root.map(entity_type, lambda part: end(part) if part["id"] == entity_id else part)
