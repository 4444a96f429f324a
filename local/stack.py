"""The local stack as a whole: services, triggers, the demo workspace, and the API on its port."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from local.gateway.context import Place
from local.gateway.gateway import Gateway
from local.gateway.server import application as gateway_application
from local.gateway.usage import Usage
from local.marks import marked_function
from local.options import Options
from local.provisioning import PROVISIONING, Workspace, read_workspace, workspace_event
from local.services import Services, running_services
from local.template.application import Application
from local.triggers import start_triggers
from local.web import WebServer

_PROVISIONED = "demo workspace"


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A running stack: the API's port, and the demo workspace when this start made it."""

    port: int
    made: Workspace | None


@asynccontextmanager
async def running_stack(options: Options) -> AsyncIterator[Stack]:
    """The whole stack, for as long as the context lasts.

    Raises what ``running_services`` raises, PortTaken, and ProvisioningFailed.
    """
    async with AsyncExitStack() as stack:
        server = WebServer(host=options.host, port=options.port)
        services = await stack.enter_async_context(running_services(options, _behind_the_api))
        await start_triggers(stack, services, streams=options.streams)
        made = await _demo_workspace(services)
        await services.pool.ready(_behind_the_api(services.application))
        api = services.application.api
        if api:
            usage = Usage(
                plans=services.application.plans, keys=services.keys, state=services.state, override=options.rate
            )
            place = Place(account=services.deployment.account, region=services.deployment.region)
            gateway = Gateway(api=api, place=place, invoker=services.pool, usage=usage, answers=services.answers)
            await server.start(gateway_application(gateway))
        stack.push_async_callback(server.stop)
        yield Stack(port=server.port, made=made)


def _behind_the_api(application: Application) -> Iterable[str]:
    """The functions that a request to the API runs."""
    api = application.api
    if api is None:
        return []
    return {route.function for route in api.routes} | {authorizer.function for authorizer in api.authorizers.values()}


async def _demo_workspace(services: Services) -> Workspace | None:
    """Make the demo workspace on the first start with a data folder, and leave its key in the folder."""
    function = marked_function(services.application.functions, PROVISIONING)
    if function is None or services.settings.get(_PROVISIONED):
        return None
    outcome = await services.pool.invoke(function.logical_id, workspace_event("Demo", demo=True))
    workspace = read_workspace(outcome)
    services.folder.write_private(services.folder.api_key, f"{workspace.token}\n")
    services.settings.set(_PROVISIONED, workspace.id)
    return workspace
