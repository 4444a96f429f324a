"""Invoking a function, as everything that does it sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import orjson


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What an invocation came to: its answer as JSON. ``error`` is Lambda's X-Amz-Function-Error (``Unhandled``), None
    for success; the payload then is ``{"errorMessage", "errorType", …}``.
    """

    payload: bytes
    error: str | None = None
    request_id: str = ""

    def __str__(self) -> str:
        """``Type: message`` of the failure; empty for a success."""
        if not self.error:
            return ""
        description = orjson.loads(self.payload)
        return f"{description.get('errorType')}: {description.get('errorMessage')}"


class Invoker(Protocol):
    """Runs functions by their logical id. A failure of the function is an Outcome, never an exception."""

    async def invoke(self, function: str, payload: bytes) -> Outcome:
        """Run a function on an event (JSON) and wait for its answer."""
        ...
