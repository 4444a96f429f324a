"""The queue of jobs: work on records that follows from changes of the model (``icosa.metadata.job_runner``), and what
operators ask for of whole workspaces (``icosa.lifecycle.operations``), one step a message.

A schedule asks with ``{"action": "emptyTrash"}`` for a step of each workspace that empties its trash
(``icosa.lifecycle.trash``); so may an operator.

An operator may also invoke it with ``{"workspaceId", "operationId"}``, which does the next step and says whether it was
the last one: where no stream runs, and for operations that the queue has given up.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.batch import EventType

from icosa.access import minting
from icosa.lifecycle.exports import export_store
from icosa.lifecycle.job_steps import Work
from icosa.lifecycle.steps import Surroundings, side_table
from icosa.lifecycle.trash import ask_for_all
from icosa.metadata.job_queue import JobQueue
from icosa.runtime.batch import batch_handler
from icosa.runtime.handlers import function_logger
from icosa.runtime.observation import observed, observed_action
from icosa.runtime.prime import prime
from icosa.store.table import Table
from icosa.webhooks.delivery_queue import DeliveryQueue

logger = function_logger()


def _step(record: Any) -> None:
    message = json.loads(record.raw_event["body"])
    logger.append_keys(workspace_id=message["workspaceId"], job=_name_of(message))
    meter = observed().meter_of(message["workspaceId"], records=1)
    _work().counting(meter).message(message)


def _name_of(message: Mapping[str, Any]) -> str | None:
    return message.get("jobId") or message.get("operationId") or message.get("task")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Messages of the queue, or the step of an operation that somebody asks for."""
    if "Records" in event:
        failures: dict[str, Any] = _batches(event, context)
        return failures
    if event.get("action") == "emptyTrash":
        return _empty_trash(event)
    return _operation_step(event)


@observed_action
def _operation_step(event: Mapping[str, Any]) -> dict[str, Any]:
    meter = observed().meter_of(event["workspaceId"])
    return _work().counting(meter).step(event["workspaceId"], event["operationId"])


@observed_action
def _empty_trash(_event: Mapping[str, Any]) -> dict[str, Any]:
    return {"workspaces": ask_for_all(_work().counting(observed().meter_of(None)).around)}


@cache
def _table() -> Table:
    return Table.from_environment()


@cache
def _queue() -> JobQueue:
    return JobQueue.from_environment()


@cache
def _work() -> Work:
    return Work(
        Surroundings(
            table=_table(),
            now_ms=lambda: int(time.time() * 1000),
            jobs=_queue,
            deliveries=cache(DeliveryQueue.from_environment),
            exports=export_store,
            side_table=side_table,
            remove_gateway_key=minting.remove_gateway_key,
        )
    )


_batches = batch_handler(EventType.SQS, _step, logger)
prime(_table, _queue)
