"""Replacing the signing secret, and limits, as clients of the local stack see them (docs/wire/access.md)."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from icosa.version import VERSION
from tests.support.checkout import ROOT
from tests.support.stack import RunningStack, local_stack

pytestmark = pytest.mark.slow

#: Calls that are under way together, and answers after which no refusal is to be expected.
_AT_ONCE, _ENOUGH = 8, 2_000
#: Calls to a method of metadata in a minute, and at once.
_METADATA_RATE, _METADATA_BURST = 60, 40
METADATA, RECORDS = "/rest/metadata/objects?limit=1", "/rest/people?limit=1"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """With the template's limits for records, and lower ones for others, which are soon reached: the slowest machine is
    faster than these. Its tenants are held apart by IAM.
    """
    data = tmp_path_factory.mktemp("stack") / "data"
    with local_stack(
        data,
        rate="",
        PublicRateLimit="1",
        TenantIsolation="on",
        MetadataRateLimit=str(_METADATA_RATE),
        MetadataBurstLimit=str(_METADATA_BURST),
    ) as running:
        yield running


def run(stack: RunningStack, module: str, *arguments: str) -> str:
    """What a command of the local stack prints."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "layers" / "core" / "python"), str(ROOT)])}
    command = [sys.executable, "-m", f"local.{module}", "--data", str(stack.data), *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def busy(stack: RunningStack) -> str:
    """The key of a workspace that calls methods of metadata until they refuse it."""
    return run(stack, "workspace", "--name", "Busy")


@pytest.fixture(scope="module")
def calm(stack: RunningStack) -> str:
    """The key of a workspace that stays below all limits."""
    return run(stack, "workspace", "--name", "Calm")


def authorized(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def call(stack: RunningStack, token: str, path: str = RECORDS) -> httpx.Response:
    return httpx.get(f"{stack.url}{path}", headers=authorized(token))


def status(stack: RunningStack, token: str, path: str = RECORDS) -> int:
    return call(stack, token, path).status_code


def flood(url: str, token: str | None = None) -> tuple[int, httpx.Response]:
    """Calls, as fast as they go, until some are refused: how many were answered, and a refusal."""
    answered = 0
    with httpx.Client(headers=authorized(token) if token else {}) as client, ThreadPoolExecutor(_AT_ONCE) as threads:
        while answered < _ENOUGH:
            answers = list(threads.map(lambda _: client.get(url), range(_AT_ONCE)))
            assert {answer.status_code for answer in answers} <= {200, 429}
            answered += sum(answer.status_code == 200 for answer in answers)
            if answers[-1].status_code == 429:
                return answered, answers[-1]
    raise AssertionError(f"{answered} calls are answered")


@pytest.mark.parametrize("path", [METADATA, "/rest/metadata/apiKeys", "/metadata?query={objects{totalCount}}"])
def test_many_metadata_calls_are_refused_and_those_of_other_workspaces_are_not(
    stack: RunningStack, busy: str, calm: str, path: str
) -> None:
    answered, refused = flood(f"{stack.url}{path}", busy)
    assert answered >= _METADATA_BURST
    assert int(refused.headers["retry-after"]) >= 1
    assert '"metadata";q=60;w=60' in refused.headers["ratelimit-policy"]
    assert refused.json()["errors"][0]["extensions"]["limits"]["metadata"] == _METADATA_RATE
    assert status(stack, busy, RECORDS) == 200
    for same in (path, RECORDS):
        assert status(stack, calm, same) == 200


def test_all_keys_of_a_workspace_share_one_limit(stack: RunningStack) -> None:
    first = run(stack, "workspace", "--name", "With two keys")
    made = {"name": "Second", "expiresAt": "2199-12-31", "roleId": _role(stack, first)}
    answer = httpx.post(f"{stack.url}/rest/metadata/apiKeys", headers=authorized(first), json=made)
    second = httpx.post(
        f"{stack.url}/rest/metadata/apiKeys/{answer.json()['id']}/token",
        headers=authorized(first),
        json={"expiresAt": "2199-12-31"},
    ).json()["token"]
    answered, _ = flood(f"{stack.url}{RECORDS}", first)
    assert answered >= 100
    assert {status(stack, second) for _ in range(10)} >= {429}
    assert status(stack, second, METADATA) == 200


def test_limits_are_told_where_they_are_known(stack: RunningStack, calm: str) -> None:
    for path, limit in ((RECORDS, 100), ("/graphql?query={people{totalCount}}", 100), (METADATA, _METADATA_RATE)):
        headers = call(stack, calm, path).headers
        assert headers["ratelimit-policy"] == f'"workspace";q={limit};w=60'
        assert headers["ratelimit-limit"] == str(limit)
        assert "ratelimit-remaining" not in headers
    assert "ratelimit-policy" not in httpx.get(f"{stack.url}/healthz").headers
    assert "ratelimit-policy" not in call(stack, calm, "/rest/open-api/core").headers


def test_health_needs_no_key(stack: RunningStack) -> None:
    whole, head = httpx.get(f"{stack.url}/healthz"), httpx.head(f"{stack.url}/healthz")
    assert (whole.status_code, whole.json()) == (200, {"status": "ok", "version": VERSION})
    assert (head.status_code, head.content) == (200, b"")
    refused = httpx.post(f"{stack.url}/healthz")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")
    answered, _ = flood(f"{stack.url}/healthz")
    assert answered >= 30


@pytest.mark.parametrize("authorization", ["Basic dXNlcjpwYXNz", "Digest x", "Bearer", "x"])
def test_other_schemes_are_refused_without_a_traceback(stack: RunningStack, authorization: str) -> None:
    answer = httpx.get(f"{stack.url}{RECORDS}", headers={"Authorization": authorization})
    assert (answer.status_code, answer.json()["messages"]) == (401, ["Missing authentication token"])
    assert httpx.get(f"{stack.url}{RECORDS}").status_code == 403
    assert "Traceback" not in _log(stack.data, "AuthorizerFunction")


def _log(data: Path, function: str) -> str:
    return (data / "logs" / f"{function}.log").read_text(encoding="utf-8")


def test_no_api_key_makes_a_gateway_key(stack: RunningStack, calm: str) -> None:
    """Nor does revoking: the gateway has a key for each workspace, and one for those who are refused."""
    import sqlite3
    from contextlib import closing

    def gateway_keys() -> int:
        with closing(sqlite3.connect(f"file:{stack.data / 'state.db'}?mode=ro", uri=True)) as state:
            return int(state.execute("SELECT count(*) FROM api_keys").fetchone()[0])

    before = gateway_keys()
    path, headers = f"{stack.url}/rest/metadata/apiKeys", {"Authorization": f"Bearer {calm}"}
    roles = httpx.get(f"{stack.url}/rest/metadata/apiKeys", headers=headers).json()["data"]
    assert roles
    made = []
    for number in range(20):
        answer = httpx.post(
            path,
            headers=headers,
            json={"name": f"k{number}", "expiresAt": "2199-12-31", "roleId": _role(stack, calm)},
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


def test_a_workspace_is_suspended_and_goes_on(stack: RunningStack, calm: str) -> None:
    """By the commands of operators, through the queue; the gateway remembers the token, and that helps nobody."""
    assert status(stack, calm) == 200
    listed = [line.split("\t") for line in run(stack, "workspaces", "list").splitlines()]
    workspace = max((made, identifier) for identifier, _, made, _, name in listed if name == "Calm")[1]
    shown = json.loads(run(stack, "workspaces", "suspend", workspace, "--reason", "unpaid"))
    assert shown["workspace"]["status"] == "suspended"
    refused = call(stack, calm)
    assert (refused.status_code, refused.json()["code"]) == (403, "WORKSPACE_SUSPENDED")
    assert status(stack, calm, METADATA) == 403
    resumed = json.loads(run(stack, "workspaces", "resume", workspace))["operation"]
    assert (resumed["state"], resumed["failure"]) == ("DONE", None)
    assert status(stack, calm) == 200


def test_calls_of_a_plan(stack: RunningStack) -> None:
    """The refusal names the limit of the caller's own plan; an operator gives another one."""
    free = run(stack, "workspace", "--name", "Free", "--plan", "free")
    shown = call(stack, free, "/rest/metadata/plan").json()
    assert (shown["name"], shown["limits"]["calls"], shown["usage"]["apiKeys"]) == ("free", 60, 1)
    assert call(stack, free, RECORDS).headers["ratelimit-limit"] == "60"
    answered, refused = flood(f"{stack.url}{RECORDS}", free)
    assert answered >= 59
    assert refused.json()["messages"] == ["Limit reached (60 tokens per 60000 ms)"]
    workspace_id = call(stack, free, "/rest/metadata/me").json()["workspace"]["id"]
    run(stack, "workspaces", "set-plan", workspace_id, "--plan", "scale")
    assert call(stack, free, "/rest/metadata/plan").json()["name"] == "scale"
    assert [status(stack, free) for _ in range(120)] == [200] * 120


def test_a_rotation_is_no_outage_and_the_emergency_ends_everything(stack: RunningStack, calm: str) -> None:
    """The last test: nobody's token is valid any more."""
    old = run(stack, "workspace", "--name", "Old")
    assert status(stack, old) == 200
    done = threading.Event()

    def go_on() -> set[int]:
        statuses = {status(stack, old)}
        while not done.wait(0.7):  # Within the limit of 100 a minute.
            statuses.add(status(stack, old))
        return statuses | {status(stack, old)}

    with ThreadPoolExecutor(1) as threads:
        seen = threads.submit(go_on)
        try:
            said = run(stack, "rotation")
            new = run(stack, "workspace", "--name", "New")
            assert status(stack, new) == 200
        finally:
            done.set()
    assert seen.result() == {200}
    assert _kid(new) in said
    assert _kid(old) in said
    assert status(stack, calm) == 200

    assert "All tokens have ended" in run(stack, "rotation", "--end-all-tokens")
    for token in (old, new, calm, stack.key):
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
