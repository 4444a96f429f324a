"""The template's tables in Dynoxide's database."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from local.dynamodb.client import DynamoClient, DynamoError
from local.template.application import Table

#: Dynoxide looks up the end of a stream on every write, without an index: writes would slow down as the stream grows.
#: Its own connection uses these as soon as they exist. Measured with 1.2.1; to be dropped when a newer version brings
#: them itself.
_STREAM_INDEXES = (
    "CREATE INDEX IF NOT EXISTS icosa_stream_end ON _stream_records (table_name, CAST(sequence_number AS INTEGER))",
    "CREATE INDEX IF NOT EXISTS icosa_stream_shard ON _stream_records (table_name, shard_id, sequence_number)",
)

#: Seconds that DynamoDB keeps stream records, and how many are deleted at once so that no writer waits long.
_STREAM_AGE = 86_400
_TRIM_SIZE = 1000


class TableChanged(Exception):
    """The data folder holds the table with other keys than the template. The message names it."""


async def create_tables(client: DynamoClient, tables: Iterable[Table], database: Path) -> None:
    """Make the tables that are not there. Raises TableChanged when one is there with another key."""
    for table in tables:
        definition = dict(table.definition)
        if table.ttl:  # Expiry follows the stream, so a table that expires items has one here.
            definition.setdefault(
                "StreamSpecification", {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
            )
        existing = await _describe(client, table.name)
        if existing is None:
            await client.call("CreateTable", **definition)
            if table.ttl:
                settings = {"Enabled": True, "AttributeName": table.ttl}
                await client.call("UpdateTimeToLive", TableName=table.name, TimeToLiveSpecification=settings)
        elif existing["KeySchema"] != definition["KeySchema"]:
            raise TableChanged(
                f"the data folder has table {table.name} with other keys than the template: use another folder"
            )
    with closing(sqlite3.connect(database, timeout=10)) as connection, connection:
        for statement in _STREAM_INDEXES:
            connection.execute(statement)


def trim_streams(tables: Sequence[Table], database: Path) -> int:
    """Delete some stream records that are older than a day, never a stream's last one, which numbers the next. Returns
    how many.
    """
    number = "CAST(sequence_number AS INTEGER)"
    with closing(sqlite3.connect(database, timeout=10)) as connection, connection:
        deleted = 0
        for table in tables:
            of_table = f"(SELECT {{}}({number}) FROM _stream_records WHERE table_name = :table)"
            deleted += connection.execute(
                f"DELETE FROM _stream_records WHERE table_name = :table AND created_at < :before AND {number} < "
                f"{of_table.format('MAX')}"
                f" AND {number} < {of_table.format('MIN')} + :size",
                {"table": table.name, "before": int(time.time()) - _STREAM_AGE, "size": _TRIM_SIZE},
            ).rowcount
        return deleted


async def _describe(client: DynamoClient, name: str) -> dict[str, Any] | None:
    try:
        description: dict[str, Any] = (await client.call("DescribeTable", TableName=name))["Table"]
    except DynamoError as error:
        if error.kind == "ResourceNotFoundException":
            return None
        raise
    return description
