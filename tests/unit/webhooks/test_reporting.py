"""What operators see of deliveries."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from icosa.webhooks.delivering.attempting import Observed
from icosa.webhooks.delivering.reporting import FAILED, SWITCHED_OFF, Reporter


@pytest.fixture
def reporter(monkeypatch: pytest.MonkeyPatch) -> Iterator[Reporter]:
    monkeypatch.setenv("STACK_NAME", "icosa-test")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "deliver")
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Icosa")
    made = Reporter.from_environment()
    yield made
    made._metrics.clear_metrics()
    made._metrics.clear_default_dimensions()


def _observed(**attributes: object) -> Observed:
    given = {
        "workspace_id": "w",
        "webhook_id": "h",
        "delivery_id": "d",
        "event_name": "person.created",
        "state": "delivered",
        "attempt": 1,
        "url": "https://hooks.example/a",
        "status": 200,
        "age_ms": 1_200,
        "duration_ms": 80,
    }
    return Observed(**{**given, **attributes})  # type: ignore[arg-type]


def test_metrics_and_log_lines(
    reporter: Reporter, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="icosa"):
        reporter.report(
            [
                _observed(),
                _observed(state="failed", status=500, error="HTTP 500", attempt=2),
                _observed(state="dead", status=410, error="HTTP 410", disabled="Gone"),
                _observed(state="skipped", url="", status=None, error="The webhook was deleted", attempt=0),
            ]
        )
    [metrics] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    [directive] = metrics["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "Icosa"
    assert sorted(map(sorted, directive["Dimensions"])) == [["service", "stack"]]
    assert (metrics["service"], metrics["stack"]) == ("deliver", "icosa-test")
    sums = {name: sum(values) for name, values in metrics.items() if isinstance(values, list)}
    assert sums == {
        "DeliveryAttempts": 3,
        "DeliveryFailures": 2,
        "DeliveryDuration": 240,
        "DeliveryAge": 2_400,
        "Deliveries": 1,
        "DeliveriesDead": 1,
        "DeliveriesSkipped": 1,
        "WebhooksDisabled": 1,
    }
    lines = [(record.levelname, record.message) for record in caplog.records]
    assert lines == [("INFO", FAILED), ("INFO", FAILED), ("WARNING", SWITCHED_OFF), ("INFO", FAILED)]
    first = vars(caplog.records[0])
    assert (first["url"], first["status"], first["attempt"]) == ("https://hooks.example/a", 500, 2)


def test_nothing_is_reported_of_nothing(reporter: Reporter, capsys: pytest.CaptureFixture[str]) -> None:
    reporter.report([])
    assert capsys.readouterr().out == ""


def test_alarms_look_at_metrics_that_there_are(reporter: Reporter) -> None:
    from tests.support.checkout import template_document

    named = {
        metric["MetricStat"]["Metric"]["MetricName"] if "MetricStat" in metric else None
        for metric in template_document()["Resources"]["DeliveriesFail"]["Properties"]["Metrics"]
    } | {template_document()["Resources"]["WebhooksSwitchedOff"]["Properties"]["MetricName"]}
    assert named == {None, "DeliveryAttempts", "DeliveryFailures", "WebhooksDisabled"}
