"""Addresses of Twenty's older versions, among those of records: ``/rest/webhooks``, ``/rest/views``,
``/rest/viewFields`` and the like are what ``/rest/metadata/…`` has today (docs/wire/metadata.md#old-addresses).

They are answered by the function of records, which may seal secrets of webhooks and cannot open them.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from ...access.context import RequestContext
from ...model.model import Model
from ...runtime.http import HttpRequest, HttpResponse
from ...settings import Settings, settings

if TYPE_CHECKING:
    from ..metadata.rest import MetadataRest

_COLLECTIONS: Final = frozenset(
    ("webhooks", "views", "viewFields", "viewFilters", "viewFilterGroups", "viewGroups", "viewSorts")
)


class OldAddresses:
    """The collections below ``/rest`` that are no records."""

    def __init__(self, settings: Settings = settings) -> None:
        self._settings = settings

    def has(self, request: HttpRequest, model: Model) -> bool:
        """Whether a request is for one of them. An object of the workspace with such a name comes first."""
        match request.segments:
            case ["rest", name] | ["rest", name, _] if name in _COLLECTIONS:
                return name not in model.by_plural
        return False

    def answer(self, request: HttpRequest, context: RequestContext, body: Any) -> HttpResponse:
        """The answer in the shape of the Metadata REST API, errors included. Raises what is unexpected."""
        return self._rest.respond(request, context, body)

    @cached_property
    def _rest(self) -> MetadataRest:
        """Here, because records need nothing of it."""
        from ..metadata.call import collection_routes
        from ..metadata.collections import COLLECTIONS
        from ..metadata.rest import MetadataRest

        routes = (route for name in _COLLECTIONS for route in collection_routes(name, COLLECTIONS[name]))
        return MetadataRest(
            (replace(route, base=("rest",)) for route in routes), settings=self._settings, hides_secrets=True
        )
