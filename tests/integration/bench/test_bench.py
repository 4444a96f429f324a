"""The benchmarks run: that their numbers are good is for people to see."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

from bench.dataset import SMALLEST, company, person
from bench.measure import quantile
from bench.operations import GROWTH, OPERATIONS
from bench.tables import table
from tests.support.checkout import ROOT


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bench")


def bench(data: Path, *arguments: str) -> Any:
    """The results of ``python -m bench`` with the smallest number of people. It prints tables, and no lines of the
    functions' logs, among which ``bench.fresh`` would not find its answer.
    """
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "layers" / "core" / "python"), str(ROOT)])}
    results = data / "results.json"
    command = [sys.executable, "-m", "bench", *arguments, "--data", str(data / "store"), "--json", str(results)]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE)
    assert b'{"level"' not in done.stdout
    return orjson.loads(results.read_bytes())["results"]


@pytest.mark.slow
def test_smoke(data: Path) -> None:
    result = bench(data, "run", "--people", str(SMALLEST), "--rounds", "1", "--seconds", "0.01", "--load", "0")
    assert [item["name"] for item in result["alone"]] == [operation.name for operation in OPERATIONS]
    assert all(item["cpu"] > 0 and item["cost"]["calls"] > 0 for item in result["alone"])
    grown = bench(data, "growth", "--people", str(SMALLEST), str(SMALLEST))  # Seeded already.
    assert {*grown[str(SMALLEST)]} == {operation.name for operation in GROWTH}


def test_records_are_the_same_every_time() -> None:
    assert person(7, ["c1", "c2"]) == person(7, ["c1", "c2"])
    assert len({person(number, [])["emails"]["primaryEmail"] for number in range(2_000)}) == 2_000
    assert len({company(number)["domainName"]["primaryLinkUrl"] for number in range(2_000)}) == 2_000


def test_tables_and_quantiles() -> None:
    assert table(["what", "ms"], [["a", 1.0], ["long", None]]) == "what |   ms\n-----|-----\na    | 1.00\nlong |"
    assert [quantile([3, 1, 2, 4], part) for part in (0.5, 0.95)] == [2, 4]
