"""Deliveries to webhooks that fail, shown in the terminal: who tries out a receiver sees at once what became of it.

The function ``deliver`` logs them; its log file is read as it grows.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from local.report import report

#: Marks the function of the template that logs deliveries (``local.marks``).
LOGS_DELIVERIES = "LogsDeliveries"
#: The message of the lines (``icosa.webhooks.delivering.reporting``), and a look for it without parsing.
_FAILED = "delivery failed"
_MARK = f'"{_FAILED}"'.encode()


class FailingDeliveries:
    """Reports the lines that a log file gets from now on."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._read = log.stat().st_size if log.exists() else 0

    async def look(self) -> None:
        """Report what was logged since the last look."""
        for line in self._new_lines():
            if _MARK in line:
                report(shown(orjson.loads(line)))

    def _new_lines(self) -> list[bytes]:
        if not self._log.exists():
            return []
        with self._log.open("rb") as log:
            log.seek(self._read)
            whole = log.read().rpartition(b"\n")[0]
        if not whole:
            return []
        self._read += len(whole) + 1
        return whole.split(b"\n")


def shown(line: dict[str, Any]) -> str:
    """One failed attempt. Neither bodies nor queries of URLs are in the log.

    >>> shown({"url": "http://localhost:9/a", "status": 500, "error": "HTTP 500", "attempt": 2, "state": "failed"})
    'webhook http://localhost:9/a: HTTP 500 (attempt 2, failed)'
    """
    place = line.get("url") or line.get("webhook_id")
    return f"webhook {place}: {line.get('error')} (attempt {line.get('attempt')}, {line.get('state')})"
