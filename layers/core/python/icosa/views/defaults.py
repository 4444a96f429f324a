"""The view that every object has: a table of its fields (docs/wire/metadata.md#what-a-new-object-has)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..model.model import Field, Object
from .entities import new_entity
from .entity_types import VIEW, VIEW_FIELD
from .rows import pack
from .tree import Root

_NAME = "All {objectLabelPlural}"
_ICON = "IconList"
#: Fields that every object has and that no table shows.
_HIDDEN = frozenset(("id", "deletedAt", "position", "searchVector"))


def default_view(obj: Object, *, now: str) -> Root:
    """The index view of an object: its label identifier first, then its other fields that are no relations."""
    view = new_entity(
        VIEW,
        {"name": _NAME, "objectMetadataId": obj.id, "icon": _ICON, "key": "INDEX"},
        now=now,
        isCustom=obj.is_custom,
    )
    fields = [field for field in obj.fields if is_column(field)]
    first = obj.label_identifier_field_id
    if (label := obj.by_id.get(first or "")) is not None and label not in fields:
        fields.append(label)
    columns = [
        new_entity(VIEW_FIELD, {"viewId": view["id"], "fieldMetadataId": field.id, "position": position}, now=now)
        for position, field in enumerate(sorted(fields, key=lambda field: field.id != first))
    ]
    return Root.new(VIEW, view).with_parts(VIEW_FIELD, columns)


def default_view_rows(workspace_id: str, objects: Iterable[Object], *, now: str) -> list[dict[str, Any]]:
    """The items of the default views of new objects."""
    return [pack(workspace_id, default_view(obj, now=now), revision=0) for obj in objects]


def is_column(field: Field) -> bool:
    """Whether tables and forms show a field by default."""
    return field.relation is None and field.name not in _HIDDEN
