"""DynamoDB and functions, in memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from local.dynamodb.client import DynamoClient, DynamoError
from local.functions.invoker import Outcome


class FakeDynamo(DynamoClient):
    """One table's stream, and conditional deletes of its items, in the shapes of Dynoxide."""

    def __init__(self) -> None:
        super().__init__("127.0.0.1", 0)
        self.records: list[dict[str, Any]] = []
        self.items: dict[bytes, dict[str, Any]] = {}
        self.calls: list[str] = []

    def put(self, key: str, **attributes: Any) -> None:
        """Put an item and record it."""
        keys = {"PK": {"S": key}}
        old = self.items.get(_bytes(keys))
        self.items[_bytes(keys)] = item = {**keys, **attributes}
        self._record("MODIFY" if old else "INSERT", keys, NewImage=item, **({"OldImage": old} if old else {}))

    def delete(self, key: str) -> None:
        """Delete an item and record it."""
        keys = {"PK": {"S": key}}
        self._record("REMOVE", keys, OldImage=self.items.pop(_bytes(keys)))

    async def call(self, operation: str, /, **arguments: Any) -> dict[str, Any]:
        """As the real client."""
        self.calls.append(operation)
        match operation:
            case "DescribeTable":
                return {"Table": {"LatestStreamArn": "stream"}}
            case "DescribeStream":
                return {
                    "StreamDescription": {
                        "Shards": [{"ShardId": "s", "SequenceNumberRange": {"EndingSequenceNumber": len(self.records)}}]
                    }
                }
            case "GetShardIterator":
                return {"ShardIterator": arguments["SequenceNumber"]}
            case "GetRecords":
                start = int(arguments["ShardIterator"])
                records = self.records[start : start + arguments["Limit"]]
                return {"Records": records, "NextShardIterator": str(start + len(records))}
            case "DeleteItem":
                item = self.items.get(_bytes(arguments["Key"]))
                limit = int(arguments["ExpressionAttributeValues"][":now"]["N"])
                if item is None or "ttl" not in item or int(item["ttl"]["N"]) > limit:
                    raise DynamoError("ConditionalCheckFailedException", "no")
                self.delete(arguments["Key"]["PK"]["S"])
                return {}
        raise AssertionError(operation)

    def _record(self, name: str, keys: dict[str, Any], **images: Any) -> None:
        number = str(len(self.records) + 1)
        body = {"Keys": keys, "SequenceNumber": number, "ApproximateCreationDateTime": 1000.0, **images}
        self.records.append({"eventName": name, "awsRegion": "dynoxide", "dynamodb": body})


class FakeInvoker:
    """Functions of plain Python; ``events`` are what was asked of them."""

    def __init__(self, run: Callable[[dict[str, Any]], Any] = lambda event: None) -> None:
        self.run = run
        self.events: list[dict[str, Any]] = []

    async def invoke(self, function: str, payload: bytes) -> Outcome:
        """As the pool."""
        event = orjson.loads(payload)
        self.events.append(event)
        try:
            return Outcome(payload=orjson.dumps(self.run(event)), request_id="request")
        except Exception as error:  # noqa: BLE001 - as the runtime does
            failure = {"errorMessage": str(error), "errorType": type(error).__name__}
            return Outcome(payload=orjson.dumps(failure), error="Unhandled", request_id="request")


def _bytes(keys: dict[str, Any]) -> bytes:
    return orjson.dumps(keys)
