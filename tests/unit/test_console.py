"""The console's own tests, which node runs: modules without a page (console/tests)."""

from __future__ import annotations

import subprocess

import pytest

from tests.support.checkout import ROOT

_NODE = ROOT / ".venv" / "bin" / "node"


def test_the_modules_of_the_console_pass_their_tests() -> None:
    if not _NODE.exists():
        pytest.skip("no node in .venv: make install")
    files = sorted(str(path) for path in (ROOT / "console" / "tests").glob("*.test.ts"))
    assert files
    done = subprocess.run([_NODE, "--test", *files], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout
