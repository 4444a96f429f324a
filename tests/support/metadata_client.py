"""The Metadata APIs as API Gateway calls them: proxy events in, answers out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from icosa.api.metadata.service import MetadataApi
from icosa.runtime.http import proxy
from icosa.store.table import Table
from tests.support.rest_client import Reply


class MetadataClient:
    """``event`` is a proxy event that says who asks."""

    def __init__(self, table: Table, event: Mapping[str, Any]) -> None:
        self._event = event
        self._handler = proxy(MetadataApi(table).answer)

    def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        raw: str | None = None,
        explain: bool = False,
        headers: Mapping[str, str] | None = None,
        **params: Any,
    ) -> Reply:
        """One request; ``raw`` is a body that is no JSON."""
        text = raw if raw is not None else None if body is None else orjson.dumps(body).decode()
        answer = self._handler(
            {
                **self._event,
                "httpMethod": method,
                "path": path,
                "headers": {
                    "Content-Type": "application/json",
                    "Host": "api.example",
                    **({"X-Icosa-Explain": "1"} if explain else {}),
                    **(headers or {}),
                },
                "multiValueQueryStringParameters": {name: [str(value)] for name, value in params.items()} or None,
                "body": text,
                "isBase64Encoded": False,
            },
            None,
        )
        return Reply(answer["statusCode"], orjson.loads(answer["body"]) if answer["body"] else None, answer["headers"])

    def graphql(self, query: str, **variables: Any) -> Any:
        """What a document answers: ``{"data": …, "errors": …}``."""
        return self("POST", "/metadata", {"query": query, "variables": variables}).json

    def data(self, query: str, **variables: Any) -> Any:
        """``data`` of an answer without errors."""
        answer = self.graphql(query, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]
