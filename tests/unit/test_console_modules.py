"""The console's modules that need no browser are tested by Node's own runner, which reads TypeScript as it is."""

from __future__ import annotations

import subprocess

from tests.support.checkout import ROOT


def test_modules_of_the_console() -> None:
    files = sorted(str(path) for path in (ROOT / "console" / "tests").glob("*.test.ts"))
    node = ROOT / ".venv" / "bin" / "node"
    run = subprocess.run([str(node), "--test", *files], capture_output=True, text=True, timeout=300, check=False)
    assert run.returncode == 0, run.stdout
