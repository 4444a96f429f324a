"""Bodies of API keys and roles (docs/wire/access.md#api-keys-over-rest, docs/wire/access.md#roles)."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, ConfigDict, Field, WithJsonSchema

from ..validation.body import FIXED, UNNAMED, Body, RequestBody, ResponseBody, update_of
from ..validation.types import STRIPPED, Flag, Identifier, JsonObject, JsonObjects, Moment, NonBlankText, Text, error
from .api_key_changes import NAME_LENGTH

#: Characters of a role's label and icon, and of its description.
LABEL_LENGTH: Final = 255
DESCRIPTION_LENGTH: Final = 2000
#: Permissions that one request may set.
PERMISSIONS: Final = 2000

#: Its length is checked with the key (``api_key_changes``), also for keys that administrators make.
_KeyName = Annotated[Text, WithJsonSchema({"type": "string", "minLength": 1, "maxLength": NAME_LENGTH})]
_Expiry = Annotated[Moment, Field(description="A date alone is taken as its first moment in UTC")]
_Revocation = Annotated[
    Moment | None, Field(description="Any moment, also one to come, ends the key at once; null undoes that")
]


class CreateApiKey(RequestBody):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "name": "Sync",
                "expiresAt": "2199-12-31T00:00:00.000Z",
                "roleId": "0b6f3f4e-6a0b-4bd0-a6c5-1f1f1f1f0001",
            }
        }
    )

    name: _KeyName
    expires_at: _Expiry
    role_id: Annotated[Identifier, Field(description="A role that API keys may have")]
    revoked_at: _Revocation = None


class UpdateApiKey(RequestBody):
    model_config = ConfigDict(json_schema_extra={"example": {"name": "Nightly sync"}})

    name: _KeyName = UNNAMED
    expires_at: _Expiry = UNNAMED
    revoked_at: _Revocation = None


class AssignRole(RequestBody):
    role_id: Annotated[Identifier, Field(description="A role that API keys may have")]


class GenerateToken(RequestBody):
    model_config = ConfigDict(json_schema_extra={"example": {"expiresAt": "2199-12-31T00:00:00.000Z"}})

    expires_at: _Expiry


class RegenerateApiKey(RequestBody):
    keep_id: Annotated[
        Flag,
        Field(description="True: the same key, whose other tokens end. Else a new key, and the old one is revoked"),
    ] = False
    expires_at: _Expiry = UNNAMED


class ApiKeyForResponse(ResponseBody):
    id: Identifier
    name: str
    expires_at: Moment
    revoked_at: Moment | None
    last_used_at: Annotated[Moment | None, Field(description="The time of its last request, by the hour")]
    created_at: Moment
    updated_at: Moment
    workspace_id: Identifier


class TokenForResponse(ResponseBody):
    token: Annotated[str, Field(description="Shown here and never again")]


class RegeneratedApiKey(ResponseBody):
    api_key: ApiKeyForResponse
    token: Annotated[str, Field(description="Shown here and never again")]


class _RoleFlags(Body):
    """Whom a role can be assigned to, and what it may do."""

    can_be_assigned_to_users: Flag = True
    can_be_assigned_to_agents: Flag = True
    can_be_assigned_to_api_keys: Flag = True
    can_update_all_settings: Flag = False
    can_access_all_tools: Flag = False
    can_read_all_object_records: Flag = False
    can_update_all_object_records: Flag = False
    can_soft_delete_all_object_records: Flag = False
    can_destroy_all_object_records: Flag = False


def _short_enough(label: str) -> str:
    if len(label) > LABEL_LENGTH:
        raise error("string_too_long", max_length=LABEL_LENGTH)
    return label


class CreateRole(_RoleFlags, RequestBody):
    """Rights and settings are off unless they are named, assignment targets on (docs/wire/access.md#changing-roles)."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"label": "Sync", "canReadAllObjectRecords": True, "canBeAssignedToUsers": False}}
    )

    id: Annotated[Identifier, FIXED] = UNNAMED
    label: Annotated[
        NonBlankText, STRIPPED, AfterValidator(_short_enough), Field(json_schema_extra={"maxLength": LABEL_LENGTH})
    ]
    description: Annotated[Text, Field(max_length=DESCRIPTION_LENGTH)] | None = None
    icon: Annotated[Text, Field(max_length=LABEL_LENGTH)] | None = None


