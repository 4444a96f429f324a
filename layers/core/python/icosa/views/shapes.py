"""What the entities look like: the collections, their members, defaults and rules of form, as data (spec/metadata.md
§2.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from .values import Form, boolean, grid_position, identifier, json, json_object, number, one_of, some_text, text

Entity = Mapping[str, Any]
"""An entity by wire names: ``id``, the members of its shape, ``createdAt``, ``updatedAt``, ``deletedAt``."""

_MISSING_IN_VIEW = "{label} (id: {{id}}) not found"
_MISSING_IN_LAYOUT = '{label} with ID "{{id}}" not found'


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """``fixed`` members are set when the entity is created and ignored by updates. Null clears those that are
    ``nullable``; for others it is as if they were not named. ``required`` is the message when a create does not name
    the member, in place of the one that ``form`` has.
    """

    name: str
    form: Form
    default: Any = None
    nullable: bool = False
    fixed: bool = False
    is_required: bool = False
    required: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A collection. ``parent`` is the member that names the entity to which one belongs, ``code`` the stem of error
    codes.

    ``filters`` are the query parameters of its list with the members that they compare, ``required_filter`` is what a
    list without the first of them is told. ``missing`` is the message for an unknown id.
    """

    collection: str
    label: str
    code: str
    members: tuple[Member, ...]
    missing: str
    filters: Mapping[str, str]
    parent: str | None = None
    required_filter: str | None = None

    @property
    def is_root(self) -> bool:
        return self.parent is None


def _id(name: str, *, nullable: bool = True, fixed: bool = False) -> Member:
    return Member(name=name, form=identifier, nullable=nullable, fixed=fixed)


def _needed(name: str, form: Form, *, fixed: bool = False, required: str | None = None) -> Member:
    return Member(name=name, form=form, is_required=True, fixed=fixed, required=required)


def _default(name: str, form: Form, default: Any) -> Member:
    return Member(name=name, form=form, default=default)


def _maybe(name: str, form: Form) -> Member:
    return Member(name=name, form=form, nullable=True)


VIEW_TYPES: Final = (
    *(
        "TABLE",
        "KANBAN",
        "CALENDAR",
        "LIST",
        "FIELDS_WIDGET",
        "TABLE_WIDGET",
        "KANBAN_WIDGET",
        "LIST_WIDGET",
        "CALENDAR_WIDGET",
    ),
)
PAGE_LAYOUT_TYPES: Final = ("RECORD_INDEX", "RECORD_PAGE", "RECORD_FORM", "DASHBOARD", "STANDALONE_PAGE")
#: spec/access.md §3.4; views have the same.
OPERANDS: Final = (
    *(
        "IS",
        "IS_NOT_NULL",
        "IS_NOT",
        "LESS_THAN_OR_EQUAL",
        "GREATER_THAN_OR_EQUAL",
        "IS_BEFORE",
        "IS_AFTER",
        "CONTAINS",
    ),
    *(
        "DOES_NOT_CONTAIN",
        "IS_EMPTY",
        "IS_NOT_EMPTY",
        "IS_RELATIVE",
        "IS_IN_PAST",
        "IS_IN_FUTURE",
        "IS_TODAY",
        "VECTOR_SEARCH",
    ),
)
_AGGREGATES = one_of(
    *(
        "MIN",
        "MAX",
        "AVG",
        "SUM",
        "COUNT",
        "COUNT_UNIQUE_VALUES",
        "COUNT_EMPTY",
        "COUNT_NOT_EMPTY",
        "COUNT_TRUE",
        "COUNT_FALSE",
    ),
    *("PERCENTAGE_EMPTY", "PERCENTAGE_NOT_EMPTY"),
)
_WIDGETS = one_of(
    *(
        "VIEW",
        "IFRAME",
        "FIELD",
        "FIELDS",
        "GRAPH",
        "STANDALONE_RICH_TEXT",
        "TIMELINE",
        "TASKS",
        "NOTES",
        "FILES",
        "EMAILS",
        "CALENDAR",
    ),
    *(
        "FIELD_RICH_TEXT",
        "WORKFLOW",
        "WORKFLOW_VERSION",
        "WORKFLOW_RUN",
        "FRONT_COMPONENT",
        "RECORD_TABLE",
        "EMAIL_THREAD",
    ),
)

VIEW: Final = Shape(
    collection="views",
    label="View",
    code="VIEW",
    missing=_MISSING_IN_VIEW.format(label="View"),
    filters={"objectMetadataId": "objectMetadataId"},
    members=(
        _needed("name", some_text),
        _needed("objectMetadataId", identifier, fixed=True),
        _needed("icon", some_text),
        _default("type", one_of(*VIEW_TYPES), "TABLE"),
        Member(name="key", form=one_of("INDEX"), nullable=True, fixed=True),
        _default("position", number, 0),
        _default("isCompact", boolean, False),
        _default("shouldHideEmptyGroups", boolean, False),
        _default("openRecordIn", one_of("SIDE_PANEL", "RECORD_PAGE"), "SIDE_PANEL"),
        _maybe("kanbanAggregateOperation", _AGGREGATES),
        _id("kanbanAggregateOperationFieldMetadataId"),
        _maybe("kanbanColumnWidth", number),
        _id("mainGroupByFieldMetadataId"),
        _maybe("groupLoadLimit", number),
        _id("calendarFieldMetadataId"),
        _id("calendarEndFieldMetadataId"),
        _maybe("calendarLayout", one_of("DAY", "WEEK", "MONTH")),
        _maybe("anyFieldFilterValue", text),
        _default("visibility", one_of("WORKSPACE", "UNLISTED"), "WORKSPACE"),
    ),
)


