"""What scripts may rely on when they start the local stack."""

from __future__ import annotations

import json
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.checkout import ROOT
from tests.support.stack import RunningStack, local_stack

pytestmark = pytest.mark.slow


def _people(stack: RunningStack) -> httpx.Response:
    return httpx.get(
        f"{stack.url}/rest/people", params={"limit": "1"}, headers={"Authorization": f"Bearer {stack.key}"}
    )


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """One stack for the tests that leave it as it was."""
    with local_stack(tmp_path_factory.mktemp("stack") / "data") as running:
        yield running


def test_a_stack_keeps_its_data_and_its_key(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with local_stack(data, anew=True) as stack:
        key = stack.key
        assert stat.S_IMODE((data / "api-key").stat().st_mode) == 0o600
        made = httpx.post(
            f"{stack.url}/rest/companies", json={"name": "Kept"}, headers={"Authorization": f"Bearer {key}"}
        )
        assert made.status_code == 201
        assert stack.stop() == 0
        assert stack.process.stdout and stack.process.stdout.read() == ""

    with local_stack(data) as stack:
        assert stack.key == key
        made_id = made.json()["data"]["createCompany"]["id"]
        again = httpx.get(f"{stack.url}/rest/companies/{made_id}", headers={"Authorization": f"Bearer {key}"})
        assert again.json()["data"]["company"]["name"] == "Kept"


def test_head_is_get_without_the_body(stack: RunningStack) -> None:
    authorized = {"Authorization": f"Bearer {stack.key}"}
    for path, headers in (
        ("/rest/people", authorized),
        ("/rest/metadata/objects", authorized),
        ("/open-api/core", {}),
    ):
        whole, head = (httpx.request(method, f"{stack.url}{path}", headers=headers) for method in ("GET", "HEAD"))
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-type"] == whole.headers["content-type"]
    assert httpx.head(f"{stack.url}/rest/people").status_code == 403
    assert httpx.head(f"{stack.url}/rest/batch/people", headers=authorized).status_code == 405
    assert httpx.head(f"{stack.url}/nothing").status_code == 404


def test_other_methods_are_refused_with_what_is_allowed(stack: RunningStack) -> None:
    authorized = {"Authorization": f"Bearer {stack.key}"}
    for path in ("/graphql", "/metadata"):
        for method in ("PUT", "PATCH", "DELETE"):
            reply = httpx.request(method, f"{stack.url}{path}", headers=authorized)
            assert (reply.status_code, reply.headers["allow"]) == (405, "GET, POST, HEAD"), (method, path)
            assert f"Cannot {method} {path}" in reply.text


def test_logs_name_ids_and_hold_no_values(stack: RunningStack) -> None:
    """Marked values and tokens go through the APIs, in good requests and bad ones, and into no log."""
    mark, mail = "Marked-8f2c", "marked-8f2c@example.com"
    headers = {"Authorization": f"Bearer {stack.key}"}

    def send(method: str, path: str, body: Any = None) -> httpx.Response:
        return httpx.request(method, stack.url + path, headers=headers, json=body, timeout=60)

    person = {"name": {"firstName": mark}, "emails": {"primaryEmail": mail}}
    made = send("POST", "/rest/people", person)
    assert made.status_code == 201
    query = f'{{ people(filter: {{name: {{firstName: {{eq: "{mark}"}}}}}}) {{ totalCount }} }}'
    answers = [
        made,
        send("GET", f"/rest/people?filter=emails.primaryEmail[eq]:{mail}"),
        send("GET", f"/rest/people/{mail}"),
        send("GET", f"/rest/{mark}"),
        send("POST", "/rest/people", {**person, "nothing": mark}),
        send("POST", "/rest/people", person),
        send("POST", "/graphql", {"query": query}),
        send("POST", "/graphql", {"query": f'{{ people(filter: {{x: "{mark}"}}) {{ totalCount }} }}'}),
        send("POST", "/metadata", {"query": f'{{ object(id: "{mark}") {{ id }} }}'}),
        send("POST", "/rest/metadata/objects", {"nameSingular": mark}),
        send("GET", f"/rest/metadata/apiKeys/{mail}"),
        send("POST", "/console/session", {"code": mark}),
        httpx.get(f"{stack.url}/rest/open-api/core?token={mark}", headers={"Authorization": f"Bearer {mark}"}),
        httpx.get(f"{stack.url}/rest/people", headers={"Authorization": f"Bearer {mark}"}),
    ]

    assert all(answer.headers["x-request-id"] for answer in answers)
    logs = "".join(path.read_text(errors="replace") for path in (stack.data / "logs").glob("*.log"))
    assert made.headers["x-request-id"] in logs
    assert '"workspace_id"' in logs
    for secret in (mark, mark.lower(), mail, stack.key, stack.key.rpartition(".")[2]):
        assert secret not in logs


def test_nothing_but_the_access_key_opens_the_database(stack: RunningStack) -> None:
    running = json.loads((stack.data / "running.json").read_text())
    headers = {
        "Origin": "http://evil.example",
        "Authorization": "AWS4-HMAC-SHA256 Credential=x/20260101/local/dynamodb/aws4_request, Signature=0",
        "X-Amz-Target": "DynamoDB_20120810.ListTables",
    }
    for method in ("OPTIONS", "POST"):
        reply = httpx.request(method, running["dynamodb"], headers=headers, content=b"{}")
        assert reply.status_code == 403
        assert "access-control-allow-origin" not in reply.headers


def test_the_rate_is_what_the_command_line_says(tmp_path: Path) -> None:
    with local_stack(tmp_path / "data", rate="2") as stack:
        answers = [_people(stack)]
        while [answer.status_code for answer in answers].count(429) < 2:
            answers.append(_people(stack))
        document = httpx.get(f"{stack.url}/open-api/core", headers={"Authorization": f"Bearer {stack.key}"}).json()

    assert {answer.status_code for answer in answers} == {200, 429}
    said = ["Limit reached (2 tokens per 60000 ms)"]
    assert [answer.json()["messages"] for answer in answers if answer.status_code == 429] == [said, said]
    assert document["components"]["responses"]["429"]["content"]["application/json"]["example"]["messages"] == said
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.json()["error"] == "HttpException"
    assert int(refused.headers["retry-after"]) >= 1


def test_make_passes_its_arguments_on() -> None:
    command = ["make", "--dry-run", "dev", "PORT=8123", "DATA=/elsewhere", "RATE=off", "STREAM=off"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    assert '-m local --port 8123 --data "/elsewhere" --rate off --stream off' in done.stdout
