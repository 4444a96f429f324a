"""Bodies of what is asked about deliveries, and of the answers (docs/wire/webhooks.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from ..model.dates import epoch_ms
from ..validation.body import UNNAMED, RequestBody, ResponseBody, validate
from ..validation.types import Identifier, Moment, Text
from .samples import PING

DeliveryState = Literal["waiting", "delivered", "failed", "dead", "skipped"]


class TestWebhook(RequestBody):
    __test__ = False  # It is no test of pytest's.
    model_config = ConfigDict(json_schema_extra={"example": {"eventName": "person.created"}})

    event_name: Annotated[
        Text, Field(description="`ping`, or an object and what happens to its records, as in `person.created`")
    ] = PING


class ReplayDeliveries(RequestBody):
    model_config = ConfigDict(json_schema_extra={"example": {"since": "2026-01-31T12:00:00.000Z", "state": "failed"}})

    since: Annotated[
        Moment, Field(description="When the deliveries were made that are meant, and those after; without it all")
    ] = UNNAMED
    state: Annotated[
        Literal["failed"], Field(description="What has not arrived, whether further attempts follow or not")
    ] = "failed"


class WebhookTestResult(ResponseBody):
    success: bool
    status: int | None
    error: str | None
    duration_ms: int
    response: str
    event_id: str
    event_name: str
    request_headers: dict[str, str]
    request_body: str


class WebhookDeliverySummary(ResponseBody):
    id: Identifier
    webhook_id: Identifier
    event_id: str
    event_name: str
    state: DeliveryState
    attempts: int
    created_at: Moment
    last_attempt_at: Moment | None
    next_attempt_at: Moment | None
    last_status: int | None
    last_error: str | None
    duration_ms: int | None
    is_replay: bool


class WebhookDelivery(WebhookDeliverySummary):
    response: str | None
    request_headers: dict[str, str] | None
    request_body: str | None


class ReplayedDeliveries(ResponseBody):
    count: int
    has_more: bool


def read_test(raw: Mapping[str, Any]) -> str:
    """The name of the event to send. Raises InvalidInput."""
    return validate(TestWebhook, raw).event_name


def read_replay(raw: Mapping[str, Any]) -> int:
    """From when on deliveries are replayed, in milliseconds since the epoch. Raises InvalidInput."""
    since = validate(ReplayDeliveries, raw).since
    return 0 if since is None else max(0, epoch_ms(since))
