"""Work that goes on beside the requests for as long as the stack runs."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

from local.report import report

#: Seconds before work that failed is begun again.
_PAUSE = 1.0


def run_in_background(stack: AsyncExitStack, name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Do the work until the exit stack unwinds. When it fails the failure is reported and it begins again."""
    task = asyncio.ensure_future(_keep_doing(name, work))

    async def stop() -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    stack.push_async_callback(stop)


async def every(seconds: float, work: Callable[[], Awaitable[object]]) -> None:
    """Do the work again and again with pauses of so many seconds."""
    while True:
        await work()
        await asyncio.sleep(seconds)


async def _keep_doing(name: str, work: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await work()
        except Exception:  # noqa: BLE001 - whatever stopped the work must not stop the stack, and must be seen
            report(f"{name} failed and begins again\n{traceback.format_exc()}")
        await asyncio.sleep(_PAUSE)
