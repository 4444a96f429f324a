"""The table's stream: what is made from a workspace's metadata is made once, ahead of those who need it (``icosa.schema.builder``).

The event source mapping lets through workspace rows only (the filter is in template.yaml). Failed records are reported one by one,
so that the stream goes on behind them; what keeps failing ends in the queue of dead letters. Readers never wait for any of this.
"""

from __future__ import annotations

import logging
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from pydynox import pydynox_core

from icosa.schema.builder import build
from icosa.store import keys
from icosa.store.table import Table

logger = Logger()
copy_config_to_registered_loggers(logger, include={logging.getLogger("icosa").name})
processor = BatchProcessor(event_type=EventType.DynamoDBStreams)


def handler(event: dict[str, Any], context: Any) -> Any:
    """Process a batch of stream records; returns the failed ones as ``batchItemFailures``."""
    return process_partial_response(event=event, record_handler=_build, processor=processor, context=context)


def _build(record: Any) -> None:
    image = pydynox_core.item_from_dynamo(record.raw_event["dynamodb"]["NewImage"])
    workspace_id, version = keys.workspace_of(image["PK"]), image["metadataVersion"]
    try:
        built = build(_table(), workspace_id, version)
    except Exception:
        logger.exception("bundle not built", workspace_id=workspace_id, version=version)
        raise
    logger.info("bundle built" if built else "nothing to build", workspace_id=workspace_id, version=version)


@cache
def _table() -> Table:
    return Table.from_environment()
