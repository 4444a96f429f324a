"""``/rest/metadata/apiKeys`` (docs/wire/access.md#api-keys-over-rest): no response holds a token.

A key that does not exist is answered with null, not refused.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from ...access.api_keys import ApiKey, ApiKeys
from ...access.bodies import ApiKeyForResponse, CreateApiKey, UpdateApiKey
from ...access.context import RequestContext
from ...errors import NotFound
from ...runtime.fastapi_app import ApiRoute
from ..dependencies import EntityId, QueryParams, requires
from ..metadata.pages import rest_page
from ..page_body import PageBody


async def _api_keys(request: Request) -> ApiKeys:
    keys: ApiKeys = request.app.state.api_keys
    return keys


Admin = Annotated[RequestContext, Depends(requires("API_KEYS_AND_WEBHOOKS"))]
Keys = Annotated[ApiKeys, Depends(_api_keys)]

router = APIRouter(prefix="/rest/metadata/apiKeys", tags=["apiKeys"], route_class=ApiRoute)


@router.get("", operation_id="findManyApiKeys")
async def list_keys(admin: Admin, keys: Keys, params: QueryParams) -> PageBody[ApiKeyForResponse]:
    page = rest_page(keys.list(admin.workspace.id), params, lambda key: key.id)
    return PageBody[ApiKeyForResponse].model_validate(page.envelope([_response(admin, key) for key in page.items]))


@router.post("", operation_id="createOneApiKey", status_code=201)
async def create_key(admin: Admin, keys: Keys, body: CreateApiKey) -> ApiKeyForResponse:
    key = keys.create(
        admin.workspace.id,
        name=body.name,
        role_id=body.role_id,
        expires_at=body.expires_at,
        revoked_at=body.revoked_at,
    )
    return _response(admin, key)


@router.get("/{id}", operation_id="findOneApiKey")
async def get_key(key_id: EntityId, admin: Admin, keys: Keys) -> ApiKeyForResponse | None:
    key = keys.find(admin.workspace.id, key_id)
    return None if key is None else _response(admin, key)


@router.put("/{id}", operation_id="putOneApiKey", deprecated=True)
@router.patch("/{id}", operation_id="updateOneApiKey")
async def update_key(key_id: EntityId, admin: Admin, keys: Keys, body: UpdateApiKey) -> ApiKeyForResponse | None:
    try:
        key = keys.update(
            admin.workspace.id,
            key_id,
            name=body.name,
            expires_at=body.expires_at,
            revoked_at=body.revoked_at if "revoked_at" in body.model_fields_set else ...,
        )
    except NotFound:
        return None
    return _response(admin, key)


@router.delete("/{id}", operation_id="deleteOneApiKey")
async def revoke_key(key_id: EntityId, admin: Admin, keys: Keys) -> ApiKeyForResponse | None:
    try:
        return _response(admin, keys.revoke(admin.workspace.id, key_id))
    except NotFound:
        return None


def _response(admin: RequestContext, key: ApiKey) -> ApiKeyForResponse:
    return ApiKeyForResponse.model_validate({**asdict(key), "workspace_id": admin.workspace.id}, by_name=True)
