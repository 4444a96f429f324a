"""Lambda's Invoke (Lambda API reference)."""

from __future__ import annotations

from collections.abc import Mapping

from local.aws.errors import AwsError
from local.aws.routing import Call, Reply, Routes
from local.functions.asynchronous import AsynchronousInvoker
from local.functions.invoker import Invoker
from local.template.application import Function


def lambda_routes(functions: Mapping[str, Function], invoker: Invoker, asynchronous: AsynchronousInvoker) -> Routes:
    """Invoke, by a function's name, ARN (with or without qualifier) or logical id."""

    async def invoke(call: Call) -> Reply:
        function = _find(functions, call.path["function"])
        payload = call.body or b"{}"
        match call.headers.get("x-amz-invocation-type", "RequestResponse"):
            case "DryRun":
                return Reply(status=204)
            case "Event":
                asynchronous.invoke(function.logical_id, payload)
                return Reply(status=202)
        outcome = await invoker.invoke(function.logical_id, payload)
        headers = {"x-amz-executed-version": "$LATEST"}
        if outcome.error:
            headers["x-amz-function-error"] = outcome.error
        return Reply(raw=outcome.payload, headers=headers)

    return {("POST", "/2015-03-31/functions/{function}/invocations"): invoke}


def _find(functions: Mapping[str, Function], name: str) -> Function:
    bare = name.split(":function:")[-1].split(":")[0]
    for function in functions.values():
        if bare in {function.name, function.logical_id}:
            return function
    raise AwsError("ResourceNotFoundException", f"Function not found: {name}", status=404)
