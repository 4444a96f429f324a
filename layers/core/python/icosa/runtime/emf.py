"""Lines in CloudWatch's embedded metric format: JSON on standard output, of which CloudWatch Logs makes metrics.

A small encoder of our own (docs/decisions.md#metrics-are-lines-of-the-log): a line carries two sets of metrics with
different dimensions, and functions that import no logger write lines as well.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import orjson

#: Every metric of a call, and its unit. Those of ``_ALWAYS`` are in each line, others when they are not 0: CloudWatch
#: asks for a metric only in hours that have values of it.
METRICS: Final[Mapping[str, str]] = {
    "Latency": "Milliseconds",
    "ReadUnits": "Count",
    "WriteUnits": "Count",
    "RoundTrips": "Count",
    "ClientErrors": "Count",
    "Faults": "Count",
    "GraphqlErrors": "Count",
    "GraphqlFaults": "Count",
    "Retries": "Count",
    "Conflicts": "Count",
    "Throttles": "Count",
    "Scans": "Count",
    "ColdStarts": "Count",
    "Records": "Count",
    "FailedRecords": "Count",
}
_ALWAYS: Final = ("Latency", "ReadUnits", "WriteUnits", "RoundTrips")
#: Also counted for the stack as a whole, for alarms, which cannot add up what they do not know by name.
STACK_METRICS: Final = ("Faults", "GraphqlErrors", "GraphqlFaults", "Conflicts", "Throttles", "Scans")
#: Dimensions of the others, by METRICS_BY.
DIMENSIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "operation": ("stack", "service", "operation"),
    "function": ("stack", "service"),
}
#: How a line passes the log level that Lambda was told to keep. ERROR would count as an error that was logged.
_LEVELS = {"WARN": "WARN", "ERROR": "FATAL", "FATAL": "FATAL"}
#: Values of one metric in one line (CloudWatch's limit), hence the largest sampling.
MOST_SAMPLING: Final = 100
#: Milliseconds; slower calls are never left out.
_SLOW = 1000
#: From the operating system: copies of a snapshot must not leave out the same lines.
_random = random.SystemRandom()


@dataclass(slots=True)
class Values:
    """``numbers`` are values of metrics, ``properties`` whatever else the line says."""

    operation: str
    numbers: dict[str, float] = field(default_factory=dict)
    properties: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Writer:
    """Writes the lines of one function. ``sampling``: of so many quick calls without errors one is written, and counts
    for all of them; every other call is written.
    """

    service: str
    stack: str
    namespace: str
    megabytes: int
    by: str = "operation"
    sampling: int = 1
    level: str = "INFO"
    _is_cold: bool = True

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Writer:
        """The writer of a function's environment."""
        sampling = int(environment.get("METRICS_SAMPLING", "1"))
        if not 1 <= sampling <= MOST_SAMPLING:
            raise ValueError(f"METRICS_SAMPLING must be 1 to {MOST_SAMPLING}, not {sampling}")
        by = environment.get("METRICS_BY", "operation")
        if by not in (*DIMENSIONS, "none"):
            raise ValueError(f"METRICS_BY must be one of {', '.join((*DIMENSIONS, 'none'))}, not {by!r}")
        return cls(
            service=environment.get("POWERTOOLS_SERVICE_NAME", "unknown"),
            stack=environment.get("STACK_NAME", "unknown"),
            namespace=environment.get("POWERTOOLS_METRICS_NAMESPACE", "Icosa"),
            megabytes=int(environment.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "0")),
            by=by,
            sampling=sampling,
            level=_LEVELS.get(environment.get("AWS_LAMBDA_LOG_LEVEL", "INFO"), "INFO"),
        )

    def line(self, values: Values, seconds: float) -> bytes | None:
        """The line of a call; None if it is one of those that another stands for."""
        numbers = {name: values.numbers.get(name, 0.0) for name in METRICS}
        numbers["Latency"] = round(seconds * 1000, 2)
        if self._is_cold:
            self._is_cold = False
            numbers["ColdStarts"] = 1
        weight = self._weight(numbers)
        if not weight:
            return None
        present = {name: number for name, number in numbers.items() if number or name in _ALWAYS}
        now = time.time()
        line: dict[str, Any] = {"level": self.level, "message": "call", "timestamp": _text(now)}
        if self.by in DIMENSIONS:
            line["_aws"] = {"Timestamp": int(now * 1000), "CloudWatchMetrics": self._directives(present)}
        line |= {"stack": self.stack, "service": self.service, "operation": values.operation, "memory": self.megabytes}
        line |= values.properties
        if weight > 1:
            line["weight"] = weight
        for name, number in present.items():
            line[name] = number if weight == 1 else [number] * weight
        return orjson.dumps(line)

    def _weight(self, numbers: Mapping[str, float]) -> int:
        """How many calls the line stands for; 0 for one that is left out."""
        quiet = all(not number or name in _ALWAYS for name, number in numbers.items())
        if self.sampling == 1 or not quiet or numbers["Latency"] >= _SLOW:
            return 1
        return 0 if _random.randrange(self.sampling) else self.sampling

    def _directives(self, present: Mapping[str, float]) -> list[dict[str, Any]]:
        directives = [self._directive(DIMENSIONS[self.by], list(present))]
        of_stack = [name for name in STACK_METRICS if name in present]
        if of_stack:
            directives.append(self._directive(("stack",), of_stack))
        return directives

    def _directive(self, dimensions: tuple[str, ...], names: list[str]) -> dict[str, Any]:
        metrics = [{"Name": name, "Unit": METRICS[name]} for name in names]
        return {"Namespace": self.namespace, "Dimensions": [dimensions], "Metrics": metrics}


def write(values: Values, seconds: float) -> None:
    """Write the line of a call of this function."""
    line = _writer.line(values, seconds)
    if line is not None:
        sys.stdout.write(f"{line.decode()}\n")


def _text(now: float) -> str:
    return f"{datetime.fromtimestamp(now, UTC).isoformat(timespec='milliseconds')[:-6]}Z"


_writer = Writer.read(os.environ)
