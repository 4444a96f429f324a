"""The how-tos about the local stack, as they are printed, against a new one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.support.checkout import ROOT
from tests.support.markdown import read
from tests.support.stack import RunningStack, local_stack

pytestmark = pytest.mark.slow

#: Commands, and what the page shows of their output.
_EXAMPLE = re.compile(r"^```bash\n(.*?)^```\n(?:```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL)
_SCRIPT = re.compile(r"^```python\n(.*?)^```\n", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    with local_stack(tmp_path_factory.mktemp("how-to") / "data") as running:
        yield running


def _run(command: list[str], stack: RunningStack) -> str:
    """What a command prints; its data folder is that of the stack."""
    environment = {**os.environ, "DATA": str(stack.data), "PYTHONPATH": f"{ROOT}/layers/core/python:{ROOT}"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_reading_an_explain(stack: RunningStack) -> None:
    setup = ""
    for commands, expected in _EXAMPLE.findall(read("docs/how-to/read-an-explain.md")):
        commands = commands.replace("http://localhost:8000", stack.url).replace(".icosa", str(stack.data))
        if expected:
            printed = _run(["bash", "-euo", "pipefail", "-c", setup + commands], stack)
            assert _without_units(printed) == _without_units(expected), commands
            assert _units(printed) == pytest.approx(_units(expected), rel=0.1, abs=1), commands
        else:
            setup += commands


def _without_units(headers: str) -> str:
    return re.sub(r"(read|write)=\d+", r"\1=", headers)


def _units(headers: str) -> list[int]:
    """Read and write units. Records have other ids in each workspace, so their pages differ a little in size."""
    return [int(number) for number in re.findall(r"(?:read|write)=(\d+)", headers)]


def test_looking_into_the_table(stack: RunningStack) -> None:
    [commands] = [
        text for text, _ in _EXAMPLE.findall(read("docs/how-to/debug-the-local-stack.md")) if "sqlite" in text
    ]

    assert "#W S:workspace " in _run(["bash", "-euo", "pipefail", "-c", commands], stack)


def test_a_handler_in_this_process(stack: RunningStack) -> None:
    [script] = _SCRIPT.findall(read("docs/how-to/debug-the-local-stack.md"))

    assert "'statusCode': 200" in _run([sys.executable, "-c", script], stack)
