"""Who makes a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """An API key at work. Every storage key of a request is built from ``workspace_id``. ``expires_at`` is the moment
    at which the key ends, as a stored DATE_TIME.
    """

    workspace_id: str
    key_id: str
    name: str
    role_id: str
    expires_at: str = ""

    @property
    def actor(self) -> Mapping[str, Any]:
        """The stored ACTOR value of records that this key writes (docs/wire/rest.md#actor); absent members are null."""
        return {"source": "API", "name": self.name}
