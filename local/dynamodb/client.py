"""Calls to Dynoxide over its JSON protocol. The stack makes few kinds of them, and boto3 would cost its start a quarter
of a second.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

import orjson
import urllib3

_PREFIXES = {
    "DescribeStream": "DynamoDBStreams_20120810",
    "GetRecords": "DynamoDBStreams_20120810",
    "GetShardIterator": "DynamoDBStreams_20120810",
}


class DynamoError(Exception):
    """DynamoDB refused a call. ``kind`` is the exception's name, such as ``ResourceNotFoundException``."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind


class DynamoClient:
    """A pool of connections to one server. Calls run in threads."""

    def __init__(self, host: str, port: int) -> None:
        self._pool = urllib3.HTTPConnectionPool(host, port, maxsize=4, timeout=urllib3.Timeout(10), retries=False)

    async def call(self, operation: str, /, **arguments: Any) -> dict[str, Any]:
        """The answer to an operation. Raises DynamoError, or urllib3's HTTPError when the server does not answer."""
        return await asyncio.to_thread(self.call_now, operation, arguments)

    def call_now(self, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """The same, for callers that may block."""
        response = self._pool.request(
            "POST",
            "/",
            body=orjson.dumps(arguments),
            headers={
                # Dynoxide wants a signature and does not check it.
                "Authorization": (
                    "AWS4-HMAC-SHA256 Credential=local/20260101/local/dynamodb/aws4_request, SignedHeaders=host, "
                    "Signature=0"
                ),
                "Content-Type": "application/x-amz-json-1.0",
                "X-Amz-Date": time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()),
                "X-Amz-Target": f"{_PREFIXES.get(operation, 'DynamoDB_20120810')}.{operation}",
            },
        )
        answer: dict[str, Any] = orjson.loads(response.data)
        if response.status != 200:
            raise DynamoError(
                str(answer.get("__type", "")).rpartition("#")[2], str(answer.get("message") or answer.get("Message"))
            )
        return answer
