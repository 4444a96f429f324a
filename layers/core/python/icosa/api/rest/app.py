"""The Core REST API as a FastAPI application.

FastAPI routes and nothing more: bodies are validated against the workspace's own model, which no static schema can describe,
and answers are prepared bytes.
"""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from starlette.convertors import PathConvertor, register_url_convertor

from .service import RestApi, RestRequest

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
#: Scripts of any origin may read every answer (spec/observed.md 34).
_HEADERS = {"access-control-allow-origin": "*", "content-type": "application/json; charset=utf-8"}


class _AnyPath(PathConvertor):
    """Starlette's own path ends at a line break, and what it does not match has errors of another shape."""

    regex = "(?s:.*)"


register_url_convertor("any_path", _AnyPath())


def create_app(api: RestApi) -> FastAPI:
    """The application; the API decides what every path and method means, so that all its errors have one shape."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)

    async def serve(request: Request) -> Response:
        headers = request.headers
        answer = api.answer(
            RestRequest(
                method=request.method,
                path=request.scope["path"],
                query_string=request.scope["query_string"].decode("latin-1"),
                body=await request.body(),
                content_type=headers.get("content-type"),
                explain=headers.get("x-icosa-explain") == "1",
                event=request.scope.get("aws.event", {}),
            )
        )
        return Response(answer.body, answer.status, {**_HEADERS, **answer.headers})

    app.add_route("/{path:any_path}", serve, methods=list(_METHODS))
    return app
