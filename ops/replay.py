"""Reading a part of the table's stream again, for the function that gave it up."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from local.streams.pattern import compile_filters
from ops.place import Place

#: Bytes of an event; Lambda takes 6 MB.
_EVENT_BYTES = 5_000_000
_FORGOTTEN = ("TrimmedDataAccessException", "ResourceNotFoundException")

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of one dead letter. ``failed`` counts records; ``error`` is the function's, by its kind."""

    first: str
    last: str
    records: int = 0
    failed: int = 0
    error: str | None = None
    is_forgotten: bool = False

    @property
    def is_done(self) -> bool:
        return not (self.failed or self.error or self.is_forgotten)

    def __str__(self) -> str:
        place = f"{self.first} to {self.last}"
        if self.is_forgotten:
            return f"{place}: the stream no longer has these records"
        if self.error:
            return f"{place}: the function failed: {self.error}"
        return f"{place}: {self.records} records, {self.failed} failed"


class Replay:
    """Reads records again and hands them to a function, through the filters of its event source."""

    def __init__(self, place: Place, function: str) -> None:
        self._place = place
        self._function = place.physical(function)
        sources = [source for source in place.application.event_sources if source.function == function]
        [self._source] = [source for source in sources if ":dynamodb:" in source.source_arn]
        self._matches = compile_filters(self._source.filters)

    def run(self, info: Mapping[str, Any]) -> Replayed:
        """Replay what a dead letter's ``DDBStreamBatchInfo`` names. Records come in the order of the stream."""
        first, last = info["startSequenceNumber"], info["endSequenceNumber"]
        try:
            records = [record for record in self._read(info) if self._matches(record)]
        except ClientError as error:
            if error.response["Error"]["Code"] in _FORGOTTEN:
                return Replayed(first, last, is_forgotten=True)
            raise
        failed = 0
        for batch in _batches(records, self._source.batch_size):
            answer = self._place.functions.invoke(
                FunctionName=self._function, Payload=json.dumps({"Records": batch}).encode()
            )
            payload = json.loads(answer["Payload"].read())
            if "FunctionError" in answer:
                return Replayed(first, last, len(records), failed, payload.get("errorType", answer["FunctionError"]))
            failed += len((payload or {}).get("batchItemFailures", ()))
        return Replayed(first, last, len(records), failed)

    def _read(self, info: Mapping[str, Any]) -> Iterator[Record]:
        stream, shard = self._position(info)
        last = int(info["endSequenceNumber"])
        iterator: str | None = self._place.streams.get_shard_iterator(
            StreamArn=stream,
            ShardId=shard,
            ShardIteratorType="AT_SEQUENCE_NUMBER",
            SequenceNumber=info["startSequenceNumber"],
        )["ShardIterator"]
        while iterator:
            page = self._place.streams.get_records(ShardIterator=iterator)
            for record in page["Records"]:
                if int(record["dynamodb"]["SequenceNumber"]) > last:
                    return
                yield _as_event(record, stream)
                if int(record["dynamodb"]["SequenceNumber"]) == last:
                    return
            if not page["Records"] and self._place.is_local:
                return  # Dynoxide's shards have no end.
            iterator = page.get("NextShardIterator")

    def _position(self, info: Mapping[str, Any]) -> tuple[str, str]:
        """Stream and shard. Those of the local stack's letters are made up: Dynoxide has one of each."""
        if not self._place.is_local:
            return info["streamArn"], info["shardId"]
        table = info["streamArn"].partition(":table/")[2].partition("/")[0]
        [stream] = self._place.streams.list_streams(TableName=table)["Streams"]
        description = self._place.streams.describe_stream(StreamArn=stream["StreamArn"])["StreamDescription"]
        return stream["StreamArn"], description["Shards"][-1]["ShardId"]


def _batches(records: Sequence[Record], most: int) -> Iterator[list[Record]]:
    batch: list[Record] = []
    size = 0
    for record in records:
        length = len(json.dumps(record))
        if batch and (len(batch) == most or size + length > _EVENT_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(record)
        size += length
    if batch:
        yield batch


def _as_event(record: Mapping[str, Any], stream: str) -> Record:
    """A record of the client's as Lambda has it in events: bytes as base64, times as seconds."""
    plain: Record = _plain(record)
    return {**plain, "eventSourceARN": stream}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_plain(member) for member in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime):
        return value.timestamp()
    return value
