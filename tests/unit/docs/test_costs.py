"""What the page on deploying says about costs follows from the template, at the prices that it names."""

from __future__ import annotations

import re
from typing import Any

from tests.support.checkout import template_document
from tests.support.markdown import read, table

_RESOURCES: dict[str, dict[str, Any]] = template_document()["Resources"]
_SECONDS = 30 * 24 * 3600
_PER_METRIC = 0.10


def _row(name: str) -> tuple[float, str]:
    """The USD of a row, and what it says."""
    [row] = [row for row in table("docs/deploying.md", "What").rows if row[0].startswith(name)]
    return float(row[1]), row[2]


def _alarms(condition: str | None) -> list[dict[str, Any]]:
    alarms = [body for body in _RESOURCES.values() if body["Type"] == "AWS::CloudWatch::Alarm"]
    return [body["Properties"] for body in alarms if body.get("Condition") == condition]


def _metrics(alarm: dict[str, Any]) -> int:
    """The metrics that an alarm pays for: of metric math those that are added up."""
    return sum("MetricStat" in metric for metric in alarm["Metrics"]) if "Metrics" in alarm else 1


def test_snapshots() -> None:
    memory = sum(
        body["Properties"]["MemorySize"]
        for body in _RESOURCES.values()
        if body["Type"] == "AWS::Serverless::Function" and "SnapStart" in body["Properties"]
    )
    usd, text = _row("snapshots")
    match = re.search(r"of the (\w+) functions .*: ([\d.]+) GB at ([\d.]+) USD", text)
    assert match
    assert round(memory / 1024, 1) == float(match[2])
    assert usd == round(memory / 1024 * float(match[3]) * _SECONDS, 2)
    page = read("docs/deploying.md")
    assert f"ten releases cost {10 * usd:.2f} a month" in page
    assert f"Three versions are {3 * usd:.2f}." in page


def test_alarms() -> None:
    usd, text = _row("alarms (always)")
    alarms = _alarms(None)
    metrics = sum(map(_metrics, alarms))
    assert text.startswith(f"{len(alarms)} alarms over {metrics} metrics, each {_PER_METRIC:.2f};")
    assert usd == round(metrics * _PER_METRIC, 2)


def test_alarm_of_costs() -> None:
    usd, text = _row("alarm of costs")
    [alarm] = _alarms("HasCostAlarm")
    assert text.startswith(f"1 alarm over {_metrics(alarm)} metrics,")
    assert usd == round(_metrics(alarm) * _PER_METRIC, 2)


def test_alarms_of_a_release() -> None:
    usd, text = _row("alarms of a release")
    alarms = _alarms("ReleasesInSteps")
    assert text.startswith(f"{len(alarms)} alarms,")
    assert usd == round(sum(map(_metrics, alarms)) * _PER_METRIC, 2)
