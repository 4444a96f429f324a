"""The collections: views, page layouts and their parts (docs/wire/metadata.md#views). ``bodies`` has their members."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

Entity = Mapping[str, Any]
"""An entity by wire names: ``id``, the members of its type, ``createdAt``, ``updatedAt``, ``deletedAt``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityType:
    """A collection. ``parent`` is the member that names the entity to which one of it belongs, ``missing`` the
    message for an unknown id.

    ``filters`` are the query parameters of its list with the members that they compare, ``required_filter`` is what a
    list without the first of them is told. Entities that are ``ordered`` are listed by their ``position``.
    """

    collection: str
    label: str
    missing: str
    filters: Mapping[str, str]
    parent: str | None = None
    required_filter: str | None = None
    ordered: bool = False

    @property
    def code(self) -> str:
        """The stem of error codes."""
        return self.label.upper().replace(" ", "_")

    @property
    def singular(self) -> str:
        return self.collection.removesuffix("s")

    @property
    def is_root(self) -> bool:
        return self.parent is None


def _view(collection: str, label: str, *, parent: str | None = "viewId", ordered: bool = False) -> EntityType:
    """A view, or a part of one."""
    filter_name = parent or "objectMetadataId"
    return EntityType(
        collection=collection,
        label=label,
        missing=f"{label} (id: {{id}}) not found",
        parent=parent,
        filters={filter_name: filter_name},
        ordered=ordered,
    )


def _layout(collection: str, label: str, **more: Any) -> EntityType:
    """A page layout, or a part of one."""
    return EntityType(collection=collection, label=label, missing=f'{label} with ID "{{id}}" not found', **more)


VIEW: Final = _view("views", "View", parent=None)
VIEW_FIELD: Final = _view("viewFields", "View field", ordered=True)
VIEW_FILTER: Final = _view("viewFilters", "View filter")
VIEW_SORT: Final = _view("viewSorts", "View sort")
VIEW_GROUP: Final = _view("viewGroups", "View group", ordered=True)
VIEW_FILTER_GROUP: Final = _view("viewFilterGroups", "View filter group")
VIEW_FIELD_GROUP: Final = _view("viewFieldGroups", "View field group", ordered=True)

PAGE_LAYOUT: Final = _layout(
    "pageLayouts", "Page layout", filters={"objectMetadataId": "objectMetadataId", "pageLayoutType": "type"}
)
PAGE_LAYOUT_TAB: Final = _layout(
    "pageLayoutTabs",
    "Page layout tab",
    parent="pageLayoutId",
    filters={"pageLayoutId": "pageLayoutId"},
    required_filter="Page layout ID is required",
    ordered=True,
)
PAGE_LAYOUT_WIDGET: Final = _layout(
    "pageLayoutWidgets",
    "Page layout widget",
    parent="pageLayoutTabId",
    filters={"pageLayoutTabId": "pageLayoutTabId"},
    required_filter="Page layout tab ID is required",
)

#: The parts of each kind of root, in the order in which views and layouts show them.
PARTS: Final[Mapping[str, tuple[EntityType, ...]]] = {
    VIEW.collection: (VIEW_FIELD, VIEW_FILTER, VIEW_FILTER_GROUP, VIEW_SORT, VIEW_GROUP, VIEW_FIELD_GROUP),
    PAGE_LAYOUT.collection: (PAGE_LAYOUT_TAB, PAGE_LAYOUT_WIDGET),
}
ROOTS: Final = (VIEW, PAGE_LAYOUT)
ENTITY_TYPES: Final[Mapping[str, EntityType]] = {
    entity_type.collection: entity_type for root in ROOTS for entity_type in (root, *PARTS[root.collection])
}
#: The root to which a part belongs.
ROOT_OF: Final[Mapping[str, EntityType]] = {
    entity_type.collection: root for root in ROOTS for entity_type in (root, *PARTS[root.collection])
}
