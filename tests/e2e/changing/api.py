"""The front door: every request over HTTP, nothing of the server's own may fail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import orjson

#: Requests of one check that are under way together: more than one, so that each function has two environments.
_AT_ONCE = 3
_PATIENCE = 120


class Mismatch(AssertionError):
    """The server shows something else than it must."""


class Api:
    """One client of one workspace, whose requests are counted."""

    def __init__(self, url: str, key: str) -> None:
        self._client = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=_PATIENCE)
        self._threads = ThreadPoolExecutor(_AT_ONCE)
        self.requests = 0
        #: Requests that may have changed the model.
        self.model_changes = 0

    def close(self) -> None:
        self._threads.shutdown()
        self._client.close()

    def together[T](self, questions: Sequence[Callable[[], T]]) -> list[T]:
        """The answers to questions that are asked at the same time."""
        return list(self._threads.map(lambda question: question(), questions))

    def send(self, method: str, path: str, body: Any = None, **params: Any) -> httpx.Response:
        """One request, whatever its answer, unless it is the server's own failure."""
        self.requests += 1
        self.model_changes += method != "GET" and path.startswith(("/rest/metadata/", "/metadata"))
        content = None if body is None else orjson.dumps(body)
        headers = {} if body is None else {"Content-Type": "application/json"}
        answer = self._client.request(method, path, content=content, headers=headers, params=params)
        if answer.status_code >= 500:
            raise Mismatch(f"{method} {path} {params} {body} answered {answer.status_code}: {answer.text[:1000]}")
        return answer

    def ask(self, method: str, path: str, body: Any = None, *, status: int = 200, **params: Any) -> Any:
        """The JSON of an answer with a status."""
        answer = self.send(method, path, body, **params)
        if answer.status_code != status:
            raise Mismatch(
                f"{method} {path} {params} {body} answered {answer.status_code} for {status}: {answer.text[:1000]}"
            )
        return orjson.loads(answer.content)

    def graphql(self, document: str, path: str = "/graphql", **variables: Any) -> Any:
        """``data`` of an answer without errors."""
        answer = self.ask("POST", path, {"query": document, "variables": variables})
        if "errors" in answer:
            raise Mismatch(f"{path} {document} {variables} answered {answer['errors']}")
        return answer["data"]
