"""The REST API of API keys.

A collection is a router of its own. Core REST, GraphQL and the collections of the model are no FastAPI applications:
docs/decisions.md tells why.
"""

from __future__ import annotations

from fastapi import APIRouter, Depends, FastAPI

from ...runtime.fastapi_app import ApiRoute, create_app
from ...settings import Settings, settings
from ...store.table import Table
from ..dependencies import open_session
from ..metadata.errors import metadata_body
from . import api_keys


def _at(address: str, *, is_documented: bool = True) -> APIRouter:
    """The collection at an address."""
    router = APIRouter(tags=["apiKeys"], route_class=ApiRoute, include_in_schema=is_documented)
    router.include_router(api_keys.router, prefix=address)
    return router


ROUTERS = (_at("/rest/metadata/apiKeys"), _at("/rest/apiKeys", is_documented=False))


def keys_app(table: Table, *, settings: Settings = settings) -> FastAPI:
    """The application over a table."""
    app = create_app(
        "Icosa key management",
        ROUTERS,
        dependencies=[Depends(open_session)],
        error_body=metadata_body,
        settings=settings,
    )
    app.state.table = table
    return app
