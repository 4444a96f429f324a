"""Errors of webhooks. What is wrong with the input of a change is reported as for metadata (``validation.errors``)."""

from __future__ import annotations

from ..errors import Conflict, NotFound, PermissionDenied


class SecretsElsewhere(PermissionDenied):
    """Secrets are selected where they cannot be opened: at the addresses of older versions."""

    def __init__(self) -> None:
        super().__init__()
        self.message = "Secrets of webhooks are shown at /metadata and /rest/metadata/webhooks only"


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
