"""One REST API, from request to response."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any

from local.functions.invoker import Invoker
from local.gateway import proxy
from local.gateway.access_log import AccessLog, now_ms
from local.gateway.answers import Answers
from local.gateway.authorizer import Authorizers, Denied
from local.gateway.context import Place, request_context
from local.gateway.failure import GatewayFailure
from local.gateway.http import Request, Response
from local.gateway.preflight import preflight
from local.gateway.responses import render
from local.gateway.router import Router
from local.gateway.usage import Usage
from local.report import report
from local.template.application import Api, Route
from local.template.names import opaque_id

#: Bytes of request line and header values together (API Gateway quotas, REST API).
_HEADER_LIMIT = 10_240


class Gateway:
    """Serves an API: size limits, route, throttling, authorizer, usage plan, function, in the order of API Gateway."""

    def __init__(
        self,
        *,
        api: Api,
        place: Place,
        invoker: Invoker,
        usage: Usage,
        answers: Answers,
        prefix: str = "",
        log: AccessLog | None = None,
    ) -> None:
        """``prefix`` is what the paths of all requests begin with, as on a custom domain with a base path."""
        self._log = log
        self._api = api
        self._prefix = prefix
        self._place = place
        self._invoker = invoker
        self._usage = usage
        self._authorizers = Authorizers(api=api, place=place, invoker=invoker, answers=answers)
        self._methods: dict[str, dict[str, Route]] = {}
        for route in api.routes:
            self._methods.setdefault(route.path, {})[route.method] = route
        self._router = Router(self._methods)

    async def handle(self, request: Request, *, too_large: bool = False) -> Response:
        """The response to a request. ``too_large``: its body went beyond the limit and was not read."""
        context, began = request_context(request, self._api, self._place), time.perf_counter()
        response = await self._answer(request, context, too_large=too_large)
        if self._log is not None:
            answered = {
                "status": response.status,
                "responseLatency": now_ms(began),
                "responseLength": len(response.body),
            }
            function = context.pop("function", None)
            self._log.write({**context, **answered}, path=request.path, function=function)
        return response

    async def _answer(self, request: Request, context: dict[str, Any], *, too_large: bool) -> Response:
        try:
            if too_large:
                raise GatewayFailure("REQUEST_TOO_LARGE", "Request Too Long")
            response = await self._respond(request, context)
        except GatewayFailure as failure:
            if isinstance(failure, Denied):
                context["authorizer"] = {**failure.answer.context, "principalId": failure.answer.principal}
            context["error"] = {"responseType": failure.kind.name}
            return render(failure, api=self._api, request=request, context=context)
        headers = (
            *response.headers,
            ("x-amzn-requestid", context["requestId"]),
            ("x-amz-apigw-id", context["extendedRequestId"]),
        )
        return Response(status=response.status, headers=headers, body=response.body)

    async def _respond(self, request: Request, context: dict[str, Any]) -> Response:
        _check_head(request)
        resource = self._router.match(request.path[len(self._prefix) :]) if self._is_below(request.path) else None
        methods = self._methods[resource.path] if resource else {}
        route = methods.get(request.method) or methods.get("ANY")
        cors = self._api.cors
        if resource is None or (route is None and not (cors and request.method == "OPTIONS")):
            raise GatewayFailure("MISSING_AUTHENTICATION_TOKEN", "Missing Authentication Token")
        context["resourcePath"] = resource.path
        context["resourceId"] = opaque_id(resource.path)[:6]
        shared = proxy.parameters(request, resource, self._api)
        if cors and request.method == "OPTIONS" and "OPTIONS" not in methods:
            authorizer = self._api.default_authorizer if cors.authorized else None
            key_for = f"{resource.path}/OPTIONS" if cors.api_key_required else None
            await self._admit(request, shared, context, authorizer=authorizer, counted_as=key_for)
            if "*/*" in self._api.binary_types:  # The mock's template cannot be applied to bytes.
                raise GatewayFailure("API_CONFIGURATION_ERROR", "Internal server error")
            return preflight(cors, methods)
        assert route is not None
        self._usage.count_for_all(route)
        counted_as = f"{route.path}/{request.method}" if route.api_key_required else None
        await self._admit(request, shared, context, authorizer=route.authorizer, counted_as=counted_as)
        return await self._integrate(route, request, shared, context)

    def _is_below(self, path: str) -> bool:
        return path == self._prefix or path.startswith(f"{self._prefix}/")

    async def _admit(
        self,
        request: Request,
        shared: Mapping[str, Any],
        context: dict[str, Any],
        *,
        authorizer: str | None,
        counted_as: str | None,
    ) -> None:
        """Pass the authorizer and the usage plan, and leave in the context what they found out. ``counted_as`` is the
        method (``/path/METHOD``) where a key is required.
        """
        key = request.header.get("x-api-key") if self._api.key_source == "HEADER" else None
        if authorizer == "AWS_IAM":
            raise GatewayFailure("MISSING_AUTHENTICATION_TOKEN", "Missing Authentication Token")
        if authorizer:
            answer = await self._authorizers.authorize(authorizer, request, shared, context)
            context["authorizer"] = {**answer.context, "principalId": answer.principal, "integrationLatency": 0}
            if self._api.key_source == "AUTHORIZER":
                key = answer.usage_key
        if counted_as:
            api_key = self._usage.count(self._api.id, key, counted_as)
            context["identity"] |= {"apiKey": api_key.value, "apiKeyId": api_key.id}

    async def _integrate(
        self, route: Route, request: Request, shared: Mapping[str, Any], context: dict[str, Any]
    ) -> Response:
        payload = proxy.event(shared, request, context, self._api)
        if self._log is not None:
            self._log.expect(route.function)
        began, context["function"] = time.perf_counter(), route.function
        invocation = asyncio.ensure_future(self._invoker.invoke(route.function, payload))
        done, _ = await asyncio.wait({invocation}, timeout=route.timeout)
        if not done:  # The function goes on, as it does in Lambda; nobody waits for it.
            raise GatewayFailure("INTEGRATION_TIMEOUT", "Endpoint request timed out")
        context["integration"] = {"latency": now_ms(began), "status": 200}
        outcome = invocation.result()
        if outcome.error:
            report(f"{request.method} {request.path}: {route.function}: {outcome}")
            raise proxy.malformed()
        return proxy.response(outcome.payload, request, self._api)


def _check_head(request: Request) -> None:
    line = len(request.method) + len(request.path) + len(request.query) + len(request.protocol) + 3
    if line + sum(len(value) for _, value in request.headers) > _HEADER_LIMIT:
        raise GatewayFailure("DEFAULT_4XX", "Request Header Fields Too Large", status=431)
