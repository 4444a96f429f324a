"""Clients that were written for Twenty make, use and revoke API keys of a running local stack."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.checkout import ROOT
from tests.support.stack import RunningStack

_SCRIPTS = ROOT / "tests" / "e2e" / "clients" / "access"
_PYTHON = ROOT / ".venv-clients" / "bin" / "python"

pytestmark = pytest.mark.slow


def _run(program: str | Path, script: str, **environment: str) -> Any:
    """What a script prints."""
    own = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [str(program), str(_SCRIPTS / script)],
        cwd=ROOT,
        env={**own, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.skipif(not (ROOT / "node_modules/twenty-client-sdk").is_dir(), reason="`make install` brings the client")
def test_twentys_own_client(stack: RunningStack) -> None:
    seen = _run("node", "keys.mjs", TWENTY_API_URL=stack.url, TWENTY_API_KEY=stack.key)

    assert (seen["key"]["name"], seen["key"]["role"]) == ("Made by the SDK", {"label": "Admin"})
    assert seen["key"]["id"] in {key["id"] for key in seen["listed"]}
    assert seen["workspace"]["id"]
    assert seen["renamed"] == {"name": "Renamed by the SDK"}
    assert seen["revoked"]["revokedAt"]
    assert "This API Key is revoked" in seen["failure"]


@pytest.mark.skipif(not _PYTHON.exists(), reason="`make test` brings the client")
def test_twenty_mcp(stack: RunningStack) -> None:
    seen = _run(_PYTHON, "twenty_mcp_keys.py", TWENTY_URL=stack.url, TWENTY_TOKEN=stack.key)

    assert seen["key"]["name"] == "Made by twenty-mcp"
    assert seen["used"]["people"]["totalCount"] > 0
    assert seen["revoked"]["revokedAt"]
    # The client keeps messages to itself.
    assert "TransportQueryError" in seen["failure"]
