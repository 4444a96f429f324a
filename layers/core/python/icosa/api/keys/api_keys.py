"""``/rest/metadata/apiKeys``, and the old address ``/rest/apiKeys`` (docs/wire/access.md#api-keys-over-rest).

A key that does not exist is answered with null, not refused. Tokens stand in the answers that make them, and nowhere
else.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from ...access.access_errors import KeyNotFound
from ...access.bodies import (
    ApiKeyForResponse,
    AssignRole,
    CreateApiKey,
    GenerateToken,
    RegenerateApiKey,
    RegeneratedApiKey,
    TokenForResponse,
    UpdateApiKey,
)
from ...access.context import RequestContext
from ...runtime.fastapi_app import ApiRoute
from ...store import keys
from ...store.table import Item
from ..dependencies import EntityId, QueryParams, requires
from ..metadata.access_changes import key_changes
from ..metadata.pages import rest_page
from ..page_body import PageBody

Admin = Annotated[RequestContext, Depends(requires("API_KEYS_AND_WEBHOOKS"))]
#: Who may give a key a role.
RoleAdmin = Annotated[RequestContext, Depends(requires("API_KEYS_AND_WEBHOOKS", "ROLES"))]

router = APIRouter(route_class=ApiRoute)


@router.get("", operation_id="findManyApiKeys")
async def list_keys(admin: Admin, params: QueryParams) -> PageBody[ApiKeyForResponse]:
    items = admin.table.query_all(keys.api_keys(admin.workspace.id))
    page = rest_page([item for item in items if item.get("revokedAt") is None], params, keys.sort_of)
    return PageBody[ApiKeyForResponse].model_validate(page.envelope([_response(admin, key) for key in page.items]))


@router.post("", operation_id="createOneApiKey", status_code=201)
async def create_key(admin: RoleAdmin, body: CreateApiKey) -> ApiKeyForResponse:
    key = key_changes(admin).create(
        name=body.name, role_id=body.role_id, expires_at=body.expires_at, revoked_at=body.revoked_at
    )
    return _response(admin, key)


@router.get("/{id}", operation_id="findOneApiKey")
async def get_key(key_id: EntityId, admin: Admin) -> ApiKeyForResponse | None:
    key = admin.table.get(keys.api_key(admin.workspace.id, key_id))
    return None if key is None else _response(admin, key)


@router.put("/{id}", include_in_schema=False)
@router.patch("/{id}", operation_id="updateOneApiKey")
async def update_key(key_id: EntityId, admin: Admin, body: UpdateApiKey) -> ApiKeyForResponse | None:
    try:
        key = key_changes(admin).update(
            key_id,
            name=body.name,
            expires_at=body.expires_at,
            revoked_at=body.revoked_at if "revoked_at" in body.model_fields_set else ...,
        )
    except KeyNotFound:
        return None
    return _response(admin, key)


@router.delete("/{id}", operation_id="deleteOneApiKey")
async def revoke_key(key_id: EntityId, admin: Admin) -> ApiKeyForResponse | None:
    try:
        return _response(admin, key_changes(admin).revoke(key_id))
    except KeyNotFound:
        return None


@router.put("/{id}/role", operation_id="assignRoleToApiKey")
async def assign_role(key_id: EntityId, admin: RoleAdmin, body: AssignRole) -> ApiKeyForResponse:
    return _response(admin, key_changes(admin).assign_role(key_id, body.role_id))


@router.post("/{id}/token", operation_id="generateApiKeyToken", status_code=201)
async def generate_token(key_id: EntityId, admin: Admin, body: GenerateToken) -> TokenForResponse:
    return TokenForResponse(token=key_changes(admin).token(key_id, expires_at=body.expires_at))


@router.post("/{id}/regenerate", operation_id="regenerateApiKey", status_code=201)
async def regenerate_key(key_id: EntityId, admin: Admin, body: RegenerateApiKey) -> RegeneratedApiKey:
    made = key_changes(admin).regenerate(key_id, keep_id=body.keep_id, expires_at=body.expires_at)
    return RegeneratedApiKey.model_validate({"api_key": _response(admin, made.key), "token": made.token}, by_name=True)


def _response(admin: RequestContext, key: Item) -> ApiKeyForResponse:
    members: dict[str, Any] = {
        **{name: key.get(name) for name in ApiKeyForResponse.wire_names()},
        "id": keys.sort_of(key),
        "workspaceId": admin.workspace.id,
    }
    return ApiKeyForResponse.model_validate(members)
