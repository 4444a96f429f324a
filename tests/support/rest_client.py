"""The Core REST API as API Gateway calls it: proxy events in, answers out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import orjson

from icosa.api.older.rest import OldAddresses
from icosa.api.rest.service import RestApi
from icosa.runtime.http import proxy
from icosa.settings import Settings
from icosa.store.table import Table


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    json: Any
    headers: Mapping[str, str]

    @property
    def message(self) -> str:
        """The one message of an error."""
        [message] = self.json["messages"]
        return str(message)


@dataclass
class RestClient:
    """``event`` is a proxy event that says who asks."""

    table: Table
    event: Mapping[str, Any]
    settings: Settings = field(default_factory=Settings)

    def __post_init__(self) -> None:
        self._handler = proxy(
            RestApi(self.table, settings=self.settings, old_addresses=OldAddresses(self.settings)).answer
        )

    def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        raw: str | None = None,
        **params: Any,
    ) -> Reply:
        """``params`` that are no text are sent as JSON; ``path`` may have a query string of its own."""
        path, _, query = path.partition("?")
        pairs = [*parse_qsl(query, keep_blank_values=True), *((name, _text(value)) for name, value in params.items())]
        values: dict[str, list[str]] = {}
        for name, value in pairs:
            values.setdefault(name, []).append(value)
        text = raw if raw is not None else None if body is None else orjson.dumps(body).decode()
        event = {
            **self.event,
            "resource": "/rest/{proxy+}",
            "path": path,
            "httpMethod": method,
            "headers": {
                "Host": "api.example",
                **({} if text is None else {"Content-Type": "application/json"}),
                **(headers or {}),
            },
            "multiValueHeaders": None,
            "queryStringParameters": {name: some[-1] for name, some in values.items()} or None,
            "multiValueQueryStringParameters": values or None,
            "body": text,
            "isBase64Encoded": False,
        }
        answer = self._handler(event, None)
        headers = {name.lower(): value for name, value in answer["headers"].items()}
        return Reply(answer["statusCode"], orjson.loads(answer["body"]) if answer["body"] else None, headers)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
