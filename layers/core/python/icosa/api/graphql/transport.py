"""GraphQL over HTTP: what a request asks to run, and how failures look. Shared by ``/graphql`` and ``/metadata``.

Statuses follow what clients of Twenty have seen (docs/wire/quirks.md#malformed-json,
docs/wire/quirks.md#statuses-over-graphql): 200 for everything that GraphQL itself has to say, errors of the token, of
validation and of execution included; 4xx where the HTTP request is not one to run, variables of other types than
declared included. Those bodies serve both kinds of client, as the gateway's do: ``statusCode``, ``messages`` and
``error`` beside ``errors``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import orjson

from ...errors import BadRequest, Forbidden, IcosaError, Unauthenticated, WorkspaceUnavailable
from ...runtime.conditional import ConditionNotSupported, MalformedCondition, refuse_conditions
from ...runtime.delivery import deliver
from ...runtime.http import HttpRequest, HttpResponse, error_response, handle_errors
from ...runtime.http_errors import MethodNotAllowed, rest_body
from ...runtime.idempotency import REFUSALS
from ...runtime.json_body import read_body
from ...runtime.observation import REFUSED, observed
from ...store.meter import Meter
from ..once import Ran
from .failures import VariableMissing

METHODS = ("GET", "POST")
_PARAMETERS = frozenset(("query", "variables", "operationName", "extensions"))
_JSON_TYPES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (list, "array"),
    (dict, "object"),
    (bool, "boolean"),
    ((int, float), "number"),
    (str, "string"),
    (type(None), "null"),
)
_FRIENDLY: tuple[tuple[type[IcosaError], str], ...] = (
    (Unauthenticated, "You must be authenticated to perform this action."),
    (Forbidden, "You do not have permission to perform this action."),
)
#: What people are told of a failure that is nobody's mistake but the server's.
_UNEXPECTED = "An error occurred."


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphqlRequest:
    """One document to run. ``read_only`` forbids mutations: the request came with GET."""

    query: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    operation_name: str | None = None
    read_only: bool = False


class NoQuery(BadRequest):
    """A request without a document. A GET of the bare address is answered with status 200
    (docs/wire/quirks.md#statuses-over-graphql).
    """

    def __init__(self, *, status: int = 400) -> None:
        super().__init__("Must provide query string.")
        self.status = status


class MutationOverGet(MethodNotAllowed):
    """A mutation in an address, where links, caches and crawlers could run it."""

    def __init__(self) -> None:
        super().__init__("GET", "", ("POST",))
        self.message = "Can only perform a mutation operation from a POST request."


@dataclass(frozen=True, slots=True)
class Outcome:
    """``data`` and ``errors`` of a document, and whether it was a mutation.

    ``has_wrong_variables``: nothing was run because variables are not of the types that the document declares.
    ``respond`` makes the response of a result that is no plain data.
    """

    result: Mapping[str, Any]
    is_mutation: bool
    has_wrong_variables: bool = False
    respond: Callable[[], HttpResponse] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def handle_graphql_request(
    http: HttpRequest,
    run: Callable[[GraphqlRequest, Meter], Outcome],
    *,
    limit: int,
    takes_if_match: bool = False,
) -> HttpResponse:
    """The answer to a request whose document ``run`` runs. Never raises: every failure has its answer.

    ``limit`` are the bytes of a body. What ``run`` raises refuses the whole document. ``takes_if_match``: ``run`` obeys
    that header.
    """

    def serve(meter: Meter) -> HttpResponse:
        observed().operation = REFUSED
        try:
            request = read_request(http, limit=limit)
            refuse_conditions(http, takes_if_match=takes_if_match)
        except IcosaError as error:
            return not_runnable(error)
        try:
            outcome = run(request, meter)
            _note_errors(outcome.result)
            if outcome.respond is not None:
                return outcome.respond()
            return deliver(plain(outcome), http, is_change=outcome.is_mutation)
        except (
            MutationOverGet,
            VariableMissing,
            MalformedCondition,
            ConditionNotSupported,
            WorkspaceUnavailable,
            *REFUSALS,
        ) as error:
            return not_runnable(error)
        except IcosaError as error:
            return refused(error)

    return handle_errors(http, serve, refused)


def read_request(http: HttpRequest, *, limit: int) -> GraphqlRequest:
    """The document, variables and operation name of a POST with a JSON body, or of a GET's query string.

    ``limit`` are the bytes of a body. Raises PayloadTooLarge, UnsupportedMediaType, MalformedJson, MethodNotAllowed,
    BadRequest.
    """
    if http.method == "GET":
        return _from_query_string(http.query_string)
    if http.method != "POST":
        raise MethodNotAllowed(http.method, http.path, METHODS)
    body = read_body(http.body, http.headers.get("content-type"), limit=limit)
    if isinstance(body, list):
        raise BadRequest("Batching is not supported.")
    return _request(body or {})


def _from_query_string(text: str) -> GraphqlRequest:
    members: dict[str, Any] = {name: values[-1] for name, values in parse_qs(text).items() if name in _PARAMETERS}
    if not members.get("query"):
        raise NoQuery(status=200)
    for name in ("variables", "extensions"):
        if name in members:
            try:
                members[name] = orjson.loads(members[name])
            except orjson.JSONDecodeError as error:
                raise BadRequest(f"The {name} parameter is not valid JSON: {error}") from error
    return _request(members, read_only=True)


def _request(members: Mapping[str, Any], *, read_only: bool = False) -> GraphqlRequest:
    if unknown := next((name for name in members if name not in _PARAMETERS), None):
        raise BadRequest(f'Unexpected parameter "{unknown}" in the request body.')
    query, variables, name = members.get("query"), members.get("variables"), members.get("operationName")
    if query is None or query == "":
        raise NoQuery
    if not isinstance(query, str):
        raise BadRequest(f"Expected query to be a string, but received {_json_type(query)}.")
    if variables is not None and not isinstance(variables, dict):
        raise BadRequest(f"Expected variables to be an object, but received {_json_type(variables)}.")
    if name is not None and not isinstance(name, str):
        raise BadRequest(f"Expected operationName to be a string, but received {_json_type(name)}.")
    return GraphqlRequest(query=query, variables=variables or {}, operation_name=name or None, read_only=read_only)


def _json_type(value: Any) -> str:
    return next(name for types, name in _JSON_TYPES if isinstance(value, types))


# ------------------------------------------------------------------ answers


def error_entry(
    error: IcosaError,
    *,
    path: Sequence[str | int] | None = None,
    locations: Sequence[Mapping[str, int]] = (),
    extensions: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """An element of ``errors`` (docs/wire/graphql.md#entries-of-errors). ``extensions`` are added to code, subCode and
    userFriendlyMessage.
    """
    codes: dict[str, Any] = {}
    if error.sub_code is not None:
        codes["subCode"] = error.sub_code
    codes["userFriendlyMessage"] = error.friendly or _friendly(error)
    codes["code"] = error.graphql_code
    if error.problems:
        codes["problems"] = list(error.problems)
    if error.untold:
        codes["problemsOmitted"] = error.untold
    entry: dict[str, Any] = {"message": error.message, "extensions": {**codes, **(extensions or {})}}
    if found := locations or error.locations:
        entry["locations"] = list(found)
    if path is not None:
        entry["path"] = list(path)
    return entry


def _friendly(error: IcosaError) -> str:
    """The message itself is for people, where it says what they can do."""
    fallback = error.message if error.status < 500 else _UNEXPECTED
    return next((text for kind, text in _FRIENDLY if isinstance(error, kind)), fallback)


def answer(result: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> HttpResponse:
    """The answer to a document that was run, or refused by GraphQL itself: ``data`` and ``errors``."""
    return HttpResponse(200, orjson.dumps(result), headers or {})


def plain(outcome: Outcome) -> HttpResponse:
    """The answer to an outcome of plain data."""
    if outcome.has_wrong_variables:
        return wrong_variables(outcome.result["errors"])
    return answer(outcome.result, outcome.headers)


def ran(outcome: Outcome) -> Ran:
    """What came of a document that is run once. It has failed where none of its fields has a value."""
    _note_errors(outcome.result)
    values = (outcome.result.get("data") or {}).values()
    return Ran(plain(outcome), has_failed="errors" in outcome.result and all(value is None for value in values))


def _note_errors(result: Mapping[str, Any]) -> None:
    observed().graphql_errors([entry.get("extensions", {}).get("code") for entry in result.get("errors") or ()])


def made_once(response: HttpResponse, http: HttpRequest) -> Outcome:
    """The outcome of a mutation whose answer is known."""
    return Outcome({}, is_mutation=True, respond=lambda: deliver(response, http, is_change=True))


def refused(error: IcosaError) -> HttpResponse:
    """The answer to a token that may not call, to a document that is not valid: ``errors`` alone."""
    observed().graphql_errors([error.graphql_code])
    return answer({"errors": [error_entry(error)]})


def wrong_variables(entries: Sequence[Mapping[str, Any]]) -> HttpResponse:
    """The answer to variables that are not of the types a document declares (``entries`` of ``errors``): nothing was
    run.
    """
    return HttpResponse(400, orjson.dumps({**rest_body(BadRequest(entries[0]["message"])), "errors": entries}))


def not_runnable(error: IcosaError) -> HttpResponse:
    """The answer to an HTTP request that ``read_request`` cannot take, with the error's own status."""
    if error.status == 200:
        return refused(error)
    return error_response(error, {**rest_body(error), "errors": [error_entry(error)]})


def authenticated[T](open_session: Callable[[], T]) -> T:
    """What ``open_session`` gives. Failures of the token get the sub code that GraphQL clients know
    (docs/wire/graphql.md#errors-of-the-token).
    """
    try:
        return open_session()
    except (Unauthenticated, Forbidden) as error:
        error.sub_code = error.sub_code or error.rest_error
        raise
