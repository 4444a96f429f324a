"""The gateway's log of calls, in the template's own format, and a line in the terminal for each of them."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from local.report import report

_VARIABLE = re.compile(r"\$context((?:\.\w+)+)")
#: Marks the lines in which functions say what a call cost (``icosa.runtime.emf``).
_CALL = b'"message":"call"'
#: What is shown of a line.
_WORDS = {
    "ReadUnits": ("read unit", "read units"),
    "WriteUnits": ("write unit", "write units"),
    "Scans": ("scan", "scans"),
    "Retries": ("retry", "retries"),
    "GraphqlErrors": ("error in the answer", "errors in the answer"),
}
#: Lines of calls that are kept for who asks later.
_KEPT = 200
#: Characters of a path that are shown.
_SHOWN = 100


class CallLines:
    """What one function said about its calls. Its log has the line of a call before the gateway has the answer."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._read = log.stat().st_size if log.exists() else 0
        self._waiting: dict[str, dict[str, Any]] = {}

    def take(self, request_id: str) -> dict[str, Any] | None:
        """The line of a request, once."""
        self._look()
        return self._waiting.pop(request_id, None)

    def _look(self) -> None:
        if not self._log.exists():
            return
        with self._log.open("rb") as log:
            log.seek(self._read)
            whole, end, _ = log.read().rpartition(b"\n")
        self._read += len(whole) + len(end)
        for text in whole.split(b"\n"):
            if _CALL in text and text.startswith(b"{"):
                line = orjson.loads(text)
                self._waiting[str(line.get("correlation_id"))] = line
        while len(self._waiting) > _KEPT:
            self._waiting.pop(next(iter(self._waiting)))


class AccessLog:
    """Writes down calls. ``format`` is the stage's ``AccessLogSetting``; without one only the terminal is told, and
    with ``quiet`` only the file.
    """

    def __init__(self, folder: Path, name: str, format: str | None, *, quiet: bool) -> None:
        self._folder = folder
        self._file = (folder / f"{name}.log").open("ab", buffering=0) if format else None
        self._format = format or ""
        self._quiet = quiet
        self._functions: dict[str, CallLines] = {}

    def close(self) -> None:
        """Close the file."""
        if self._file:
            self._file.close()

    def expect(self, function: str) -> None:
        """Watch what a function says from now on, before it is called."""
        if not self._quiet and function not in self._functions:
            self._functions[function] = CallLines(self._folder / f"{function}.log")

    def write(self, context: Mapping[str, Any], *, path: str, function: str | None = None) -> None:
        """Write down a call that was answered. ``context`` is its ``$context``, with ``status`` and
        ``responseLatency``; ``function`` gave the answer, if one did.
        """
        if self._file:
            self._file.write(_VARIABLE.sub(lambda match: _value(context, match[1][1:]), self._format).encode() + b"\n")
        if not self._quiet:
            line = self._functions[function].take(context["requestId"]) if function in self._functions else None
            report(shown(context, path, line))


def shown(context: Mapping[str, Any], path: str, line: Mapping[str, Any] | None) -> str:
    """A call in few words. ``line`` is what its function said about it.

    >>> call = {"httpMethod": "GET", "status": 200, "responseLatency": 12}
    >>> line = {"operation": "list", "object": "person", "ReadUnits": 93.5, "WriteUnits": 0, "Scans": 1}
    >>> shown(call, "/rest/people", line)
    'GET /rest/people 200 12 ms: list person, 93.5 read units, 1 scan'
    """
    printable = path.encode("unicode_escape").decode()
    short = printable if len(printable) <= _SHOWN else f"{printable[:_SHOWN]}…"
    text = f"{context['httpMethod']} {short} {context['status']} {context['responseLatency']} ms"
    if line is None:
        return text
    words = [" ".join(filter(None, (line["operation"], line.get("object"))))]
    for name, (one, many) in _WORDS.items():
        if number := _first(line.get(name, 0)):
            words.append(f"{number:g} {one if number == 1 else many}")
    return f"{text}: {', '.join(words)}"


def now_ms(began: float) -> int:
    """Milliseconds since a moment of ``time.perf_counter``."""
    return round((time.perf_counter() - began) * 1000)


def _first(value: Any) -> float:
    return float(value[0] if isinstance(value, list) else value)


def _value(context: Mapping[str, Any], name: str) -> str:
    """A variable as the gateway writes it into a log of JSON; what it does not know is a hyphen."""
    value: Any = context
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return "-" if value is None else orjson.dumps(str(value)).decode()[1:-1]
