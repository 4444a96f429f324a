"""Asynchronous invocation: accepted at once, retried when it fails, then put with the dead letters.

Source: Lambda developer guide, "Invoking a function asynchronously". Pauses between retries are a second and two, not
minutes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson

from local.functions.invoker import Invoker, Outcome
from local.report import report
from local.template.application import Function


class AsynchronousInvoker:
    """Accepts events for functions. ``send_to`` sends a message to the queue with an ARN."""

    def __init__(
        self,
        *,
        functions: Mapping[str, Function],
        invoker: Invoker,
        send_to: Callable[[str, str], Awaitable[None]],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._functions = functions
        self._invoker = invoker
        self._send_to = send_to
        self._sleep = sleep
        self._running: set[asyncio.Task[None]] = set()

    def invoke(self, function: str, payload: bytes) -> None:
        """Accept an event; it lives only as long as the stack."""
        task = asyncio.ensure_future(self.process(self._functions[function], payload))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def process(self, function: Function, payload: bytes) -> None:
        """Run the function until it succeeds or all attempts are used."""
        attempts = function.asynchronous.retries + 1
        for attempt in range(1, attempts + 1):
            outcome = await self._invoker.invoke(function.logical_id, payload)
            if not outcome.error:
                return
            report(f"{function.logical_id}: attempt {attempt} of {attempts}: {outcome}")
            if attempt < attempts:
                await self._sleep(attempt)
        if function.asynchronous.on_failure:
            letter = orjson.dumps(_letter(function, payload, outcome, attempts)).decode()
            await self._send_to(function.asynchronous.on_failure, letter)

    def cancel(self) -> None:
        """Drop what has not been done."""
        for task in self._running:
            task.cancel()


def _letter(function: Function, payload: bytes, outcome: Outcome, attempts: int) -> dict[str, Any]:
    return {
        "version": "1.0",
        "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime()),
        "requestContext": {
            "requestId": outcome.request_id,
            "functionArn": f"{function.arn}:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": attempts,
        },
        "requestPayload": orjson.loads(payload),
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": outcome.error},
        "responsePayload": orjson.loads(outcome.payload),
    }
