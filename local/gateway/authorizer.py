"""Lambda authorizers: who asks, asked once per identity and remembered for the authorizer's time.

Source: API Gateway developer guide, "Use API Gateway Lambda authorizers" (identity sources, output, caching).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson

from local.functions.invoker import Invoker
from local.gateway import policy
from local.gateway.answers import Answer, Answers
from local.gateway.context import Place, method_arn
from local.gateway.failure import GatewayFailure
from local.gateway.http import Request
from local.report import report
from local.template.application import Api, Authorizer


class Authorizers:
    """The API's authorizers with the answers they gave."""

    def __init__(self, *, api: Api, place: Place, invoker: Invoker, answers: Answers) -> None:
        self._api = api
        self._place = place
        self._invoker = invoker
        self._answers = answers

    async def authorize(
        self, name: str, request: Request, shared: Mapping[str, Any], context: Mapping[str, Any]
    ) -> Answer:
        """The authorizer's answer for a request that it allows; ``shared`` are the parameters of the request's event.

        Raises GatewayFailure: UNAUTHORIZED when an identity source is missing or the function says so, ACCESS_DENIED
        when the policy does not allow the method, AUTHORIZER_FAILURE and AUTHORIZER_CONFIGURATION_ERROR when the
        function fails or its answer is malformed. A denial carries the authorizer's context to the gateway response:
        see ``Denied``.
        """
        authorizer = self._api.authorizers[name]
        arn = method_arn(request, self._api, self._place)
        identity = _identity(authorizer, request, shared, context)
        key = (name, *identity)
        answer = self._answers.get(key) if authorizer.ttl and identity else None
        if answer is None:
            answer = await self._ask(authorizer, identity, arn, shared, context)
            if authorizer.ttl and identity:
                self._answers.put(key, answer, ttl=authorizer.ttl)
        verdict = policy.evaluate(answer.document, arn)
        if verdict is not policy.Verdict.ALLOW:
            raise Denied(answer, explicit=verdict is policy.Verdict.DENY)
        return answer

    async def _ask(
        self,
        authorizer: Authorizer,
        identity: tuple[str, ...],
        arn: str,
        shared: Mapping[str, Any],
        context: Mapping[str, Any],
    ) -> Answer:
        event: dict[str, Any] = {"type": authorizer.kind, "methodArn": arn}
        if authorizer.kind == "TOKEN":
            event["authorizationToken"] = identity[0]
        else:
            event |= {**shared, "requestContext": context}
        outcome = await self._invoker.invoke(authorizer.function, orjson.dumps(event))
        if outcome.error:
            if orjson.loads(outcome.payload).get("errorMessage") == "Unauthorized":
                raise GatewayFailure("UNAUTHORIZED", "Unauthorized")
            report(f"{authorizer.function}: {outcome}")
            raise GatewayFailure("AUTHORIZER_FAILURE", None)
        try:
            return _answer(orjson.loads(outcome.payload))
        except ValueError as error:
            report(f"{authorizer.function}: {error}")
            raise GatewayFailure("AUTHORIZER_CONFIGURATION_ERROR", None) from error


class Denied(GatewayFailure):
    """ACCESS_DENIED, with what the authorizer said."""

    def __init__(self, answer: Answer, *, explicit: bool) -> None:
        because = " with an explicit deny" if explicit else ""
        super().__init__("ACCESS_DENIED", f"User is not authorized to access this resource{because}")
        self.answer = answer


def _identity(
    authorizer: Authorizer, request: Request, shared: Mapping[str, Any], context: Mapping[str, Any]
) -> tuple[str, ...]:
    """The values of the identity sources. A missing or empty one, or one that fails the validation, is UNAUTHORIZED."""
    source = authorizer.identity
    sources = [request.header.get(name.lower()) for name in source.headers]
    sources += [texts[-1] if (texts := request.query_lists.get(name)) else None for name in source.query]
    sources += [(shared["stageVariables"] or {}).get(name) for name in source.stage_variables]
    sources += [_context_value(context, name) for name in source.context]
    values = tuple(value for value in sources if value)
    valid = source.validation is None or re.search(source.validation, values[0] if values else "")
    if len(values) < len(sources) or not valid:
        raise GatewayFailure("UNAUTHORIZED", "Unauthorized")
    return values


def _context_value(context: Mapping[str, Any], name: str) -> str | None:
    value: Any = context
    for step in name.removeprefix("$context.").removeprefix("context.").split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return None if value is None else str(value)


def _answer(output: Any) -> Answer:
    if not isinstance(output, dict) or not isinstance(output.get("principalId"), str):
        raise ValueError("an authorizer answers an object with principalId and policyDocument")
    policy.check(output.get("policyDocument"))
    context = output.get("context") or {}
    if not isinstance(context, dict) or any(isinstance(value, (dict, list)) for value in context.values()):
        raise ValueError("an authorizer's context holds text, numbers and booleans only")
    usage_key = output.get("usageIdentifierKey")
    return Answer(
        principal=output["principalId"],
        document=output["policyDocument"],
        context={str(name): _text(value) for name, value in context.items() if value is not None},
        usage_key=None if usage_key is None else str(usage_key),
    )


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
