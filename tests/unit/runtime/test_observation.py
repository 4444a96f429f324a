"""The line that a call leaves in the log, and the ids in all others."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from icosa.runtime import emf
from icosa.runtime.emf import METRICS, STACK_METRICS, Values, Writer
from icosa.runtime.handlers import function_logger, proxy_handler
from icosa.runtime.http import HttpResponse, proxy_response
from icosa.runtime.observation import Observation, observed, observed_action, observing, of_request
from icosa.store.meter import Meter
from tests.support.functions import LambdaContext

_EVENT = {
    "httpMethod": "GET",
    "requestContext": {"requestId": "r1", "authorizer": {"workspaceId": "w1", "keyId": "k1", "exp": "1"}},
}


def _writer(**changes: Any) -> Writer:
    return Writer(**{"service": "core-rest", "stack": "icosa-test", "namespace": "Icosa", "megabytes": 1769, **changes})


def _line(writer: Writer, numbers: dict[str, float], seconds: float = 0.0125, **properties: Any) -> dict[str, Any]:
    line = writer.line(Values("list", dict(numbers), properties), seconds)
    assert line is not None
    read: dict[str, Any] = json.loads(line)
    return read


def test_a_line_is_the_embedded_format() -> None:
    """CloudWatch's specification: dimensions and metrics that the metadata name are members of the line itself."""
    line = _line(_writer(), {"ReadUnits": 3.5, "RoundTrips": 2, "Scans": 1}, workspace_id="w1")

    every, of_stack = line["_aws"]["CloudWatchMetrics"]
    assert every["Dimensions"] == [["stack", "service", "operation"]]
    assert of_stack["Dimensions"] == [["stack"]]
    assert [metric["Name"] for metric in of_stack["Metrics"]] == ["Scans"]
    for directive in (every, of_stack):
        assert directive["Namespace"] == "Icosa"
        assert len(directive["Dimensions"][0]) <= 30
        for metric in directive["Metrics"]:
            assert metric["Unit"] == METRICS[metric["Name"]]
            assert isinstance(line[metric["Name"]], float | int)
        for name in directive["Dimensions"][0]:
            assert line[name]
    assert (line["Latency"], line["ReadUnits"], line["WriteUnits"]) == (12.5, 3.5, 0)
    assert (line["workspace_id"], line["memory"], line["level"]) == ("w1", 1769, "INFO")
    assert abs(line["_aws"]["Timestamp"] / 1000 - _seconds(line["timestamp"])) < 0.01


