"""Schedules at work."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime

import orjson

from local.functions.asynchronous import AsynchronousInvoker
from local.schedules.expression import following
from local.template.application import Schedule


async def run_schedule(schedule: Schedule, *, invoker: AsynchronousInvoker, region: str, account: str) -> None:
    """Invoke the function whenever the schedule fires, until cancelled. What fell into a time without the stack is not
    made up for.
    """
    due = datetime.now(UTC)
    while True:
        due = following(schedule.expression, max(due, datetime.now(UTC)))
        await asyncio.sleep((due - datetime.now(UTC)).total_seconds())
        payload = schedule.input.encode() if schedule.input else orjson.dumps(_event(schedule, due, region, account))
        invoker.invoke(schedule.function, payload)


def _event(schedule: Schedule, due: datetime, region: str, account: str) -> dict[str, object]:
    """EventBridge's event of a schedule (EventBridge user guide, events of AWS services)."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": account,
        "time": due.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": region,
        "resources": [schedule.arn],
        "detail": {},
    }
