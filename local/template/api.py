"""The REST API of the template: routes from the functions' events, authorizers, gateway responses, usage plans and
keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from local.template.application import (
    Api,
    ApiKey,
    Authorizer,
    Cors,
    GatewayResponse,
    Identity,
    Quota,
    Route,
    Throttle,
    UsagePlan,
)
from local.template.document import TemplateError
from local.template.names import opaque_id
from local.template.scope import Scope

_API = "AWS::Serverless::Api"
#: SAM's name of the API that it makes when an event names none.
_IMPLICIT = "ServerlessRestApi"
_DEFAULT_TTL = 300
_USED = (
    "ApiKeySourceType",
    "Auth",
    "BinaryMediaTypes",
    "Cors",
    "GatewayResponses",
    "MethodSettings",
    "MinimumCompressionSize",
    "StageName",
    "Variables",
)


def read_api(scope: Scope) -> Api | None:
    """The template's REST API; None when it has none. One API per stack: a second one is a TemplateError."""
    declared = dict(scope.of_type(_API))
    events = _api_events(scope)
    used = set(declared) | {owner for owner, _, _ in events}
    if not used:
        return None
    if len(used) > 1:
        raise TemplateError(f"the local stack serves one REST API, the template has {', '.join(sorted(used))}")
    name = used.pop()
    properties = declared.get(name, scope.globals.get("Api") or {})
    for unsupported in ("DefinitionBody", "DefinitionUri"):
        if unsupported in properties:
            raise TemplateError(f"{name}.{unsupported} is not supported: declare routes as events of functions")
    resolved = scope.resolve({key: properties[key] for key in _USED if key in properties})
    auth = resolved.get("Auth") or {}
    compression = resolved.get("MinimumCompressionSize")
    settings = resolved.get("MethodSettings") or []
    return Api(
        logical_id=name,
        id=opaque_id(name),
        stage=str(resolved.get("StageName", "Prod")),
        routes=tuple(_route(function, event, auth, settings) for _, function, event in events),
        authorizers={key: _authorizer(scope, key, body) for key, body in (auth.get("Authorizers") or {}).items()},
        default_authorizer=auth.get("DefaultAuthorizer"),
        stage_variables={key: str(value) for key, value in (resolved.get("Variables") or {}).items()},
        responses={
            **{key: _sam_response(body) for key, body in (resolved.get("GatewayResponses") or {}).items()},
            **_responses(scope, name),
        },
        binary_types=tuple(kind.replace("~1", "/") for kind in resolved.get("BinaryMediaTypes") or []),
        minimum_compression=None if compression is None else int(compression),
        cors=_cors(resolved.get("Cors"), auth),
        access_log_format=scope.resolve((properties.get("AccessLogSetting") or {}).get("Format")),
        key_source="AUTHORIZER" if resolved.get("ApiKeySourceType") == "AUTHORIZER" else "HEADER",
    )


def _api_events(scope: Scope) -> list[tuple[str, str, dict[str, Any]]]:
    """API's logical id, function and resolved properties of every Api event."""
    ids = {opaque_id(name): name for name, _ in scope.of_type(_API)}
    routes = []
    for function, properties in scope.of_type("AWS::Serverless::Function"):
        for event in (properties.get("Events") or {}).values():
            if event["Type"] == "HttpApi":
                raise TemplateError(f"{function}: the local stack serves REST APIs, not HTTP APIs")
            if event["Type"] == "Api":
                resolved = scope.resolve(event["Properties"])
                owner = resolved.get("RestApiId")
                routes.append((ids.get(str(owner), _IMPLICIT) if owner else _IMPLICIT, function, resolved))
    return routes


def _route(
    function: str, event: dict[str, Any], api_auth: dict[str, Any], settings: Iterable[Mapping[str, Any]]
) -> Route:
    auth = event.get("Auth") or {}
    authorizer = auth.get("Authorizer", api_auth.get("DefaultAuthorizer"))
    path, method = str(event["Path"]), str(event["Method"]).upper()
    method = "ANY" if method in {"ANY", "X-AMAZON-APIGATEWAY-ANY-METHOD"} else method
    return Route(
        path=path,
        method=method,
        function=function,
        authorizer=None if authorizer in {None, "NONE"} else str(authorizer),
        api_key_required=bool(auth.get("ApiKeyRequired", api_auth.get("ApiKeyRequired", False))),
        timeout=int(event.get("TimeoutInMillis", 29_000)) / 1000,
        throttle=_stage_throttle(path, method, settings),
    )


def _stage_throttle(path: str, method: str, settings: Iterable[Mapping[str, Any]]) -> Throttle | None:
    """What MethodSettings say about a method: of this very method, else of all (``/*``, ``*``)."""
    found = {(str(entry["ResourcePath"]), str(entry["HttpMethod"]).upper()): entry for entry in settings}
    escaped = "/" if path == "/" else "/" + path.replace("/", "~1")
    for entry in (found.get((escaped, method)), found.get(("/*", "*"))):
        if entry is not None and "ThrottlingRateLimit" in entry:
            return Throttle(rate=float(entry["ThrottlingRateLimit"]), burst=int(entry["ThrottlingBurstLimit"]))
    return None


