"""The local stack as a whole: services, triggers, the demo workspace, and the API on its port."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from local.gateway.access_log import AccessLog
from local.gateway.context import Place
from local.gateway.gateway import Gateway
from local.gateway.server import application as gateway_application
from local.gateway.usage import Usage
from local.links import NoLink, is_loopback, link_event, read_link
from local.marks import marked_function
from local.options import Options
from local.provisioning import PROVISIONING, Workspace, read_workspace, workspace_event
from local.report import report
from local.services import Services, running_services
from local.template.application import Application
from local.triggers import start_triggers
from local.web import WebServer

_PROVISIONED = "demo workspace"
#: The route that takes the codes of links.
_SIGN_IN = "/console/session"


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A running stack: the API's port, the demo workspace when this start made it, and a link that signs in to the
    console, where nobody else can reach it.
    """

    port: int
    made: Workspace | None
    link: str | None


@asynccontextmanager
async def running_stack(options: Options) -> AsyncIterator[Stack]:
    """The whole stack, for as long as the context lasts.

    Raises what ``running_services`` raises, PortTaken, and ProvisioningFailed.
    """
    async with AsyncExitStack() as stack:
        server = WebServer(host=options.host, port=options.port)
        preloaded = _behind_the_api if options.preload else _none
        services = await stack.enter_async_context(running_services(options, preloaded))
        await start_triggers(stack, services, streams=options.streams)
        made = await demo_workspace(services)
        await services.pool.ready(preloaded(services.application))
        api = services.application.api
        if api:
            usage = Usage(
                plans=services.application.plans, keys=services.keys, state=services.state, override=options.rate
            )
            place = Place(account=services.deployment.account, region=services.deployment.region)
            log = AccessLog(services.folder.logs, api.logical_id, api.access_log_format, quiet=options.quiet)
            stack.callback(log.close)
            gateway = Gateway(
                api=api,
                place=place,
                invoker=services.pool,
                usage=usage,
                answers=services.answers,
                prefix=options.prefix,
                log=log,
            )
            await server.start(gateway_application(gateway))
        stack.push_async_callback(server.stop)
        link = await _sign_in_link(services, options, server.port)
        yield Stack(port=server.port, made=made, link=link)


def _behind_the_api(application: Application) -> Iterable[str]:
    """The functions that a request to the API runs."""
    api = application.api
    if api is None:
        return []
    return {route.function for route in api.routes} | {authorizer.function for authorizer in api.authorizers.values()}


def _none(_: Application) -> Iterable[str]:
    return []


async def _sign_in_link(services: Services, options: Options, port: int) -> str | None:
    """A new link with each start, for the key in the data folder."""
    api, function = services.application.api, marked_function(services.application.functions, PROVISIONING)
    if api is None or function is None or not is_loopback(options.host):
        return None
    if not any(route.path == _SIGN_IN for route in api.routes):
        return None
    try:
        event = link_event(services.folder, f"http://localhost:{port}{options.prefix}")
        return read_link(await services.pool.invoke(function.logical_id, event))
    except NoLink as reason:
        report(str(reason))
        return None


async def demo_workspace(services: Services) -> Workspace | None:
    """Make the demo workspace on the first start with a data folder, and leave its key in the folder."""
    function = marked_function(services.application.functions, PROVISIONING)
    if function is None or services.settings.get(_PROVISIONED):
        return None
    outcome = await services.pool.invoke(function.logical_id, workspace_event("Demo", demo=True))
    workspace = read_workspace(outcome)
    services.folder.write_private(services.folder.api_key, f"{workspace.token}\n")
    services.settings.set(_PROVISIONED, workspace.id)
    return workspace
