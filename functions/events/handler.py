"""The table's stream: work that follows from writes and that nobody waits for.

The event source mapping lets through removed records, expired batch logs (``icosa.engine.janitor``) and new jobs
(``icosa.metadata.jobs``), which go to their queue, and nothing else (the filter is in template.yaml).
Failed records are reported one by one, so that the stream goes on behind them.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from pydynox import pydynox_core

from icosa.access.session import current_model
from icosa.access.times import stored_time
from icosa.engine.janitor import tidy
from icosa.metadata.queue import JobQueue
from icosa.settings import settings
from icosa.store.table import Table

logger = Logger()
processor = BatchProcessor(event_type=EventType.DynamoDBStreams)


def handler(event: dict[str, Any], context: Any) -> Any:
    """Process a batch of stream records; returns the failed ones as ``batchItemFailures``."""
    return process_partial_response(event=event, record_handler=_record, processor=processor, context=context)


def _record(record: Any) -> None:
    images = record.raw_event["dynamodb"]
    if record.raw_event["eventName"] == "INSERT":
        _announce(pydynox_core.item_from_dynamo(images["NewImage"]))
    else:
        _remove(pydynox_core.item_from_dynamo(images["OldImage"]))


def _announce(image: dict[str, Any]) -> None:
    """A new job: it begins when no request can be under way that does not know of the change."""
    wait_ms = int(image["notBefore"]) - int(datetime.now(UTC).timestamp() * 1000)
    _queue().send(image["PK"].split("#")[0], image["SK"], delay_ms=wait_ms)


def _remove(image: dict[str, Any]) -> None:
    table = _table()
    tidy(table, lambda workspace_id: current_model(table, workspace_id), image, now=stored_time(datetime.now(UTC)), settings=settings)


@cache
def _queue() -> JobQueue:
    return JobQueue.from_environment()


@cache
def _table() -> Table:
    return Table.from_environment()