def _authorizer(scope: Scope, name: str, body: dict[str, Any]) -> Authorizer:
    if "FunctionArn" not in body:
        raise TemplateError(f"authorizer {name}: the local stack has Lambda authorizers only")
    kind: Literal["TOKEN", "REQUEST"] = "REQUEST" if body.get("FunctionPayloadType") == "REQUEST" else "TOKEN"
    identity = body.get("Identity") or {}
    if kind == "TOKEN":
        source = Identity(
            headers=(str(identity.get("Header", "Authorization")),), validation=identity.get("ValidationExpression")
        )
    else:
        source = Identity(
            headers=tuple(identity.get("Headers") or ()),
            query=tuple(identity.get("QueryStrings") or ()),
            stage_variables=tuple(identity.get("StageVariables") or ()),
            context=tuple(identity.get("Context") or ()),
        )
    ttl = int(identity.get("ReauthorizeEvery", _DEFAULT_TTL))
    return Authorizer(name=name, function=scope.function_of(body["FunctionArn"]), kind=kind, identity=source, ttl=ttl)


def _sam_response(body: dict[str, Any]) -> GatewayResponse:
    """SAM's form: ResponseParameters grouped by kind, of which only headers mean anything."""
    headers = (body.get("ResponseParameters") or {}).get("Headers") or {}
    return _response(body, {key: str(value) for key, value in headers.items()})


def _responses(scope: Scope, api: str) -> dict[str, GatewayResponse]:
    """AWS::ApiGateway::GatewayResponse resources of the API."""
    responses = {}
    for _, properties in scope.of_type("AWS::ApiGateway::GatewayResponse"):
        body = scope.resolve(properties)
        if body["RestApiId"] == opaque_id(api):
            prefix = "gatewayresponse.header."
            parameters = body.get("ResponseParameters") or {}
            headers = {
                key.removeprefix(prefix): str(value) for key, value in parameters.items() if key.startswith(prefix)
            }
            responses[str(body["ResponseType"])] = _response(body, headers)
    return responses


def _response(body: dict[str, Any], headers: dict[str, str]) -> GatewayResponse:
    status = body.get("StatusCode")
    templates = {str(kind): str(text) for kind, text in (body.get("ResponseTemplates") or {}).items()}
    return GatewayResponse(status=None if status is None else int(status), headers=headers, templates=templates)


def _cors(value: Any, auth: dict[str, Any]) -> Cors | None:
    if not value:
        return None
    body = value if isinstance(value, dict) else {"AllowOrigin": value}

    def unquoted(key: str) -> str | None:
        return None if body.get(key) is None else str(body[key]).strip("'")

    return Cors(
        allow_origin=unquoted("AllowOrigin") or "*",
        allow_methods=unquoted("AllowMethods"),
        allow_headers=unquoted("AllowHeaders"),
        max_age=unquoted("MaxAge"),
        allow_credentials=bool(body.get("AllowCredentials", False)),
        authorized=bool(auth.get("AddDefaultAuthorizerToCorsPreflight", True)),
        api_key_required=bool(auth.get("AddApiKeyRequiredToCorsPreflight", True))
        and bool(auth.get("ApiKeyRequired", False)),
    )


def read_plans(scope: Scope) -> list[UsagePlan]:
    """Usage plans: AWS::ApiGateway::UsagePlan resources and those of the APIs' Auth.UsagePlan."""
    plans = []
    for name, properties in scope.of_type("AWS::ApiGateway::UsagePlan"):
        body = scope.resolve(properties)
        stages = tuple(str(stage["ApiId"]) for stage in body.get("ApiStages") or [])
        plans.append(_plan(opaque_id(name), str(body.get("UsagePlanName", name)), stages, body))
    for api, body in _sam_plans(scope):
        name = f"{api}UsagePlan"
        plans.append(_plan(opaque_id(name), str(body.get("UsagePlanName", name)), (opaque_id(api),), body))
    return plans


def _sam_plans(scope: Scope) -> list[tuple[str, dict[str, Any]]]:
    plans = []
    for api, properties in scope.of_type(_API):
        body = scope.resolve((properties.get("Auth") or {}).get("UsagePlan") or {})
        if body and body.get("CreateUsagePlan") != "NONE":
            plans.append((api, body))
    return plans


def _plan(plan_id: str, name: str, apis: tuple[str, ...], body: dict[str, Any]) -> UsagePlan:
    throttle, quota = body.get("Throttle"), body.get("Quota")
    methods = {
        str(method): _throttle(limits)
        for stage in body.get("ApiStages") or []
        for method, limits in (stage.get("Throttle") or {}).items()
    }
    return UsagePlan(
        id=plan_id,
        name=name,
        api_ids=apis,
        throttle=_throttle(throttle) if throttle else None,
        methods=methods,
        quota=Quota(limit=int(quota["Limit"]), period=quota["Period"], offset=int(quota.get("Offset", 0)))
        if quota
        else None,
    )


def _throttle(limits: Mapping[str, Any]) -> Throttle:
    return Throttle(rate=float(limits["RateLimit"]), burst=int(limits["BurstLimit"]))


def read_api_keys(scope: Scope) -> list[ApiKey]:
    """API keys that the template declares (AWS::ApiGateway::ApiKey with UsagePlanKey; SAM's own key of an
    Auth.UsagePlan).
    """
    members: dict[str, list[str]] = {}
    for _, properties in scope.of_type("AWS::ApiGateway::UsagePlanKey"):
        body = scope.resolve(properties)
        members.setdefault(str(body["KeyId"]), []).append(str(body["UsagePlanId"]))
    api_keys = [
        ApiKey(id=opaque_id(f"{api}ApiKey"), name=f"{api}ApiKey", plans=(opaque_id(f"{api}UsagePlan"),))
        for api, _ in _sam_plans(scope)
    ]
    for name, properties in scope.of_type("AWS::ApiGateway::ApiKey"):
        body = scope.resolve(properties)
        api_keys.append(
            ApiKey(
                id=opaque_id(name),
                name=str(body.get("Name", name)),
                enabled=bool(body.get("Enabled", False)),
                value=body.get("Value"),
                plans=tuple(members.get(opaque_id(name), ())),
            )
        )
    return api_keys
