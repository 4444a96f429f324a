"""Lambda functions that get batches of records, from a stream or a queue."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.exceptions import BatchProcessingError

from .observation import Observation, observing

Records = Sequence[Mapping[str, Any]]


class BatchFailed(Exception):
    """No record of a batch could be done; all of them come again."""


@dataclass(frozen=True, slots=True)
class QueueRecord:
    """A message of a queue; ``times`` is how often the queue has given it out, this time included."""

    id: str
    body: str
    times: int


def batch_handler(
    event_type: EventType,
    work: Callable[[Any], None],
    logger: Logger,
    *,
    together: Callable[[Records], Mapping[str, Exception]] | None = None,
) -> Callable[[dict[str, Any], Any], Any]:
    """A handler that does ``work`` on every record, and returns the failed ones as ``batchItemFailures``.

    So a record that fails does not hold up the others. Why it failed is logged, with the keys that ``work`` appended to
    the logger. ``together`` is what is done first, of a stream's records as they are: it returns what failed, by the
    records' sequence numbers, and those fail when their ``work`` is done.
    """
    # Powertools' Logger is no subclass of logging.Logger, but passes unknown attributes on to one.
    processor = BatchProcessor(event_type=event_type, logger=cast(logging.Logger, logger))

    def run(event: dict[str, Any], context: Any) -> Any:
        if not event["Records"]:  # Powertools takes that for a fault.
            return {"batchItemFailures": []}
        failed = {} if together is None else together(event["Records"])

        def both(record: Any) -> None:
            work(record)
            if failed and (error := failed.get(record.raw_event["dynamodb"]["SequenceNumber"])) is not None:
                raise error

        return process_partial_response(event=event, record_handler=both, processor=processor, context=context)

    return observed_batches(logger, run)


def observed_batches(logger: Logger, run: Callable[[dict[str, Any], Any], Any]) -> Callable[[dict[str, Any], Any], Any]:
    """A handler of batches whose calls are observed. Keys of the log last for one batch."""

    def handler(event: dict[str, Any], context: Any) -> Any:
        observation = Observation(operation="batch", records=len(event["Records"]))
        with observing(observation):
            try:
                answer = run(event, context)
            except BatchProcessingError:
                observation.failed = len(event["Records"])
                # Its message has those of all failures, which may quote records, and Lambda would log it.
                raise BatchFailed(f"all {len(event['Records'])} records failed; each has its line in the log") from None
            observation.failed = len(answer["batchItemFailures"])
            return answer

    decorated: Callable[[dict[str, Any], Any], Any] = logger.inject_lambda_context(handler, clear_state=True)
    return decorated


def queue_handler(
    work: Callable[[Sequence[QueueRecord]], Collection[str]], logger: Logger
) -> Callable[[dict[str, Any], Any], Any]:
    """A handler that does ``work`` on all messages of a batch together, and has those come again whose ids it
    returns.
    """

    def run(event: dict[str, Any], _context: Any) -> dict[str, Any]:
        records = [
            QueueRecord(record["messageId"], record["body"], int(record["attributes"]["ApproximateReceiveCount"]))
            for record in event["Records"]
        ]
        return {"batchItemFailures": [{"itemIdentifier": failed} for failed in work(records)]}

    return observed_batches(logger, run)
