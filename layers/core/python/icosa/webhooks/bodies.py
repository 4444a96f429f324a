"""Bodies of webhooks (docs/wire/access.md#webhooks). No error repeats a secret.

The functions return the members that a request names, the target in its normal form. They raise InvalidInput with
everything that has the wrong form, or the report on a target URL that cannot be called (MetadataValidationError).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from ..validation.body import UNNAMED, RequestBody, ResponseBody, validate
from ..validation.errors import ChangeKind, InvalidInput, MetadataValidationError, Problem
from ..validation.messages import message
from ..validation.types import Flag, Identifier, Moment, Text, error
from .addresses import is_private_literal, private_targets_allowed
from .custom_headers import HEADERS, VALUE_LENGTH, is_header_name, is_header_value, is_reserved
from .entity import Webhook
from .matching import OPERATION_LENGTH, OPERATIONS

Members = dict[str, Any]

URL_LENGTH: Final = 2048
DESCRIPTION_LENGTH: Final = 2000
#: No more than KMS encrypts at once (4,096 bytes), in whatever script.
SECRET_LENGTH: Final = 1024

_CREDENTIALS: Final = "Target URL must not hold a user name or password: use a custom header"
#: Beside the ports of the web those that need no rights of the system: others are the system's own services.
_PORTS: Final = frozenset((80, 443, *range(1024, 65536)))
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


def _header_name(name: str) -> str:
    if not is_header_name(name):
        raise error("header_name")
    if is_reserved(name):
        raise error("header_reserved", header=name)
    return name


def _header_value(value: str) -> str:
    if not is_header_value(value):
        raise error("header_value")
    return value


class WebhookHeader(RequestBody):
    """A header of deliveries. Without a value it keeps the one that is stored."""

    name: Annotated[Text, AfterValidator(_header_name), Field(json_schema_extra={"pattern": "^[A-Za-z0-9-]{1,64}$"})]
    value: Annotated[
        Text,
        Field(max_length=VALUE_LENGTH, description="Never shown again. Left out: the value that is stored stays"),
        AfterValidator(_header_value),
    ] = UNNAMED


def _distinct(headers: list[WebhookHeader]) -> list[WebhookHeader]:
    if len({header.name.lower() for header in headers}) < len(headers):
        raise error("headers_repeated")
    return headers


_Headers = Annotated[
    list[WebhookHeader],
    Field(max_length=HEADERS, description="Sent with every delivery; the list replaces the one that is there"),
    AfterValidator(_distinct),
]
_IsEnabled = Annotated[Flag, Field(description="False: deliveries wait. True also ends a pause after failures")]


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
    is_enabled: _IsEnabled = UNNAMED
    headers: _Headers = UNNAMED


class UpdateWebhook(RequestBody):
    model_config = ConfigDict(json_schema_extra={"example": {"operations": ["*.*"]}})

    target_url: _TargetUrl = UNNAMED
    description: _Description | None = None
    secret: _Secret = UNNAMED
    operations: _Operations = UNNAMED
    is_enabled: _IsEnabled = UNNAMED
    headers: _Headers = UNNAMED


class HeaderForResponse(ResponseBody):
    name: str


class WebhookForResponse(ResponseBody):
    id: Identifier
    target_url: str
    operations: list[str]
    description: str | None
    secret: str
    is_enabled: bool
    disabled_reason: str | None
    paused_until: Moment | None
    failing_since: Moment | None
    last_success_at: Moment | None
    headers: list[HeaderForResponse]
    previous_secret_expires_at: Moment | None
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


def forbid_taking_along(kept: Collection[str], webhook: Webhook, changes: Mapping[str, Any]) -> None:
    """Raises InvalidInput if a change would send values that nobody is shown to another host."""
    target = changes.get("targetUrl", webhook.target_url)
    if kept and _origin(target) != _origin(webhook.target_url):
        raise InvalidInput(["headers must be given with their values, or as [], when targetUrl gets another host"])


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
    if (wrong := _why_not_called(url)) is not None:
        # An address with a password is not repeated.
        value = None if wrong == _CREDENTIALS else text
        raise _report(kind, about, Problem(code="INVALID_TARGET_URL", message=wrong, value=value))
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


def _why_not_called(url: str) -> str | None:
    """Why deliveries cannot go to a URL in its normal form; None if they can."""
    from ada_url import URL

    parts = URL(url)
    if parts.username or parts.password:
        return _CREDENTIALS
    if is_private_literal(parts.hostname) and not private_targets_allowed():
        return "Target URL must not lead to this machine or a private network"
    if parts.port and int(parts.port) not in _PORTS:
        return "Target URL must have the port 80, 443 or one from 1024 on"
    return None


def _origin(url: str) -> str:
    from ada_url import URL

    origin: str = URL(url).origin
    return origin


def _report(kind: ChangeKind, about: Mapping[str, Any], problem: Problem) -> MetadataValidationError:
    return MetadataValidationError.single(
        f"Multiple validation errors occurred while {_GERUNDS[kind]} webhook", "webhook", kind, problem, about
    )
