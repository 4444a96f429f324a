"""Tables and streams in a real Dynoxide."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from local.dynamodb.binary import find_dynoxide
from local.dynamodb.server import Dynoxide, free_port
from local.dynamodb.tables import TableChanged, create_tables, trim_streams
from local.streams.reader import StreamReader
from local.template.application import Table

TABLE = Table(
    name="some-table",
    arn="arn",
    stream_arn="arn",
    definition={
        "TableName": "some-table",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "PK", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}],
    },
    ttl="ttl",
)


def with_dynoxide(folder: Path, work: Callable[[Dynoxide, Path], Awaitable[None]]) -> None:
    async def run() -> None:
        database = folder / "dynamodb.db"
        dynoxide = Dynoxide(find_dynoxide(), database, folder / "log")
        try:
            await dynoxide.start()
            await work(dynoxide, database)
        finally:
            dynoxide.stop()

    asyncio.run(run())


def test_a_port_that_is_free_is_so_at_every_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dynoxide ends where somebody listens on its port at another address than its own."""
    taken = free_port()
    with socket.socket() as other:
        other.bind(("127.0.0.1", taken))
        other.listen()
        chosen = iter((taken, taken, taken + 1))
        monkeypatch.setattr("random.randrange", lambda *_: next(chosen))
        assert free_port() == taken + 1


def test_a_table_is_made_once_with_the_stream_that_expiry_needs(tmp_path: Path) -> None:
    async def work(dynoxide: Dynoxide, database: Path) -> None:
        for _ in range(2):
            await create_tables(dynoxide.client, [TABLE], database)
        described = (await dynoxide.client.call("DescribeTable", TableName=TABLE.name))["Table"]
        assert described["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
        ttl = await dynoxide.client.call("DescribeTimeToLive", TableName=TABLE.name)
        assert ttl["TimeToLiveDescription"]["AttributeName"] == "ttl"
        changed = replace(
            TABLE, definition={**TABLE.definition, "KeySchema": [{"AttributeName": "ID", "KeyType": "HASH"}]}
        )
        with pytest.raises(TableChanged, match="some-table"):
            await create_tables(dynoxide.client, [changed], database)

    with_dynoxide(tmp_path, work)


def test_old_stream_records_go_and_numbers_go_on(tmp_path: Path) -> None:
    async def put(dynoxide: Dynoxide, key: str) -> None:
        await dynoxide.client.call("PutItem", TableName=TABLE.name, Item={"PK": {"S": key}})

    async def work(dynoxide: Dynoxide, database: Path) -> None:
        await create_tables(dynoxide.client, [TABLE], database)
        for key in "abc":
            await put(dynoxide, key)
        assert trim_streams([TABLE], database) == 0
        with closing(sqlite3.connect(database, timeout=10)) as connection, connection:
            connection.execute("UPDATE _stream_records SET created_at = created_at - 100000")
        assert trim_streams([TABLE], database) == 2
        await put(dynoxide, "d")
        reader = StreamReader(dynoxide.client, TABLE.name, lambda record: record)
        assert await reader.open() == 4
        page = await reader.page(0)
        assert [record["dynamodb"]["SequenceNumber"] for record in page.records] == ["3", "4"]
        assert (await reader.page(page.last)).records == ()

    with_dynoxide(tmp_path, work)
