"""The table's stream: work that follows from writes, after their responses.

The event source mapping lets through removed records, expired batch logs (``icosa.engine.janitor``) and new jobs
(``icosa.catalog.jobs``), which go to their queue, and nothing else (the filter is in template.yaml).
Failed records are reported one by one, so that the stream goes on behind them.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.batch import EventType

from icosa.access.session import current_model
from icosa.access.times import stored_time
from icosa.engine.janitor import tidy
from icosa.metadata.job_queue import JobQueue
from icosa.runtime.batch import batch_handler
from icosa.runtime.handlers import function_logger
from icosa.runtime.prime import prime
from icosa.settings import settings
from icosa.store import stream
from icosa.store.table import Table

logger = function_logger()


def _record(record: Any) -> None:
    image = stream.image_of(record.raw_event)
    logger.append_keys(workspace_id=stream.workspace_of(image))
    (_announce if record.raw_event["eventName"] == "INSERT" else _remove)(image)


def _announce(image: dict[str, Any]) -> None:
    """Send a new job to the queue. It begins when all requests that started before the change have ended."""
    job = stream.new_job(image)
    wait_ms = job.not_before_ms - int(datetime.now(UTC).timestamp() * 1000)
    _queue().send(job.workspace_id, job.job_id, delay_ms=wait_ms)


def _remove(image: dict[str, Any]) -> None:
    table = _table()
    tidy(
        table,
        lambda workspace_id: current_model(table, workspace_id),
        image,
        now=stored_time(datetime.now(UTC)),
        settings=settings,
    )


@cache
def _queue() -> JobQueue:
    return JobQueue.from_environment()


@cache
def _table() -> Table:
    return Table.from_environment()


handler = batch_handler(EventType.DynamoDBStreams, _record, logger)
prime(_table, _queue)