def _seconds(text: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(text).timestamp()


def test_what_did_not_happen_makes_no_metric() -> None:
    names = [metric["Name"] for metric in _line(_writer(_is_cold=False), {})["_aws"]["CloudWatchMetrics"][0]["Metrics"]]

    assert names == ["Latency", "ReadUnits", "WriteUnits", "RoundTrips"]


def test_the_first_call_of_an_environment_is_cold() -> None:
    writer = _writer()

    assert [_line(writer, {}).get("ColdStarts") for _ in range(3)] == [1, None, None]


def test_metrics_of_functions_are_fewer_and_of_none_there_are_none() -> None:
    assert _line(_writer(by="function"), {})["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["stack", "service"]]
    line = _line(_writer(by="none"), {"ReadUnits": 2})
    assert "_aws" not in line
    assert line["ReadUnits"] == 2


class _Chooses:
    def __init__(self) -> None:
        self._next = -1

    def randrange(self, stop: int) -> int:
        self._next += 1
        return self._next % stop


def test_a_sampled_line_stands_for_those_that_were_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emf, "_random", _Chooses())
    writer = _writer(sampling=4, _is_cold=False)
    lines = [writer.line(Values("list", {"ReadUnits": 2}), 0.01) for _ in range(8)]

    written = [json.loads(line) for line in lines if line is not None]
    assert [line["weight"] for line in written] == [4, 4]
    assert written[0]["ReadUnits"] == [2, 2, 2, 2]
    assert written[0]["Latency"] == [10, 10, 10, 10]


@pytest.mark.parametrize("numbers", [{"Faults": 1}, {"ClientErrors": 1}, {"Scans": 1}, {"Throttles": 2}])
def test_what_is_remarkable_is_never_left_out(numbers: dict[str, float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emf, "_random", _Chooses())
    writer = _writer(sampling=100, _is_cold=False)

    assert all(_line(writer, numbers).get("weight") is None for _ in range(3))
    assert _line(writer, {}, seconds=1.5)["Latency"] == 1500


@pytest.mark.parametrize(
    ("variables", "message"),
    [({"METRICS_SAMPLING": "0"}, "METRICS_SAMPLING must be 1 to 100"), ({"METRICS_BY": "path"}, "METRICS_BY must be")],
)
def test_settings_that_mean_nothing(variables: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Writer.read(variables)


@pytest.mark.parametrize(("kept", "level"), [("INFO", "INFO"), ("WARN", "WARN"), ("ERROR", "FATAL")])
def test_lines_pass_the_level_that_lambda_keeps_and_are_no_errors(kept: str, level: str) -> None:
    assert Writer.read({"AWS_LAMBDA_LOG_LEVEL": kept}).level == level


def test_stack_metrics_are_metrics() -> None:
    assert set(STACK_METRICS) <= set(METRICS)


def _calls(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [line for line in _lines(capsys) if line["message"] == "call"]


def _lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_request_leaves_its_ids_in_every_line_and_none_behind(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "ids")

    def run(event: dict[str, Any], _context: Any) -> dict[str, Any]:
        logging.getLogger("icosa.somewhere").warning("one")
        return {"statusCode": 200}

    handler = proxy_handler(run)
    handler(_EVENT, LambdaContext())
    handler({"httpMethod": "GET", "requestContext": {"requestId": "r2"}}, LambdaContext())

    first, call, second, other = _lines(capsys)
    for line in (first, call):
        assert (line["correlation_id"], line["workspace_id"], line["key_id"]) == ("r1", "w1", "k1")
    assert second["correlation_id"] == other["correlation_id"] == "r2"
    assert not {"workspace_id", "key_id"} & (second.keys() | other.keys())
    assert (call["operation"], call["status"]) == ("read", 200)


@pytest.mark.parametrize(
    ("status", "counted"),
    [(200, {}), (404, {"ClientErrors": 1}), (429, {"ClientErrors": 1}), (503, {"Faults": 1})],
)
def test_errors_are_counted_by_whose_they_are(
    status: int, counted: dict[str, int], capsys: pytest.CaptureFixture[str]
) -> None:
    with observing(of_request(_EVENT)) as observation:
        observation.status = status

    [call] = _calls(capsys)
    assert {name: call[name] for name in ("ClientErrors", "Faults") if name in call} == counted


def test_errors_inside_of_answers_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    with observing(of_request(_EVENT)) as observation:
        observation.graphql_errors(["BAD_USER_INPUT", "INTERNAL_SERVER_ERROR", None])
        observation.status = 200

    [call] = _calls(capsys)
    assert (call["GraphqlErrors"], call["ClientErrors"], call["Faults"]) == (3, 2, 1)


def test_what_is_raised_is_a_fault(capsys: pytest.CaptureFixture[str]) -> None:
    def fail(_event: object) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        observed_action(fail)({"action": "whatever somebody typed"})

    [call] = _calls(capsys)
    assert (call["operation"], call["status"], call["Faults"]) == ("refused", 500, 1)


def test_an_action_is_an_operation(capsys: pytest.CaptureFixture[str]) -> None:
    observed_action(lambda event: event)({"action": "list_api_keys", "workspaceId": "w1"})

    [call] = _calls(capsys)
    assert (call["operation"], call["workspace_id"]) == ("list_api_keys", "w1")


def test_meters_are_added_up_with_their_authentication_and_children(capsys: pytest.CaptureFixture[str]) -> None:
    with observing(of_request(_EVENT)) as observation:
        meter = Meter(read_units=2, round_trips=1, authentication=Meter(read_units=4, round_trips=1))
        observation.use(meter)
        meter.child().write_units = 5
        assert meter.authentication
        meter.authentication.child().write_units = 1
        meter.scan("records")
        observation.status = 200

    [call] = _calls(capsys)
    assert (call["ReadUnits"], call["WriteUnits"], call["RoundTrips"], call["Scans"]) == (6, 6, 2, 1)


def test_the_units_of_a_batch_are_shared_out(capsys: pytest.CaptureFixture[str]) -> None:
    with observing(Observation(operation="batch", records=3)) as observation:
        observed().meter_of("w1", records=2).write_units += 8
        observed().meter_of("w2", records=1).read_units += 1
        observed().meter_of(None).read_units += 0.5
        observation.failed = 1

    [call] = _calls(capsys)
    assert call["workspaces"] == {"w1": [2, 0, 8], "w2": [1, 1, 0], "": [0, 0.5, 0]}
    assert (call["Records"], call["FailedRecords"], call["WriteUnits"]) == (3, 1, 8)


def test_outside_of_functions_nobody_looks() -> None:
    observed().operation = "list"

    assert observed().operation == "refused"


def test_clients_are_told_the_id_of_their_request() -> None:
    answer = proxy_response(HttpResponse(200, b"{}"), _EVENT)

    assert answer["headers"]["x-request-id"] == "r1"


def test_messages_of_exceptions_are_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "exceptions")
    logger = function_logger()
    value = "ada@example.com"

    try:
        try:
            dict[str, str]()[value]
        except KeyError as error:
            error.add_note(value)
            raise ValueError(value) from error
    except ValueError:
        logger.exception("unexpected failure")

    [line] = _lines(capsys)
    assert value not in json.dumps(line)
    assert [text.splitlines()[-1] for text in line["exception"].split("\n\n")] == ["KeyError", "ValueError"]
