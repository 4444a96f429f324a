"""A webhook, and the item that it is stored as."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self

from ..catalog.applications import application_id
from ..model.dates import instant_of
from ..store import keys
from ..store.webhook_health import WebhookHealth

#: The attribute of an item that holds the encrypted secret; it is absent when the secret is empty. The others have the
#: names of members.
CIPHERTEXT: Final = "sealedSecret"
#: The secret before the last rotation, as long as it signs as well, and until when that is.
PREVIOUS_CIPHERTEXT: Final = "previousSealedSecret"
PREVIOUS_UNTIL: Final = "previousSecretExpiresAt"
#: The values of custom headers by their names, each encrypted.
SEALED_HEADERS: Final = "sealedHeaders"


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Which operations a URL is told of. ``ciphertext`` is the secret as it is stored, None when it is empty.
    ``health`` says whether it is switched on, and how its deliveries do.
    """

    id: str
    target_url: str
    operations: Sequence[str]
    description: str | None
    ciphertext: bytes | None
    created_at: str
    updated_at: str
    health: WebhookHealth = field(default_factory=WebhookHealth)
    previous_ciphertext: bytes | None = None
    previous_until: str | None = None
    sealed_headers: Mapping[str, bytes] = field(default_factory=dict)

    @classmethod
    def parse(cls, item: Mapping[str, Any]) -> Self:
        """From an item at ``store.keys.webhook``."""
        return cls(
            id=keys.sort_of(item),
            target_url=item["targetUrl"],
            operations=item["operations"],
            description=item.get("description"),
            ciphertext=item.get(CIPHERTEXT),
            created_at=item["createdAt"],
            updated_at=item["updatedAt"],
            health=WebhookHealth.parse(item),
            previous_ciphertext=item.get(PREVIOUS_CIPHERTEXT),
            previous_until=item.get(PREVIOUS_UNTIL),
            sealed_headers=item.get(SEALED_HEADERS, {}),
        )

    def ciphertexts(self, now: str) -> list[bytes]:
        """The secrets that deliveries are signed with at a moment, the present one first; none when it is empty."""
        present = [] if self.ciphertext is None else [self.ciphertext]
        return present + ([self.previous_ciphertext] if self._has_previous(now) and self.previous_ciphertext else [])

    def members(self, workspace_id: str, now: str) -> dict[str, Any]:
        """The members that both APIs show, apart from the secret. Of custom headers only the names are shown."""
        return {
            "id": self.id,
            "targetUrl": self.target_url,
            "operations": list(self.operations),
            "description": self.description,
            "isEnabled": self.health.enabled,
            "disabledReason": self.health.disabled_reason,
            "pausedUntil": _text(self.health.paused_until),
            "failingSince": _text(self.health.failing_since),
            "lastSuccessAt": _text(self.health.last_success_at),
            "headers": [{"name": name} for name in sorted(self.sealed_headers, key=str.lower)],
            "previousSecretExpiresAt": self.previous_until if self._has_previous(now) else None,
            "applicationId": application_id(workspace_id, is_custom=True),
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
            # Deleted webhooks leave no trace; clients of Twenty ask for the member.
            "deletedAt": None,
        }

    def _has_previous(self, now: str) -> bool:
        return self.previous_ciphertext is not None and (self.previous_until or "") > now


def _text(ms: int | None) -> str | None:
    return None if ms is None else instant_of(ms)
