"""Replacing the signing secret, and limits, as clients of the local stack see them (docs/wire/access.md)."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.support.checkout import ROOT
from tests.support.stack import RunningStack, local_stack

pytestmark = pytest.mark.slow

METADATA, RECORDS = "/rest/metadata/objects?limit=1", "/rest/people?limit=1"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """With the limits of the template."""
    with local_stack(tmp_path_factory.mktemp("stack") / "data", rate="") as running:
        yield running


def run(stack: RunningStack, module: str, *arguments: str) -> str:
    """What a command of the local stack prints."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "layers" / "core" / "python"), str(ROOT)])}
    command = [sys.executable, "-m", f"local.{module}", "--data", str(stack.data), *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def fresh(stack: RunningStack) -> str:
    """The key of a workspace that has not called yet."""
    return run(stack, "workspace", "--name", "Fresh")


def call(stack: RunningStack, token: str, path: str = RECORDS) -> httpx.Response:
    return httpx.get(f"{stack.url}{path}", headers={"Authorization": f"Bearer {token}"})


def status(stack: RunningStack, token: str, path: str = RECORDS) -> int:
    return call(stack, token, path).status_code


def flood(stack: RunningStack, token: str, path: str, calls: int) -> Counter[int]:
    """The statuses of many calls, as fast as they go."""
    with httpx.Client() as client, ThreadPoolExecutor(8) as threads:
        headers = {"Authorization": f"Bearer {token}"}
        return Counter(
            threads.map(lambda _: client.get(f"{stack.url}{path}", headers=headers).status_code, range(calls))
        )


def test_a_rotation_is_no_outage_and_the_emergency_ends_everything(stack: RunningStack, fresh: str) -> None:
    old = run(stack, "workspace", "--name", "Old")
    assert status(stack, old) == 200
    statuses: list[int] = []
    done = threading.Event()

    def go_on() -> None:
        while not done.wait(0.7):  # Within the limit of 100 a minute.
            statuses.append(status(stack, old))

    watcher = threading.Thread(target=go_on)
    watcher.start()
    said = run(stack, "rotation")
    new = run(stack, "workspace", "--name", "New")
    assert status(stack, new) == 200
    done.set()
    watcher.join()
    assert set(statuses) == {200}
    assert _kid(new) in said
    assert _kid(old) in said
    assert status(stack, fresh) == 200

    assert "All tokens have ended" in run(stack, "rotation", "--end-all-tokens")
    for token in (old, new, fresh, stack.key):
        for path in (RECORDS, METADATA, "/rest/metadata/apiKeys"):
            refused = call(stack, token, path)
            assert (refused.status_code, refused.json()["messages"]) == (401, ["Token invalid."])
        assert "tags" not in call(stack, token, "/rest/open-api/core").json()
    newest = run(stack, "workspace", "--name", "Newest")
    for path in (RECORDS, METADATA, "/rest/metadata/apiKeys"):
        assert status(stack, newest, path) == 200
    assert "tags" in call(stack, newest, "/rest/open-api/core").json()


def _kid(token: str) -> str:
    header = token.split(".")[0]
    kid: str = json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))["kid"]
    return kid


@pytest.mark.parametrize("path", [METADATA, "/rest/metadata/apiKeys", "/metadata?query={objects{totalCount}}"])
def test_a_thousand_metadata_calls_are_refused_and_other_workspaces_are_not(
    stack: RunningStack, fresh: str, path: str
) -> None:
    other = run(stack, "workspace", "--name", "Other")
    statuses = flood(stack, fresh, path, 1000)
    assert set(statuses) == {200, 429}
    assert 300 <= statuses[200] < 700
    refused = call(stack, fresh, path)
    if refused.status_code == 429:
        assert int(refused.headers["retry-after"]) >= 1
        assert '"metadata";q=300;w=60' in refused.headers["ratelimit-policy"]
        assert refused.json()["errors"][0]["extensions"]["limits"] == {"records": 100, "metadata": 300}
    assert status(stack, fresh, RECORDS) == 200
    for same in (path, RECORDS):
        assert status(stack, other, same) == 200


