from __future__ import annotations

import asyncio
import sqlite3

from local.dynamodb.expiry import Expiry
from local.template.application import Table

from .support import FakeDynamo

TABLE = Table(name="table", arn="arn", stream_arn="arn", definition={}, ttl="ttl")


class Setting:
    """A table whose stream has been followed to its end whenever ``sweep`` is called."""

    def __init__(self, state: sqlite3.Connection, dynamo: FakeDynamo | None = None) -> None:
        self.now = 100.0
        self.dynamo = dynamo or FakeDynamo()
        self.expiry = Expiry(table=TABLE, client=self.dynamo, state=state, clock=lambda: self.now)
        self.followed = 0

    def follow(self) -> None:
        self.expiry.follow(self.dynamo.records[self.followed :])
        self.followed = len(self.dynamo.records)

    def sweep(self) -> int:
        self.follow()
        return asyncio.run(self.expiry.sweep())


def ttl(at: int | str) -> dict[str, str]:
    return {"N": str(at)}


def test_items_are_deleted_once_their_time_has_come(state: sqlite3.Connection) -> None:
    setting = Setting(state)
    setting.dynamo.put("past", ttl=ttl("99.5"))
    setting.dynamo.put("future", ttl=ttl(200))
    setting.dynamo.put("never")
    setting.dynamo.items[b'{"PK":{"S":"past"}}']["ttl"] = ttl(99)
    assert setting.sweep() == 1
    assert [key.decode() for key in setting.dynamo.items] == ['{"PK":{"S":"future"}}', '{"PK":{"S":"never"}}']
    assert setting.sweep() == 0
    setting.now = 200
    assert setting.sweep() == 1


def test_deletions_have_an_author(state: sqlite3.Connection) -> None:
    setting = Setting(state)
    setting.dynamo.put("expired", ttl=ttl(1))
    setting.dynamo.put("deleted", ttl=ttl(200))
    setting.sweep()
    setting.dynamo.delete("deleted")
    records = [
        Setting(state, setting.dynamo).expiry.identify(record) for record in setting.dynamo.records
    ]  # Over a restart, too.
    authors = {
        (record["eventName"], record["dynamodb"]["Keys"]["PK"]["S"]): record.get("userIdentity") for record in records
    }
    assert authors == {
        ("INSERT", "expired"): None,
        ("INSERT", "deleted"): None,
        ("REMOVE", "expired"): {"type": "Service", "principalId": "dynamodb.amazonaws.com"},
        ("REMOVE", "deleted"): None,
    }


def test_an_item_made_again_is_its_own(state: sqlite3.Connection) -> None:
    setting = Setting(state)
    setting.dynamo.put("a", ttl=ttl(1))
    setting.sweep()
    setting.dynamo.put("a")
    setting.follow()
    setting.dynamo.delete("a")
    assert "userIdentity" not in setting.expiry.identify(setting.dynamo.records[-1])


def test_a_later_time_that_the_stream_has_not_told_yet_wins(state: sqlite3.Connection) -> None:
    setting = Setting(state)
    setting.dynamo.put("a", ttl=ttl(1))
    setting.follow()
    setting.dynamo.put("a", ttl=ttl(500))
    assert asyncio.run(setting.expiry.sweep()) == 0
    assert setting.sweep() == 0
    setting.dynamo.put("a")  # No time any more.
    setting.now = 1000
    assert setting.sweep() == 0
    assert setting.dynamo.items


def test_times_survive_a_restart(state: sqlite3.Connection) -> None:
    setting = Setting(state)
    setting.dynamo.put("a", ttl=ttl(150))
    setting.follow()
    again = Setting(state, setting.dynamo)
    again.followed = len(again.dynamo.records)
    again.now = 150
    assert again.sweep() == 1
