"""A workspace of the deployed API, as a client uses it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import orjson
import urllib3

_HTTP = urllib3.PoolManager()
#: Seconds; a busy machine takes long to load a function.
_PATIENCE = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and body."""

    status: int
    text: str

    def json(self, expected: int = 200) -> Any:
        """The body, of an answer of this status. Raises AssertionError."""
        assert self.status == expected, f"{self.status} in place of {expected}: {self.text[:300]}"
        return orjson.loads(self.text)


@dataclass(frozen=True, slots=True)
class Workspace:
    """Calls the API at ``base`` with a token of the Admin role ``role_id``. The gateway key is named, see
    ``gaps.OTHERWISE``.
    """

    id: str
    role_id: str
    token: str
    base: str

    def at(self, base: str) -> Workspace:
        """The same where the API is now."""
        return replace(self, base=base)

    def with_token(self, token: str) -> Workspace:
        """The same for another key."""
        return replace(self, token=token)

    def call(self, method: str, path: str, body: Any = None) -> Answer:
        """One request."""
        response = _HTTP.request(
            method,
            self.base + path,
            body=None if body is None else orjson.dumps(body),
            headers={
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json",
                "x-api-key": self.id,
            },
            retries=False,
            timeout=_PATIENCE,
        )
        return Answer(response.status, response.data.decode())

    def create_person(self, name: str) -> str:
        """A new person's id."""
        body = self.call("POST", "/rest/people", {"name": {"firstName": name, "lastName": "Test"}})
        created: str = body.json(201)["data"]["createPerson"]["id"]
        return created

    def people(self) -> set[str]:
        """First names of all people."""
        people = self.call("GET", "/rest/people?limit=60").json()["data"]["people"]
        return {person["name"]["firstName"] for person in people}

    def graphql(self, path: str, query: str) -> Any:
        """The data of a query. Raises AssertionError."""
        answer = self.call("POST", path, {"query": query}).json()
        assert "errors" not in answer, answer
        return answer["data"]