def test_all_keys_of_a_workspace_share_one_limit(stack: RunningStack, fresh: str) -> None:
    statuses = flood(stack, fresh, RECORDS, 150)
    assert set(statuses) == {200, 429}
    assert statuses[200] >= 100
    assert status(stack, fresh, METADATA) == 200


def test_limits_are_told_where_they_are_known(stack: RunningStack, fresh: str) -> None:
    for path, limit in ((RECORDS, 100), ("/graphql?query={people{totalCount}}", 100), (METADATA, 300)):
        headers = call(stack, fresh, path).headers
        assert headers["ratelimit-policy"] == f'"workspace";q={limit};w=60'
        assert headers["ratelimit-limit"] == str(limit)
        assert "ratelimit-remaining" not in headers
    assert "ratelimit-policy" not in httpx.get(f"{stack.url}/healthz").headers
    assert "ratelimit-policy" not in call(stack, fresh, "/rest/open-api/core").headers


def test_health_needs_no_key(stack: RunningStack) -> None:
    whole, head = httpx.get(f"{stack.url}/healthz"), httpx.head(f"{stack.url}/healthz")
    assert (whole.status_code, whole.json()) == (200, {"status": "ok"})
    assert (head.status_code, head.content) == (200, b"")
    assert httpx.post(f"{stack.url}/healthz").status_code == 404


def test_anonymous_floods_are_refused(stack: RunningStack) -> None:
    with httpx.Client() as client, ThreadPoolExecutor(8) as threads:
        statuses = Counter(threads.map(lambda _: client.get(f"{stack.url}/healthz").status_code, range(300)))
    assert set(statuses) == {200, 429}


@pytest.mark.parametrize("authorization", ["Basic dXNlcjpwYXNz", "Digest x", "Bearer", "x"])
def test_other_schemes_are_refused_without_a_traceback(stack: RunningStack, authorization: str) -> None:
    answer = httpx.get(f"{stack.url}{RECORDS}", headers={"Authorization": authorization})
    assert (answer.status_code, answer.json()["messages"]) == (401, ["Missing authentication token"])
    assert httpx.get(f"{stack.url}{RECORDS}").status_code == 403
    assert "Traceback" not in _log(stack.data, "AuthorizerFunction")


def _log(data: Path, function: str) -> str:
    return (data / "logs" / f"{function}.log").read_text(encoding="utf-8")


def test_no_api_key_makes_a_gateway_key(stack: RunningStack, fresh: str) -> None:
    """Nor does revoking: the gateway has a key for each workspace, and one for those who are refused."""
    import sqlite3
    from contextlib import closing

    def gateway_keys() -> int:
        with closing(sqlite3.connect(f"file:{stack.data / 'state.db'}?mode=ro", uri=True)) as state:
            return int(state.execute("SELECT count(*) FROM api_keys").fetchone()[0])

    before = gateway_keys()
    path, headers = f"{stack.url}/rest/metadata/apiKeys", {"Authorization": f"Bearer {fresh}"}
    roles = httpx.get(f"{stack.url}/rest/metadata/apiKeys", headers=headers).json()["data"]
    assert roles
    made = []
    for number in range(20):
        answer = httpx.post(
            path,
            headers=headers,
            json={"name": f"k{number}", "expiresAt": "2199-12-31", "roleId": _role(stack, fresh)},
        )
        assert answer.status_code == 201, answer.text
        made.append(answer.json()["id"])
    for key_id in made:
        assert httpx.delete(f"{path}/{key_id}", headers=headers).status_code == 200
    assert gateway_keys() == before


def _role(stack: RunningStack, token: str) -> str:
    """A role of the workspace."""
    query = "{ apiKeys { role { id } } }"
    answer = httpx.post(
        f"{stack.url}/metadata", json={"query": query}, headers={"Authorization": f"Bearer {token}"}
    ).json()
    role: str = answer["data"]["apiKeys"][0]["role"]["id"]
    return role
