"""Reading and changing the webhooks of a workspace.

How many there are stands in a row of its own, changed together with them: requests at the same time cannot exceed the
limit.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from ..store import keys
from ..store.ops import EXISTS, NOT_EXISTS, DeleteItem, Op, PutItem, UpdateItem, add_to_count, set_attributes
from ..store.table import Table, TransactionConflict, TransactionFailed
from .entity import CIPHERTEXT, Webhook
from .errors import WebhookExists, WebhookLimitReached, WebhookNotFound, WebhooksBusy
from .matching import bump
from .secret_cipher import Owner, secret_cipher

#: Webhooks of a workspace.
LIMIT = 100
#: Of a secret that the client leaves to us: shown as twice as many hexadecimal digits.
_SECRET_BYTES = 32

Input = Mapping[str, Any]


class Webhooks:
    """The webhooks of one workspace. ``now`` is the time of the request as a stored DATE_TIME."""

    def __init__(self, table: Table, workspace_id: str, *, now: str) -> None:
        self._table = table
        self._workspace_id = workspace_id
        self._now = now

    def list(self) -> list[Webhook]:
        """All of them, the oldest first."""
        webhooks = map(Webhook.parse, self._table.query_all(keys.webhooks(self._workspace_id)))
        return sorted(webhooks, key=lambda webhook: (webhook.created_at, webhook.id))

    def find(self, webhook_id: str) -> Webhook | None:
        """One, or None when there is none with this id."""
        item = self._table.get(keys.webhook(self._workspace_id, webhook_id))
        return None if item is None else Webhook.parse(item)

    def secrets(self, webhooks: Sequence[Webhook]) -> dict[str, str]:
        """The secrets of some webhooks in clear, by the webhook's id. To be shown, and to be kept nowhere. Raises
        Unavailable.
        """
        texts = (
            secret_cipher().decrypt_all([(webhook.ciphertext, self._owner(webhook.id)) for webhook in webhooks])
            if webhooks
            else []
        )
        return {webhook.id: text for webhook, text in zip(webhooks, texts, strict=True)}

    def create(self, raw: Input) -> Webhook:
        """A new webhook; without a secret it gets one.

        Raises InvalidInput, MetadataValidationError, WebhookExists, WebhookLimitReached, WebhooksBusy, Unavailable.
        """
        from .bodies import read_new  # Here and below: reads need no validation library.

        members = read_new(raw)
        webhook_id = members.pop("id", None) or str(uuid.uuid4())
        secret = members.pop("secret", None)
        ciphertext = secret_cipher().encrypt(
            secrets.token_hex(_SECRET_BYTES) if secret is None else secret, self._owner(webhook_id)
        )
        key = keys.webhook(self._workspace_id, webhook_id)
        item = keys.item_at(key, **members, createdAt=self._now, updatedAt=self._now)
        if ciphertext is not None:
            item[CIPHERTEXT] = ciphertext
        failed = self._transact(PutItem(item, condition=NOT_EXISTS), self._count_change(1))
        if 0 in failed:
            raise WebhookExists(webhook_id)
        if failed:
            raise WebhookLimitReached(LIMIT)
        return Webhook.parse(item)

    def update(self, webhook_id: str, raw: Input) -> Webhook:
        """Change what is given. Raises InvalidInput, MetadataValidationError, WebhookNotFound, WebhooksBusy,
        Unavailable.
        """
        from .bodies import read_changes

        changes = read_changes(webhook_id, raw)
        if "secret" in changes:
            changes[CIPHERTEXT] = secret_cipher().encrypt(changes.pop("secret"), self._owner(webhook_id))
        key = keys.webhook(self._workspace_id, webhook_id)
        if self._transact(set_attributes(key, {**changes, "updatedAt": self._now})):
            raise WebhookNotFound
        item = self._table.get(key)
        if item is None:
            raise WebhookNotFound
        return Webhook.parse(item)

    def delete(self, webhook_id: str) -> Webhook:
        """Remove a webhook; what it was. Raises WebhookNotFound, WebhooksBusy."""
        webhook = self.find(webhook_id)
        if webhook is None or self._transact(
            DeleteItem(keys.webhook(self._workspace_id, webhook_id), condition=EXISTS), self._count_change(-1)
        ):
            raise WebhookNotFound
        return webhook

    def _owner(self, webhook_id: str) -> Owner:
        return Owner(workspace_id=self._workspace_id, webhook_id=webhook_id)

    def _count_change(self, difference: int) -> UpdateItem:
        """The change of the number of webhooks; refused when it would exceed the limit."""
        return add_to_count(keys.webhook_count(self._workspace_id), difference, limit=LIMIT)

    def _transact(self, *ops: Op) -> tuple[int, ...]:
        """The operations whose conditions did not hold; none when they were applied. Who sends events learns of it."""
        try:
            self._table.transact((*ops, bump(self._workspace_id)))
        except TransactionFailed as failure:
            return failure.failed
        except TransactionConflict:
            raise WebhooksBusy from None
        return ()
