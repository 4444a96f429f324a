"""The Metadata GraphQL API: one request from its bytes to the bytes of its answer (docs/wire/metadata.md#graphql,
docs/wire/metadata.md#errors-over-graphql).
"""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    OperationType,
    Visitor,
    execute_sync,
    get_operation_ast,
    parse,
    validate,
    visit,
)

from ....access.session import open_metered
from ....errors import IcosaError
from ....runtime.http import HttpRequest, HttpResponse
from ....runtime.http_errors import Unexpected
from ....runtime.idempotency import once_of
from ....runtime.observation import observed
from ....settings import Settings, settings
from ....store.meter import Meter
from ....store.table import Table
from ...graphql import transport
from ...graphql.document import EMPTY_SELECTION, has_empty_selection
from ...graphql.transport import GraphqlRequest, Outcome
from ...once import under_a_claim
from ..errors import metadata_extensions
from .call import MetadataCall
from .limits import check_limits
from .schema import metadata_schema
from .wording import reworded

logger = logging.getLogger(__name__)

#: Far beyond what 2,000 fields with arguments need.
_MAX_TOKENS = 15_000
#: Longer documents hold data of one request and will not come again.
_REMEMBERED_LENGTH = 10_000


#: Fields whose values are secrets, which are kept nowhere.
_SECRETS = frozenset(("secret", "token"))


class MetadataGraphql:
    """The Metadata GraphQL API over a table."""

    def __init__(self, table: Table, *, settings: Settings = settings) -> None:
        self._table = table
        self._settings = settings

    def answer(self, http: HttpRequest) -> HttpResponse:
        """Never raises: every failure has its answer."""

        def run(request: GraphqlRequest, meter: Meter) -> Outcome:
            once = once_of(http)
            context = transport.authenticated(
                lambda: open_metered(http.event, self._table, meter, self._settings, once)
            )
            call = MetadataCall(context, http)
            if once is None or not _asks_for_changes(request):
                return run_document(request, call)
            is_secret = not _SECRETS.isdisjoint(_selected(request))
            response = under_a_claim(context, lambda: transport.ran(run_document(request, call)), is_secret=is_secret)
            return transport.made_once(response, http)

        return transport.handle_graphql_request(http, run, limit=self._settings.body_limit)


def _asks_for_changes(request: GraphqlRequest) -> bool:
    """Whether a document asks for a change; False where it cannot be run at all."""
    prepared = _prepare(request.query)
    operation = None if isinstance(prepared, list) else get_operation_ast(prepared, request.operation_name)
    return operation is not None and operation.operation is OperationType.MUTATION


def _selected(request: GraphqlRequest) -> frozenset[str]:
    """The names of all fields that a document selects."""
    prepared = _prepare(request.query)
    if isinstance(prepared, list):
        return frozenset()
    names = _Names()
    visit(prepared, names)
    return frozenset(names.found)


class _Names(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        self.found.add(node.name.value)


def run_document(request: GraphqlRequest, call: MetadataCall) -> Outcome:
    """The outcome in a session that is open. Raises MutationOverGet, and what ``check_limits`` raises."""
    prepared = _prepare(request.query)
    if isinstance(prepared, list):
        return Outcome({"errors": prepared}, is_mutation=False)
    operation = get_operation_ast(prepared, request.operation_name)
    if operation is not None:
        if request.read_only and operation.operation is not OperationType.QUERY:
            raise transport.MutationOverGet
        check_limits(prepared, operation)
        observed().operation = operation.operation.value
    result = execute_sync(
        metadata_schema(),
        prepared,
        context_value=call,
        variable_values=dict(request.variables),
        operation_name=request.operation_name,
    )
    is_mutation = operation is not None and operation.operation is OperationType.MUTATION
    if not result.errors:
        return Outcome({"data": result.data}, is_mutation=is_mutation)
    errors = [_entry(error, call) for error in result.errors]
    if all(error.path is not None for error in result.errors):
        return Outcome({"data": result.data, "errors": errors}, is_mutation=is_mutation)
    # Errors without a path are about the request as a whole: its variables, unless there is no operation that has any.
    return Outcome({"errors": errors}, is_mutation=False, has_wrong_variables=operation is not None)


Prepared = DocumentNode | list[dict[str, Any]]


def _prepare(query: str) -> Prepared:
    """The document of a query, or why it cannot be run. Clients send the same few queries again and again."""
    return _remembered(query) if len(query) <= _REMEMBERED_LENGTH else _checked(query)


def _checked(query: str) -> Prepared:
    try:
        document = parse(query, max_tokens=_MAX_TOKENS)
        if any(map(has_empty_selection, document.definitions)):
            return [_graphql_entry(GraphQLError(EMPTY_SELECTION), "GRAPHQL_PARSE_FAILED")]
        return [
            _graphql_entry(error, "GRAPHQL_VALIDATION_FAILED") for error in validate(metadata_schema(), document)
        ] or document
    except GraphQLError as error:
        return [_graphql_entry(error, "GRAPHQL_PARSE_FAILED")]
    except RecursionError:
        return [
            _graphql_entry(
                GraphQLError("Syntax Error: Document is nested too deeply. Parsing aborted."), "GRAPHQL_PARSE_FAILED"
            )
        ]


_remembered = lru_cache(maxsize=256)(_checked)


def _entry(error: GraphQLError, call: MetadataCall) -> dict[str, Any]:
    cause = error.original_error
    if isinstance(cause, IcosaError):
        return transport.error_entry(cause, path=error.path, extensions=metadata_extensions(cause))
    if cause is None or isinstance(cause, GraphQLError):
        return _graphql_entry(error, "BAD_USER_INPUT")
    logger.error(
        "unexpected failure", exc_info=cause, extra={"request_id": call.request.request_id, "field": error.path}
    )
    return transport.error_entry(Unexpected(), path=error.path)


def _graphql_entry(error: GraphQLError, code: str) -> dict[str, Any]:
    """What GraphQL itself has to say: message, locations, path. Errors of our scalars bring codes and words of their
    own.
    """
    entry = dict(error.formatted)
    if not error.extensions:
        entry["message"] = reworded(error.message)
    entry["extensions"] = {"code": code, **(error.extensions or {})}
    return entry
