"""The lower half of the stack: DynamoDB, the other AWS services, and the functions, ready to be invoked."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass

from local.aws.apigateway import apigateway_routes
from local.aws.invocation import lambda_routes
from local.aws.kms import kms_targets
from local.aws.secrets import secret_values, secrets_targets
from local.aws.server import application as services_application
from local.aws.sqs import sqs_targets
from local.aws.sts import sts_routes
from local.background import run_in_background
from local.dynamodb.binary import find_dynoxide
from local.dynamodb.gate import hidden_host, open_gate
from local.dynamodb.server import Dynoxide
from local.dynamodb.tables import create_tables
from local.folder import DataFolder
from local.functions.asynchronous import AsynchronousInvoker
from local.functions.environment import Environment
from local.functions.pool import Pool
from local.functions.variables import Services as Endpoints
from local.functions.variables import function_variables
from local.gateway.answers import Answers
from local.gateway.keys import Keys
from local.options import Options
from local.queues.store import Queues
from local.state import Settings, open_state
from local.template.application import Application, Function
from local.template.names import Deployment
from local.template.reader import read_application
from local.web import WebServer

#: Seconds that running invocations get to finish when the stack stops, beyond the second that requests have.
_PATIENCE = 0.3


@dataclass(frozen=True, kw_only=True)
class Services:
    """What runs, and what it is made from."""

    application: Application
    asynchronous: AsynchronousInvoker
    deployment: Deployment
    endpoints: Endpoints
    dynoxide: Dynoxide
    folder: DataFolder
    keys: Keys
    pool: Pool
    queues: Queues
    answers: Answers
    settings: Settings
    state: sqlite3.Connection


@asynccontextmanager
async def running_services(
    options: Options, warm: Callable[[Application], Iterable[str]] = lambda _: ()
) -> AsyncIterator[Services]:
    """The services of a data folder, for as long as the context lasts; ``warm`` names functions to have loaded.

    Raises FolderInUse, TemplateError, DynoxideMissing, TableChanged, or RuntimeError when Dynoxide does not start.
    """
    async with AsyncExitStack() as stack:
        folder = DataFolder(options.data)
        folder.create()
        folder.lock()
        stack.callback(folder.unlock)
        server = WebServer(host="127.0.0.1", port=0)
        deployment = Deployment(endpoint=f"http://127.0.0.1:{server.port}")
        application = read_application(
            options.root / "template.yaml",
            deployment,
            options.parameters,
            options.rate.parameters if options.rate else {},
        )

        state = stack.enter_context(closing(open_state(folder.state)))
        settings, keys, queues = Settings(state), Keys(state), Queues(application.queues, state)
        queues.take_back()
        answers = Answers()
        keys.declare(application.api_keys)
        secret_texts = secret_values(application.secrets, settings)
        access_key = f"LOCAL{secrets.token_hex(8).upper()}"

        dynoxide = Dynoxide(find_dynoxide(), folder.database, folder.log("dynoxide"), host=hidden_host())
        stack.callback(dynoxide.stop)
        gate = await open_gate("127.0.0.1", 0, target=(dynoxide.host, dynoxide.port), access_key=access_key)
        stack.callback(gate.close)
        dynamodb = f"http://127.0.0.1:{gate.sockets[0].getsockname()[1]}"
        endpoints = Endpoints(
            endpoint=deployment.endpoint, dynamodb=dynamodb, region=deployment.region, access_key=access_key
        )
        pool = _pool(application, endpoints, secret_texts, folder, options.environments)
        asynchronous = AsynchronousInvoker(functions=application.functions, invoker=pool, send_to=sender(queues))
        await server.start(
            services_application(
                {
                    **apigateway_routes(keys, {plan.id: plan for plan in application.plans}, application.api, answers),
                    **lambda_routes(application.functions, pool, asynchronous),
                    **sts_routes(access_key),
                },
                {
                    **sqs_targets(queues),
                    **secrets_targets(application.secrets, secret_texts, settings, application.parameters),
                    **kms_targets(application.encryption_keys, settings),
                },
                access_key,
            )
        )
        stack.push_async_callback(server.stop)
        stack.push_async_callback(pool.close, _PATIENCE)
        stack.callback(asynchronous.cancel)
        pool.begin(warm(application))  # Functions load while Dynoxide starts.
        await dynoxide.start()
        await create_tables(dynoxide.client, application.tables, folder.database)
        run_in_background(stack, "Dynoxide's watch", dynoxide.watch)
        folder.announce(endpoint=deployment.endpoint, dynamodb=dynamodb, access_key=access_key)
        yield Services(
            application=application,
            asynchronous=asynchronous,
            deployment=deployment,
            endpoints=endpoints,
            dynoxide=dynoxide,
            folder=folder,
            keys=keys,
            pool=pool,
            queues=queues,
            answers=answers,
            settings=settings,
            state=state,
        )


def sender(queues: Queues) -> Callable[[str, str], Awaitable[None]]:
    """Sends a message to the queue with an ARN."""

    async def send_to(arn: str, body: str) -> None:
        queues.send(queues.find(arn), body)

    return send_to


def _pool(
    application: Application,
    endpoints: Endpoints,
    secret_texts: Mapping[str, str],
    folder: DataFolder,
    limit: int,
) -> Pool:
    background = application.background

    def start(function: Function) -> Environment:
        variables = function_variables(function, endpoints, secret_texts, str(folder.pycache), str(folder.exports))
        yields = function.logical_id in background
        return Environment(function, variables, folder.log(function.logical_id), yields=yields)

    return Pool(application.functions, start, limit)
