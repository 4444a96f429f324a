"""The environments of every function: started when needed, reused while they live."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

import orjson

from local.functions.environment import Environment, EnvironmentGone
from local.functions.invoker import Outcome
from local.functions.runtime import ANSWER, BROKEN
from local.report import report
from local.template.application import Function

#: Seconds that loading a function may take. Lambda gives 10 before it starts over; a busy machine needs more.
_INIT_TIMEOUT = 30.0

Start = Callable[[Function], Environment]


class FunctionPool:
    """Up to ``limit`` environments of one function. A call takes the one used last; more are started while
    calls wait.
    """

    def __init__(self, function: Function, start: Start, limit: int) -> None:
        self._function = function
        self._start = start
        self._limit = limit
        self._idle: list[Environment] = []
        self._all: set[Environment] = set()
        self._waiting: deque[asyncio.Future[Environment | Outcome]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    def begin(self) -> None:
        """Start loading one environment, if there is none."""
        if not self._all:
            self._launch()

    async def ready(self) -> None:
        """Wait until what is loading is loaded. That a function cannot be loaded is reported, and the answer of every
        call.
        """
        await asyncio.gather(*self._tasks)

    async def invoke(self, payload: bytes) -> Outcome:
        """Run the function; waits for a free environment."""
        request_id = str(uuid.uuid4())
        environment = await self._acquire()
        if isinstance(environment, Outcome):
            return environment
        trace = f"Root=1-{request_id[:8]}-{request_id.replace('-', '')[8:]};Sampled=0"
        head = {"id": request_id, "arn": self._function.arn, "timeout": self._function.timeout, "trace": trace}
        try:
            async with asyncio.timeout(self._function.timeout):
                kind, answer = await environment.invoke(head, payload)
        except TimeoutError:
            self._discard(environment)
            stamp = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            message = f"{stamp} {request_id} Task timed out after {self._function.timeout:.2f} seconds"
            return _failed(message, "Sandbox.Timedout", request_id)
        except EnvironmentGone:
            self._discard(environment)
            message = f"RequestId: {request_id} Error: Runtime exited without providing a reason"
            return _failed(message, "Runtime.ExitError", request_id)
        except asyncio.CancelledError:
            self._discard(environment)
            raise
        self._release(environment)
        return Outcome(payload=answer, error=None if kind == ANSWER else "Unhandled", request_id=request_id)

    def close(self) -> None:
        """End every environment."""
        self._closed = True
        for task in self._tasks:
            task.cancel()
        for environment in list(self._all):
            self._discard(environment)

    async def _acquire(self) -> Environment | Outcome:
        while self._idle:
            environment = self._idle.pop()
            if environment.alive:
                return environment
            self._discard(environment)
        if len(self._all) < self._limit:
            self._launch()
        waiting: asyncio.Future[Environment | Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        return await waiting

    def _release(self, environment: Environment) -> None:
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_result(environment)
                return
        self._idle.append(environment)

    def _discard(self, environment: Environment) -> None:
        self._all.discard(environment)
        environment.kill()
        if self._waiting and not self._closed and len(self._all) < self._limit:
            self._launch()

    def _launch(self) -> None:
        environment = self._start(self._function)
        self._all.add(environment)
        task = asyncio.ensure_future(self._begin(environment))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _begin(self, environment: Environment) -> None:
        """Start an environment and give it to who waits; when it does not start, one waiting call gets to know why."""
        try:
            async with asyncio.timeout(_INIT_TIMEOUT):
                kind, payload = await environment.start()
        except TimeoutError:
            kind, payload = (
                BROKEN,
                orjson.dumps({"errorType": "Sandbox.Timedout", "errorMessage": "the function did not load in time"}),
            )
        except EnvironmentGone:
            kind, payload = (
                BROKEN,
                orjson.dumps({"errorType": "Runtime.ExitError", "errorMessage": "the runtime ended while loading"}),
            )
        if kind != BROKEN:
            self._release(environment)
            return
        error = orjson.loads(payload)
        report(f"{self._function.logical_id} cannot be loaded: {error.get('errorType')}: {error.get('errorMessage')}")
        waiting = next((waiting for waiting in self._waiting if not waiting.done()), None)
        if waiting:
            self._waiting.remove(waiting)
            waiting.set_result(Outcome(payload=payload, error="Unhandled"))
        self._discard(environment)


def _failed(message: str, kind: str, request_id: str) -> Outcome:
    return Outcome(
        payload=orjson.dumps({"errorMessage": message, "errorType": kind}), error="Unhandled", request_id=request_id
    )


class Pool:
    """The functions of an application: an Invoker."""

    def __init__(self, functions: Mapping[str, Function], start: Start, limit: int) -> None:
        self._pools = {name: FunctionPool(function, start, limit) for name, function in functions.items()}
        self._background: set[asyncio.Task[Outcome]] = set()

    async def invoke(self, function: str, payload: bytes) -> Outcome:
        """Run a function. The invocation goes on when who waits for it is cancelled."""
        task = asyncio.ensure_future(self._pools[function].invoke(payload))
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return await asyncio.shield(task)

    def begin(self, functions: Iterable[str]) -> None:
        """Start loading these functions."""
        for name in functions:
            self._pools[name].begin()

    async def ready(self, functions: Iterable[str]) -> None:
        """Wait until these functions are loaded, as far as they can be."""
        await asyncio.gather(*(self._pools[name].ready() for name in functions))

    async def close(self, patience: float) -> None:
        """Wait up to ``patience`` seconds for running invocations, then end every environment."""
        if self._background:
            await asyncio.wait(self._background, timeout=patience)
        for pool in self._pools.values():
            pool.close()
        for task in self._background:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*self._background, return_exceptions=True)
