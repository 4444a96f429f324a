"""What operators see of deliveries: metrics, in CloudWatch's embedded format, and a line of the log for each failure.

A line names the webhook, and of its URL no more than the path: queries may hold tokens.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from typing import Final

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit

from .attempting import Observed

logger = logging.getLogger(__name__)

#: The line of a failed attempt. The local stack shows such lines (``local/failures.py``).
FAILED: Final = "delivery failed"
SWITCHED_OFF: Final = "webhook switched off"


class Reporter:
    """Reports what batches came to."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    @classmethod
    def from_environment(cls) -> Reporter:
        """Metrics of the stack STACK_NAME."""
        metrics = Metrics()
        metrics.set_default_dimensions(stack=os.environ["STACK_NAME"])
        return cls(metrics)

    def report(self, observed: Sequence[Observed]) -> None:
        """Report what happened to some deliveries."""
        for each in observed:
            self._count(each)
            if each.state != "delivered":
                logger.info(
                    FAILED,
                    extra={
                        "workspace_id": each.workspace_id,
                        "webhook_id": each.webhook_id,
                        "delivery_id": each.delivery_id,
                        "event_name": each.event_name,
                        "state": each.state,
                        "attempt": each.attempt,
                        "url": each.url,
                        "status": each.status,
                        "error": each.error,
                    },
                )
            if each.disabled:
                logger.warning(
                    SWITCHED_OFF,
                    extra={
                        "workspace_id": each.workspace_id,
                        "webhook_id": each.webhook_id,
                        "url": each.url,
                        "reason": each.disabled,
                    },
                )
        if observed:
            self._metrics.flush_metrics()

    def _count(self, each: Observed) -> None:
        add = self._metrics.add_metric
        if each.url:
            add("DeliveryAttempts", MetricUnit.Count, 1)
            add("DeliveryFailures", MetricUnit.Count, each.state != "delivered")
            add("DeliveryDuration", MetricUnit.Milliseconds, each.duration_ms)
            if each.attempt == 1:
                add("DeliveryAge", MetricUnit.Milliseconds, each.age_ms)
        if each.state == "delivered":
            add("Deliveries", MetricUnit.Count, 1)
        if each.state == "dead":
            add("DeliveriesDead", MetricUnit.Count, 1)
        if each.state == "skipped":
            add("DeliveriesSkipped", MetricUnit.Count, 1)
        if each.disabled:
            add("WebhooksDisabled", MetricUnit.Count, 1)
