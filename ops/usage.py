"""What each workspace used, by the lines of calls (``icosa.runtime.emf``) and the gateway's log of calls."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from ops.log_lines import Line

#: Whose are calls and work that no workspace is known for: refused ones, background work for many.
SHARED: Final = ""
#: CloudWatch adds so many bytes to each line that it takes in.
_LINE_BYTES = 26
#: Where the gateway answers instead of a function, it asks money for these only.
_PAID_FAILURES = ("DEFAULT_5XX", "INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT", "BAD_REQUEST_BODY", "REQUEST_TOO_LARGE")


@dataclass(slots=True)
class Usage:
    """Of one workspace. ``megabyte_ms`` is the paid time of functions times their memory."""

    calls: int = 0
    gateway: int = 0
    invocations: Fraction = Fraction()
    megabyte_ms: Fraction = Fraction()
    reads: Decimal = Decimal()
    writes: Decimal = Decimal()
    log_bytes: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


@dataclass(slots=True)
class Ledger:
    """Usage by workspace."""

    of: dict[str, Usage] = field(default_factory=dict)
    #: Whether the gateway's own log was among the lines. Without it the functions' lines tell how many calls it had.
    has_gateway: bool = False

    def read(self, lines: Iterable[tuple[Line, int]]) -> Ledger:
        """Add up lines. What is neither a call nor a line of the gateway costs its bytes only."""
        for line, size in lines:
            owner = self._owner(line)
            owner.log_bytes += size + _LINE_BYTES
            if line.get("message") == "call" and "Latency" in line:
                self._call(line, owner)
            elif "requestId" in line and "integrationLatency" in line:
                self.has_gateway = True
                owner.gateway += _is_paid(line)
        return self

    def usage(self) -> dict[str, Usage]:
        """What each workspace used."""
        if not self.has_gateway:
            for usage in self.of.values():
                usage.gateway = usage.calls
        return self.of

    def _owner(self, line: Line) -> Usage:
        return self._of(line.get("workspace_id") or line.get("workspaceId"))

    def _of(self, workspace_id: Any) -> Usage:
        name = workspace_id if isinstance(workspace_id, str) and workspace_id != "-" else SHARED
        return self.of.setdefault(name, Usage())

    def _call(self, line: Line, owner: Usage) -> None:
        weight = int(line.get("weight", 1))
        times = line["Latency"] if isinstance(line["Latency"], list) else [line["Latency"]]
        paid = sum(math.ceil(time) for time in times) * int(line.get("memory", 0))
        if isinstance(shares := line.get("workspaces"), Mapping):
            self._share(shares, weight, paid)
            return
        owner.invocations += weight
        owner.megabyte_ms += paid
        owner.reads += _sum(line.get("ReadUnits", 0))
        owner.writes += _sum(line.get("WriteUnits", 0))
        owner.calls += weight if "correlation_id" in line and line.get("service") != "authorizer" else 0

    def _share(self, shares: Mapping[str, Any], invocations: int, paid: int) -> None:
        """A batch of several workspaces: each has its units, and of the time its part of the records."""
        records = sum(int(count) for count, _, _ in shares.values())
        for workspace_id, (count, reads, writes) in shares.items():
            usage = self._of(workspace_id)
            part = Fraction(int(count), records) if records else Fraction(1, len(shares))
            usage.invocations += part * invocations
            usage.megabyte_ms += part * paid
            usage.reads += Decimal(reads)
            usage.writes += Decimal(writes)


def _is_paid(line: Line) -> bool:
    error = line.get("error")
    return error in (None, "", "-") or error in _PAID_FAILURES


def _sum(value: Any) -> Decimal:
    return sum(map(Decimal, value), Decimal()) if isinstance(value, list) else Decimal(value)
