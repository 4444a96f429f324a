"""Clients at their work, unmodified and pinned, and the requests of those that no registry carries: all of it works,
and docs/compatibility.md says so.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support import client_table
from tests.support.checkout import ROOT
from tests.support.replays import replay
from tests.support.stack import RunningStack

_SCRIPTS = ROOT / "tests" / "e2e" / "clients" / "records"
_NODE_MODULES = ROOT / "node_modules"
_PYTHON = ROOT / ".venv-clients" / "bin" / "python"
_PACKAGES = ("@apollo/client", "@urql/core", "@urql/exchange-graphcache", "twenty-client-sdk", "twenty-sdk")
_REWRITE = "ICOSA_WRITE_CLIENTS"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not _PYTHON.exists() or not all((_NODE_MODULES / package).is_dir() for package in _PACKAGES),
        reason="`make test` brings the clients",
    ),
]

Seen = dict[str, dict[str, Any]]


def _run(*command: str | Path, **environment: str) -> str:
    own = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        list(map(str, command)),
        cwd=ROOT,
        env={**own, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-5_000:]
    return done.stdout


def _last_line(text: str) -> Seen:
    seen: Seen = json.loads(text.splitlines()[-1])
    return seen


def _command_line(stack: RunningStack, home: Path) -> Seen:
    """Twenty's own tool for developers of applications: it signs in with a key, and finds the key valid."""
    twenty = _NODE_MODULES / ".bin" / "twenty"
    quiet = {"HOME": str(home), "NO_COLOR": "1"}
    added = _run(twenty, "remote:add", "--as", "icosa", "--url", stack.url, "--api-key", stack.key, **quiet)
    status = _run(twenty, "remote:status", **quiet)
    return {
        "twenty-sdk": {
            "remote:add": True if "added" in added else added,
            "remote:status": True if "valid" in status and "invalid" not in status else status,
        }
    }


@pytest.fixture(scope="module")
def seen(stack: RunningStack, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """What every client did."""
    typescript = _run("node", _SCRIPTS / "typescript.mjs", TWENTY_API_URL=stack.url, TWENTY_API_KEY=stack.key)
    python = _run(_PYTHON, _SCRIPTS / "python_clients.py", TWENTY_URL=stack.url, TWENTY_TOKEN=stack.key)
    with httpx.Client(
        base_url=stack.url, headers={"Authorization": f"Bearer {stack.key}"}, timeout=60, follow_redirects=False
    ) as client:
        replayed = replay(_SCRIPTS / "replays.json", client)
    return {
        **_last_line(typescript),
        **_last_line(python),
        **_command_line(stack, tmp_path_factory.mktemp("home")),
        **{f"{name} ¹": operations for name, operations in replayed.items()},
    }


def test_everything_works(seen: Seen) -> None:
    failures = {
        client: wrong
        for client, operations in seen.items()
        if (wrong := {name: outcome for name, outcome in operations.items() if outcome not in (True, "refused")})
    }

    assert failures == {}
    assert len(seen) >= 16


def test_the_table_is_up_to_date(seen: Seen) -> None:
    if os.environ.get(_REWRITE):
        client_table.write(seen)

    assert client_table.shown() == client_table.table(seen)
