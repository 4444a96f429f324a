"""The Metadata APIs behind one function: ``/rest/metadata/*`` and ``/metadata``."""

from __future__ import annotations

import logging
from functools import cached_property
from typing import TYPE_CHECKING

from ...settings import Settings, settings
from ...store.table import Table
from ..errors import Unexpected
from ..gateway import HttpAnswer, HttpRequest
from .collections import COLLECTIONS
from .rest import MetadataRest, failure

if TYPE_CHECKING:
    from .graphql.api import MetadataGraphql

logger = logging.getLogger(__name__)


class MetadataApi:
    """Both Metadata APIs over a table."""

    def __init__(self, table: Table, *, settings: Settings = settings) -> None:
        self._table = table
        self._settings = settings
        self._rest = MetadataRest(table, COLLECTIONS, settings=settings)

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """Never raises: every failure has its answer. Those that are no IcosaError are logged and say nothing of their cause."""
        try:
            if "/rest/metadata" in request.path:
                return self._rest.answer(request)
            return self._graphql.answer(request)
        except Exception:
            logger.exception("unexpected failure", extra={"request_id": request.request_id, "method": request.method, "path": request.path})
            return failure(Unexpected())

    @cached_property
    def _graphql(self) -> MetadataGraphql:
        """Ariadne takes 170 ms to import, which requests of the REST API do not need."""
        from .graphql.api import MetadataGraphql

        return MetadataGraphql(self._table, settings=self._settings)
