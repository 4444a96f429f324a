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
    Plan,
    RegenerateApiKey,
    RegeneratedApiKey,
    RolePermissionFlag,
    TokenForResponse,
    UpsertFieldPermissions,
    UpsertObjectPermissions,
    UpsertPermissionFlags,
)
from ...access.row_rule_bodies import RowLevelPermissions, UpsertRowLevelPermissions
from ...lifecycle.demo_bodies import DemoRecords, RemovedDemoRecords
from ...metadata.index_advice_body import IndexAdvice
from ...metadata.job_body import Job
from ...webhooks.bodies import WebhookForResponse
from ...webhooks.delivery_bodies import (
    ReplayDeliveries,
    ReplayedDeliveries,
    TestWebhook,
    WebhookDelivery,
    WebhookDeliverySummary,
    WebhookTestResult,
)
from .parameters import (
    ADVICE_OBJECT,
    AUDIT_LIMIT,
    DELIVERY_ID,
    DELIVERY_LIMIT,
    DELIVERY_STATE,
    INDEX_FIELD,
    INDEX_MEMBER,
    OBJECT_ID,
    WITH_CHANGED,
)
from .schemas import PAGE_INFO, Part, all_of, list_of, reference

ACCESS: Final = "access"
Method = Literal["get", "post", "put", "patch", "delete"]


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One method of an address. ``body`` and ``answer`` are the models of what is sent and answered; ``is_list``: the
    answer is a list of it, ``is_page``: a page, whose parameters are ``filters``. ``status`` is that of success.
    """

    path: str
    method: Method
    tag: str
    operation_id: str
    summary: str
    answer: type[BaseModel]
    body: type[BaseModel] | None = None
    is_list: bool = False
    is_page: bool = False
    filters: tuple[Part, ...] = ()
    status: str | None = None
    #: A filter names an entity, which may not be there.
    names_entity: bool = False

    @property
    def models(self) -> Mapping[str, type[BaseModel]]:
        """The models by the names of their schemas."""
        return {model.__name__: model for model in (self.body, self.answer) if model is not None}

    @property
    def schema(self) -> Part:
        """Of the answer."""
        entity = reference(self.answer.__name__)
        if self.is_page:
            return all_of(data=list_of(entity), pageInfo=reference(PAGE_INFO))
        return list_of(entity) if self.is_list else entity

    @property
    def own_parameters(self) -> tuple[Part, ...]:
        named = (part for name, part in _IN_PATH.items() if name in self.path)
        return (*self.filters, *named)

    @property
    def success_status(self) -> str:
        return self.status or ("201" if self.method == "post" else "200")


_IN_PATH: Final = {"{objectId}": OBJECT_ID, "{deliveryId}": DELIVERY_ID}


def _of_key(
    below: str,
    method: Method,
    operation_id: str,
    summary: str,
    *,
    body: type[BaseModel],
    answer: type[BaseModel],
) -> Endpoint:
    """What is done with an API key as a whole."""
    return Endpoint(
        path=f"/apiKeys/{{id}}/{below}",
        method=method,
        tag="apiKeys",
        operation_id=operation_id,
        summary=summary,
        body=body,
        answer=answer,
    )


def _of_role(
    below: str,
    operation_id: str,
    summary: str,
    *,
    body: type[BaseModel],
    answer: type[BaseModel],
    method: Method = "put",
    is_list: bool = True,
) -> Endpoint:
    """Rights of a role, which are set all at once with PUT."""
    return Endpoint(
        path=f"/roles/{{id}}/{below}",
        method=method,
        tag="roles",
        operation_id=operation_id,
        summary=summary,
        body=body,
        answer=answer,
        is_list=is_list,
    )


def _of_webhook(
    below: str,
    method: Method,
    operation_id: str,
    summary: str,
    *,
    answer: type[BaseModel],
    body: type[BaseModel] | None = None,
    is_page: bool = False,
    status: str | None = None,
) -> Endpoint:
    """What is done with a webhook and its deliveries."""
    return Endpoint(
        path=f"/webhooks/{{id}}/{below}",
        method=method,
        tag="webhooks",
        operation_id=operation_id,
        summary=summary,
        body=body,
        answer=answer,
        is_page=is_page,
        filters=(DELIVERY_LIMIT, DELIVERY_STATE) if is_page else (),
        status=status,
    )


ENDPOINTS: Final = (
    Endpoint(
        path="/me", method="get", tag=ACCESS, operation_id="whoAmI", summary="Who asks, and what they may do", answer=Me
    ),
    Endpoint(
        path="/plan",
        method="get",
        tag=ACCESS,
        operation_id="findPlan",
        summary="How much the workspace may have, and has",
        answer=Plan,
    ),
    Endpoint(
        path="/auditLog",
        method="get",
        tag=ACCESS,
        operation_id="findManyAuditLogEntries",
        summary="Changes of API keys, roles, permissions and webhooks, the newest first",
        answer=AuditLogEntry,
        is_page=True,
        filters=(AUDIT_LIMIT,),
    ),
    Endpoint(
        path="/jobs",
        method="get",
        tag="jobs",
        operation_id="findManyJobs",
        summary="Work on records that goes on after its request, the newest first",
        answer=Job,
        is_list=True,
    ),
    Endpoint(
        path="/jobs/{id}",
        method="get",
        tag="jobs",
        operation_id="findOneJob",
        summary="How far a job is",
        answer=Job,
    ),
    Endpoint(
        path="/indexAdvice",
        method="get",
        tag="indexAdvice",
        operation_id="findIndexAdvice",
        summary="Which indexes are used, which are missed, and what each costs",
        answer=IndexAdvice,
        is_list=True,
        filters=(ADVICE_OBJECT,),
        names_entity=True,
    ),
    Endpoint(
        path="/indexAdvice",
        method="delete",
        tag="indexAdvice",
        operation_id="dropFieldIndex",
        summary="Drop the index of one field that nobody declared",
        answer=IndexAdvice,
        filters=(INDEX_FIELD, INDEX_MEMBER),
        names_entity=True,
    ),
    Endpoint(
        path="/demoRecords",
        method="get",
        tag="demoRecords",
        operation_id="findDemoRecords",
        summary="What is left of the records with which a demo workspace began",
        answer=DemoRecords,
    ),
    Endpoint(
        path="/demoRecords",
        method="delete",
        tag="demoRecords",
        operation_id="deleteDemoRecords",
        summary="Destroy the demo records, for good",
        answer=RemovedDemoRecords,
        filters=(WITH_CHANGED,),
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
    _of_key("role", "put", "assignRoleToApiKey", "Give a key another role", body=AssignRole, answer=ApiKeyForResponse),
    _of_key(
        "token", "post", "generateApiKeyToken", "Another token of a key", body=GenerateToken, answer=TokenForResponse
    ),
    _of_key(
        "regenerate",
        "post",
        "regenerateApiKey",
        "A token in place of all that a key has",
        body=RegenerateApiKey,
        answer=RegeneratedApiKey,
    ),
    _of_role(
        "permissionFlags",
        "upsertPermissionFlags",
        "The flags that a role holds by name",
        body=UpsertPermissionFlags,
        answer=RolePermissionFlag,
    ),
    _of_role(
        "objectPermissions",
        "upsertObjectPermissions",
        "All objects with rights of their own",
        body=UpsertObjectPermissions,
        answer=ObjectPermissionForResponse,
    ),
    _of_role(
        "fieldPermissions",
        "upsertFieldPermissions",
        "Restrict fields, or take restrictions back",
        body=UpsertFieldPermissions,
        answer=FieldPermissionForResponse,
        method="patch",
    ),
    _of_role(
        "objects/{objectId}/rowLevelPermissions",
        "upsertRowLevelPermissionPredicates",
        "All predicates that records of an object must fulfil for the role",
        body=UpsertRowLevelPermissions,
        answer=RowLevelPermissions,
        is_list=False,
    ),
    _of_webhook(
        "test",
        "post",
        "testWebhook",
        "Send a sample of an event, and tell what came of it",
        body=TestWebhook,
        answer=WebhookTestResult,
    ),
    _of_webhook(
        "rotateSecret",
        "post",
        "rotateWebhookSecret",
        "A new secret; the one that it replaces signs as well for another 24 hours",
        answer=WebhookForResponse,
    ),
    _of_webhook(
        "deliveries",
        "get",
        "findManyWebhookDeliveries",
        "What was and will be sent in the last 30 days, the newest first",
        answer=WebhookDeliverySummary,
        is_page=True,
    ),
    _of_webhook(
        "deliveries/{deliveryId}",
        "get",
        "findOneWebhookDelivery",
        "A delivery, with what is sent and what was answered",
        answer=WebhookDelivery,
    ),
    _of_webhook(
        "deliveries/{deliveryId}/replay",
        "post",
        "replayWebhookDelivery",
        "Send the event of a delivery once more, as a new delivery",
        answer=WebhookDeliverySummary,
        status="202",
    ),
    _of_webhook(
        "replay",
        "post",
        "replayWebhookDeliveries",
        "Send once more what has failed and not arrived, at most 10,000 events",
        body=ReplayDeliveries,
        answer=ReplayedDeliveries,
        status="202",
    ),
)
