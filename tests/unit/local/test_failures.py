"""Failing deliveries in the terminal."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from icosa.webhooks.delivering.reporting import FAILED
from local.failures import FailingDeliveries


def _line(message: str = FAILED, **members: object) -> bytes:
    return json.dumps({"level": "INFO", "message": message, **members}, separators=(",", ":")).encode() + b"\n"


def test_new_lines_are_shown_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "DeliverFunction.log"
    log.write_bytes(_line(url="https://old.example/"))
    failures = FailingDeliveries(log)

    def look() -> list[str]:
        asyncio.run(failures.look())
        return [line.partition(" ")[2] for line in capsys.readouterr().err.splitlines()]

    assert look() == []
    with log.open("ab") as file:
        file.write(
            b"START\n"
            + _line("step of a job")
            + _line(url="https://a.example/b", error="HTTP 500", attempt=2, state="failed")
        )
        file.write(_line(url="https://cut.example/", error="x", attempt=1, state="dead")[:-10])
    assert look() == ["webhook https://a.example/b: HTTP 500 (attempt 2, failed)"]
    assert look() == []
    with log.open("ab") as file:
        file.write(_line(url="https://cut.example/", error="x", attempt=1, state="dead")[-10:])
    assert look() == ["webhook https://cut.example/: x (attempt 1, dead)"]


def test_a_log_that_is_not_there_yet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    failures = FailingDeliveries(tmp_path / "none.log")
    asyncio.run(failures.look())
    (tmp_path / "none.log").write_bytes(_line(webhook_id="w", error="gone", attempt=0, state="skipped"))
    asyncio.run(failures.look())
    assert "webhook w: gone (attempt 0, skipped)" in capsys.readouterr().err
