"""Bodies of row-level permissions (docs/wire/access.md#setting-row-level-predicates)."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field

from ..validation.body import RequestBody, ResponseBody
from ..validation.types import Identifier, Json, JsonObjects, Number, Text

#: Predicates, and groups, of a role for one object.
RULES: Final = 50

Operand = Literal[
    "IS", "IS_NOT_NULL", "IS_NOT", "LESS_THAN_OR_EQUAL", "GREATER_THAN_OR_EQUAL", "IS_BEFORE", "IS_AFTER", "CONTAINS",
    "DOES_NOT_CONTAIN", "IS_EMPTY", "IS_NOT_EMPTY", "IS_RELATIVE", "IS_IN_PAST", "IS_IN_FUTURE", "IS_TODAY",
    "VECTOR_SEARCH",
]  # fmt: skip
_ID: Final = "0b6f3f4e-6a0b-4bd0-a6c5-1f1f1f1f0001"


class RowLevelPermissionPredicateInput(RequestBody):
    """Without a group it must hold together with all others that have none."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"fieldMetadataId": _ID, "operand": "IS", "value": '["CUSTOMER"]'}}
    )

    id: Identifier | None = None
    field_metadata_id: Identifier
    operand: Operand
    value: Json = None
    sub_field_name: Text | None = None
    workspace_member_field_metadata_id: Annotated[
        Identifier | None, Field(description="In place of a value: the caller's own field. API keys have none")
    ] = None
    workspace_member_sub_field_name: Text | None = None
    row_level_permission_predicate_group_id: Identifier | None = None
    position_in_row_level_permission_predicate_group: Number | None = None


class RowLevelPermissionPredicateGroupInput(RequestBody):
    id: Identifier | None = None
    object_metadata_id: Identifier | None = None
    parent_row_level_permission_predicate_group_id: Identifier | None = None
    logical_operator: Literal["AND", "OR"]
    position_in_row_level_permission_predicate_group: Number | None = None


class UpsertRowLevelPermissions(RequestBody):
    """All predicates and groups of the role for the object: others end."""

    predicates: Annotated[list[RowLevelPermissionPredicateInput], Field(max_length=RULES)]
    predicate_groups: Annotated[list[RowLevelPermissionPredicateGroupInput], Field(max_length=RULES)]


class RowLevelPermissions(ResponseBody):
    predicates: JsonObjects
    predicate_groups: JsonObjects
