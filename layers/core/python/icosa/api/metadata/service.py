"""The Metadata APIs behind one function: ``/rest/metadata/*`` and ``/metadata``."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ...runtime.http import HttpRequest, HttpResponse
from ...settings import Settings, settings
from ...store.table import Table
from .collections import ROUTES
from .rest import MetadataRest

if TYPE_CHECKING:
    from .graphql.api import MetadataGraphql


class MetadataApi:
    """Both Metadata APIs over a table."""

    def __init__(self, table: Table, *, settings: Settings = settings) -> None:
        self._table = table
        self._settings = settings
        self._rest = MetadataRest(ROUTES, settings=settings)

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Never raises: every failure has its answer."""
        if request.segments[:1] == ["rest"]:
            return self._rest.answer(request, self._table)
        return self._graphql.answer(request)

    @cached_property
    def _graphql(self) -> MetadataGraphql:
        """Ariadne takes 170 ms to import, which requests of the REST API do not need."""
        from .graphql.api import MetadataGraphql

        return MetadataGraphql(self._table, settings=self._settings)
