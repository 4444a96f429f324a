"""The API of the function that owns the usage plan: nothing else may make or remove its keys.

A collection is a router of its own. Core REST, GraphQL and the collections of the model are no FastAPI applications:
docs/decisions.md tells why.
"""

from __future__ import annotations

from fastapi import Depends, FastAPI

from ...access.api_keys import ApiKeys
from ...runtime.fastapi_app import create_app
from ...settings import Settings, settings
from ...store.table import Table
from ..dependencies import open_session
from ..metadata.errors import metadata_body
from . import api_keys

ROUTERS = (api_keys.router,)


def keys_app(table: Table, keys: ApiKeys, *, settings: Settings = settings) -> FastAPI:
    """The application over a table and its API keys."""
    app = create_app(
        "Icosa key management",
        ROUTERS,
        dependencies=[Depends(open_session)],
        error_body=metadata_body,
        settings=settings,
    )
    app.state.table = table
    app.state.api_keys = keys
    return app
