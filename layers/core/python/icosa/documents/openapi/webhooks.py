"""Webhooks in the document of the Metadata REST API (spec/access.md §11.1)."""

from __future__ import annotations

from ...model.types.json_schema import DATE_TIME, UUID, nullable
from ...webhooks.bodies import DESCRIPTION_LENGTH, OPERATION_LENGTH, OPERATIONS, SECRET_LENGTH, URL_LENGTH
from .collection import Collection
from .errors import Part
from .records import reference

_TARGET: Part = {
    "type": "string",
    "format": "uri",
    "maxLength": URL_LENGTH,
    "description": "Of http or https, kept in its normal form",
}
_OPERATIONS: Part = {
    "type": "array",
    "items": {"type": "string", "maxLength": OPERATION_LENGTH},
    "maxItems": OPERATIONS,
    "description": "`person.created`, `*.deleted`, `company.*`, `*.*`. They are not checked",
}
_DESCRIPTION = nullable({"type": "string", "maxLength": DESCRIPTION_LENGTH})
_SECRET: Part = {"type": "string", "maxLength": SECRET_LENGTH}
_EXAMPLE = {
    "targetUrl": "https://hooks.example.com/icosa",
    "operations": ["person.created", "company.*"],
    "description": "To the warehouse",
}

WEBHOOKS = Collection(
    singular="webhook",
    plural="webhooks",
    create={
        "id": nullable(UUID),
        "targetUrl": _TARGET,
        "operations": _OPERATIONS,
        "description": _DESCRIPTION,
        "secret": {
            **nullable(_SECRET),
            "description": "What deliveries are signed with. Made up when there is none; an empty one is kept",
        },
    },
    required=("targetUrl", "operations"),
    update={
        "targetUrl": nullable(_TARGET),
        "operations": nullable(_OPERATIONS),
        "description": _DESCRIPTION,
        "secret": nullable(_SECRET),
    },
    response={
        "id": UUID,
        "targetUrl": {"type": "string"},
        "operations": {"type": "array", "items": {"type": "string"}},
        "description": nullable({"type": "string"}),
        "secret": {"type": "string"},
        "applicationId": UUID,
        "createdAt": DATE_TIME,
        "updatedAt": DATE_TIME,
        "deletedAt": {"type": "null"},
        "workspaceId": UUID,
    },
    example=_EXAMPLE,
    update_example={"operations": ["*.*"]},
    is_wrapped=False,
    found={**nullable(reference("WebhookForResponse")), "description": "Null when there is no webhook with this id"},
    deleted={"const": True},
)
