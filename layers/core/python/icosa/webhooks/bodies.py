"""Bodies of webhooks (docs/wire/access.md#webhooks). No error repeats a secret.

The functions return the members that a request names, the target in its normal form. They raise InvalidInput with
everything that has the wrong form, or the report on a target URL that cannot be called (MetadataValidationError).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, ConfigDict, Field

from ..validation.body import UNNAMED, RequestBody, ResponseBody, validate
from ..validation.errors import ChangeKind, InvalidInput, MetadataValidationError, Problem
from ..validation.messages import message
from ..validation.types import Identifier, Moment, Text
from .addresses import is_private_literal

Members = dict[str, Any]

URL_LENGTH: Final = 2048
DESCRIPTION_LENGTH: Final = 2000
OPERATIONS: Final = 100
OPERATION_LENGTH: Final = 255
#: No more than KMS encrypts at once (4,096 bytes), in whatever script.
SECRET_LENGTH: Final = 1024

_SCHEMES: Final = frozenset(("http:", "https:"))
_GERUNDS: Final[Mapping[ChangeKind, str]] = {"create": "creating", "update": "updating"}

_TargetUrl = Annotated[
    Text,
    Field(
        max_length=URL_LENGTH,
        description="Of http or https, kept in its normal form",
        json_schema_extra={"format": "uri"},
    ),
]
_Description = Annotated[Text, Field(max_length=DESCRIPTION_LENGTH)]
_Secret = Annotated[Text, Field(max_length=SECRET_LENGTH)]
_Operations = Annotated[
    list[Annotated[Text, Field(max_length=OPERATION_LENGTH)]],
    Field(
        max_length=OPERATIONS,
        description="`person.created`, `*.deleted`, `company.*`, `*.*`. They are not checked",
    ),
]


class CreateWebhook(RequestBody):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "targetUrl": "https://hooks.example.com/icosa",
                "operations": ["person.created", "company.*"],
                "description": "To the warehouse",
            }
        }
    )

    id: Identifier = UNNAMED
    # One that is missing is reported like one that cannot be called.
    target_url: Annotated[_TargetUrl, BeforeValidator(lambda url: "" if url is None else url)]
    description: _Description = UNNAMED
    secret: Annotated[
        _Secret,
        Field(description="What deliveries are signed with. Made up when there is none; an empty one is kept"),
    ] = UNNAMED
    operations: _Operations


class UpdateWebhook(RequestBody):
    model_config = ConfigDict(json_schema_extra={"example": {"operations": ["*.*"]}})

    target_url: _TargetUrl = UNNAMED
    description: _Description | None = None
    secret: _Secret = UNNAMED
    operations: _Operations = UNNAMED


class WebhookForResponse(ResponseBody):
    id: Identifier
    target_url: str
    operations: list[str]
    description: str | None
    secret: str
    application_id: Identifier
    created_at: Moment
    updated_at: Moment
    deleted_at: None
    workspace_id: Identifier


def read_new(raw: Mapping[str, Any]) -> Members:
    """The members of a new webhook."""
    members = validate(CreateWebhook, raw).named()
    return {**members, "targetUrl": _target(members["targetUrl"], "create", {"id": raw.get("id")})}


def read_changes(webhook_id: str, raw: Mapping[str, Any]) -> Members:
    """The members of a webhook that are to change. Null empties the description and leaves the other members as they
    are.
    """
    members = validate(UpdateWebhook, raw).named()
    if "targetUrl" in members:
        members["targetUrl"] = _target(members["targetUrl"], "update", {"id": webhook_id})
    return members


# ------------------------------------------------------------------ target


def _target(text: str, kind: ChangeKind, about: Mapping[str, Any]) -> str:
    """The URL in its normal form."""
    if not text.strip():
        raise _report(kind, about, Problem(code="INVALID_WEBHOOK_INPUT", message="Target URL is required"))
    url = normal_url(text)
    if url is None:
        raise _report(
            kind, about, Problem(code="INVALID_TARGET_URL", message="Invalid target URL provided", value=text)
        )
    if is_private_literal(_host(url)):
        message_ = "Target URL must not lead to this machine or a private network"
        raise _report(kind, about, Problem(code="INVALID_TARGET_URL", message=message_, value=text))
    if len(url) > URL_LENGTH:
        raise InvalidInput([message("string_too_long", "targetUrl", max_length=URL_LENGTH)])
    return url


def normal_url(text: str) -> str | None:
    """The form that browsers give a URL; None for what is no URL of the web.

    >>> normal_url("https://HOOK.example.com"), normal_url("hook.example.com"), normal_url("ftp://hook.example.com")
    ('https://hook.example.com/', None, None)
    """
    from ada_url import URL  # Here, because most updates change no target.

    try:
        url = URL(text)
    except ValueError:
        return None
    return url.href if url.protocol in _SCHEMES else None


def _host(url: str) -> str:
    """The host of a URL in its normal form; of an IPv6 address with its brackets."""
    from ada_url import URL

    host: str = URL(url).hostname
    return host


def _report(kind: ChangeKind, about: Mapping[str, Any], problem: Problem) -> MetadataValidationError:
    return MetadataValidationError.single(
        f"Multiple validation errors occurred while {_GERUNDS[kind]} webhook", "webhook", kind, problem, about
    )
