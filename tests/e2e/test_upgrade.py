"""The local stack on a data folder that the first release has left (docs/deploying.md#upgrades)."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import release_data, shared
from tests.support.checkout import ROOT
from tests.support.stack import RunningStack, local_stack


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    data = tmp_path_factory.mktemp("upgrade") / "data"
    shared.share_modules(data)
    release_data.unpack(release_data.FOLDER / release_data.releases()[0], data)
    with local_stack(data) as running:
        yield running


def test_an_old_folder_is_served_and_migrated(stack: RunningStack) -> None:
    call: Any = release_data.caller(stack.url, stack.key)
    kept = release_data.kept_answers(release_data.releases()[0])
    assert call("GET", "/rest/rockets?limit=60") == kept["/rest/rockets?limit=60"]
    [hook] = call("GET", "/rest/metadata/webhooks")["data"]
    assert hook["secret"] == release_data.SECRET
    [waiting] = [job for job in call("GET", "/rest/metadata/jobs") if job["kind"] == "MIGRATE"]
    assert waiting["state"] == "WAITING"  # for a deployment to last

    assert "Migrations begin in 1 workspace.\n" in _migrations(stack.data)
    job = _ended(call, waiting["id"])
    assert (job["report"], job["finishedAt"] is not None) == ([], True)
    assert "up to date" in _migrations(stack.data, "--list")
    assert call("GET", "/rest/rockets?limit=60") == kept["/rest/rockets?limit=60"]


def _ended(call: Any, job_id: str) -> Any:
    """The job when it has ended; a stack that never ends it fails the test, not the run."""
    give_up = time.monotonic() + 120
    while time.monotonic() < give_up:
        job = call("GET", f"/rest/metadata/jobs/{job_id}")
        if job["state"] == "DONE":
            return job
        time.sleep(0.2)
    pytest.fail(f"the job does not end: {job}")


def _migrations(data: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "local.migrations", "--data", str(data), *arguments]
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
