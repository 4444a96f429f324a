"""Costs by workspace from logs: what is counted for whom, exactly, from files as they come."""

from __future__ import annotations

import csv
import gzip
import io
import json
from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from icosa.prices import Prices
from icosa.runtime.emf import Values, Writer
from ops.cost_report import main, read_prices
from ops.log_lines import Unread, lines_of
from ops.usage import SHARED, Ledger, Usage
from tests.support.checkout import ROOT


def _call(workspace_id: str | None, seconds: float = 0.01, service: str = "core-rest", **numbers: float) -> str:
    writer = Writer(service=service, stack="s", namespace="Icosa", megabytes=1024, _is_cold=False)
    ids = {"workspace_id": workspace_id, "correlation_id": "r"} if workspace_id else {"correlation_id": "r"}
    line = writer.line(Values("list", dict(numbers), ids), seconds)
    assert line is not None
    return line.decode()


def _gateway(workspace_id: str, error: str = "-", status: str = "200") -> str:
    members = {"requestId": "r", "workspaceId": workspace_id, "status": status, "error": error}
    return json.dumps({**members, "integrationLatency": "9"})


def _usage(*lines: str) -> dict[str, Usage]:
    ledger = Ledger()
    ledger.read((json.loads(line, parse_float=Decimal), len(line)) for line in lines)
    return ledger.usage()


def test_calls_are_counted_for_their_workspaces() -> None:
    usage = _usage(
        _call("a", 0.0101, ReadUnits=3.5, WriteUnits=2),
        _call("a", 0.0099, ReadUnits=0.1),
        _call("a", 0.0099, service="authorizer", ReadUnits=3),
        _call("b", ReadUnits=0.2),
        _call(None),
    )

    assert (usage["a"].calls, usage["a"].reads, usage["a"].writes) == (2, Decimal("6.6"), Decimal(2))
    assert [usage["a"].invocations, usage["a"].megabyte_ms] == [3, (11 + 10 + 10) * 1024]
    assert usage["b"].reads == Decimal("0.2")
    assert usage[SHARED].calls == 1
    assert usage["a"].gateway == 2, "without a log of the gateway the functions' lines count"


def test_the_gateway_asks_for_what_it_passes_on() -> None:
    usage = _usage(
        _gateway("a"),
        _gateway("a", "INTEGRATION_TIMEOUT", "504"),
        _gateway("a", "THROTTLED", "429"),
        _gateway("-", "ACCESS_DENIED", "401"),
        _call("a"),
    )

    assert (usage["a"].gateway, usage["a"].calls, usage[SHARED].gateway) == (2, 1, 0)


def test_a_sampled_line_counts_for_all_that_it_stands_for() -> None:
    line = {"message": "call", "service": "core-rest", "memory": 512, "workspace_id": "a", "correlation_id": "r"}
    many = {**line, "weight": 3, "Latency": [1.5, 1.5, 1.5], "ReadUnits": [2, 2, 2], "WriteUnits": [0, 0, 0]}

    [usage] = _usage(json.dumps(many)).values()
    assert [usage.calls, usage.invocations, usage.reads, usage.megabyte_ms] == [3, 3, 6, 3 * 2 * 512]


def test_a_batch_of_several_is_shared_out_to_the_last_part() -> None:
    line = {"message": "call", "service": "events", "memory": 512, "Latency": 100, "ReadUnits": 1, "WriteUnits": 9}
    shares = {"a": [1, 0.5, 4], "b": [2, 0.5, 5], "": [0, 0, 0]}

    usage = _usage(json.dumps({**line, "workspaces": shares}))
    assert usage["a"].megabyte_ms * 2 == usage["b"].megabyte_ms
    assert usage["a"].megabyte_ms + usage["b"].megabyte_ms == 100 * 512
    assert sum(each.invocations for each in usage.values()) == 1
    assert [usage["b"].writes, usage["b"].reads] == [5, Decimal("0.5")]


