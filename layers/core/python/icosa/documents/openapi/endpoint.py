"""Addresses of the Metadata REST API beside those of its collections. A new one is a new entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from pydantic import BaseModel

from ...access.bodies import (
    ApiKeyForResponse,
    AssignRole,
    AuditLogEntry,
    FieldPermissionForResponse,
    GenerateToken,
    Me,
    ObjectPermissionForResponse,
    PermissionFlagForResponse,
    RegenerateApiKey,
    RegeneratedApiKey,
    RolePermissionFlag,
    TokenForResponse,
    UpsertFieldPermissions,
    UpsertObjectPermissions,
    UpsertPermissionFlags,
)
from ...access.row_rule_bodies import RowLevelPermissions, UpsertRowLevelPermissions
from .errors import Part
from .parameters import AUDIT_LIMIT, OBJECT_ID
from .records import reference

ACCESS: Final = "access"
PAGE_INFO: Final = "Page_Info"


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One method of an address. ``body`` and ``answer`` are the models of what is sent and answered; ``is_list``: the
    answer is a list of it, ``is_page``: a page.
    """

    path: str
    method: Literal["get", "post", "put", "patch"]
    tag: str
    operation_id: str
    summary: str
    answer: type[BaseModel]
    body: type[BaseModel] | None = None
    is_list: bool = False
    is_page: bool = False

    @property
    def models(self) -> Mapping[str, type[BaseModel]]:
        """The models by the names of their schemas."""
        return {model.__name__: model for model in (self.body, self.answer) if model is not None}

    @property
    def schema(self) -> Part:
        """Of the answer."""
        entity = reference(self.answer.__name__)
        if self.is_page:
            return {
                "type": "object",
                "properties": {"data": {"type": "array", "items": entity}, "pageInfo": reference(PAGE_INFO)},
                "required": ["data", "pageInfo"],
            }
        return {"type": "array", "items": entity} if self.is_list else entity

    @property
    def own_parameters(self) -> tuple[Part, ...]:
        return (*((AUDIT_LIMIT,) if self.is_page else ()), *((OBJECT_ID,) if "{objectId}" in self.path else ()))


ENDPOINTS: Final = (
    Endpoint(
        path="/me", method="get", tag=ACCESS, operation_id="whoAmI", summary="Who asks, and what they may do", answer=Me
    ),
    Endpoint(
        path="/auditLog",
        method="get",
        tag=ACCESS,
        operation_id="findManyAuditLogEntries",
        summary="Changes of API keys, roles and permissions, the newest first",
        answer=AuditLogEntry,
        is_page=True,
    ),
    Endpoint(
        path="/permissionFlags",
        method="get",
        tag="roles",
        operation_id="findManyPermissionFlags",
        summary="Every permission flag",
        answer=PermissionFlagForResponse,
        is_list=True,
    ),
    Endpoint(
        path="/apiKeys/{id}/role",
        method="put",
        tag="apiKeys",
        operation_id="assignRoleToApiKey",
        summary="Give a key another role",
        body=AssignRole,
        answer=ApiKeyForResponse,
    ),
    Endpoint(
        path="/apiKeys/{id}/token",
        method="post",
        tag="apiKeys",
        operation_id="generateApiKeyToken",
        summary="Another token of a key",
        body=GenerateToken,
        answer=TokenForResponse,
    ),
    Endpoint(
        path="/apiKeys/{id}/regenerate",
        method="post",
        tag="apiKeys",
        operation_id="regenerateApiKey",
        summary="A token in place of all that a key has",
        body=RegenerateApiKey,
        answer=RegeneratedApiKey,
    ),
    Endpoint(
        path="/roles/{id}/permissionFlags",
        method="put",
        tag="roles",
        operation_id="upsertPermissionFlags",
        summary="The flags that a role holds by name",
        body=UpsertPermissionFlags,
        answer=RolePermissionFlag,
        is_list=True,
    ),
    Endpoint(
        path="/roles/{id}/objectPermissions",
        method="put",
        tag="roles",
        operation_id="upsertObjectPermissions",
        summary="All objects with rights of their own",
        body=UpsertObjectPermissions,
        answer=ObjectPermissionForResponse,
        is_list=True,
    ),
    Endpoint(
        path="/roles/{id}/fieldPermissions",
        method="patch",
        tag="roles",
        operation_id="upsertFieldPermissions",
        summary="Restrict fields, or take restrictions back",
        body=UpsertFieldPermissions,
        answer=FieldPermissionForResponse,
        is_list=True,
    ),
    Endpoint(
        path="/roles/{id}/objects/{objectId}/rowLevelPermissions",
        method="put",
        tag="roles",
        operation_id="upsertRowLevelPermissionPredicates",
        summary="All predicates that records of an object must fulfil for the role",
        body=UpsertRowLevelPermissions,
        answer=RowLevelPermissions,
    ),
)
