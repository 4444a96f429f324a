"""The table's stream: work that follows from writes and that nobody waits for (``icosa.engine.janitor``).

The event source mapping lets through removed records and expired batch logs only (the filter is in template.yaml).
Failed records are reported one by one, so that the stream goes on behind them.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from icosa.access.session import current_model
from icosa.access.times import stored_time
from icosa.engine.janitor import tidy
from icosa.settings import settings
from icosa.store.table import Table
from pydynox import pydynox_core

logger = Logger()
processor = BatchProcessor(event_type=EventType.DynamoDBStreams)


def handler(event: dict[str, Any], context: Any) -> Any:
    """Process a batch of stream records; returns the failed ones as ``batchItemFailures``."""
    return process_partial_response(event=event, record_handler=_remove, processor=processor, context=context)


def _remove(record: Any) -> None:
    image = pydynox_core.item_from_dynamo(record.raw_event["dynamodb"]["OldImage"])
    table = _table()
    tidy(table, lambda workspace_id: current_model(table, workspace_id), image, now=stored_time(datetime.now(UTC)), settings=settings)


@cache
def _table() -> Table:
    return Table.from_environment()
