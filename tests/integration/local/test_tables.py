"""Tables and streams in a real Dynoxide."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from local.dynamodb.binary import find_dynoxide
from local.dynamodb.server import Dynoxide
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


def test_a_server_that_ends_while_it_starts_is_begun_again(tmp_path: Path) -> None:
    program = tmp_path / "dynoxide"
    program.write_text(
        f'#!/bin/sh\n[ -e {tmp_path}/again ] || {{ touch {tmp_path}/again; exit 1; }}\nexec {find_dynoxide()} "$@"\n'
    )
    program.chmod(0o700)

    async def run() -> None:
        dynoxide = Dynoxide(program, tmp_path / "dynamodb.db", tmp_path / "log")
        try:
            await dynoxide.start()
            assert (tmp_path / "again").exists()
        finally:
            dynoxide.stop()
        program.write_text("#!/bin/sh\nexit 1\n")
        with pytest.raises(RuntimeError, match="Dynoxide ended while starting"):
            await dynoxide.start()

    asyncio.run(run())


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
