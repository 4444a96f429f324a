"""The stream of a table of the tests' server, as the event source mapping hands it to a function."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from icosa.store.table import Table
from local.dynamodb.client import DynamoClient

_KEYS = (("PK", "HASH"), ("SK", "RANGE"))


class Stream:
    """The one shard of a table's stream; ``take`` gives what is new since the last time."""

    def __init__(self, client: DynamoClient, table: str) -> None:
        self._client = client
        arn = client.call_now("DescribeTable", {"TableName": table})["Table"]["LatestStreamArn"]
        shards = client.call_now("DescribeStream", {"StreamArn": arn})["StreamDescription"]["Shards"]
        start = {"StreamArn": arn, "ShardId": shards[-1]["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
        self._iterator: str = client.call_now("GetShardIterator", start)["ShardIterator"]

    def take(self) -> list[dict[str, Any]]:
        """The records since the last call, in their order."""
        taken: list[dict[str, Any]] = []
        while True:
            answer = self._client.call_now("GetRecords", {"ShardIterator": self._iterator, "Limit": 1000})
            self._iterator = answer["NextShardIterator"]
            if not answer["Records"]:
                return taken
            taken += answer["Records"]


@contextlib.contextmanager
def streaming_table(endpoint: str) -> Iterator[tuple[Table, Stream]]:
    """A new table with a stream for as long as the block."""
    name, address = f"test-{uuid.uuid4().hex}", urlsplit(endpoint)
    assert address.hostname is not None and address.port is not None
    client = DynamoClient(address.hostname, address.port)
    client.call_now(
        "CreateTable",
        {
            "TableName": name,
            "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"} for key, _ in _KEYS],
            "KeySchema": [{"AttributeName": key, "KeyType": kind} for key, kind in _KEYS],
            "BillingMode": "PAY_PER_REQUEST",
            "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        },
    )
    try:
        yield Table.at(name, region="eu-central-1", endpoint=endpoint), Stream(client, name)
    finally:
        client.call_now("DeleteTable", {"TableName": name})
