"""What operators see: alarms with their runbooks, a dashboard, questions to the logs; and that all of it is fed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from icosa.runtime.emf import DIMENSIONS, METRICS, STACK_METRICS
from ops.dashboard import FUNCTIONS, GRAPHS, dashboard, written
from tests.support.checkout import ROOT

Document = dict[str, Any]

#: What AWS makes by itself for resources of the kinds that the template has (its metric references).
_OF_AWS = {
    "AWS/ApiGateway": {"Count", "4XXError", "5XXError", "Latency", "IntegrationLatency"},
    "AWS/DynamoDB": {
        "ConsumedReadCapacityUnits",
        "ConsumedWriteCapacityUnits",
        "ReadThrottleEvents",
        "WriteThrottleEvents",
    },
    "AWS/Lambda": {
        "ConcurrentExecutions",
        "DestinationDeliveryFailures",
        "Duration",
        "Errors",
        "Invocations",
        "IteratorAge",
        "Throttles",
    },
    "AWS/SQS": {"ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"},
    "AWS/Usage": {"ResourceCount"},
}
_RUNBOOKS = ROOT / "docs" / "runbooks.md"
#: Operators have to be told, too, of what no metric sees.
_ANNOUNCED_BY_PEOPLE = "told by"


def _of_type(template: Document, kind: str) -> dict[str, Document]:
    return {name: body["Properties"] for name, body in template["Resources"].items() if body["Type"] == kind}


@pytest.fixture(scope="module")
def alarms(template: Document) -> dict[str, Document]:
    return _of_type(template, "AWS::CloudWatch::Alarm")


def _slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _headings() -> dict[str, str]:
    """Runbooks by the slug of their heading."""
    parts = re.split(r"^## (.*)\n", _RUNBOOKS.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {_slug(heading): body for heading, body in zip(parts[1::2], parts[2::2], strict=True)}


def test_every_alarm_leads_to_its_runbook(alarms: dict[str, Document]) -> None:
    runbooks = _headings()

    for name, alarm in alarms.items():
        if name.endswith("ReleaseErrors"):  # which end a release in steps by themselves
            continue
        link = re.search(r"\(docs/runbooks\.md#([\w-]+)\)$", alarm["AlarmDescription"])
        assert link, name
        assert f"`{name}`" in runbooks[link[1]].split("**Means**")[0], name


def test_every_runbook_names_alarms_that_exist_or_who_tells(alarms: dict[str, Document]) -> None:
    runbooks = {slug: body for slug, body in _headings().items() if "**Announced by**" in body}

    assert len(runbooks) >= 10
    for slug, body in runbooks.items():
        announced = body.split("**Announced by**")[1].split("**Means**")[0]
        names = set(re.findall(r"`([A-Z][A-Za-z]+)`", announced))
        assert names <= set(alarms), slug
        assert names or _ANNOUNCED_BY_PEOPLE in announced, slug


@pytest.mark.parametrize("part", ["Means", "Look", "Repair", "Over"])
def test_runbooks_are_complete(part: str) -> None:
    assert [
        slug for slug, body in _headings().items() if "**Announced by**" in body and f"**{part}**" not in body
    ] == []


def test_runbooks_name_commands_and_resources_that_exist(template: Document) -> None:
    text = _RUNBOOKS.read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))

    assert set(re.findall(r"^make ([a-z-]+)", text, flags=re.MULTILINE)) <= targets
    assert set(re.findall(r"\$\(resource (\w+)\)", text)) <= set(template["Resources"])
    questions = {query["Name"]["Fn::Sub"].partition("/")[2] for query in _queries(template).values()}
    assert set(re.findall(r"\*([a-z][a-zA-Z ]+)\* \(question\)", text)) <= questions


def _queries(template: Document) -> dict[str, Document]:
    return _of_type(template, "AWS::Logs::QueryDefinition")


def _metrics(template: Document, alarms: dict[str, Document]) -> Iterator[tuple[str, str, list[str]]]:
    """Namespace, name and dimensions of every metric that alarms and the dashboard use."""
    for alarm in alarms.values():
        stats = [entry["MetricStat"]["Metric"] for entry in alarm.get("Metrics", []) if "MetricStat" in entry]
        for metric in stats or [alarm]:
            name = metric["MetricName"]
            dimensions = [dimension["Name"] for dimension in metric.get("Dimensions", [])]
            yield metric["Namespace"], name if isinstance(name, str) else name["Fn::Sub"], dimensions
    for _title, metrics in GRAPHS:
        for metric in metrics:
            if isinstance(metric[0], str):
                yield metric[0], metric[1], [name for name in metric[2:] if isinstance(name, str)][::2]


def _emitted_by_deliver() -> set[str]:
    text = (ROOT / "layers/core/python/icosa/webhooks/delivering/reporting.py").read_text(encoding="utf-8")
    return set(re.findall(r'add\("(\w+)"', text))


def test_every_metric_is_emitted_by_somebody(template: Document, alarms: dict[str, Document]) -> None:
    logged = {
        transformation["MetricName"]["Fn::Sub"]
        for metric_filter in _of_type(template, "AWS::Logs::MetricFilter").values()
        for transformation in metric_filter["MetricTransformations"]
    }
    for namespace, name, dimensions in _metrics(template, alarms):
        if namespace != "Icosa":
            assert name in _OF_AWS[namespace], name
        elif dimensions == ["stack"]:
            assert name in STACK_METRICS, name
        elif dimensions:
            assert set(dimensions) == {"service", "stack"}, name
            assert name in _emitted_by_deliver(), name
        else:
            assert name in logged, name


def test_searches_are_for_metrics_of_operations() -> None:
    expressions = [m[0]["expression"] for _, metrics in GRAPHS for m in metrics if isinstance(m[0], dict)]
    searches = [expression for expression in expressions if "SEARCH" in expression]

    assert searches
    for search in searches:
        schema, name = re.findall(r'\{Icosa,([\w,]+)\} MetricName="(\w+)"', search)[0]
        assert tuple(schema.split(",")) == DIMENSIONS["operation"]
        assert name in METRICS


def test_the_dashboard_is_that_of_the_data(template: Document) -> None:
    text = (ROOT / "template.yaml").read_text(encoding="utf-8")

    assert written(text) == text, "run `make dashboard`"
    body = template["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"][0]
    read = json.loads(re.sub(r"\$\{[^}]*\}", "x", body))
    assert len(read["widgets"]) == len(GRAPHS) + 2
    assert all(widget["x"] + widget["width"] <= 24 for widget in read["widgets"])


def test_the_dashboard_shows_every_alarm_that_always_exists(template: Document, alarms: dict[str, Document]) -> None:
    text = json.dumps(dashboard([]) | {"shown": template["Resources"]["Dashboard"]["Properties"]["DashboardBody"]})
    always = {name for name in alarms if "Condition" not in template["Resources"][name]}

    assert {name for name in alarms if f"${{{name}.Arn}}" in text} == always


def test_the_dashboard_names_resources(template: Document) -> None:
    body, names = template["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    named = {name.partition(".")[0] for name in re.findall(r"\$\{([^}:]+)\}", body)}

    assert named <= set(template["Resources"]) | set(template["Parameters"]) | set(names)
    assert all(f"{name}Function" in template["Resources"] for name in FUNCTIONS)


def test_questions_are_about_members_of_lines(template: Document) -> None:
    logged = json.loads(template["Resources"]["Api"]["Properties"]["AccessLogSetting"]["Format"])
    members = {*METRICS, *logged, "message", "level", "service", "operation", "object", "status", "weight", "exception"}
    members |= {"workspace_id", "key_id", "correlation_id", "timestamp"}
    words = {"filter", "stats", "sort", "by", "as", "desc", "asc", "limit", "display", "and", "or"}
    words |= {"coalesce", "pct", "max", "sum", "avg", "count"}
    for name, query in _queries(template).items():
        text = re.sub(r'"[^"]*"|\.0|@timestamp|\b\d+\b', "", query["QueryString"])
        made = set(re.findall(r"\bas (\w+)", text))
        assert set(re.findall(r"[A-Za-z_]\w*", text)) - words - made <= members, name
        assert query["LogGroupNames"], name


def test_everything_that_logs_is_asked_about_a_request(template: Document) -> None:
    [query] = [query for query in _queries(template).values() if query["Name"]["Fn::Sub"].endswith("way of a request")]
    groups = {name for name, body in template["Resources"].items() if body["Type"] == "AWS::Logs::LogGroup"}

    assert groups - {group["Ref"] for group in query["LogGroupNames"]} == {
        "ConsoleLogs",  # public files
        "TokensLogs",
        "RotationLogs",  # no requests
    }


def test_metrics_need_no_rights(template: Document) -> None:
    assert "cloudwatch:PutMetricData" not in json.dumps(template["Resources"])


def test_prices_of_the_alarm_are_those_of_the_code(alarms: dict[str, Document]) -> None:
    from icosa.prices import Prices

    prices = Prices()
    expression = alarms["CostHigh"]["Metrics"][0]["Expression"]

    assert [float(number) for number in re.findall(r"\* ([\d.]+)", expression)] == [
        prices.reads,
        prices.writes,
        prices.requests + 2 * prices.invocations,
    ]
