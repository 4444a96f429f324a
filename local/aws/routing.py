"""Operations of AWS services: by method and path (REST protocols) or by ``X-Amz-Target`` (JSON protocols)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from local.aws.errors import AwsError


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request to a service: parameters of its path and query, lower-case headers, body."""

    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        """The body as a JSON object; an absent body is an empty one. Raises AwsError."""
        try:
            parsed = orjson.loads(self.body or b"{}")
        except orjson.JSONDecodeError as error:
            raise AwsError("SerializationException", "the body is not JSON") from error
        if not isinstance(parsed, dict):
            raise AwsError("SerializationException", "the body is not an object")
        return parsed


@dataclass(frozen=True, kw_only=True)
class Reply:
    """The answer: a JSON value, or ``raw`` bytes in its place."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None


Operation = Callable[[Call], Awaitable[Reply]]
Routes = Mapping[tuple[str, str], Operation]
Targets = Mapping[str, Operation]
