"""Gateway responses: a failure rendered by the template's own bodies and headers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from local.gateway.failure import GatewayFailure
from local.gateway.http import Request, Response
from local.template.application import Api, GatewayResponse

_DEFAULT = GatewayResponse(templates={"application/json": '{"message":$context.error.messageString}'})
_NAME = r"(?:context|stageVariables|method\.request)(?:\.[\w-]+)+"
_VARIABLE = re.compile(rf"\$(?:({_NAME})|\{{({_NAME})\}})")


def render(failure: GatewayFailure, *, api: Api, request: Request, context: Mapping[str, Any]) -> Response:
    """The response for a failure.

    A customised response of the failure's own type goes before DEFAULT_4XX or DEFAULT_5XX. Bodies are templates with
    ``$context.error.message``, ``$context.authorizer.x``, ``$stageVariables.x`` …, without any logic; what is unknown
    is empty.
    """
    general = api.responses.get("DEFAULT_4XX" if failure.status < 500 else "DEFAULT_5XX", _DEFAULT)
    response = api.responses.get(failure.kind.name, general)
    variables = _variables(failure, api, request, context)
    kind, template = _template(response, request.header.get("accept"))
    headers = {
        "x-amzn-requestid": str(context.get("requestId", "")),
        "x-amzn-errortype": failure.kind.error_type,
        "content-type": kind,
    }
    headers |= {name.lower(): _mapped(expression, variables) for name, expression in response.headers.items()}
    if failure.retry_after is not None:
        headers["retry-after"] = str(failure.retry_after)
    body = _VARIABLE.sub(lambda match: variables.get(match.group(1) or match.group(2), ""), template)
    return Response(status=response.status or failure.status, headers=tuple(headers.items()), body=body.encode())


def _template(response: GatewayResponse, accept: str | None) -> tuple[str, str]:
    """Media type and text of the template that fits the Accept header, else of the first."""
    templates = response.templates or _DEFAULT.templates
    for item in (accept or "").split(","):
        wanted = item.split(";")[0].strip()
        if wanted in templates:
            return wanted, templates[wanted]
    return next(iter(templates.items()))


def _mapped(expression: str, variables: Mapping[str, str]) -> str:
    """The value of a response parameter: ``'text'`` is itself, anything else names a variable."""
    if len(expression) > 1 and expression.startswith("'") and expression.endswith("'"):
        return expression[1:-1]
    return variables.get(expression, "")


def _variables(failure: GatewayFailure, api: Api, request: Request, context: Mapping[str, Any]) -> dict[str, str]:
    error = {
        "message": failure.message or "",
        "messageString": json.dumps(failure.message),
        "responseType": failure.kind.name,
        "validationErrorString": "",
    }
    variables = {f"context.{name}": value for name, value in _flat({**context, "error": error})}
    variables |= {f"stageVariables.{name}": value for name, value in api.stage_variables.items()}
    variables |= {f"method.request.header.{name}": values[-1] for name, values in request.header_lists.items()}
    variables |= {f"method.request.querystring.{name}": values[-1] for name, values in request.query_lists.items()}
    return variables


def _flat(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Nested maps as dotted names."""
    pairs: list[tuple[str, str]] = []
    for name, value in values.items():
        if isinstance(value, Mapping):
            pairs += [(f"{name}.{inner}", text) for inner, text in _flat(value)]
        elif value is not None:
            pairs.append((name, str(value)))
    return pairs
