"""What endpoints of FastAPI applications ask for: the session of the caller, its rights, parts of the request.

They are solved in the order in which an endpoint names them, after the session.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Request

from ..access.context import RequestContext
from ..access.session import open_metered
from ..errors import IcosaError, PermissionDenied
from ..runtime.fastapi_app import KnownAnswer
from ..runtime.http import HttpResponse
from ..runtime.idempotency import once_of
from . import once
from .metadata.ids import parse_entity_id
from .rest.ignored import ignored_header
from .rest.params import PAGE_PARAMETERS, Params

#: Addresses whose answers show tokens, which are kept nowhere.
_SHOW_SECRETS = ("token", "regenerate")


async def open_session(request: Request) -> RequestContext:
    """The session of the caller, which the gateway's authorizer has named, of a request that is made once if it says
    so. Raises the failures of ``access.session``, and KnownAnswer.
    """
    state, http = request.app.state, request.state.http
    params = request.state.params = Params(http.query_string)
    request.state.telling.append(lambda: ignored_header(params.ignored))
    context = open_metered(http.event, state.table, request.state.meter, state.settings, once_of(http))
    if (known := once.begin(context)) is not None:
        raise KnownAnswer(known)
    is_secret = http.segments[-1] in _SHOW_SECRETS

    def ending(outcome: HttpResponse | IcosaError) -> None:
        if isinstance(outcome, IcosaError):
            once.give_up(context, outcome)
        else:
            once.end(context, outcome, is_secret=is_secret)

    request.state.endings.append(ending)
    return context


Context = Annotated[RequestContext, Depends(open_session)]


def requires(*flags: str) -> Callable[[RequestContext], Coroutine[Any, Any, RequestContext]]:
    """A dependency: the session of a caller whose role has all these permission flags. Raises PermissionDenied."""

    async def check(context: Context) -> RequestContext:
        if not all(map(context.permissions.holds, flags)):
            raise PermissionDenied
        return context

    return check


async def query_params(request: Request) -> Params:
    """The query string, read by the rules of all REST APIs."""
    params: Params = request.state.params
    params.refuse_strays(PAGE_PARAMETERS)
    return params


async def entity_id(id: str) -> str:
    """The id in the path, in lower case. Raises MalformedId."""
    return parse_entity_id(id)


QueryParams = Annotated[Params, Depends(query_params)]
EntityId = Annotated[str, Depends(entity_id)]
