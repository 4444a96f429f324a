"""What resolvers get as ``info.context``: one GraphQL request to the Metadata API."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, wraps
from typing import Any

from graphql import GraphQLResolveInfo

from ....access.context import RequestContext
from ....errors import PermissionDenied
from ....metadata.service import MetadataService
from ....model.model import Model
from ....query.demand import Demand
from ....runtime.http import HttpRequest


class MetadataCall:
    """``context`` is the session as it was opened; mutations of the same request have changed the model since then.
    ``hides_secrets``: those of webhooks cannot be opened here.
    """

    def __init__(self, context: RequestContext, request: HttpRequest, *, hides_secrets: bool = False) -> None:
        self.context = context
        self.request = request
        self.hides_secrets = hides_secrets
        self.demand = Demand()
        #: The fields, by their names from the root on, whose filter has been counted.
        self.counted_filters: set[tuple[str, ...]] = set()
        #: Mutations that take seconds and have been asked for.
        self.slow_mutations: set[str] = set()

    @cached_property
    def service(self) -> MetadataService:
        """Changes to the workspace's model."""
        context = self.context
        return MetadataService(context.table, context.workspace.id, context.permissions, context.workspace.plan)

    @property
    def model(self) -> Model:
        """The model after the mutations of this request so far."""
        return self.service.model() if "service" in self.__dict__ else self.context.model

    def require(self, flag: str) -> None:
        """Raises PermissionDenied unless the caller's role has a permission flag."""
        if not self.context.permissions.holds(flag):
            raise PermissionDenied


type Info = GraphQLResolveInfo[MetadataCall]
Resolver = Callable[..., Any]


def requires(*flags: str) -> Callable[[Resolver], Resolver]:
    """A resolver that only callers with all these permission flags reach."""

    def decorate(resolver: Resolver) -> Resolver:
        @wraps(resolver)
        def guarded(parent: Any, info: Info, **arguments: Any) -> Any:
            for flag in flags:
                info.context.require(flag)
            return resolver(parent, info, **arguments)

        return guarded

    return decorate
