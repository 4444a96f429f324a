"""The README's tour, word for word, against a new local stack."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.support.checkout import ROOT
from tests.support.stack import local_stack
from tests.support.tour import difference, steps

pytestmark = pytest.mark.slow

_URL = "http://localhost:8000"
_KEY = ".icosa/api-key"


def test_the_tour(tmp_path: Path) -> None:
    tour = steps((ROOT / "README.md").read_text(encoding="utf-8"), "A first tour")
    assert len(tour) > 10

    with local_stack(tmp_path / "data") as stack:
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