def test_files_are_read_as_they_come(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    exported = f"2026-11-28T20:50:14.317Z {_call('a')}\n"
    (tmp_path / "deep" / "000000").write_bytes(gzip.compress(exported.encode()))
    local = f"REPORT RequestId: 1\tDuration: 1 ms\n{_call('b')}\nTraceback {{\n[1, 2]\n\n"
    (tmp_path / "CoreRestFunction.log").write_text(local + _call("c"))
    (tmp_path / "empty").write_text("")
    unread = Unread()

    found = [line["workspace_id"] for line, _ in lines_of(tmp_path, unread)]
    assert (sorted(found), unread.number) == (["a", "b", "c"], 1)


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    path = tmp_path / "logs"
    lines = [_call("cheap", ReadUnits=1), *[_call("dear", WriteUnits=0.1)] * 3, _call(None)]
    path.write_text("\n".join([*lines, _gateway("cheap"), _gateway("dear")]))
    return path


def _run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 0
    return capsys.readouterr().out


def test_the_table_has_the_dearest_first_and_all_last(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = _run(capsys, str(logs)).splitlines()

    assert [line.split()[0] for line in lines] == ["workspace", "dear", "cheap", "(shared)", "(all)"]
    assert lines[0].split()[-1] == "usd"


def test_csv_and_json_are_exact_and_agree(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows: list[dict[str, Any]] = json.loads(_run(capsys, str(logs), "--format", "json"))

    assert list(csv.DictReader(io.StringIO(_run(capsys, str(logs), "--format", "csv")))) == rows
    *each, everything = rows
    for column in ("calls", "reads", "writes", "dynamodb_usd", "gateway_usd", "logs_usd"):
        assert sum(Decimal(row[column]) for row in each) == Decimal(everything[column])
    dear = next(row for row in rows if row["workspace"] == "dear")
    assert Decimal(dear["writes"]) == Decimal("0.3")
    assert Decimal(dear["dynamodb_usd"]) == Decimal("0.3") * Decimal("0.625") / 1_000_000
    parts = ("dynamodb_usd", "lambda_usd", "gateway_usd", "logs_usd")
    assert Decimal(dear["usd"]) == sum(Decimal(dear[part]) for part in parts)


def test_prices_come_from_a_file(logs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prices = tmp_path / "prices.toml"
    text = (ROOT / "ops/prices.toml").read_text()
    prices.write_text(text.replace("writes = 0.625", "writes = 1000000"))

    rows = json.loads(_run(capsys, str(logs), "--prices", str(prices), "--format", "json"))
    assert Decimal(rows[0]["dynamodb_usd"]) == Decimal("0.3")


def test_default_prices_are_those_of_explain() -> None:
    prices = read_prices(ROOT / "ops/prices.toml")

    of_calls = [price for price in fields(Prices) if price.name != "gigabyte_months"]  # which no call pays
    for price in of_calls:
        assert prices[price.name] == Decimal(str(getattr(Prices(), price.name)))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("reads = 1", "writes must be a number"),
        ("reads = -1", "reads must be a number of at least 0, not -1"),
        ("reads = inf", "reads must be a number"),
        ("reads = true", "reads must be a number"),
        ("reads =", "is not TOML"),
    ],
)
def test_prices_that_cannot_be_used(
    text: str, message: str, logs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prices = tmp_path / "prices.toml"
    prices.write_text(text)

    assert main([str(logs), "--prices", str(prices)]) == 1
    assert message in capsys.readouterr().err


def test_prices_nobody_knows(logs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prices = tmp_path / "prices.toml"
    prices.write_text((ROOT / "ops/prices.toml").read_text() + "storage = 1\n")

    assert main([str(logs), "--prices", str(prices)]) == 1
    assert "storage is none of reads" in capsys.readouterr().err


def test_logs_without_calls_and_no_logs_at_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "log").write_text("nothing\n")

    assert main([str(tmp_path)]) == 1
    assert "no line of a call" in capsys.readouterr().err
    assert main([str(tmp_path / "missing")]) == 1
    assert "does not exist" in capsys.readouterr().err
