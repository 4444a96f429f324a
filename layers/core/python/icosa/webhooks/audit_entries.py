"""What the audit log says of webhooks. Who reads it may not see webhooks: targets are shown as hosts, since addresses
often hold tokens, and of secrets and headers no more than that they changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from ..access.audit import Entry
from .entity import Webhook


def created(webhook: Webhook) -> Entry:
    return _entry("webhook.created", webhook, None, _members(webhook))


def deleted(webhook: Webhook) -> Entry:
    return _entry("webhook.deleted", webhook, _members(webhook), None)


def changed(action: str, before: Webhook, after: Webhook, named: Sequence[str]) -> Entry:
    """``named`` are the members that the request set: also those of which the log shows no value."""
    old, new = _members(before), _members(after)
    names = [name for name in new if new[name] != old[name]]
    return _entry(
        action, after, {name: old[name] for name in names}, {**{name: new[name] for name in names}, "set": list(named)}
    )


def done(action: str, webhook: Webhook, **members: Any) -> Entry:
    """Something that changes no webhook."""
    return _entry(action, webhook, None, members)


def _entry(action: str, webhook: Webhook, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Entry:
    return Entry(
        action=action,
        target_type="webhook",
        target_id=webhook.id,
        label=host_of(webhook),
        before=before,
        after=after,
    )


def host_of(webhook: Webhook) -> str:
    """The host that a webhook calls, with its port."""
    parts = urlsplit(webhook.target_url)
    return (parts.hostname or "") + (f":{parts.port}" if parts.port else "")


def _members(webhook: Webhook) -> dict[str, Any]:
    return {
        "host": host_of(webhook),
        "operations": list(webhook.operations),
        "description": webhook.description,
        "isEnabled": webhook.health.enabled,
        "isSigned": webhook.ciphertext is not None,
        "headers": sorted(webhook.sealed_headers),
    }
