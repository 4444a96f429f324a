"""Reading a table's stream once for all who follow it."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from local.dynamodb.client import DynamoClient

_PAGE_SIZE = 1000
_KEPT_PAGES = 4


@dataclass(frozen=True, kw_only=True)
class Page:
    """Records after a place of the stream; ``last`` is the place of the last of them."""

    records: tuple[dict[str, Any], ...]
    last: int


class StreamReader:
    """The one shard that a stream has in Dynoxide. Places are sequence numbers; 0 is before the first record.

    Followers that read from the same place share one call. ``complete`` makes Dynoxide's records what a function is to
    see.
    """

    def __init__(self, client: DynamoClient, table: str, complete: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        self._client = client
        self._table = table
        self._complete = complete
        self._arn = ""
        self._shard = ""
        self._iterators: OrderedDict[int, str] = OrderedDict()
        self._pages: OrderedDict[int, asyncio.Task[Page]] = OrderedDict()
        self._news = asyncio.Condition()
        self._end = 0

    async def open(self) -> int:
        """Find the stream; returns the place of its newest record."""
        table = (await self._client.call("DescribeTable", TableName=self._table))["Table"]
        self._arn = table["LatestStreamArn"]
        shards = (await self._client.call("DescribeStream", StreamArn=self._arn))["StreamDescription"]["Shards"]
        self._shard = shards[-1]["ShardId"]
        self._end = int(shards[-1]["SequenceNumberRange"].get("EndingSequenceNumber") or 0)
        return self._end

    async def page(self, after: int) -> Page:
        """The next records after a place; none when the stream ends there."""
        task = self._pages.get(after)
        if task is None:
            task = self._pages[after] = asyncio.ensure_future(self._fetch(after))
            if len(self._pages) > _KEPT_PAGES:
                self._pages.popitem(last=False)
        try:
            page = await asyncio.shield(task)
        except BaseException:
            self._pages.pop(after, None)
            raise
        if not page.records:
            self._pages.pop(after, None)
        return page

    async def look(self) -> None:
        """See whether the stream has grown, and wake who waits for that."""
        page = await self.page(self._end)
        if page.records:
            async with self._news:
                self._end = page.last
                self._news.notify_all()

    async def wait(self, after: int) -> None:
        """Return when the stream has records after a place."""
        async with self._news:
            await self._news.wait_for(lambda: self._end > after)

    async def _fetch(self, after: int) -> Page:
        iterator = self._iterators.pop(after, None) or await self._iterator(after)
        answer: Mapping[str, Any] = await self._client.call("GetRecords", ShardIterator=iterator, Limit=_PAGE_SIZE)
        records = tuple(map(self._complete, answer["Records"]))
        last = int(records[-1]["dynamodb"]["SequenceNumber"]) if records else after
        self._iterators[last] = answer["NextShardIterator"]
        if len(self._iterators) > _KEPT_PAGES:
            self._iterators.popitem(last=False)
        return Page(records=records, last=last)

    async def _iterator(self, after: int) -> str:
        answer = await self._client.call(
            "GetShardIterator",
            StreamArn=self._arn,
            ShardId=self._shard,
            ShardIteratorType="AFTER_SEQUENCE_NUMBER",
            SequenceNumber=str(after),
        )
        return str(answer["ShardIterator"])
