"""All pages against one new local stack: what their blocks do as printed, and what some of them promise beyond that."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.support.checkout import ROOT
from tests.support.markdown import read
from tests.support.page_runs import pages_to_run, problem_of
from tests.support.stack import RunningStack, local_stack

pytestmark = pytest.mark.slow

#: Commands, and what the page shows of their output.
_EXAMPLE = re.compile(r"^```bash\n(.*?)^```\n(?:```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL)
_SCRIPT = re.compile(r"^```python\n(.*?)^```\n", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    with local_stack(tmp_path_factory.mktemp("how-to") / "data") as running:
        yield running


def _run(command: list[str], stack: RunningStack) -> str:
    """What a command prints; its data folder is that of the stack."""
    environment = {**os.environ, "DATA": str(stack.data), "PYTHONPATH": f"{ROOT}/layers/core/python:{ROOT}"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_reading_an_explain(stack: RunningStack) -> None:
    """The first one: other pages make objects, which searches look at too."""
    setup = ""
    for commands, expected in _EXAMPLE.findall(read("docs/how-to/read-an-explain.md")):
        commands = commands.replace("http://localhost:8000", stack.url).replace(".icosa", str(stack.data))
        if expected:
            printed = _run(["bash", "-euo", "pipefail", "-c", setup + commands], stack)
            known = {_without_units(expected), _without_units(_of_young_rows(expected))}
            assert _without_units(printed) in known, commands
            assert _units(printed) == pytest.approx(_units(expected), rel=0.1, abs=1), commands
        else:
            setup += commands


def _of_young_rows(headers: str) -> str:
    """What the page says of rows that a batch wrote less than two minutes ago: the demo records may be as new."""
    if "records from its rows" not in headers:
        return headers
    return re.sub(r"(round-trips|calls): (\d+)", lambda match: f"{match[1]}: {int(match[2]) + 1}", headers)


def _without_units(headers: str) -> str:
    return re.sub(r"(read|write)=\d+", r"\1=", headers)


def _units(headers: str) -> list[int]:
    """Read and write units. Records have other ids in each workspace, so their pages differ a little in size."""
    return [int(number) for number in re.findall(r"(?:read|write)=(\d+)", headers)]


@pytest.mark.parametrize("page", pages_to_run())
def test_what_is_printed_happens(page: str, stack: RunningStack) -> None:
    assert problem_of(page, stack) is None


def test_looking_into_the_table(stack: RunningStack) -> None:
    [commands] = [
        text for text, _ in _EXAMPLE.findall(read("docs/how-to/debug-the-local-stack.md")) if "sqlite" in text
    ]

    assert "#W S:workspace " in _run(["bash", "-euo", "pipefail", "-c", commands], stack)


class _Losing(httpx.HTTPTransport):
    """Loses the answer to every other write, after the server has made it."""

    def __init__(self) -> None:
        super().__init__()
        self.lost = 0
        self._writes = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        response.read()
        if request.method == "GET":
            return response
        self._writes += 1
        if self._writes % 2:
            self.lost += 1
            raise httpx.ReadError("the connection is gone", request=request)
        return response


def test_a_client_that_tries_again(stack: RunningStack, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program of the page, in several threads at once, while answers get lost."""
    [script] = _SCRIPT.findall(read("docs/how-to/write-safely.md"))
    monkeypatch.setenv("URL", stack.url)
    monkeypatch.setenv("KEY", stack.key)
    program: dict[str, Any] = {}
    exec(compile(script, "write-safely.md", "exec"), program)
    transport = _Losing()
    program["api"].close()
    api = program["api"] = httpx.Client(
        base_url=f"{stack.url}/rest/", headers={"Authorization": f"Bearer {stack.key}"}, timeout=60, transport=transport
    )
    with api:
        _count(program, transport)


def _count(program: dict[str, Any], transport: _Losing) -> None:
    made = program["send"]("POST", "companies", {"name": "Counted", "position": 0})
    assert (made.status_code, made.headers["idempotency-replayed"]) == (201, "true")
    company = made.json()["data"]["createCompany"]["id"]
    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(program["add_one"], company) for _ in range(9)]:
            assert done.result().status_code == 200
    assert program["api"].get(f"companies/{company}").json()["data"]["company"]["position"] == 9
    found = program["api"].get("companies", params={"filter": "name[eq]:Counted"}).json()
    assert found["totalCount"] == 1
    assert transport.lost >= 10


def test_what_a_client_has_is_not_sent_again(stack: RunningStack) -> None:
    with httpx.Client(base_url=stack.url, headers={"Authorization": f"Bearer {stack.key}"}) as client:
        _read_again(client)


def _read_again(client: httpx.Client) -> None:
    for path in ("/rest/people?limit=3", "/rest/metadata/objects"):
        read = client.get(path)
        again = client.get(path, headers={"If-None-Match": read.headers["etag"]})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", read.headers["etag"])
        head = client.head(path)
        assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", read.headers["etag"])
        for name in ("cache-control", "vary"):
            assert again.headers[name] == read.headers[name]
    allowed = client.options("/rest/people", headers={"Origin": "https://app.example"}).headers
    for name in ("if-match", "if-none-match", "idempotency-key"):
        assert name in allowed["access-control-allow-headers"].lower()


def test_a_handler_in_this_process(stack: RunningStack) -> None:
    [script] = _SCRIPT.findall(read("docs/how-to/debug-the-local-stack.md"))

    assert "'statusCode': 200" in _run([sys.executable, "-c", script], stack)
