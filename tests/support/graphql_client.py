"""The Core GraphQL API as API Gateway calls it: proxy events in, answers out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

import orjson

from icosa.api.graphql.service import GraphqlApi
from icosa.api.graphql.settings import GraphqlSettings
from icosa.api.older.graphql import run_elsewhere
from icosa.runtime.http import proxy
from icosa.store.table import Table
from tests.support.rest_client import Reply

_DEFAULTS = GraphqlSettings()


class GraphqlClient:
    """``event`` is a proxy event that says who asks."""

    def __init__(self, table: Table, event: Mapping[str, Any], *, settings: GraphqlSettings = _DEFAULTS) -> None:
        self._event = event
        self._handler = proxy(GraphqlApi(table, settings=settings, elsewhere=run_elsewhere).answer)

    def send(
        self,
        method: str,
        body: Any = None,
        *,
        raw: str | None = None,
        query: str = "",
        explain: bool = False,
        strict: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """One request; ``raw`` is a body that is no JSON, ``query`` a query string."""
        text = raw if raw is not None else None if body is None else orjson.dumps(body).decode()
        asked = {"X-Icosa-Explain": "1"} if explain else {}
        asked |= headers or {}
        if strict:
            asked["X-Icosa-Strict"] = "1"
        answer = self._handler(
            {
                **self._event,
                "httpMethod": method,
                "path": "/graphql",
                "headers": {"Content-Type": "application/json", **asked},
                "multiValueQueryStringParameters": parse_qs(query, keep_blank_values=True) or None,
                "body": text,
                "isBase64Encoded": False,
            },
            None,
        )
        return Reply(answer["statusCode"], orjson.loads(answer["body"]), answer["headers"])

    def __call__(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        *,
        name: str | None = None,
        status: int = 200,
        strict: bool = False,
    ) -> Any:
        """What a document answers: ``{"data": …, "errors": …}``."""
        body = {"query": query, "variables": variables or {}, "operationName": name}
        reply = self.send("POST", body, strict=strict)
        assert reply.status == status, reply
        return reply.json

    def data(self, query: str, variables: Mapping[str, Any] | None = None, **options: Any) -> Any:
        """``data`` of an answer without errors."""
        answer = self(query, variables, **options)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def error(
        self, query: str, variables: Mapping[str, Any] | None = None, **options: Any
    ) -> tuple[str, str, str | None]:
        """Message, code and sub code of the only error of an answer."""
        [error] = self(query, variables, **options)["errors"]
        return error["message"], error["extensions"]["code"], error["extensions"].get("subCode")

    def explained(self, query: str, variables: Mapping[str, Any] | None = None) -> tuple[int, int]:
        """Round trips and calls after authentication."""
        headers = self.send("POST", {"query": query, "variables": variables or {}}, explain=True).headers
        return int(headers["X-Icosa-Round-Trips"]), int(headers["X-Icosa-Calls"])
