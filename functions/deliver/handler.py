"""The queue of deliveries: events on their way to webhooks (``icosa.webhooks.delivering``)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache

from icosa.runtime.batch import QueueRecord, queue_handler
from icosa.runtime.handlers import function_logger
from icosa.runtime.prime import prime
from icosa.webhooks.delivering.batch import Deliverer
from icosa.webhooks.delivering.reporting import Reporter
from icosa.webhooks.secret_cipher import secret_cipher

logger = function_logger()
_deliverer = cache(Deliverer.from_environment)
_reporter = cache(Reporter.from_environment)


def _deliver(records: Sequence[QueueRecord]) -> Collection[str]:
    result = _deliverer().deliver(records)
    _reporter().report(result.observed)
    return result.failed


handler = queue_handler(_deliver, logger)
prime(_deliverer, _reporter, secret_cipher)
