"""The services of a data folder, reachable by containers, for as long as sam runs."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import orjson

from local.dynamodb.gate import open_gate
from local.functions.variables import Services as Endpoints
from local.options import Options
from local.sam.bridge import docker_gateway
from local.sam.errors import Unprepared
from local.sam.template import adapted, variables
from local.services import Services, running_services
from local.template.document import read_document
from local.triggers import start_triggers

#: The machine's name inside containers.
HOST = "host.docker.internal"
#: Seconds that sam gets to stop its containers.
_PATIENCE = 60


@asynccontextmanager
async def prepared(options: Options) -> AsyncIterator[list[str]]:
    """Serve the data folder to containers. Gives the arguments that sam needs for that.

    Template and environment are in the data folder while sam runs. The environment opens nothing but this run's
    services: its access key is new each time, and the signing secret comes from Secrets Manager.
    """
    built = options.root / ".aws-sam" / "build"
    if not (built / "template.yaml").is_file():
        raise Unprepared("there is no built template: run make build")
    gateway = docker_gateway()
    async with AsyncExitStack() as stack:
        services = await stack.enter_async_context(running_services(options))
        endpoints = await _open_gates(stack, services, gateway or "127.0.0.1")
        await start_triggers(stack, services, streams=options.streams)
        environment = variables(services.application, endpoints)
        template = services.folder.path / "sam-template.json"
        values = services.folder.path / "sam-environment.json"
        for path in (template, values):
            stack.callback(path.unlink, missing_ok=True)
        document = adapted(read_document(built / "template.yaml"), environment, built)
        services.folder.write_private(template, orjson.dumps(document).decode())
        services.folder.write_private(values, orjson.dumps(environment).decode())
        host = ["--add-host", f"{HOST}:{gateway}"] if gateway else []
        yield ["--template", str(template), "--env-vars", str(values), *host]


async def _open_gates(stack: AsyncExitStack, services: Services, address: str) -> Endpoints:
    """Where containers find what is on the loopback interface: at an address of Docker's bridge, for who has the access
    key.
    """
    endpoints = services.endpoints

    async def passed(url: str) -> str:
        parts = urlsplit(url)
        assert parts.hostname is not None and parts.port is not None
        gate = await open_gate(address, 0, target=(parts.hostname, parts.port), access_key=endpoints.access_key)
        stack.callback(gate.close)
        return f"http://{HOST}:{gate.sockets[0].getsockname()[1]}"

    return replace(endpoints, endpoint=await passed(endpoints.endpoint), dynamodb=await passed(endpoints.dynamodb))


async def run_sam(options: Options, command: Sequence[str], statuses: list[int]) -> None:
    """Run sam until it ends, or until SIGTERM or SIGINT ends it, and note its status."""
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    assert task
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        async with prepared(options) as arguments:
            sam = await asyncio.create_subprocess_exec(*command, *arguments)
            try:
                statuses.append(await sam.wait())
            finally:
                await _end(sam)


async def _end(sam: asyncio.subprocess.Process) -> None:
    """Let sam stop its containers."""
    if sam.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        sam.send_signal(signal.SIGINT)
    try:
        async with asyncio.timeout(_PATIENCE):
            await sam.wait()
    except TimeoutError:
        sam.kill()
        await sam.wait()


def event_file(folder: Path, event: bytes) -> Path:
    """A file with an event, for sam to read, that only its owner may."""
    path = folder / "sam-event.json"
    path.touch(mode=0o600)
    path.write_bytes(event)
    return path