UpdateRole = update_of(CreateRole, "UpdateRole", json_schema_extra={"example": {"canUpdateAllObjectRecords": True}})


class ObjectPermissionInput(RequestBody):
    """Rights that are left out keep their values; null takes the role's right on all objects."""

    object_metadata_id: Identifier
    can_read_object_records: Flag | None = None
    can_update_object_records: Flag | None = None
    can_soft_delete_object_records: Flag | None = None
    can_destroy_object_records: Flag | None = None


class UpsertObjectPermissions(RequestBody):
    """All objects with rights of their own; those of others end."""

    object_permissions: Annotated[list[ObjectPermissionInput], Field(max_length=PERMISSIONS)]


class FieldPermissionInput(RequestBody):
    """False restricts, null takes the restriction back."""

    object_metadata_id: Identifier
    field_metadata_id: Identifier
    can_read_field_value: Flag | None = None
    can_update_field_value: Flag | None = None


class UpsertFieldPermissions(RequestBody):
    """Fields that are not named keep their restrictions."""

    field_permissions: Annotated[list[FieldPermissionInput], Field(max_length=PERMISSIONS)]


class UpsertPermissionFlags(RequestBody):
    """All flags that the role is to hold by name."""

    permission_flag_keys: Annotated[list[Text], Field(max_length=PERMISSIONS)]


class RolePermissionFlag(ResponseBody):
    id: Identifier
    role_id: Identifier
    flag: str


class ObjectPermissionForResponse(ResponseBody):
    object_metadata_id: Identifier
    can_read_object_records: bool | None
    can_update_object_records: bool | None
    can_soft_delete_object_records: bool | None
    can_destroy_object_records: bool | None
    restricted_fields: Annotated[JsonObject, Field(description="By field id: `canRead`, `canUpdate`")]
    row_level_permission_predicates: JsonObjects
    row_level_permission_predicate_groups: JsonObjects


class FieldPermissionForResponse(ResponseBody):
    id: Identifier
    object_metadata_id: Identifier
    field_metadata_id: Identifier
    role_id: Identifier
    can_read_field_value: bool | None
    can_update_field_value: bool | None


class ApiKeyForRole(ResponseBody):
    id: Identifier
    name: str
    expires_at: Moment
    revoked_at: Moment | None


class RoleForResponse(_RoleFlags, ResponseBody):
    id: Identifier
    universal_identifier: Identifier
    label: str
    description: str | None
    icon: str | None
    is_editable: bool
    permission_flags: list[RolePermissionFlag]
    object_permissions: list[ObjectPermissionForResponse]
    field_permissions: list[FieldPermissionForResponse]
    row_level_permission_predicates: JsonObjects
    row_level_permission_predicate_groups: JsonObjects
    api_keys: list[ApiKeyForRole]
    workspace_members: Annotated[JsonObjects, Field(description="Empty: members have no roles here")]
    agents: JsonObjects


class PermissionFlagForResponse(ResponseBody):
    id: Identifier
    universal_identifier: Identifier
    key: str
    label: str
    description: str | None
    icon: str | None
    permission_type: Literal["SETTING", "TOOL"]
    application_id: Identifier
    created_at: Moment
    updated_at: Moment


class Me(ResponseBody):
    """Who asks."""

    workspace: JsonObject
    principal: JsonObject
    role: JsonObject
    permission_flags: list[str]
    object_permissions: JsonObjects
    limits: JsonObject


class Plan(ResponseBody):
    """How much the workspace may have, and has."""

    name: str
    limits: JsonObject
    usage: JsonObject


class AuditLogEntry(ResponseBody):
    id: Identifier
    created_at: Moment
    action: str
    actor: JsonObject
    target: JsonObject
    before: JsonObject | None
    after: JsonObject | None
