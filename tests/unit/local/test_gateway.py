"""The way of a request through the gateway, with functions that are plain Python."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson
import pytest

from local.functions.invoker import Outcome
from local.gateway.answers import Answers
from local.gateway.context import Place
from local.gateway.gateway import Gateway
from local.gateway.http import Request, Response
from local.gateway.keys import Keys
from local.gateway.usage import Usage
from local.template.application import Api, Authorizer, Cors, GatewayResponse, Identity, Route, Throttle, UsagePlan

PLACE = Place(account="1", region="eu-west-1")
TOKEN = Authorizer(
    name="Token", function="authorizer", kind="REQUEST", identity=Identity(headers=("Authorization",)), ttl=300
)
ROUTES = (
    Route(path="/open", method="ANY", function="echo", authorizer=None, api_key_required=False),
    Route(path="/records/{id}", method="GET", function="echo", authorizer="Token", api_key_required=True),
    Route(path="/records/{id}", method="DELETE", function="echo", authorizer="Token", api_key_required=False),
    Route(path="/slow", method="GET", function="slow", authorizer=None, api_key_required=False, timeout=0.001),
    Route(path="/iam", method="GET", function="echo", authorizer="AWS_IAM", api_key_required=False),
)
RESPONSES = {
    "UNAUTHORIZED": GatewayResponse(
        status=403,
        headers={"X-Static": "'a b'", "X-Id": "context.requestId", "X-Asked": "method.request.header.X-Asked"},
        templates={
            "application/json": (
                '{"m":$context.error.messageString,"t":"$context.error.responseType","c":"$stageVariables.colour"}'
            ),
            "text/plain": "$context.error.message. $context.authorizer.nothing!",
        },
    ),
    "ACCESS_DENIED": GatewayResponse(
        templates={"application/json": '{"m":"$context.authorizer.why","p":"$context.path"}'}
    ),
    "DEFAULT_5XX": GatewayResponse(status=500, templates={"application/json": '{"m":"oops"}'}),
}
API = Api(
    logical_id="Api",
    id="api",
    stage="test",
    routes=ROUTES,
    authorizers={"Token": TOKEN},
    default_authorizer="Token",
    stage_variables={"colour": "blue"},
    responses=RESPONSES,
    key_source="AUTHORIZER",
)
PLAN = UsagePlan(id="plan", name="plan", api_ids=("api",), throttle=Throttle(rate=0.1, burst=2))


class Functions:
    """An Invoker whose functions are methods; ``calls`` are the events they got."""

    def __init__(self) -> None:
        self.calls: dict[str, list[dict[str, Any]]] = {"echo": [], "authorizer": [], "slow": []}
        self.answer: Callable[[dict[str, Any]], Any] = lambda event: {"statusCode": 200, "body": "{}"}

    async def invoke(self, function: str, payload: bytes) -> Outcome:
        event = orjson.loads(payload)
        self.calls[function].append(event)
        try:
            return Outcome(payload=orjson.dumps(await getattr(self, function)(event)))
        except Exception as error:  # noqa: BLE001 - as the runtime does
            return Outcome(
                payload=orjson.dumps({"errorMessage": str(error), "errorType": type(error).__name__}), error="Unhandled"
            )

    async def echo(self, event: dict[str, Any]) -> Any:
        return self.answer(event)

    async def slow(self, _: dict[str, Any]) -> Any:
        await asyncio.sleep(30)

    async def authorizer(self, event: dict[str, Any]) -> Any:
        token = event["headers"]["Authorization"]
        if token == "nobody":
            raise Exception("Unauthorized")
        if token == "broken":
            raise KeyError("x")
        if token == "malformed":
            return {"principalId": "x"}
        resources = {"denied": [], "readers": ["arn:aws:execute-api:*:*:api/test/GET/*"]}.get(token, ["*"])
        statements = [{"Effect": "Allow", "Action": "*", "Resource": resource} for resource in resources]
        return {
            "principalId": token,
            "policyDocument": {"Statement": statements},
            "context": {"why": "because", "number": 1, "flag": True, "nothing": None},
            "usageIdentifierKey": token,
        }


@pytest.fixture
def functions() -> Functions:
    return Functions()


@pytest.fixture
def keys(state: sqlite3.Connection) -> Keys:
    keys = Keys(state)
    for value in ("known", "readers"):
        keys.add_to_plan("plan", keys.create(name=value, value=value).id)
    return keys


class Client:
    """Sends requests through a gateway, one after the other."""

    def __init__(
        self, functions: Functions, state: sqlite3.Connection, keys: Keys, api: Api = API, prefix: str = ""
    ) -> None:
        usage = Usage(plans=[PLAN], keys=keys, state=state, clock=lambda: 0.0)
        self.answers = Answers()
        self.gateway = Gateway(
            api=api, place=PLACE, invoker=functions, usage=usage, answers=self.answers, prefix=prefix
        )

    def send(self, method: str, path: str, *, too_large: bool = False, **headers: str) -> Response:
        pairs = tuple((name.lower().replace("_", "-"), value) for name, value in headers.items())
        sent = Request(method=method, path=path, query="", headers=pairs, body=b"", client="10.0.0.1")
        return asyncio.run(self.gateway.handle(sent, too_large=too_large))


@pytest.fixture
def client(functions: Functions, state: sqlite3.Connection, keys: Keys) -> Client:
    return Client(functions, state, keys)


def headers(response: Response) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers}


def test_an_open_route(client: Client, functions: Functions) -> None:
    response = client.send("PUT", "/open")
    assert (response.status, response.body) == (200, b"{}")
    (event,) = functions.calls["echo"]
    assert headers(response)["x-amzn-requestid"] == event["requestContext"]["requestId"]
    assert event["requestContext"]["resourcePath"] == "/open"
    assert "authorizer" not in event["requestContext"]


def test_a_base_path(functions: Functions, state: sqlite3.Connection, keys: Keys) -> None:
    root = Route(path="/", method="GET", function="echo", authorizer=None, api_key_required=False)
    client = Client(functions, state, keys, replace(API, routes=(*ROUTES, root)), "/a/b")

    assert client.send("GET", "/a/b/open", host="api.example.com").status == 200
    assert client.send("GET", "/a/b/records/7", authorization="known").status == 200
    assert client.send("GET", "/a/b").status == client.send("GET", "/a/b/").status == 200
    opened, record, *_ = functions.calls["echo"]
    assert (opened["path"], opened["resource"]) == ("/a/b/open", "/open")
    assert opened["requestContext"]["path"] == "/a/b/open"
    assert record["pathParameters"] == {"id": "7"}
    for path in ("/open", "/a/bopen", "/a/open", "/", "/b/a/b/open"):
        assert client.send("GET", path).status == 403, path


def test_what_the_authorizer_and_the_plan_say_reaches_the_function(
    client: Client, functions: Functions, keys: Keys
) -> None:
    assert client.send("GET", "/records/1", authorization="known").status == 200
    context = functions.calls["echo"][0]["requestContext"]
    expected = {"principalId": "known", "why": "because", "number": "1", "flag": "true", "integrationLatency": 0}
    assert context["authorizer"] == expected
    key = keys.find("known")
    assert key
    assert (context["identity"]["apiKey"], context["identity"]["apiKeyId"]) == ("known", key.id)
    asked = functions.calls["authorizer"][0]
    assert asked["type"] == "REQUEST"
    assert asked["methodArn"] == "arn:aws:execute-api:eu-west-1:1:api/test/GET/records/1"
    assert asked["pathParameters"] == {"id": "1"}
    assert "body" not in asked


def test_answers_are_remembered_by_identity_and_hold_for_every_method(client: Client, functions: Functions) -> None:
    assert client.send("GET", "/records/1", authorization="readers").status == 200
    assert client.send("GET", "/records/2", authorization="readers").status == 200
    assert client.send("DELETE", "/records/2", authorization="readers").status == 403
    assert len(functions.calls["authorizer"]) == 1
    client.send("DELETE", "/records/2", authorization="known")
    assert len(functions.calls["authorizer"]) == 2


def test_no_cache_without_a_time(functions: Functions, state: sqlite3.Connection, keys: Keys) -> None:
    authorizer = Authorizer(name="Token", function="authorizer", kind="REQUEST", identity=TOKEN.identity, ttl=0)
    api = Api(
        logical_id="Api",
        id="api",
        stage="test",
        routes=ROUTES,
        authorizers={"Token": authorizer},
        key_source="AUTHORIZER",
    )
    client = Client(functions, state, keys, api)
    for _ in range(2):
        client.send("DELETE", "/records/1", authorization="known")
    assert len(functions.calls["authorizer"]) == 2


def test_a_token_authorizer(functions: Functions, state: sqlite3.Connection, keys: Keys) -> None:
    identity = Identity(headers=("X-Token",), validation="^[a-z]+$")
    authorizer = Authorizer(name="Token", function="authorizer", kind="TOKEN", identity=identity, ttl=0)
    api = Api(
        logical_id="Api",
        id="api",
        stage="test",
        routes=ROUTES,
        authorizers={"Token": authorizer},
        key_source="AUTHORIZER",
    )
    client = Client(functions, state, keys, api)
    client.send("GET", "/records/1", x_token="abc")
    arn = "arn:aws:execute-api:eu-west-1:1:api/test/GET/records/1"
    assert functions.calls["authorizer"] == [{"type": "TOKEN", "methodArn": arn, "authorizationToken": "abc"}]
    assert client.send("GET", "/records/1").status == 401
    assert client.send("GET", "/records/1", x_token="123").status == 401
    assert len(functions.calls["authorizer"]) == 1


def test_missing_identity(client: Client, functions: Functions) -> None:
    response = client.send("GET", "/records/1", x_asked="this")
    assert response.status == 403
    assert orjson.loads(response.body) == {"m": "Unauthorized", "t": "UNAUTHORIZED", "c": "blue"}
    sent = headers(response)
    assert (sent["x-static"], sent["x-asked"], sent["x-id"]) == ("a b", "this", sent["x-amzn-requestid"])
    assert sent["x-amzn-errortype"] == "UnauthorizedException"
    assert functions.calls["authorizer"] == []


def test_the_template_that_the_client_accepts(client: Client) -> None:
    response = client.send("GET", "/records/1", accept="image/png, text/plain;q=0.5")
    assert (headers(response)["content-type"], response.body) == ("text/plain", b"Unauthorized. !")


def test_an_authorizer_that_says_unauthorized(client: Client, functions: Functions) -> None:
    for _ in range(2):  # Not remembered.
        assert client.send("GET", "/records/1", authorization="nobody").status == 403
    assert len(functions.calls["authorizer"]) == 2


def test_denied(client: Client) -> None:
    response = client.send("GET", "/records/1", authorization="denied")
    assert response.status == 403
    assert orjson.loads(response.body) == {"m": "because", "p": "/test/records/1"}


@pytest.mark.parametrize("token", ["broken", "malformed"])
def test_an_authorizer_that_fails(client: Client, token: str) -> None:
    response = client.send("GET", "/records/1", authorization=token)
    assert (response.status, response.body) == (500, b'{"m":"oops"}')


def test_unknown_key(client: Client, functions: Functions) -> None:
    response = client.send("GET", "/records/1", authorization="unknown")
    assert (response.status, orjson.loads(response.body)) == (403, {"message": "Forbidden"})
    assert functions.calls["echo"] == []


def test_throttled(client: Client) -> None:
    statuses = [client.send("GET", "/records/1", authorization="known") for _ in range(3)]
    assert [response.status for response in statuses] == [200, 200, 429]
    assert headers(statuses[-1])["retry-after"] == "10"
    assert orjson.loads(statuses[-1].body) == {"message": "Too Many Requests"}
    assert client.send("GET", "/records/1", authorization="readers").status == 200


@pytest.mark.parametrize(("method", "path"), [("GET", "/unknown"), ("PUT", "/records/1"), ("GET", "/iam")])
def test_no_such_method(client: Client, method: str, path: str) -> None:
    response = client.send(method, path, authorization="known")
    assert (response.status, orjson.loads(response.body)) == (403, {"message": "Missing Authentication Token"})


def test_a_function_that_fails_or_answers_nonsense(client: Client, functions: Functions) -> None:
    functions.answer = lambda event: 1 / 0
    assert (client.send("GET", "/open").status, client.send("GET", "/open").body) == (500, b'{"m":"oops"}')
    functions.answer = lambda event: {"status": 200}
    assert client.send("GET", "/open").status == 500


def test_timeout(client: Client) -> None:
    response = client.send("GET", "/slow")
    assert response.status == 500  # DEFAULT_5XX has a status of its own here; INTEGRATION_TIMEOUT's is 504.
    assert headers(response)["x-amzn-errortype"] == "GatewayTimeoutException"


def test_limits(client: Client) -> None:
    assert client.send("POST", "/open", too_large=True).status == 413
    assert client.send("GET", "/open", x_long="x" * 10_240).status == 431


def with_cors(**options: Any) -> Api:
    cors = Cors(allow_origin="*", allow_headers="Authorization", max_age="600", allow_credentials=True, **options)
    values = {name: getattr(API, name) for name in Api.__dataclass_fields__}
    return Api(**{**values, "cors": cors})


def test_preflight(functions: Functions, state: sqlite3.Connection, keys: Keys) -> None:
    client = Client(functions, state, keys, with_cors(authorized=False))
    response = client.send("OPTIONS", "/records/1", origin="https://example.com")
    assert response.status == 200
    sent = headers(response)
    assert sent["access-control-allow-origin"] == "*"
    assert sent["access-control-allow-methods"] == "DELETE,GET,OPTIONS"
    assert sent["access-control-allow-headers"] == "Authorization"
    assert sent["access-control-max-age"] == "600"
    assert sent["access-control-allow-credentials"] == "true"
    assert client.send("OPTIONS", "/open").status == 200
    assert len(functions.calls["echo"]) == 0
    assert client.send("OPTIONS", "/nowhere").status == 403


def test_a_mock_cannot_answer_where_all_bodies_are_binary(
    functions: Functions, state: sqlite3.Connection, keys: Keys
) -> None:
    client = Client(functions, state, keys, replace(with_cors(authorized=False), binary_types=("*/*",)))

    assert client.send("OPTIONS", "/records/1", origin="https://example.com").status == 500


def test_preflight_behind_the_authorizer(functions: Functions, state: sqlite3.Connection, keys: Keys) -> None:
    client = Client(functions, state, keys, with_cors(api_key_required=True))
    assert client.send("OPTIONS", "/records/1").status == 403
    assert client.send("OPTIONS", "/records/1", authorization="known").status == 200


def test_keys_from_the_header(functions: Functions, state: sqlite3.Connection, keys: Keys) -> None:
    routes = (Route(path="/", method="GET", function="echo", authorizer=None, api_key_required=True),)
    client = Client(functions, state, keys, Api(logical_id="Api", id="api", stage="test", routes=routes))
    assert client.send("GET", "/", x_api_key="known").status == 200
    assert client.send("GET", "/").status == 403


def test_a_method_with_its_own_limit_for_all(functions: Functions, state: sqlite3.Connection, keys: Keys) -> None:
    [opened, *others] = ROUTES
    limited = replace(API, routes=(replace(opened, throttle=Throttle(rate=0.1, burst=2)), *others))
    client = Client(functions, state, keys, limited)
    assert [client.send("GET", "/open").status for _ in range(3)] == [200, 200, 429]
    assert [client.send("GET", "/records/1", authorization="known").status for _ in range(2)] == [200, 200]


def test_forged_tokens_are_throttled_before_the_authorizer(
    functions: Functions, state: sqlite3.Connection, keys: Keys
) -> None:
    limited = replace(API, routes=tuple(replace(route, throttle=Throttle(rate=0.1, burst=3)) for route in ROUTES))
    client = Client(functions, state, keys, limited)
    statuses = [client.send("GET", "/records/1", authorization=f"forged{number}").status for number in range(10)]
    assert statuses.count(429) == 7
    assert len(functions.calls["authorizer"]) == 3


def test_answers_of_the_authorizer_can_be_forgotten(client: Client, functions: Functions) -> None:
    for _ in range(2):
        client.send("DELETE", "/records/1", authorization="known")
    assert len(functions.calls["authorizer"]) == 1
    client.answers.forget()
    client.send("DELETE", "/records/1", authorization="known")
    assert len(functions.calls["authorizer"]) == 2


@pytest.mark.parametrize("path", ['/no"pe', "/no\\pe", "/no\tpe", '/records/"}', "/nö"])
def test_a_body_that_quotes_the_path_is_json(
    functions: Functions, state: sqlite3.Connection, keys: Keys, path: str
) -> None:
    missing = GatewayResponse(templates={"application/json": '{"m":"Cannot $context.httpMethod $context.path"}'})
    api = replace(API, responses={"MISSING_AUTHENTICATION_TOKEN": missing})
    answer = orjson.loads(Client(functions, state, keys, api).send("PUT", path).body)
    assert answer["m"].startswith("Cannot PUT /test/")
