"""The table's stream: builds documents from changed metadata before anybody asks for them
(``icosa.documents.builder``).

The event source mapping lets through workspace rows only (the filter is in template.yaml). Failed records are reported
one by one, so that the stream goes on behind them; what keeps failing ends in the queue of dead letters. Readers never
wait for any of this.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.batch import EventType

from icosa.documents.builder import build
from icosa.runtime.batch import batch_handler
from icosa.runtime.handlers import function_logger
from icosa.runtime.observation import observed
from icosa.runtime.prime import prime
from icosa.store import stream
from icosa.store.table import Table

logger = function_logger()


def _build(record: Any) -> None:
    image = stream.image_of(record.raw_event)
    workspace_id, version = stream.workspace_of(image), image["metadataVersion"]
    logger.append_keys(workspace_id=workspace_id, version=version)
    table = _table().metered(observed().meter_of(workspace_id, records=1))
    built = build(table, workspace_id, version)
    logger.info("bundle built" if built else "nothing to build")


@cache
def _table() -> Table:
    return Table.from_environment()


handler = batch_handler(EventType.DynamoDBStreams, _build, logger)
prime(_table)
