"""One request to a metadata collection of the REST API."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ...access.context import RequestContext
from ...errors import BadRequest, PermissionDenied
from ...metadata.service import MetadataService
from ..rest.params import Params
from .pages import CollectionPage, rest_page


@dataclass(frozen=True, kw_only=True)
class Call:
    """``ids`` are those in the path, in lower case, the entity's first. ``body`` is the decoded JSON, None when there
    was none. ``hides_secrets``: those of webhooks cannot be opened here.
    """

    context: RequestContext
    params: Params
    ids: Sequence[str] = ()
    body: Any = None
    hides_secrets: bool = False

    def require(self, flag: str) -> None:
        """Raises PermissionDenied unless the caller's role has a permission flag."""
        if not self.context.permissions.holds(flag):
            raise PermissionDenied

    @cached_property
    def service(self) -> MetadataService:
        """Changes to the workspace's model."""
        context = self.context
        return MetadataService(context.table, context.workspace.id, context.permissions, context.workspace.plan)

    @property
    def entity_id(self) -> str:
        """The entity's id, on a route that has one."""
        assert self.ids, "the route has no id"
        return self.ids[0]

    @property
    def input(self) -> Mapping[str, Any]:
        """The body as an object. Raises BadRequest."""
        body = {} if self.body is None else self.body
        if not isinstance(body, dict):
            raise BadRequest("Request body must be a JSON object")
        return body

    def page[T](self, items: Sequence[T], id_of: Callable[[T], str]) -> CollectionPage[T]:
        """The page of a collection that the request asks for."""
        return rest_page(items, self.params, id_of)


#: Answers a call with a JSON-ready value.
Handler = Callable[[Call], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionRoutes:
    """A collection below ``/rest/metadata``: ``GET`` and ``POST`` of the whole, ``GET``, ``PATCH`` (or ``PUT``) and
    ``DELETE`` of one. ``parameters`` are those of its list besides the parameters of pages.
    """

    list: Handler
    get: Handler
    create: Handler
    update: Handler
    delete: Handler
    parameters: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """An address below ``/rest/metadata``, or another ``base``, by its segments, with what its methods do. Every second
    segment is an id: ``("roles", "{id}", "permissionFlags")``. ``parameters`` are those of its queries beside the
    page's; ``accepts``: what POST asks for is done later (202).
    """

    segments: tuple[str, ...]
    methods: Mapping[str, Handler]
    parameters: frozenset[str] = frozenset()
    accepts: bool = False
    base: tuple[str, ...] = ("rest", "metadata")


def collection_routes(name: str, collection: CollectionRoutes) -> tuple[Route, Route]:
    """The addresses of a collection."""
    change, parameters = collection.update, collection.parameters
    return (
        Route(segments=(name,), methods={"GET": collection.list, "POST": collection.create}, parameters=parameters),
        Route(
            segments=(name, "{id}"),
            methods={"GET": collection.get, "PATCH": change, "PUT": change, "DELETE": collection.delete},
            parameters=parameters,
        ),
    )
