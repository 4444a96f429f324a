"""The table's stream: work that follows from writes, after their responses.

The event source mapping lets through what happens to records and metadata, expired batch logs and new jobs, and nothing
else (the filter is in template.yaml). Webhooks and the feed are told of all changes of a batch together
(``icosa.webhooks.fan_out``). Removed records and logs are tidied up after one by one (``icosa.engine.janitor``), new
jobs (``icosa.catalog.jobs``) go to their queue. Failed records are reported one by one, so that the stream goes on
behind them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.batch import EventType

from icosa.access.session import current_model
from icosa.access.times import stored_time
from icosa.engine.janitor import tidy
from icosa.metadata.entity_changes import entity_changes
from icosa.metadata.job_queue import JobQueue
from icosa.runtime.batch import Records, batch_handler
from icosa.runtime.handlers import function_logger
from icosa.runtime.observation import observed
from icosa.runtime.prime import prime
from icosa.settings import settings
from icosa.store import stream
from icosa.store.table import Table
from icosa.webhooks.delivery_queue import DeliveryQueue
from icosa.webhooks.fan_out import FanOut
from icosa.webhooks.matching import Audiences

logger = function_logger()


def _record(record: Any) -> None:
    image = stream.image_of(record.raw_event)
    logger.append_keys(workspace_id=stream.workspace_of(image))
    meter = observed().meter_of(stream.workspace_of(image), records=1)
    if record.raw_event["eventName"] == "REMOVE":
        _remove(image, _table().metered(meter))
    elif stream.is_job(image):
        _announce(image)


def _tell(records: Records) -> Mapping[str, Exception]:
    changes = (
        (record["dynamodb"]["SequenceNumber"], stream.record_change(record) or stream.metadata_change(record))
        for record in records
    )
    told = [(place, change) for place, change in changes if change is not None]
    return _fan_out().publish(_table(), told, meter_of=observed().meter_of)


def _announce(image: dict[str, Any]) -> None:
    """Send a new job to the queue. It begins when all requests that started before the change have ended."""
    job = stream.new_job(image)
    wait_ms = job.not_before_ms - int(datetime.now(UTC).timestamp() * 1000)
    send = _queue().send_operation if job.is_operation else _queue().send
    send(job.workspace_id, job.job_id, delay_ms=wait_ms)


def _remove(image: dict[str, Any], table: Table) -> None:
    tidy(
        table,
        lambda workspace_id: current_model(table, workspace_id),
        image,
        now=stored_time(datetime.now(UTC)),
        settings=settings,
    )


@cache
def _fan_out() -> FanOut:
    return FanOut(Audiences(), DeliveryQueue.from_environment, entity_changes)


@cache
def _queue() -> JobQueue:
    return JobQueue.from_environment()


@cache
def _table() -> Table:
    return Table.from_environment()


handler = batch_handler(EventType.DynamoDBStreams, _record, logger, together=_tell)
prime(_table, _queue)
