"""The application of key management, and what the Metadata API's document says of its routes."""

from __future__ import annotations

from typing import Any, cast

import orjson
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel

from icosa.api.keys.app import ROUTERS, keys_app
from icosa.documents.openapi.metadata import metadata_document
from icosa.documents.openapi.metadata_wording import described
from icosa.runtime.fastapi_app import ApiRoute
from icosa.store.table import Table
from icosa.validation.schema import components_of

_ROOT = "/rest/metadata"


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return keys_app(Table("none", cast(Any, None)))


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    result: dict[str, Any] = orjson.loads(metadata_document("https://api.example", is_direct=False))
    return result


def test_every_route_answers_as_the_other_apis_do(app: FastAPI) -> None:
    assert {type(route.original_route) for route in iter_route_contexts(app.routes)} == {ApiRoute}


def test_the_document_has_the_routes(app: FastAPI, document: dict[str, Any]) -> None:
    tags = {tag for router in ROUTERS for tag in router.tags}
    routed = _operations(app.openapi()["paths"])
    documented = {
        route: operation
        for route, operation in _operations(document["paths"], prefix=_ROOT).items()
        if tags.intersection(operation["tags"])
    }
    assert documented.keys() == routed.keys()
    for route, operation in routed.items():
        described = documented[route]
        assert described["operationId"] == operation["operationId"]
        assert described["tags"] == operation["tags"]
        assert described.get("deprecated") == operation.get("deprecated")
        assert set(operation["responses"]) - {"422"} <= set(described["responses"])
        assert ("requestBody" in described) == ("requestBody" in operation)


def _operations(paths: dict[str, Any], *, prefix: str = "") -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (prefix + path, method): operation
        for path, operations in paths.items()
        for method, operation in operations.items()
        if "tags" in operation
    }


def test_the_document_shows_the_models_of_the_routes(app: FastAPI, document: dict[str, Any]) -> None:
    rendered = document["components"]["schemas"]
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        assert isinstance(route, APIRoute)
        if route.body_field is None or not route.include_in_schema:
            continue
        model = route.body_field.field_info.annotation
        assert model is not None and issubclass(model, BaseModel)
        [method] = route.methods or ("",)
        if not str(context.path).startswith(_ROOT):
            continue  # the old address
        operation = document["paths"][str(context.path).removeprefix(_ROOT)][method.lower()]
        name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        assert rendered[name] == described(components_of({name: model}))[name]
