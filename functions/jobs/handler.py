"""The queue of jobs: work on records that follows from changes of a model (``icosa.metadata.job_runner``), one step a
message.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.batch import EventType

from icosa.access.times import stored_time
from icosa.metadata.job_queue import JobQueue
from icosa.metadata.job_runner import run
from icosa.runtime.batch import batch_handler
from icosa.runtime.handlers import function_logger
from icosa.runtime.observation import observed
from icosa.runtime.prime import prime
from icosa.store.table import Table

logger = function_logger()


def _step(record: Any) -> None:
    message = json.loads(record.raw_event["body"])
    logger.append_keys(workspace_id=message["workspaceId"], job=message["jobId"])
    moment = datetime.now(UTC)
    outcome = run(
        _table().metered(observed().meter_of(message["workspaceId"], records=1)),
        message["workspaceId"],
        message["jobId"],
        now=stored_time(moment),
        now_ms=int(moment.timestamp() * 1000),
    )
    logger.info("step of a job", done=outcome.is_done)
    if outcome.given_up:
        logger.error("records contradict unique indexes, which have failed", indexes=outcome.given_up)
    if not outcome.is_done:
        _queue().send(message["workspaceId"], message["jobId"], delay_ms=outcome.wait_ms)


@cache
def _table() -> Table:
    return Table.from_environment()


@cache
def _queue() -> JobQueue:
    return JobQueue.from_environment()


handler = batch_handler(EventType.SQS, _step, logger)
prime(_table, _queue)