def _part_of_view(collection: str, label: str, *members: Member) -> Shape:
    return Shape(
        collection=collection,
        label=label,
        code=label.upper().replace(" ", "_"),
        missing=_MISSING_IN_VIEW.format(label=label),
        parent="viewId",
        filters={"viewId": "viewId"},
        members=(_needed("viewId", identifier, fixed=True), *members),
    )


VIEW_FIELD: Final = _part_of_view(
    "viewFields",
    "View field",
    _needed("fieldMetadataId", identifier, fixed=True),
    _default("isVisible", boolean, True),
    _default("size", number, 150),
    _default("position", number, 0),
    _maybe("aggregateOperation", _AGGREGATES),
    _id("viewFieldGroupId"),
)
VIEW_FILTER: Final = _part_of_view(
    "viewFilters",
    "View filter",
    _needed("fieldMetadataId", identifier),
    _default("operand", one_of(*OPERANDS), "CONTAINS"),
    _default("value", json, ""),
    _id("viewFilterGroupId"),
    _maybe("positionInViewFilterGroup", number),
    _maybe("subFieldName", text),
)
VIEW_SORT: Final = _part_of_view(
    "viewSorts",
    "View sort",
    _needed("fieldMetadataId", identifier, fixed=True),
    _default("direction", one_of("ASC", "DESC"), "ASC"),
)
VIEW_GROUP: Final = _part_of_view(
    "viewGroups",
    "View group",
    _needed("fieldValue", text),
    _default("isVisible", boolean, True),
    _default("position", number, 0),
)
VIEW_FILTER_GROUP: Final = _part_of_view(
    "viewFilterGroups",
    "View filter group",
    _default("logicalOperator", one_of("AND", "OR", "NOT"), "AND"),
    _id("parentViewFilterGroupId"),
    _maybe("positionInViewFilterGroup", number),
)
VIEW_FIELD_GROUP: Final = _part_of_view(
    "viewFieldGroups",
    "View field group",
    _needed("name", some_text),
    _default("isVisible", boolean, True),
    _default("position", number, 0),
)

PAGE_LAYOUT: Final = Shape(
    collection="pageLayouts",
    label="Page layout",
    code="PAGE_LAYOUT",
    missing=_MISSING_IN_LAYOUT.format(label="Page layout"),
    filters={"objectMetadataId": "objectMetadataId", "pageLayoutType": "type"},
    members=(
        _needed("name", some_text, required="Page layout name is required"),
        _default("type", one_of(*PAGE_LAYOUT_TYPES), "RECORD_PAGE"),
        _id("objectMetadataId"),
    ),
)
PAGE_LAYOUT_TAB: Final = Shape(
    collection="pageLayoutTabs",
    label="Page layout tab",
    code="PAGE_LAYOUT_TAB",
    missing=_MISSING_IN_LAYOUT.format(label="Page layout tab"),
    parent="pageLayoutId",
    filters={"pageLayoutId": "pageLayoutId"},
    required_filter="Page layout ID is required",
    members=(
        _needed("title", some_text, required="Page layout tab title is required"),
        _needed("pageLayoutId", identifier, fixed=True, required="Page layout ID is required"),
        _default("position", number, 0),
        _maybe("icon", text),
        _default("layoutMode", one_of("GRID", "VERTICAL_LIST", "CANVAS"), "GRID"),
    ),
)
PAGE_LAYOUT_WIDGET: Final = Shape(
    collection="pageLayoutWidgets",
    label="Page layout widget",
    code="PAGE_LAYOUT_WIDGET",
    missing=_MISSING_IN_LAYOUT.format(label="Page layout widget"),
    parent="pageLayoutTabId",
    filters={"pageLayoutTabId": "pageLayoutTabId"},
    required_filter="Page layout tab ID is required",
    members=(
        _needed("title", some_text, required="Page layout widget title is required"),
        _needed("pageLayoutTabId", identifier, fixed=True, required="Page layout tab ID is required"),
        _default("type", _WIDGETS, "VIEW"),
        _id("objectMetadataId"),
        _needed("gridPosition", grid_position, required="Grid position is required"),
        _maybe("position", json_object),
        _default("configuration", json_object, {}),
        _maybe("conditionalDisplay", json),
    ),
)

#: The parts of each kind of root, in the order in which they hang together.
PARTS: Final[Mapping[str, tuple[Shape, ...]]] = {
    VIEW.collection: (VIEW_FIELD, VIEW_FILTER, VIEW_FILTER_GROUP, VIEW_SORT, VIEW_GROUP, VIEW_FIELD_GROUP),
    PAGE_LAYOUT.collection: (PAGE_LAYOUT_TAB, PAGE_LAYOUT_WIDGET),
}
ROOTS: Final = (VIEW, PAGE_LAYOUT)
SHAPES: Final[Mapping[str, Shape]] = {
    shape.collection: shape for root in ROOTS for shape in (root, *PARTS[root.collection])
}
#: The root to which a part belongs.
ROOT_OF: Final[Mapping[str, Shape]] = {
    shape.collection: root for root in ROOTS for shape in (root, *PARTS[root.collection])
}
