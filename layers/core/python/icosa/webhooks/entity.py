"""A webhook, and the item that it is stored as."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from ..catalog.applications import application_id
from ..store import keys

#: The attribute of an item that holds the encrypted secret; it is absent when the secret is empty. The others have the
#: names of members.
CIPHERTEXT = "sealedSecret"


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Which operations a URL is told of. ``ciphertext`` is the secret as it is stored, None when it is empty."""

    id: str
    target_url: str
    operations: Sequence[str]
    description: str | None
    ciphertext: bytes | None
    created_at: str
    updated_at: str

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
        )

    def members(self, workspace_id: str) -> dict[str, Any]:
        """The members that both APIs show, apart from the secret."""
        return {
            "id": self.id,
            "targetUrl": self.target_url,
            "operations": list(self.operations),
            "description": self.description,
            "applicationId": application_id(workspace_id, is_custom=True),
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
            # Deleted webhooks leave no trace; clients of Twenty ask for the member.
            "deletedAt": None,
        }
