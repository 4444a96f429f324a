"""The console as a browser gets it from the local stack, below a path; and signing in to it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.checkout import ROOT
from tests.support.stack import RunningStack, local_stack

pytestmark = pytest.mark.xdist_group("console")
_PREFIX = "/rest/metadata"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    with local_stack(tmp_path_factory.mktemp("console") / "data", prefix=_PREFIX) as running:
        yield running


def _session(stack: RunningStack, body: dict[str, Any], key: str | None = None) -> httpx.Response:
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    return httpx.post(f"{stack.url}/console/session", json=body, headers=headers)


def _as(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_the_page_and_all_that_it_loads(stack: RunningStack) -> None:
    assert stack.url.endswith(_PREFIX)
    for path in ("", "/", "/settings/roles", "/playground/rest/core"):
        page = httpx.get(f"{stack.url}{path}")
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert f'<base href="{_PREFIX}/">' in page.text
        assert "'unsafe-inline'" not in page.headers["content-security-policy"] or path.startswith("/playground/")
    names = re.findall(r'(?:href|src)="(assets/[^"]+)"', page.text)
    assert names
    for name in names:
        packed = httpx.get(f"{stack.url}/{name}", headers={"Accept-Encoding": "gzip", "Accept": "*/*"})
        plain = httpx.get(f"{stack.url}/{name}", headers={"Accept-Encoding": "identity", "Accept": "text/css,*/*"})
        assert packed.status_code == plain.status_code == 200
        assert packed.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert packed.content == plain.content
        assert packed.headers.get("content-encoding") == "gzip"
        assert "content-encoding" not in plain.headers
        assert httpx.head(f"{stack.url}/{name}").content == b""


def test_a_page_that_has_not_changed_is_not_sent(stack: RunningStack) -> None:
    page = httpx.get(f"{stack.url}/settings")
    again = httpx.get(f"{stack.url}/settings/general", headers={"If-None-Match": page.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")


def test_what_is_not_there(stack: RunningStack) -> None:
    host = stack.url.removesuffix(_PREFIX)
    for url, path in (
        (f"{stack.url}/nope", "/nope"),
        (f"{stack.url}/assets/nope.js", "/assets/nope.js"),
        (f"{stack.url}/assets/..%2f..%2fhandler.py", "/assets/..%2f..%2fhandler.py"),
        # Not below the base path: what is there is not ours to say.
        (f"{host}/rest/people", "this address"),
        (f"{stack.url}x/rest/people", "this address"),
    ):
        answer = httpx.get(url, headers=_as(stack.key))
        assert (answer.status_code, answer.json()["messages"]) == (404, [f"Cannot GET {path}"])
    records = httpx.get(f"{stack.url}/rest/people/1/2/3", headers=_as(stack.key))
    assert records.status_code == 400
    assert records.json()["messages"][0].startswith("Query path '/rest/people/1/2/3' invalid.")


def test_apis_and_documents_know_the_path(stack: RunningStack) -> None:
    assert httpx.get(f"{stack.url}/rest/people?limit=1", headers=_as(stack.key)).json()["totalCount"] > 0
    document = httpx.get(f"{stack.url}/rest/open-api/core", headers=_as(stack.key)).json()
    assert document["servers"][0]["url"] == f"{stack.url}/rest"


def test_scripts_of_other_origins_may_ask(stack: RunningStack) -> None:
    for path in ("/rest/people", "/graphql", "/metadata", "/rest/metadata/apiKeys", "/console/session", "/healthz"):
        answer = httpx.options(f"{stack.url}{path}", headers={"Origin": "https://elsewhere.example"})
        assert answer.status_code == 200, path
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["access-control-allow-methods"] == "GET,HEAD,PUT,PATCH,POST,DELETE"
        assert "Authorization" in answer.headers["access-control-allow-headers"]


def test_the_printed_link_signs_in_once(stack: RunningStack) -> None:
    url, _, code = stack.link.partition("/#code=")
    assert url == stack.url

    session = _session(stack, {"code": code})

    assert session.status_code == 201
    me = httpx.get(f"{stack.url}/rest/metadata/me", headers=_as(session.json()["token"])).json()
    assert (me["principal"]["name"], me["role"]["label"]) == ("Admin", "Admin")
    again = _session(stack, {"code": code})
    assert (again.status_code, again.json()["code"]) == (401, "SIGN_IN_LINK_UNKNOWN")
    for log in (stack.data / "logs").iterdir():
        assert code not in log.read_text(encoding="utf-8", errors="replace"), log


def test_another_link_for_a_running_stack(stack: RunningStack) -> None:
    url, _, code = stack.new_link().partition("/#code=")

    assert url == stack.url
    assert _session(stack, {"code": code}).status_code == 201


def test_no_link_without_a_key(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "local.sign_in", "--data", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (1, "")
    assert "holds no API key" in done.stderr


def test_a_session_calls_as_its_key_and_ends_with_it(stack: RunningStack) -> None:
    admin = _as(stack.key)
    roles = httpx.get(f"{stack.url}/rest/metadata/me", headers=admin).json()["role"]["id"]
    made = httpx.post(
        f"{stack.url}/rest/metadata/apiKeys",
        headers=admin,
        json={"name": "Short-lived", "expiresAt": "2099-01-01T00:00:00Z", "roleId": roles},
    ).json()
    key = made.get("id") or made["data"]["id"]
    mutation = 'mutation($id: UUID!) { generateApiKeyToken(apiKeyId: $id, expiresAt: "2099-01-01") { token } }'
    body = {"query": mutation, "variables": {"id": key}}
    answer = httpx.post(f"{stack.url}/metadata", headers=admin, json=body).json()
    session = _as(_session(stack, {}, answer["data"]["generateApiKeyToken"]["token"]).json()["token"])

    assert httpx.get(f"{stack.url}/rest/people", headers=session).status_code == 200
    graphql = httpx.post(f"{stack.url}/graphql", headers=session, json={"query": "{ people { totalCount } }"}).json()
    assert graphql["data"]["people"]["totalCount"] > 0
    assert httpx.delete(f"{stack.url}/rest/metadata/apiKeys/{key}", headers=session).status_code == 200
    gone = httpx.get(f"{stack.url}/rest/people", headers=session)
    assert (gone.status_code, gone.json()["messages"]) == (403, ["This API Key is revoked"])


def test_a_key_that_was_cut_off(stack: RunningStack) -> None:
    answer = _session(stack, {}, stack.key[:-10])

    assert (answer.status_code, answer.json()) == (
        401,
        {
            "statusCode": 401,
            "error": "UNAUTHENTICATED",
            "messages": ["This is not a whole API key: some of it was cut off when it was copied"],
            "code": "TOKEN_INCOMPLETE",
        },
    )


def test_a_restart_makes_another_link(tmp_path: Path) -> None:
    links = []
    for _ in range(2):
        with local_stack(tmp_path / "data") as running:
            links.append(running.link)
            assert running.url == running.link.partition("/#code=")[0]

    assert len({link.partition("#")[2] for link in links}) == 2


def test_the_smoke_test_passes(stack: RunningStack) -> None:
    environment = {**os.environ, "ICOSA_SMOKE_TOKEN": stack.key}
    command = [sys.executable, "-m", "deployment.smoke", f"{stack.url}/"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["ok"] * 11


def test_the_smoke_test_tells_what_fails_and_no_token(stack: RunningStack) -> None:
    environment = {**os.environ, "ICOSA_SMOKE_TOKEN": f"{stack.key}x"}
    command = [sys.executable, "-m", "deployment.smoke", stack.url]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stderr.startswith("FAILED  the token is good: answered 401 instead of 200: ")
    assert stack.key not in done.stdout + done.stderr
