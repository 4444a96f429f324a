"""Bodies of views, page layouts and their parts (docs/wire/metadata.md#members-of-views)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field

from ..identifiers import capitalised
from ..validation.body import FIXED, UNNAMED, RequestBody, ResponseBody, response_of, update_of
from ..validation.types import Flag, Identifier, Json, JsonObject, Moment, NonBlankText, Number, Text
from .entity_types import (
    PAGE_LAYOUT,
    PAGE_LAYOUT_TAB,
    PAGE_LAYOUT_WIDGET,
    VIEW,
    VIEW_FIELD,
    VIEW_FIELD_GROUP,
    VIEW_FILTER,
    VIEW_FILTER_GROUP,
    VIEW_GROUP,
    VIEW_SORT,
    EntityType,
)

_ID: Final = "0b6f3f4e-6a0b-4bd0-a6c5-1f1f1f1f0001"

ViewType = Literal[
    "TABLE", "KANBAN", "CALENDAR", "LIST", "FIELDS_WIDGET", "TABLE_WIDGET", "KANBAN_WIDGET", "LIST_WIDGET",
    "CALENDAR_WIDGET",
]  # fmt: skip
Aggregate = Literal[
    "MIN", "MAX", "AVG", "SUM", "COUNT", "COUNT_UNIQUE_VALUES", "COUNT_EMPTY", "COUNT_NOT_EMPTY", "COUNT_TRUE",
    "COUNT_FALSE", "PERCENTAGE_EMPTY", "PERCENTAGE_NOT_EMPTY",
]  # fmt: skip
#: docs/wire/access.md#filter-operands; views have the same.
Operand = Literal[
    "IS", "IS_NOT_NULL", "IS_NOT", "LESS_THAN_OR_EQUAL", "GREATER_THAN_OR_EQUAL", "IS_BEFORE", "IS_AFTER", "CONTAINS",
    "DOES_NOT_CONTAIN", "IS_EMPTY", "IS_NOT_EMPTY", "IS_RELATIVE", "IS_IN_PAST", "IS_IN_FUTURE", "IS_TODAY",
    "VECTOR_SEARCH",
]  # fmt: skip
PageLayoutType = Literal["RECORD_INDEX", "RECORD_PAGE", "RECORD_FORM", "DASHBOARD", "STANDALONE_PAGE"]
WidgetType = Literal[
    "VIEW", "IFRAME", "FIELD", "FIELDS", "GRAPH", "STANDALONE_RICH_TEXT", "TIMELINE", "TASKS", "NOTES", "FILES",
    "EMAILS", "CALENDAR", "FIELD_RICH_TEXT", "WORKFLOW", "WORKFLOW_VERSION", "WORKFLOW_RUN", "FRONT_COMPONENT",
    "RECORD_TABLE", "EMAIL_THREAD",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Required:
    """What a create without the member is told, in place of what its type says."""

    message: str


_FixedId = Annotated[Identifier, FIXED]


def _example(**members: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"example": members})


class _Create(RequestBody):
    id: _FixedId = UNNAMED


# ------------------------------------------------------------------ views


class CreateView(_Create):
    model_config = _example(name="Mine", icon="IconList", objectMetadataId=_ID)

    name: NonBlankText
    object_metadata_id: _FixedId
    icon: NonBlankText
    type: ViewType = "TABLE"
    key: Annotated[Literal["INDEX"] | None, FIXED] = None
    position: Number = 0
    is_compact: Flag = False
    should_hide_empty_groups: Flag = False
    open_record_in: Literal["SIDE_PANEL", "RECORD_PAGE"] = "SIDE_PANEL"
    kanban_aggregate_operation: Aggregate | None = None
    kanban_aggregate_operation_field_metadata_id: Identifier | None = None
    kanban_column_width: Number | None = None
    main_group_by_field_metadata_id: Identifier | None = None
    group_load_limit: Number | None = None
    calendar_field_metadata_id: Identifier | None = None
    calendar_end_field_metadata_id: Identifier | None = None
    calendar_layout: Literal["DAY", "WEEK", "MONTH"] | None = None
    any_field_filter_value: Text | None = None
    visibility: Literal["WORKSPACE", "UNLISTED"] = "WORKSPACE"


class _CreatePart(_Create):
    view_id: _FixedId


class CreateViewField(_CreatePart):
    model_config = _example(viewId=_ID, fieldMetadataId=_ID, position=1)

    field_metadata_id: _FixedId
    is_visible: Flag = True
    size: Number = 150
    position: Number = 0
    aggregate_operation: Aggregate | None = None
    view_field_group_id: Identifier | None = None


class CreateViewFilter(_CreatePart):
    model_config = _example(viewId=_ID, fieldMetadataId=_ID, operand="CONTAINS", value="rocket")

    field_metadata_id: Identifier
    operand: Operand = "CONTAINS"
    value: Json = ""
    view_filter_group_id: Identifier | None = None
    position_in_view_filter_group: Number | None = None
    sub_field_name: Text | None = None


class CreateViewSort(_CreatePart):
    model_config = _example(viewId=_ID, fieldMetadataId=_ID, direction="DESC")

    field_metadata_id: _FixedId
    direction: Literal["ASC", "DESC"] = "ASC"


class CreateViewGroup(_CreatePart):
    model_config = _example(viewId=_ID, fieldValue="NEW", position=1)

    field_value: Text
    is_visible: Flag = True
    position: Number = 0


class CreateViewFilterGroup(_CreatePart):
    model_config = _example(viewId=_ID, logicalOperator="OR")

    logical_operator: Literal["AND", "OR", "NOT"] = "AND"
    parent_view_filter_group_id: Identifier | None = None
    position_in_view_filter_group: Number | None = None


class CreateViewFieldGroup(_CreatePart):
    name: NonBlankText
    is_visible: Flag = True
    position: Number = 0


# ------------------------------------------------------------------ page layouts


class CreatePageLayout(_Create):
    model_config = _example(name="Overview", type="DASHBOARD")

    name: Annotated[NonBlankText, Required("Page layout name is required")]
    type: PageLayoutType = "RECORD_PAGE"
    object_metadata_id: Identifier | None = None


class CreatePageLayoutTab(_Create):
    model_config = _example(title="First", pageLayoutId=_ID)

    title: Annotated[NonBlankText, Required("Page layout tab title is required")]
    page_layout_id: Annotated[_FixedId, Required("Page layout ID is required")]
    position: Number = 0
    icon: Text | None = None
    layout_mode: Literal["GRID", "VERTICAL_LIST", "CANVAS"] = "GRID"


def _least(number: int) -> Any:
    """``Number`` makes its own schema, which has to be told."""
    return Field(ge=number, json_schema_extra={"minimum": number})


class GridPosition(RequestBody):
    """Places count from 0, spans from 1."""

    row: Annotated[Number, _least(0)]
    column: Annotated[Number, _least(0)]
    row_span: Annotated[Number, _least(1)]
    column_span: Annotated[Number, _least(1)]


class CreatePageLayoutWidget(_Create):
    model_config = _example(
        title="Site",
        type="IFRAME",
        pageLayoutTabId=_ID,
        gridPosition={"row": 0, "column": 0, "rowSpan": 2, "columnSpan": 2},
        configuration={"configurationType": "IFRAME", "url": "https://example.com"},
    )

    title: Annotated[NonBlankText, Required("Page layout widget title is required")]
    page_layout_tab_id: Annotated[_FixedId, Required("Page layout tab ID is required")]
    type: WidgetType = "VIEW"
    object_metadata_id: Identifier | None = None
    grid_position: Annotated[GridPosition, Required("Grid position is required")]
    position: JsonObject | None = None
    configuration: JsonObject = Field(default={})
    conditional_display: Json | None = None


# ------------------------------------------------------------------ all of a collection


class _Response(ResponseBody):
    workspace_id: Identifier
    created_at: Moment
    updated_at: Moment
    deleted_at: Moment | None


class _PresentedResponse(_Response):
    """Of entities that are always active, and never overridden."""

    is_active: bool
    is_overridden: bool


class _ViewResponse(_Response):
    is_custom: bool
    is_active: bool
    created_by_user_workspace_id: Identifier | None


@dataclass(frozen=True, slots=True)
class Bodies:
    """What creates, updates and answers of a collection hold."""

    create: type[RequestBody]
    update: type[RequestBody]
    response: type[ResponseBody]


def _bodies(
    entity_type: EntityType,
    create: type[RequestBody],
    update_example: Mapping[str, Any],
    base: type[ResponseBody] = _Response,
    **lists: type[ResponseBody],
) -> Bodies:
    """``lists`` are members of answers: entities of other collections, by attribute."""
    name = capitalised(entity_type.singular)
    members = {attribute: list[entity] for attribute, entity in lists.items()}  # type: ignore[valid-type]
    return Bodies(
        create,
        update_of(create, f"{name}ForUpdate", json_schema_extra={"example": update_example}),
        response_of(create, f"{name}ForResponse", base, **members),
    )


_FIELDS = _bodies(VIEW_FIELD, CreateViewField, {"isVisible": False}, _PresentedResponse)
_FILTERS = _bodies(VIEW_FILTER, CreateViewFilter, {"operand": "DOES_NOT_CONTAIN"})
_SORTS = _bodies(VIEW_SORT, CreateViewSort, {"direction": "ASC"})
_GROUPS = _bodies(VIEW_GROUP, CreateViewGroup, {"isVisible": False})
_FILTER_GROUPS = _bodies(VIEW_FILTER_GROUP, CreateViewFilterGroup, {"logicalOperator": "AND"})
_FIELD_GROUPS = _bodies(
    VIEW_FIELD_GROUP, CreateViewFieldGroup, {"isVisible": False}, _PresentedResponse, view_fields=_FIELDS.response
)
_WIDGETS = _bodies(PAGE_LAYOUT_WIDGET, CreatePageLayoutWidget, {"title": "Our site"}, _PresentedResponse)
_TABS = _bodies(PAGE_LAYOUT_TAB, CreatePageLayoutTab, {"position": 2}, _PresentedResponse, widgets=_WIDGETS.response)

#: By collection.
BODIES: Final[Mapping[str, Bodies]] = {
    VIEW.collection: _bodies(
        VIEW,
        CreateView,
        {"name": "Ours"},
        _ViewResponse,
        view_fields=_FIELDS.response,
        view_filters=_FILTERS.response,
        view_filter_groups=_FILTER_GROUPS.response,
        view_sorts=_SORTS.response,
        view_groups=_GROUPS.response,
        view_field_groups=_FIELD_GROUPS.response,
    ),
    VIEW_FIELD.collection: _FIELDS,
    VIEW_FILTER.collection: _FILTERS,
    VIEW_FILTER_GROUP.collection: _FILTER_GROUPS,
    VIEW_SORT.collection: _SORTS,
    VIEW_GROUP.collection: _GROUPS,
    VIEW_FIELD_GROUP.collection: _FIELD_GROUPS,
    PAGE_LAYOUT.collection: _bodies(PAGE_LAYOUT, CreatePageLayout, {"name": "Summary"}, tabs=_TABS.response),
    PAGE_LAYOUT_TAB.collection: _TABS,
    PAGE_LAYOUT_WIDGET.collection: _WIDGETS,
}
