"""core_rest, core_graphql and the metadata function's GraphQL in this process, called as API Gateway calls them: proxy
events in, answers out.
"""

from __future__ import annotations

import base64
import copy
import importlib.util
import io
import os
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote

import orjson

from bench.folder import ROOT, Workspace
from local.gateway import proxy
from local.gateway.context import Place, request_context
from local.gateway.http import Request
from local.gateway.router import Resource
from local.template.application import Api

_API = Api(logical_id="Api", id="bench", stage="bench", routes=())
_PLACE = Place(account="000000000000", region="us-east-1")
_REST = "/rest/"
_HOST = "bench.execute-api.us-east-1.amazonaws.com"


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request of the API. ``query`` holds unencoded values, ``body`` what is sent as JSON, ``eventual`` asks for
    eventually consistent reads.
    """

    method: str
    path: str
    query: Mapping[str, str] | None = None
    body: Any = None
    eventual: bool = False

    @property
    def target(self) -> str:
        """Path and query string, encoded."""
        return self.path + (f"?{self.query_string}" if self.query else "")

    @property
    def query_string(self) -> str:
        return "&".join(f"{name}={quote(value, safe='')}" for name, value in (self.query or {}).items())

    @cached_property
    def content(self) -> bytes:
        return b"" if self.body is None else orjson.dumps(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: str

    def json(self) -> Any:
        return orjson.loads(self.body)


class Failed(Exception):
    """The API refused a request of a benchmark."""


class _Nowhere(io.TextIOBase):
    """Takes the lines of metrics that functions print, one for each call."""

    def write(self, text: str) -> int:
        return len(text)


_NOWHERE = _Nowhere()


class LambdaContext:
    """What Powertools reads of the context of an invocation."""

    function_name = "core_rest"
    memory_limit_in_mb = 1769
    invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:core_rest"
    aws_request_id = "00000000-0000-0000-0000-000000000000"


class Client:
    """Calls for one workspace. A process has one environment, so one process must not make clients of two stores."""

    def __init__(self, environment: Mapping[str, str], workspace: Workspace) -> None:
        os.environ.update(
            {
                name: value
                for name, value in environment.items()
                if name.startswith(("AWS_", "POWERTOOLS_")) or name.isupper()
            }
        )
        self._handlers: dict[str, Any] = {}
        self._context = LambdaContext()
        claims = orjson.loads(base64.urlsafe_b64decode(workspace.token.split(".")[1] + "=="))
        # What functions/authorizer answers for the token.
        self._authorizer = {
            "workspaceId": claims["workspaceId"],
            "keyId": claims["jti"],
            "type": claims["type"],
            "exp": str(claims["exp"]),
            "principalId": claims["jti"],
            "integrationLatency": 0,
        }
        self._token = workspace.token

    def with_key(self, key_id: str) -> Client:
        """The same client, as if it had the token of another key."""
        other = copy.copy(self)
        other._authorizer = {**self._authorizer, "keyId": key_id, "principalId": key_id}
        return other

    def event(self, call: Call, *, explain: bool = False) -> dict[str, Any]:
        """The event of a call, as API Gateway would hand it to the function."""
        headers = [
            ("host", _HOST),
            ("accept", "*/*"),
            ("accept-encoding", "gzip"),
            ("authorization", f"Bearer {self._token}"),
        ]
        if call.body is not None:
            headers.append(("content-type", "application/json"))
        if call.eventual:
            headers.append(("x-icosa-consistency", "eventual"))
        if explain:
            headers.append(("x-icosa-explain", "1"))
        request = Request(
            method=call.method,
            path=call.path,
            query=call.query_string,
            headers=tuple(headers),
            body=call.content,
            client="192.0.2.1",
        )
        context = {**request_context(request, _API, _PLACE), "authorizer": self._authorizer}
        is_rest = call.path.startswith(_REST)
        resource = Resource(
            path="/rest/{proxy+}" if is_rest else call.path, parameters={"proxy": call.path[6:]} if is_rest else {}
        )
        event: dict[str, Any] = orjson.loads(
            proxy.event(proxy.parameters(request, resource, _API), request, context, _API)
        )
        return event

    def send(self, event: Mapping[str, Any]) -> Any:
        """The function's answer to an event, as the function gives it."""
        path = event["path"]
        name = "core_rest" if path.startswith(_REST) else "metadata" if path == "/metadata" else "core_graphql"
        if name not in self._handlers:
            self._handlers[name] = _load_handler(name)
        with redirect_stdout(_NOWHERE):
            return self._handlers[name](event, self._context)

    def call(self, call: Call, *, explain: bool = False) -> Reply:
        """The answer to a call. Raises Failed unless it is a success."""
        answer = self.send(self.event(call, explain=explain))
        if answer["statusCode"] >= 300:
            raise Failed(f"{call.method} {call.path}: {answer['statusCode']} {answer['body'][:500]}")
        return Reply(status=answer["statusCode"], headers=answer["headers"], body=answer["body"])


def _load_handler(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(f"{name}_handler", ROOT / "functions" / name / "handler.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.handler
