"""Errors of webhooks. What is wrong with the input of a change is reported as for metadata (``validation.errors``)."""

from __future__ import annotations

from ..errors import BadRequest, Conflict, NotFound, PermissionDenied


class SecretsElsewhere(PermissionDenied):
    """Secrets are selected where they cannot be opened: at the addresses of older versions."""

    def __init__(self) -> None:
        super().__init__()
        self.message = "Secrets of webhooks are shown at /metadata and /rest/metadata/webhooks only"


class SwitchedElsewhere(BadRequest):
    """A webhook is switched on or off at the addresses of older versions, which know no ``isEnabled``."""

    def __init__(self) -> None:
        super().__init__(
            "'isEnabled' of webhooks is changed at /metadata and /rest/metadata/webhooks only",
            sub_code="INVALID_WEBHOOK_INPUT",
        )


class WebhookNotFound(NotFound):
    """A change of a webhook that is not there."""

    def __init__(self) -> None:
        super().__init__("Webhook not found", sub_code="WEBHOOK_NOT_FOUND")


class WebhookExists(Conflict):
    """A client chose an id that is taken."""

    def __init__(self, webhook_id: str) -> None:
        super().__init__(f"Webhook with id {webhook_id} already exists", sub_code="ENTITY_ALREADY_EXISTS")


class WebhookLimitReached(Conflict):
    """The workspace has as many webhooks as it may."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"Webhook limit of {limit} reached for the workspace", sub_code="WEBHOOK_LIMIT_REACHED")


class WebhooksBusy(Conflict):
    """Other requests kept making or deleting webhooks of the workspace."""

    def __init__(self) -> None:
        super().__init__("Webhooks are changed by others at this moment. Please try again.")


class DeliveryNotFound(NotFound):
    """A delivery that is not there: it never was, or is older than 30 days."""

    def __init__(self) -> None:
        super().__init__("Delivery not found", sub_code="WEBHOOK_DELIVERY_NOT_FOUND")


class DeliveryNotTried(Conflict):
    """A replay of a delivery whose first attempt is still to come."""

    def __init__(self) -> None:
        super().__init__(
            "The delivery waits for its first attempt: it cannot be replayed yet", sub_code="WEBHOOK_DELIVERY_WAITING"
        )


class EventExpired(Conflict):
    """A replay of an event that is kept no more."""

    def __init__(self) -> None:
        super().__init__("The event of the delivery is kept no longer", sub_code="WEBHOOK_EVENT_EXPIRED")


class UnknownEvent(BadRequest):
    """A test of an event that the workspace's records do not have."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"There is no event {name[:100]!r} to test. Name ping, or an object and what happens to its records, as in "
            "person.created",
            sub_code="WEBHOOK_EVENT_UNKNOWN",
        )


class EventsExpired(BadRequest):
    """The reader of the feed of events would miss some of them."""

    def __init__(self) -> None:
        super().__init__(
            "Events after this cursor are not there any more: they are kept for 30 days, and recorded as long as the "
            "feed is read at least once in 30 days. Read without 'starting_after' to begin with the oldest that is "
            "there.",
            sub_code="EVENTS_EXPIRED",
        )
