"""``python -m deployment.smoke URL``: whether an installation works, by a few calls that a user would make.

The token of a workspace made for it is in ``ICOSA_SMOKE_TOKEN``. What it creates it destroys.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

TOKEN = "ICOSA_SMOKE_TOKEN"
_TIMEOUT = 35  # The gateway gives up after 29 seconds.


class Failed(Exception):
    """A step did not go as it must. The message has what was answered, and never the token."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    text: str

    def json(self) -> Any:
        try:
            return json.loads(self.text)
        except ValueError:
            raise Failed(f"the answer is no JSON: {self.text[:200]}") from None


@dataclass(frozen=True, slots=True)
class Installation:
    """An installation by its base URL."""

    url: str
    token: str = field(repr=False)

    def call(self, method: str, path: str, body: Any = None, *, token: str | None = None) -> Answer:
        """The answer to a call with the workspace's token, or with another one; an empty one is none."""
        token = self.token if token is None else token
        headers = {"accept": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
        data = None if body is None else json.dumps(body).encode()
        if data is not None:
            headers["content-type"] = "application/json"
        request = urllib.request.Request(f"{self.url}{path}", data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:
                return Answer(answer.status, answer.read().decode(errors="replace"))
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read().decode(errors="replace"))
        except (OSError, http.client.HTTPException) as error:
            raise Failed(f"{method} {path}: {error}") from error


def steps(at: Installation, made: list[str]) -> Iterator[tuple[str, Callable[[], object]]]:
    """What is tried, in order, each with what it is called. ``made`` gets the path of what is created, and loses it
    when it is destroyed.
    """
    name = f"Smoke test {uuid.uuid4()}"

    def create() -> None:
        company = _expect(at.call("POST", "/rest/companies", {"name": name}), 201)["data"]["createCompany"]
        made.append(f"/rest/companies/{company['id']}")

    def read() -> None:
        company = _expect(at.call("GET", made[0]), 200)["data"]["company"]
        _same(company["name"], name)

    def query() -> None:
        text = "query($id: UUID) { company(filter: {id: {eq: $id}}) { name } }"
        answer = _expect(
            at.call("POST", "/graphql", {"query": text, "variables": {"id": made[0].rpartition("/")[2]}}), 200
        )
        _same(answer, {"data": {"company": {"name": name}}})

    def destroy() -> None:
        _expect(at.call("DELETE", made[0]), 200)
        made.clear()

    yield "it answers", lambda: _same(_expect(at.call("GET", "/healthz", token=""), 200)["status"], "ok")
    yield "nobody gets in without a token", lambda: _status(at.call("GET", "/rest/companies", token=""), 403)
    yield "nobody gets in with a forged one", lambda: _status(at.call("GET", "/rest/companies", token="a.b.c"), 401)
    yield "the token is good", lambda: _status(at.call("GET", "/rest/companies?limit=1"), 200)
    yield "the data model is there", lambda: _status(at.call("GET", "/rest/metadata/objects?limit=1"), 200)
    yield "a record is created", create
    yield "and read", read
    yield "and found by GraphQL", query
    yield "and destroyed", destroy
    yield "documents are there", lambda: _document(at)
    yield "the console is there", lambda: _status(at.call("GET", "/", token=""), 200)


def _document(at: Installation) -> None:
    servers = _expect(at.call("GET", "/rest/open-api/core"), 200)["servers"]
    _same([server["url"] for server in servers][:1], [f"{at.url}/rest"])


def _status(answer: Answer, status: int) -> Answer:
    if answer.status != status:
        raise Failed(f"answered {answer.status} instead of {status}: {answer.text[:300]}")
    return answer


def _expect(answer: Answer, status: int) -> Mapping[str, Any]:
    body: Mapping[str, Any] = _status(answer, status).json()
    return body


def _same(found: object, wanted: object) -> None:
    if found != wanted:
        raise Failed(f"{found!r} instead of {wanted!r}")


def run(at: Installation) -> bool:
    """Try everything, in order, and tell; whether all went well. What follows a failure is not tried."""
    made: list[str] = []
    try:
        return all(_went_well(name, step) for name, step in steps(at, made))
    finally:
        for path in made:
            with contextlib.suppress(Failed):  # The first failure is told.
                at.call("DELETE", path)


def _went_well(name: str, step: Callable[[], object]) -> bool:
    begun = time.monotonic()
    try:
        step()
    except (Failed, KeyError, TypeError) as failure:
        print(f"FAILED  {name}: {failure if isinstance(failure, Failed) else repr(failure)}", file=sys.stderr)
        return False
    print(f"ok      {name} ({(time.monotonic() - begun) * 1000:.0f} ms)", flush=True)
    return True


def main(arguments: list[str]) -> int:
    token = os.environ.get(TOKEN)
    if len(arguments) != 1 or not arguments[0] or not token:
        print(f"usage: {TOKEN}=<token> python -m deployment.smoke <base URL>", file=sys.stderr)
        return 2
    return 0 if run(Installation(arguments[0].rstrip("/"), token)) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
