"""The README's quick start and the tour, word for word, against a new local stack."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator

import pytest

from tests.support.markdown import read
from tests.support.stack import RunningStack, local_stack
from tests.support.tour import difference, steps

pytestmark = pytest.mark.slow

_URL = "http://localhost:8000"
_KEY = ".icosa/api-key"
#: What the stack under test stands for.
_START = "make dev\n"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    with local_stack(tmp_path_factory.mktemp("readme") / "data") as running:
        yield running


@pytest.mark.parametrize(("page", "heading"), [("README.md", "Quick start"), ("docs/tour.md", "The tour")])
def test_what_is_printed_happens(page: str, heading: str, stack: RunningStack) -> None:
    tour = [step for step in steps(read(page), heading) if step.commands != _START]
    assert len(tour) > 3

    setup = ""
    for step in tour:
        commands = step.commands.replace(_URL, stack.url).replace(_KEY, str(stack.data / "api-key"))
        if step.answer is None:
            setup += commands
            continue
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", setup + commands], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{step.commands}\n{done.stderr}"
        assert difference(step.answer, json.loads(done.stdout)) is None, step.commands
