"""Running a function of a data folder's stack from the command line, whether or not the stack runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import urllib3

from local.folder import DataFolder
from local.functions.invoker import Outcome
from local.marks import marked_function
from local.options import Options
from local.run import run_loop
from local.services import running_services
from local.template.application import Function
from local.template.names import Deployment
from local.template.reader import read_application

#: Seconds; no function of the template runs longer.
_PATIENCE = 900


class InvocationFailed(Exception):
    """The function could not be run. The message says why."""


#: Chooses one of the template's functions, or raises InvocationFailed.
Choice = Callable[[Mapping[str, Function]], Function]


def invoke_marked(mark: str, payload: bytes, options: Options) -> Outcome:
    """Run the marked function. Raises InvocationFailed."""
    return invoke(lambda functions: required_function(functions, mark), payload, options)


def named(name: str) -> Choice:
    """The function with a logical id, or whose code is in a folder of that name."""

    def choose(functions: Mapping[str, Function]) -> Function:
        for function in functions.values():
            if name in {function.logical_id, function.code.name}:
                return function
        folders = ", ".join(sorted(function.code.name for function in functions.values()))
        raise InvocationFailed(f"there is no function {name}; there are {folders}")

    return choose


def invoke(choose: Choice, payload: bytes, options: Options) -> Outcome:
    """Run a function in the running stack when there is one, else with services started for it alone. Raises
    InvocationFailed.
    """
    folder = DataFolder(options.data)
    folder.create()
    running = folder.running()
    if running is None:
        outcomes: list[Outcome] = []
        run_loop(_invoke_alone(choose, payload, options, outcomes))
        return outcomes[0]
    endpoint, access_key = running
    functions = read_application(options.root / "template.yaml", Deployment(endpoint=endpoint)).functions
    response = urllib3.request(
        "POST",
        f"{endpoint}/2015-03-31/functions/{choose(functions).name}/invocations",
        body=payload,
        headers={
            "Authorization": f"AWS4-HMAC-SHA256 Credential={access_key}/local, SignedHeaders=host, Signature=0",
            "X-Amz-Date": time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()),
        },
        timeout=_PATIENCE,
        retries=False,
    )
    if response.status != 200:
        raise InvocationFailed(f"the running stack answered {response.status}")
    return Outcome(payload=response.data, error=response.headers.get("x-amz-function-error"))


async def _invoke_alone(choose: Choice, payload: bytes, options: Options, outcomes: list[Outcome]) -> None:
    async with running_services(options) as services:
        function = choose(services.application.functions)
        outcomes.append(await services.pool.invoke(function.logical_id, payload))


def required_function(functions: Mapping[str, Function], mark: str) -> Function:
    """The function with a mark. Raises InvocationFailed."""
    function = marked_function(functions, mark)
    if function is None:
        raise InvocationFailed(f"the template marks no function with Metadata: {{Icosa: {{{mark}: true}}}}")
    return function
