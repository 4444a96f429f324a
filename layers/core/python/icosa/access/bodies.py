"""Bodies of API keys and roles (docs/wire/access.md#api-keys-over-rest, docs/wire/access.md#roles)."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, WithJsonSchema

from ..validation.body import UNNAMED, Body, RequestBody, ResponseBody
from ..validation.types import STRIPPED, Flag, Identifier, Moment, NonBlankText, Text
from .api_key_changes import NAME_LENGTH

#: Its length is checked with the key (``api_keys``), also for keys that administrators make.
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


class ApiKeyForResponse(ResponseBody):
    id: Identifier
    name: str
    expires_at: Moment
    revoked_at: Moment | None
    created_at: Moment
    updated_at: Moment
    workspace_id: Identifier


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


class CreateRole(_RoleFlags, RequestBody):
    """Rights and settings are off unless they are named, assignment targets on (docs/wire/access.md#making-roles)."""

    label: Annotated[NonBlankText, STRIPPED]
    description: Text | None = None
    icon: Text | None = None


class RoleForResponse(_RoleFlags, ResponseBody):
    id: Identifier
    label: str
    description: str | None
    icon: str | None
    is_editable: bool
