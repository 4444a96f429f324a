"""The services' endpoint as an ASGI application.

Only who names the stack's access key is served: any web page can send requests to a port of this machine.
"""

from __future__ import annotations

import traceback
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import unquote

import orjson

from local.aws.errors import AwsError
from local.aws.routing import Call, Operation, Reply, Routes, Targets
from local.gateway.http import Request, Response
from local.gateway.router import Router
from local.gateway.server import Receive, Send, read_body, request_of, send_response
from local.report import report

_BODY_LIMIT = 16 * 1024 * 1024


def application(
    routes: Routes, targets: Targets, access_key: str
) -> Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]:
    """An ASGI application that serves these operations to requests signed with this access key (the signature is not
    checked).
    """
    router = Router({path for _, path in routes})

    def find(request: Request) -> tuple[Operation, dict[str, str]]:
        if f"Credential={access_key}/" not in request.header.get("authorization", ""):
            raise AwsError(
                "UnrecognizedClientException", "The security token included in the request is invalid.", status=403
            )
        target = request.header.get("x-amz-target")
        if target and target in targets:
            return targets[target], {}
        resource = router.match(request.path)
        if target is None and resource and (request.method, resource.path) in routes:
            return routes[request.method, resource.path], {
                name: unquote(value) for name, value in resource.parameters.items()
            }
        called = target or f"{request.method} {request.path}"
        raise AwsError(
            "UnknownOperationException", f"the local stack does not have the AWS operation {called}", status=404
        )

    async def answer(request: Request) -> Reply:
        try:
            operation, parameters = find(request)
            query = {name: values[-1] for name, values in request.query_lists.items()}
            return await operation(Call(path=parameters, query=query, headers=request.header, body=request.body))
        except AwsError as error:
            return _refusal(error)
        except Exception:  # noqa: BLE001 - a fault of the stack itself must reach both the log and the client
            report(f"{request.method} {request.path}: the local AWS endpoint failed\n{traceback.format_exc()}")
            return _refusal(AwsError("InternalFailure", "the local stack failed; see its output", status=500))

    async def serve(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body, too_large = await read_body(receive, _BODY_LIMIT)
        if too_large:
            reply = _refusal(AwsError("RequestEntityTooLargeException", "the request is too large", status=413))
        else:
            reply = await answer(request_of(scope, body))
        await send_response(send, _response(reply), close=too_large)

    return serve


def _refusal(error: AwsError) -> Reply:
    headers = {"x-amzn-errortype": error.code, "x-amzn-query-error": f"{error.code};Sender"}
    return Reply(status=error.status, body={"__type": error.code, "message": error.message}, headers=headers)


def _response(reply: Reply) -> Response:
    body = reply.raw if reply.raw is not None else b"" if reply.body is None else orjson.dumps(reply.body)
    return Response(
        status=reply.status, headers=(("content-type", "application/json"), *reply.headers.items()), body=body
    )
