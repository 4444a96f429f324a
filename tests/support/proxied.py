"""Lambda functions behind API Gateway as one WSGI application: requests become proxy events, answers responses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs

Function = Callable[[dict[str, Any]], Mapping[str, Any]]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]

_DOMAIN = "api.example"


class Proxied:
    """``route`` gives the function for a path, and the event's path parameters; ``authorizer`` is what the authorizer
    said.
    """

    def __init__(
        self, route: Callable[[str], tuple[Function, Mapping[str, str]]], authorizer: Mapping[str, str]
    ) -> None:
        self._route = route
        self._authorizer = authorizer

    def __call__(self, environ: Mapping[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        function, parameters = self._route(environ["PATH_INFO"])
        answer = function(self._event(environ, parameters))
        body = answer["body"].encode()
        headers = [*answer["headers"].items(), ("content-length", str(len(body)))]
        start_response(f"{answer['statusCode']} Status", headers)
        return [body]

    def _event(self, environ: Mapping[str, Any], parameters: Mapping[str, str]) -> dict[str, Any]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        headers = {
            name[5:].replace("_", "-").title(): value for name, value in environ.items() if name.startswith("HTTP_")
        }
        if environ.get("CONTENT_TYPE"):
            headers["Content-Type"] = environ["CONTENT_TYPE"]
        return {
            "resource": "/{proxy+}",
            # WSGI has decoded it; bytes that are no UTF-8 stay as they are (PEP 3333).
            "path": environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace"),
            "httpMethod": environ["REQUEST_METHOD"],
            "headers": headers,
            "multiValueHeaders": None,
            "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
            "multiValueQueryStringParameters": query or None,
            "pathParameters": dict(parameters) or None,
            "requestContext": {
                "requestId": "r1",
                "apiId": "a1",
                "stage": "dev",
                "domainName": _DOMAIN,
                "authorizer": dict(self._authorizer),
            },
            "body": body.decode("utf-8", "replace") or None,
            "isBase64Encoded": False,
        }
