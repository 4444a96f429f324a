"""Expiry of items (DynamoDB's time to live), which Dynoxide does not do.

The table's stream tells of every item with an expiry time, so finding the expired ones costs nothing per item of the
table. Deleting is conditional on the time still being past. The deletion's stream record gets the identity of
DynamoDB's own service, by which functions tell it from a deletion by a user.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import orjson

from local.dynamodb.client import DynamoClient, DynamoError
from local.template.application import Table

#: As the event of a function has it (Lambda developer guide, DynamoDB streams).
_SERVICE = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}

#: Seconds that a deletion is remembered: as long as its stream record may be read.
_MARK_AGE = 86_400


class Expiry:
    """The expiry times of one table's items, and the deletions made for them. Both outlive the process."""

    def __init__(
        self, *, table: Table, client: DynamoClient, state: sqlite3.Connection, clock: Callable[[], float] = time.time
    ) -> None:
        assert table.ttl
        self._table = table
        self._attribute = table.ttl
        self._client = client
        self._state = state
        self._clock = clock
        for name in ("expiries", "expired"):
            state.execute(
                f"CREATE TABLE IF NOT EXISTS {name} (name TEXT NOT NULL, key BLOB NOT NULL, at INTEGER NOT NULL, "
                "PRIMARY KEY (name, key))"
            )
        state.execute("DELETE FROM expired WHERE at < ?", (int(clock()) - _MARK_AGE,))
        self._times = self._load("expiries")
        self._marks = self._load("expired")

    def follow(self, records: Sequence[Mapping[str, Any]]) -> None:
        """Learn from stream records, in their order."""
        for record in records:
            key = _key(record["dynamodb"]["Keys"])
            time_text = record["dynamodb"].get("NewImage", {}).get(self._attribute, {}).get("N")
            at = None if time_text is None else int(Decimal(time_text))
            if at != self._times.get(key):
                self._set("expiries", self._times, key, at)
            if record["eventName"] == "INSERT" and key in self._marks:
                self._set("expired", self._marks, key, None)

    async def sweep(self) -> int:
        """Delete what has expired; returns how many items."""
        now = int(self._clock())
        due = [(key, at) for key, at in self._times.items() if at <= now]
        deleted = 0
        for key, at in due:
            self._set("expired", self._marks, key, now)
            try:
                await self._client.call(
                    "DeleteItem",
                    TableName=self._table.name,
                    Key=orjson.loads(key),
                    ConditionExpression="#ttl <= :now",
                    ExpressionAttributeNames={"#ttl": self._attribute},
                    ExpressionAttributeValues={":now": {"N": str(now)}},
                )
            except DynamoError as error:
                self._set("expired", self._marks, key, None)
                if error.kind != "ConditionalCheckFailedException":
                    raise
                continue  # Changed or deleted meanwhile: the stream will tell.
            deleted += 1
            if self._times.get(key) == at:
                self._set("expiries", self._times, key, None)
        return deleted

    def identify(self, record: dict[str, Any]) -> dict[str, Any]:
        """The stream record, with DynamoDB's service as its author when it is a deletion made here."""
        if record["eventName"] == "REMOVE" and _key(record["dynamodb"]["Keys"]) in self._marks:
            return {**record, "userIdentity": _SERVICE}
        return record

    def _load(self, name: str) -> dict[bytes, int]:
        return dict(self._state.execute(f"SELECT key, at FROM {name} WHERE name = ?", (self._table.name,)).fetchall())

    def _set(self, name: str, values: dict[bytes, int], key: bytes, at: int | None) -> None:
        if at is None:
            values.pop(key, None)
            self._state.execute(f"DELETE FROM {name} WHERE name = ? AND key = ?", (self._table.name, key))
        else:
            values[key] = at
            self._state.execute(f"INSERT OR REPLACE INTO {name} VALUES (?, ?, ?)", (self._table.name, key, at))


def _key(keys: Mapping[str, Any]) -> bytes:
    return orjson.dumps(keys, option=orjson.OPT_SORT_KEYS)
