"""Reading and changing the webhooks of a workspace.

How many there are stands in a row of its own, changed together with them: requests at the same time cannot exceed the
limit. Every change is one transaction with its entry of the audit log.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from ..access import audit
from ..access.audit import Actor, Entry
from ..access.plans import Plan, forbid_more
from ..model.dates import format_instant
from ..store import keys
from ..store.ops import EXISTS, NOT_EXISTS, DeleteItem, Op, PutItem, UpdateItem, add_to_count, set_seen
from ..store.retry import Attempts
from ..store.table import Item, Table, TransactionConflict, TransactionFailed
from ..store.webhook_health import switched
from . import audit_entries
from .custom_headers import kept_values, sealed_values
from .entity import CIPHERTEXT, PREVIOUS_CIPHERTEXT, PREVIOUS_UNTIL, SEALED_HEADERS, Webhook
from .errors import WebhookExists, WebhookLimitReached, WebhookNotFound, WebhooksBusy
from .matching import bump
from .secret_cipher import Owner, secret_cipher

#: Webhooks of a workspace.
LIMIT = 100
#: Of a secret that the client leaves to us: shown as twice as many hexadecimal digits.
_SECRET_BYTES = 32
#: For how long the secret before a rotation signs as well.
OVERLAP: Final = timedelta(hours=24)
_ATTEMPTS: Final = Attempts(8, first_pause=0.01)

if TYPE_CHECKING:
    from .trial import Trial

Input = Mapping[str, Any]


class Webhooks:
    """The webhooks of one workspace, for ``actor``. ``now`` is the time of the request as a stored DATE_TIME."""

    def __init__(self, table: Table, workspace_id: str, *, now: str, actor: Actor, plan: Plan | None = None) -> None:
        self._table = table
        self._workspace_id = workspace_id
        self._now = now
        self._actor = actor
        self._plan = plan

    def list(self) -> list[Webhook]:
        """All of them, the oldest first."""
        webhooks = map(Webhook.parse, self._table.query_all(keys.webhooks(self._workspace_id)))
        return sorted(webhooks, key=lambda webhook: (webhook.created_at, webhook.id))

    def find(self, webhook_id: str) -> Webhook | None:
        """One, or None when there is none with this id."""
        item = self._table.get(keys.webhook(self._workspace_id, webhook_id))
        return None if item is None else Webhook.parse(item)

    def get(self, webhook_id: str) -> Webhook:
        """One. Raises WebhookNotFound."""
        webhook = self.find(webhook_id)
        if webhook is None:
            raise WebhookNotFound
        return webhook

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

    # ------------------------------------------------------------------ changes

    def create(self, raw: Input) -> Webhook:
        """A new webhook; without a secret it gets one.

        Raises InvalidInput, MetadataValidationError, WebhookExists, WebhookLimitReached, WebhooksBusy, Unavailable.
        """
        from .bodies import read_new  # Here and below: reads need no validation library.

        members = read_new(raw)
        webhook_id = members.pop("id", None) or str(uuid.uuid4())
        owner = self._owner(webhook_id)
        headers = members.pop("headers", [])
        kept_values(headers, {})
        sealed: dict[str, Any] = {SEALED_HEADERS: sealed_values(headers, owner)} if headers else {}
        secret = members.pop("secret", None)
        ciphertext = secret_cipher().encrypt(_new_secret() if secret is None else secret, owner)
        if ciphertext is not None:
            sealed[CIPHERTEXT] = ciphertext
        key = keys.webhook(self._workspace_id, webhook_id)
        item = keys.item_at(key, **members, **sealed, createdAt=self._now, updatedAt=self._now)
        webhook = Webhook.parse(item)
        failed = self._transact(
            PutItem(item, condition=NOT_EXISTS), self._count_change(1), entry=audit_entries.created(webhook)
        )
        if 0 in failed:
            raise WebhookExists(webhook_id)
        if failed:
            self._refuse_more()
        return webhook

    def update(self, webhook_id: str, raw: Input) -> Webhook:
        """Change what is given. Raises InvalidInput, MetadataValidationError, WebhookNotFound, WebhooksBusy,
        Unavailable.
        """
        from .bodies import forbid_taking_along, read_changes

        changes = read_changes(webhook_id, raw)
        owner = self._owner(webhook_id)
        named = sorted(changes)
        headers = changes.pop("headers", None)
        sealed = sealed_values(headers or [], owner)
        if "secret" in changes:
            changes[CIPHERTEXT] = secret_cipher().encrypt(changes.pop("secret"), owner)
            changes |= {PREVIOUS_CIPHERTEXT: None, PREVIOUS_UNTIL: None}
        if "isEnabled" in changes:
            changes |= switched(changes["isEnabled"])

        def attributes(webhook: Webhook) -> Mapping[str, Any]:
            kept = webhook.sealed_headers if headers is None else kept_values(headers, webhook.sealed_headers)
            forbid_taking_along(kept, webhook, changes)
            return changes if headers is None else {**changes, SEALED_HEADERS: {**sealed, **kept} or None}

        return self._change(webhook_id, attributes, "webhook.updated", named)

    def rotate_secret(self, webhook_id: str) -> Webhook:
        """A new secret, beside which the one that it replaces signs for another 24 hours. Raises WebhookNotFound,
        WebhooksBusy, Unavailable.
        """
        self.get(webhook_id)
        ciphertext = secret_cipher().encrypt(_new_secret(), self._owner(webhook_id))
        until = format_instant(datetime.fromisoformat(self._now) + OVERLAP)

        def attributes(webhook: Webhook) -> Mapping[str, Any]:
            previous = webhook.ciphertext
            ends = None if previous is None else until
            return {CIPHERTEXT: ciphertext, PREVIOUS_CIPHERTEXT: previous, PREVIOUS_UNTIL: ends}

        return self._change(webhook_id, attributes, "webhook.secretRotated", ["secret"])

    def delete(self, webhook_id: str) -> Webhook:
        """Remove a webhook; what it was. Raises WebhookNotFound, WebhooksBusy."""
        webhook = self.get(webhook_id)
        place = keys.webhook(self._workspace_id, webhook_id)
        if self._transact(
            DeleteItem(place, condition=EXISTS), self._count_change(-1), entry=audit_entries.deleted(webhook)
        ):
            raise WebhookNotFound
        return webhook

    def note_test(self, webhook: Webhook, trial: Trial) -> None:
        """Put a test into the audit log."""
        entry = audit_entries.done("webhook.tested", webhook, eventName=trial.event_name, success=trial.attempt.success)
        self._table.transact([audit.entry_item(self._workspace_id, entry, self._actor, now=self._now)])
        audit.log(self._workspace_id, entry, self._actor)

    def _change(self, webhook_id: str, attributes: Any, action: str, named: Sequence[str]) -> Webhook:
        """Set what ``attributes`` says of the webhook as it is, again when somebody changed it meanwhile."""
        key = keys.webhook(self._workspace_id, webhook_id)
        for _ in _ATTEMPTS:
            item = self._table.get(key)
            if item is None:
                raise WebhookNotFound
            before = Webhook.parse(item)
            values = {**attributes(before), "updatedAt": self._now}
            after = Webhook.parse(_with(item, values))
            op = set_seen(key, values, "updatedAt", before.updated_at)
            if not self._transact(op, entry=audit_entries.changed(action, before, after, named)):
                return after
        raise WebhooksBusy

    def _owner(self, webhook_id: str) -> Owner:
        return Owner(workspace_id=self._workspace_id, webhook_id=webhook_id)

    def _count_change(self, difference: int) -> UpdateItem:
        """The change of the number of webhooks; refused when it would exceed the limit, that of the plan for new
        ones alone.
        """
        planned = LIMIT if self._plan is None or difference < 0 else self._plan.webhooks
        return add_to_count(keys.webhook_count(self._workspace_id), difference, limit=min(LIMIT, planned))

    def _refuse_more(self) -> None:
        """Raises what it means that there are too many. One read unit."""
        if self._plan is not None and self._plan.webhooks < LIMIT:
            count = self._table.get(keys.webhook_count(self._workspace_id)) or {}
            forbid_more(self._plan, self._plan.webhooks, "webhooks", present=int(count.get("count", 0)))
        raise WebhookLimitReached(LIMIT)

    def _transact(self, *ops: Op, entry: Entry) -> tuple[int, ...]:
        """The operations whose conditions did not hold; none when they were applied, with an entry of the
        audit log. Who sends events learns of the change.
        """
        noted = audit.entry_item(self._workspace_id, entry, self._actor, now=self._now)
        try:
            self._table.transact([*ops, noted, bump(self._workspace_id)])
        except TransactionFailed as failure:
            return failure.failed
        except TransactionConflict:
            raise WebhooksBusy from None
        audit.log(self._workspace_id, entry, self._actor)
        return ()


def _new_secret() -> str:
    return secrets.token_hex(_SECRET_BYTES)


def _with(item: Item, values: Mapping[str, Any]) -> Item:
    return {name: value for name, value in {**item, **values}.items() if value is not None}
