"""What invokes functions beside the API: streams, queues, schedules. And what keeps streams going: expiry, trimming."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

from local.background import every, run_in_background
from local.dynamodb.expiry import Expiry
from local.dynamodb.tables import trim_streams
from local.failures import LOGS_DELIVERIES, FailingDeliveries
from local.marks import marked_function
from local.queues.consumer import QueueConsumer
from local.schedules.runner import run_schedule
from local.services import Services, sender
from local.streams.checkpoints import Checkpoints
from local.streams.follower import Follower
from local.streams.reader import StreamReader
from local.template.application import EventSource, Table

#: Seconds between looks at a stream, at expired items, at old stream records, and at the log of deliveries.
_LOOK_INTERVAL = 0.2
_SWEEP_INTERVAL = 5.0
_TRIM_INTERVAL = 30.0
_LOG_INTERVAL = 0.5


async def start_triggers(stack: AsyncExitStack, services: Services, *, streams: bool) -> None:
    """Start every event source of the application, without ``streams`` all others, until the exit stack unwinds.

    Items expire either way: that is the table's own work.
    """
    application, deployment = services.application, services.deployment
    checkpoints = Checkpoints(services.state)
    for table in application.tables:
        sources = [source for source in application.event_sources if streams and source.source_arn == table.stream_arn]
        if sources or table.ttl:
            await _follow(stack, services, table, sources, checkpoints)
    for source in application.event_sources:
        if source.source_arn.split(":")[2] == "sqs":
            consumer = QueueConsumer(
                source=source, queues=services.queues, invoker=services.pool, region=deployment.region
            )
            run_in_background(stack, source.id, consumer.run)
    sender_of_webhooks = marked_function(application.functions, LOGS_DELIVERIES)
    if sender_of_webhooks is not None:
        failures = FailingDeliveries(services.folder.log(sender_of_webhooks.logical_id))
        run_in_background(stack, "log of deliveries", partial(every, _LOG_INTERVAL, failures.look))
    for schedule in application.schedules:
        run = partial(
            run_schedule, schedule, invoker=services.asynchronous, region=deployment.region, account=deployment.account
        )
        run_in_background(stack, schedule.id, run)
    trim = partial(asyncio.to_thread, trim_streams, application.tables, services.folder.database)
    run_in_background(stack, "trimming of streams", partial(every, _TRIM_INTERVAL, trim))


async def _follow(
    stack: AsyncExitStack, services: Services, table: Table, sources: list[EventSource], checkpoints: Checkpoints
) -> None:
    """Everything that follows one table's stream."""
    expiry = Expiry(table=table, client=services.dynoxide.client, state=services.state) if table.ttl else None
    region = services.deployment.region

    def complete(record: dict[str, Any]) -> dict[str, Any]:
        identified = expiry.identify(record) if expiry else record
        return {**identified, "awsRegion": region, "eventSourceARN": table.stream_arn}

    reader = StreamReader(services.dynoxide.client, table.name, complete)
    end = await reader.open()
    if expiry:
        run_in_background(stack, f"expiry of {table.name}", partial(_teach, expiry, table, reader, checkpoints))
        run_in_background(stack, f"expiry of {table.name}", partial(every, _SWEEP_INTERVAL, expiry.sweep))
    for source in sources:
        follower = Follower(
            source=source,
            function_arn=services.application.functions[source.function].arn,
            reader=reader,
            checkpoints=checkpoints,
            invoker=services.pool,
            send_to=sender(services.queues),
        )
        run_in_background(stack, source.id, partial(follower.run, end))
    run_in_background(stack, f"stream of {table.name}", partial(every, _LOOK_INTERVAL, reader.look))


async def _teach(expiry: Expiry, table: Table, reader: StreamReader, checkpoints: Checkpoints) -> None:
    """Let the expiry know of every change."""
    name = f"expiry of {table.name}"
    read = checkpoints.get(name) or 0
    while True:
        page = await reader.page(read)
        if page.records:
            expiry.follow(page.records)
            read = page.last
            checkpoints.set(name, read)
        else:
            await reader.wait(read)
