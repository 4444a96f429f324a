"""Refusals as components: every error that an operation may answer, with a body as it is really sent
(docs/wire/rest.md#errors).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...limits import PROBLEM_VALUE_CHARACTERS, PROBLEMS
from ...settings import Settings
from .schemas import Part, reference

#: No object's schema has an underscore in its name, so these never clash with one.
ERROR_SCHEMA = "Error_Body"
PROBLEM_SCHEMA = "Error_Problem"

_ERROR: Part = {
    "type": "object",
    "description": "Why a request was refused",
    "properties": {
        "statusCode": {"type": "integer", "description": "The status of the answer once more"},
        "error": {"type": "string", "description": "A class of errors"},
        "messages": {
            "type": "array",
            "items": {"type": "string"},
            "minItems": 1,
            "description": "What is wrong, and often what would be right",
        },
        "code": {
            "type": "string",
            "description": "A reason within the class, where there is one. New ones may appear at any time",
        },
        "message": {"type": "string", "description": "Of a body that is not JSON: the message once more"},
    },
    "required": ["statusCode", "error", "messages"],
}

_PROBLEM: Part = {
    "type": "object",
    "description": "What is wrong with one record of a request",
    "properties": {
        "index": {"type": "integer", "description": "The place of the record in the data, from 0"},
        "field": {
            "type": ["string", "null"],
            "description": "The path of the field in the body; null for the record as a whole",
        },
        "value": {
            "description": f"What was sent there; of what is long the first {PROBLEM_VALUE_CHARACTERS} characters"
        },
        "message": {"type": "string", "description": "What is wrong"},
        "code": {"type": "string", "description": "A reason. New ones may appear at any time"},
        "existingId": {
            "type": "string",
            "format": "uuid",
            "description": "The record that has the id or the unique value",
        },
        "duplicateOf": {
            "type": "integer",
            "description": "The place of the record in the same data that has the id or the unique value",
        },
    },
    "required": ["message"],
}

_RETRY_AFTER: Part = {"Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer"}}}


#: What errors about records hold besides.
_RECORD_MEMBERS: Mapping[str, Part] = {
    "errors": {
        "type": "array",
        "items": reference(PROBLEM_SCHEMA),
        "description": (
            "All that is wrong with the records of the request, in their order. Of a request that was refused "
            "before it reached the API: the same error for GraphQL clients"
        ),
    },
    "errorsOmitted": {
        "type": "integer",
        "description": f"How many more problems there are than the {PROBLEMS} that are told",
    },
}


#: What errors of the Metadata API hold besides (docs/wire/metadata.md#errors-over-rest).
METADATA_MEMBERS: Mapping[str, Part] = {
    "message": {
        "type": ["string", "array"],
        "items": {"type": "string"},
        "description": "The message or messages once more",
    },
    "errors": {
        "type": ["object", "array"],
        "items": {"type": "object"},
        "description": "Of a change that breaks rules: by kind of entity, every entity with what is wrong about it. "
        "Of a request that was refused before it reached the API: the same error for GraphQL clients",
    },
    "summary": {
        "type": "object",
        "description": "Of a change that breaks rules: how many entities of each kind are wrong",
    },
    "userFriendlyMessage": {"type": "string", "description": "The message for people who do not know the API"},
}


def error_components(
    settings: Settings, members: Mapping[str, Part] | None = None
) -> tuple[dict[str, Part], dict[str, Part]]:
    """``(schemas, responses)``. ``members`` are added to those of every error, by default those of errors about
    records.
    """
    schema = {**_ERROR, "properties": {**_ERROR["properties"], **(_RECORD_MEMBERS if members is None else members)}}
    schemas = {ERROR_SCHEMA: schema, **({PROBLEM_SCHEMA: _PROBLEM} if members is None else {})}
    responses: dict[str, Part] = {
        "400": _response(
            "The request is malformed or breaks a rule of the data; nothing was changed",
            _body(
                400,
                "BadRequestException",
                "limit 'abc' is invalid. Should be an integer",
                code="INVALID_LIMIT_QUERY_PARAM",
            ),
        ),
        "401": _response("The token is not valid", _body(401, "UNAUTHENTICATED", "Token invalid.")),
        "403": _response(
            "There is no token, its key was revoked, or its role does not allow the operation",
            {
                "missing": _body(403, "FORBIDDEN_EXCEPTION", "Missing authentication token"),
                "revoked": _body(403, "FORBIDDEN_EXCEPTION", "This API Key is revoked"),
                "denied": _body(
                    403,
                    "ForbiddenException",
                    "Entity performing the request does not have permission",
                    code="PERMISSION_DENIED",
                ),
            },
        ),
        "404": _response(
            "There is no such record", _body(404, "NotFoundException", "Record not found", code="RECORD_NOT_FOUND")
        ),
        "409": _response(
            "Others kept changing the same records, or a request with the same `Idempotency-Key` is running; trying "
            "again is safe",
            _body(
                409,
                "ConflictException",
                "The records were changed by other requests at the same time. Please try again.",
            ),
        ),
        "413": _response(
            "The body is too large",
            _body(413, "PayloadTooLargeException", f"Request body is larger than {settings.body_limit} bytes"),
        ),
        "415": _response(
            "The body is not declared as JSON",
            _body(
                415,
                "UnsupportedMediaTypeException",
                "Content-Type 'text/plain' is not supported. Send application/json",
            ),
        ),
        "422": _response(
            "The `Idempotency-Key` was used for another request",
            _body(
                422,
                "UnprocessableEntityException",
                "The Idempotency-Key was used for another request in the last 24 hours. Choose a new key for each "
                "request, and send the same method, address and body when you send it again",
                code="IDEMPOTENCY_KEY_REUSED",
            ),
        ),
        "429": _response(
            "The key has used up its calls",
            _body(429, "HttpException", f"Limit reached ({settings.rate_limit} tokens per 60000 ms)"),
            headers=_RETRY_AFTER,
        ),
        "503": _response(
            "The store does not answer, or the data model is changing; trying again is safe",
            _body(503, "ServiceUnavailableException", "The record store does not answer. Please try again."),
            headers=_RETRY_AFTER,
        ),
    }
    return schemas, responses


#: Stands for the refusals that all operations have, in documents that are too large to repeat them.
OTHERS = "default"


def with_others(responses: Mapping[str, Part]) -> dict[str, Part]:
    """The responses, and the one that stands for several."""
    text = "No token or an invalid one, a request that breaks a rule, too many calls, or a store that does not answer"
    return {**responses, OTHERS: {"description": text, "content": responses["400"]["content"]}}


def refusals(*statuses: str) -> dict[str, Part]:
    """The responses of an operation that may be refused with ``statuses``."""
    return {status: {"$ref": f"#/components/responses/{status}"} for status in statuses}


def _body(status: int, error: str, message: str, *, code: str | None = None) -> dict[str, Any]:
    body: dict[str, Any] = {"statusCode": status, "error": error, "messages": [message]}
    return body if code is None else {**body, "code": code}


def _response(description: str, example: Mapping[str, Any], *, headers: Part | None = None) -> dict[str, Any]:
    """``example`` is a body, or several by name."""
    content: dict[str, Any] = {"schema": reference(ERROR_SCHEMA)}
    if "statusCode" in example:
        content["example"] = example
    else:
        content["examples"] = {name: {"value": body} for name, body in example.items()}
    response: dict[str, Any] = {"description": description, "content": {"application/json": content}}
    return response if headers is None else {**response, "headers": headers}


#: Refusals of conditional writes.
CONDITIONAL: Part = {
    "412": _response(
        "The record is not as the request demands; nothing was changed",
        {
            "changed": _body(
                412,
                "PreconditionFailedException",
                "The record has changed since it was read. Read it again, and decide anew",
                code="RECORD_CHANGED",
            ),
            "unlike": _body(
                412,
                "PreconditionFailedException",
                "The record does not match the filter",
                code="CONDITION_NOT_MET",
            ),
        },
    ),
}
