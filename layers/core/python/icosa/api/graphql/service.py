"""A GraphQL request on records, from its event to the bytes of its answer."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import orjson

from ...access.check import authorize
from ...access.context import RequestContext
from ...access.session import open_metered
from ...engine.executor import execute, execute_all
from ...errors import IcosaError
from ...model.record import Record
from ...query.older_names import in_present_names
from ...query.operation import Delete, Groups, Operation, Precondition, Restore, Update
from ...runtime.conditional import ETAG, IF_MATCH, ConditionNotSupported, expected_revisions, revision_tag
from ...runtime.http import HttpRequest, HttpResponse
from ...runtime.http_errors import Unexpected
from ...runtime.idempotency import once_of
from ...runtime.observation import observed
from ...store.meter import Meter
from ...store.once import AlreadyDone
from ...store.table import Table
from ..consistency import for_reads
from ..once import under_a_claim
from ..operation_kinds import INTROSPECTION, note_operations
from ..shown_record import record_of
from ..stamps import with_given_stamps
from ..view_filter import view_filter_of
from ..watermark import watermark_header
from ..written_once import written_once
from . import arguments, introspection
from .budget import Budget
from .document import Document, parse_document
from .failures import REFUSALS, Invalid, TooManyRootFields, UnknownRootField, VariableMissing
from .introspection import Introspection
from .language import FieldNode, OperationDefinitionNode
from .leniency import STRICT_HEADER, Leniency
from .projections import Projector
from .roots import OperationType, PlannedField, RootFieldRequest, roots
from .search import SEARCH, search
from .selections import TYPENAME, FieldCollector, Selected
from .settings import GraphqlSettings, settings
from .transport import (
    GraphqlRequest,
    MutationOverGet,
    Outcome,
    authenticated,
    error_entry,
    handle_graphql_request,
    made_once,
    plain,
    ran,
)
from .values import Variables

logger = logging.getLogger(__name__)

_FieldOutcome = PlannedField | IcosaError | Introspection | Callable[[], Any]
#: Answers a document with root fields that are no records', or raises the error.
Elsewhere = Callable[[UnknownRootField, Document, GraphqlRequest, RequestContext, HttpRequest], Outcome]
_ONE_MUTATION = (
    "If-Match over GraphQL is obeyed by a document with one update, delete, destroy or restore of one record"
)
_ROOT_TYPES: dict[OperationType, str] = {"query": "Query", "mutation": "Mutation"}


class GraphqlApi:
    """The Core GraphQL API over a table. ``elsewhere`` answers root fields that are not its own."""

    def __init__(
        self, table: Table, *, settings: GraphqlSettings = settings, elsewhere: Elsewhere | None = None
    ) -> None:
        self._table = table
        self._settings = settings
        self._elsewhere = elsewhere

    def answer(self, http: HttpRequest) -> HttpResponse:
        """Never raises: every failure has its answer."""

        def run(request: GraphqlRequest, meter: Meter) -> Outcome:
            once = once_of(http)
            context = authenticated(lambda: open_metered(http.event, self._table, meter, self._settings, once))
            try:
                execution = Execution(
                    context,
                    request,
                    self._settings,
                    http.request_id,
                    strict=http.headers.get(STRICT_HEADER) == "1",
                )
                if not execution.is_mutation:
                    execution.reads_by(for_reads(context, http))
                execution.revise(partial(with_given_stamps, request=http))
                if IF_MATCH in http.headers:
                    execution.demand(Precondition(revisions=expected_revisions(http)))
            except UnknownRootField as error:
                if self._elsewhere is None:
                    raise
                if IF_MATCH in http.headers:
                    raise ConditionNotSupported(_ONE_MUTATION) from None
                document = parse_document(request.query, self._settings)
                run_elsewhere = partial(self._elsewhere, error, document, request, context, http)
                if once is None or _operation_type(document.operation(request.operation_name)) != "mutation":
                    return run_elsewhere()
                return made_once(under_a_claim(context, lambda: ran(run_elsewhere())), http)
            if once is not None and execution.is_mutation:
                return made_once(execution.run_once(http), http)
            result = execution.result()
            if execution.has_introspection:
                respond = partial(introspection.respond, result, http, execution.remembered_as)
                return Outcome(result, execution.is_mutation, respond=respond)
            return execution.outcome(result, http)

        return handle_graphql_request(http, run, limit=self._settings.body_limit, takes_if_match=True)


@dataclass(frozen=True, slots=True)
class _Field:
    """A root field: a value that is known, an error, or an operation to run."""

    key: str
    outcome: _FieldOutcome
    node: FieldNode


class Execution:
    """One operation of a document: planned as a whole before anything is run."""

    def __init__(
        self,
        context: RequestContext,
        request: GraphqlRequest,
        limits: GraphqlSettings,
        request_id: str | None = None,
        *,
        strict: bool = False,
    ) -> None:
        """Raises what refuses the whole document. ``strict`` requests are refused for fields that do not exist."""
        self._context = self._reading = context
        self._limits = limits
        self._request_id = request_id
        document = parse_document(request.query, limits)
        node = document.operation(request.operation_name)
        self._type = _operation_type(node)
        if self.is_mutation and request.read_only:
            raise MutationOverGet
        self._request = request
        self._document = document
        self._leniency = Leniency(context.model, context.permissions, strict=strict)
        #: The record that is all that the answer shows, and its value.
        self._shown: tuple[Record, Any] | None = None
        #: Of which fields there are more groups, by response key.
        self._cut: dict[str, dict[str, int]] = {}
        try:
            self._fields = self._plan(document, node, request)
        except (Invalid, VariableMissing, UnknownRootField) as error:
            error.locations = document.locations(*error.nodes)
            raise

    @property
    def is_mutation(self) -> bool:
        return self._type == "mutation"

    @property
    def has_introspection(self) -> bool:
        """Whether the result holds values of ``introspection.plan``."""
        return any(isinstance(field.outcome, Introspection) for field in self._fields)

    @property
    def remembered_as(self) -> tuple[Any, ...] | None:
        """What the answer depends on, if it is of the schema alone."""
        if not all(isinstance(field.outcome, Introspection) for field in self._fields):
            return None
        request = self._request
        seen = introspection.seen_by(self._context.model, self._context.permissions)
        return request.query, request.operation_name, request.variables, seen

    def reads_by(self, context: RequestContext) -> None:
        """Let the queries of records run in another context of the same request."""
        self._reading = context

    def revise(self, revised: Callable[[Operation], Operation]) -> None:
        """Replace each operation by what ``revised`` makes of it."""
        self._fields = [
            replace(each, outcome=replace(each.outcome, operation=revised(each.outcome.operation)))
            if isinstance(each.outcome, PlannedField)
            else each
            for each in self._fields
        ]

    def demand(self, precondition: Precondition) -> None:
        """Let the mutation run under a condition. Raises ConditionNotSupported unless it is one, of one record."""
        fields = [field for field in self._fields if not callable(field.outcome)]
        if len(fields) != 1 or not self.is_mutation:
            raise ConditionNotSupported(_ONE_MUTATION)
        [field] = fields
        match field.outcome:
            case (
                PlannedField(operation=Update(id=str()) | Delete(id=str()) | Restore(id=str()) as operation) as planned
            ):
                conditional = replace(planned, operation=replace(operation, precondition=precondition))
                self._fields = [replace(each, outcome=conditional) if each is field else each for each in self._fields]
            case PlannedField():
                raise ConditionNotSupported(_ONE_MUTATION)

    # ------------------------------------------------------------------ planning

    def _plan(self, document: Document, node: OperationDefinitionNode, request: GraphqlRequest) -> list[_Field]:
        context, limits = self._context, self._limits
        collector = FieldCollector(
            document.fragments, Variables(node, request.variables), limit=limits.query_field_limit
        )
        selected = collector.fields(_ROOT_TYPES[self._type], [node.selection_set])
        if len(selected) > limits.query_root_limit:
            raise TooManyRootFields(len(selected), limits.query_root_limit)
        self._check_names(selected)
        budget = Budget(complexity=limits.query_complexity_limit, depth=limits.query_depth_limit)
        projector = Projector(context.model, collector, budget, limits, self._leniency)
        return [_Field(field.key, self._outcome(field, collector, projector, budget), field.node) for field in selected]

    def _check_names(self, selected: Sequence[Selected]) -> None:
        root_fields = roots(self._context.model)
        own = {TYPENAME, *((SEARCH, *introspection.FIELDS) if self._type == "query" else ())}
        unknown = [field for field in selected if field.name not in own and (self._type, field.name) not in root_fields]
        if unknown:
            has_others = any(field not in unknown and field.name != TYPENAME for field in selected)
            names, nodes = [field.name for field in unknown], tuple(field.node for field in unknown)
            raise UnknownRootField(names, nodes=nodes, has_others=has_others)

    def _outcome(
        self, field: Selected, collector: FieldCollector, projector: Projector, budget: Budget
    ) -> _FieldOutcome:
        context = self._context
        if field.name == TYPENAME:
            field.require_no_arguments(_ROOT_TYPES[self._type])
            field.require_leaf("String!")
            name = _ROOT_TYPES[self._type]
            return lambda: name
        if field.name in introspection.FIELDS:
            return introspection.plan(field, collector, context.model, context.permissions)
        try:
            values = collector.variables.arguments(field.arguments)
            if field.name == SEARCH:
                planned = search(field, values, collector, budget, context)
            else:
                template, obj = roots(context.model)[self._type, field.name]
                root_field = RootFieldRequest(
                    object=obj,
                    arguments=arguments.read(template.arguments, values),
                    selected=field,
                    model=context.model,
                    projector=projector,
                    budget=budget,
                    settings=context.settings,
                    view_filter=view_filter_of(context),
                )
                planned = template.plan(root_field)
            operation = authorize(
                context.permissions, in_present_names(planned.operation, context.model), context.model
            )
            budget.demand.operation(context.model, operation)
            return replace(planned, operation=operation)
        except REFUSALS:
            raise
        except IcosaError as error:
            return error

    # ------------------------------------------------------------------ running

    def run_once(self, http: HttpRequest) -> HttpResponse:
        """The answer of a mutation that is made once: with the commit of the only record operation, else under a
        claim.
        """
        planned = [field.outcome for field in self._fields if isinstance(field.outcome, PlannedField)]
        if len(planned) != 1:
            return under_a_claim(self._context, lambda: ran(self.outcome(self.result(), http)))

        def answer(result: Any) -> HttpResponse:
            return plain(self.outcome(self.result([result]), http))

        operation = planned[0].operation
        return written_once(self._context, operation, lambda: ran(self.outcome(self.result(), http)), answer)

    def outcome(self, result: dict[str, Any], http: HttpRequest) -> Outcome:
        """``result`` with the tag of the record that is all that it shows."""
        if self._shown is None:
            planned = [field.outcome.operation for field in self._fields if isinstance(field.outcome, PlannedField)]
            return Outcome(result, self.is_mutation, headers=watermark_header(self._context, planned))
        record, value = self._shown
        tag = revision_tag(record.revision, orjson.dumps(value), http)
        return Outcome(result, self.is_mutation, headers={ETAG: str(tag)})

    def result(self, given: Sequence[Any] | None = None) -> dict[str, Any]:
        """``data`` and, if anything failed, ``errors``. Queries run side by side, mutations one after the other.
        ``given`` are the results of the operations, which then are not run.
        """
        planned = [field.outcome for field in self._fields if isinstance(field.outcome, PlannedField)]
        if planned:
            note_operations([field.operation for field in planned])
        elif not all(isinstance(field.outcome, IcosaError) for field in self._fields):
            observed().operation = INTROSPECTION
        results: Iterator[Any] | None = None if given is None else iter(given)
        if given is None and len(planned) > 1 and not self.is_mutation:
            results = iter(execute_all(self._reading, [field.operation for field in planned]))
        data: dict[str, Any] = {}
        errors: list[dict[str, Any]] = []
        left = self._context.table.meter.jobs
        jobs: dict[str, str] = {}
        for field in self._fields:
            known = len(left)
            try:
                data[field.key] = self._value(field.key, field.outcome, results)
            except IcosaError as error:
                data[field.key] = None
                errors.append(self._entry(error, field))
            except AlreadyDone:
                raise
            except Exception:
                logger.exception("unexpected failure", extra={"request_id": self._request_id, "field": field.key})
                data[field.key] = None
                errors.append(self._entry(Unexpected(), field))
            if len(left) > known:
                jobs[field.key] = left[-1]
        result: dict[str, Any] = {"errors": errors, "data": data} if errors else {"data": data}
        extensions: dict[str, Any] = {}
        if warnings := self._leniency.warnings(self._document):
            extensions["warnings"] = warnings
        if jobs:
            extensions |= {"job": next(iter(jobs.values())), "jobs": jobs}
        if self._cut:
            extensions["groups"] = self._cut
        if extensions:
            result["extensions"] = extensions
        return result

    def _entry(self, error: IcosaError, field: _Field) -> dict[str, Any]:
        return error_entry(error, path=[field.key], locations=self._document.locations(field.node))

    def _value(self, key: str, outcome: _FieldOutcome, results: Iterator[Any] | None) -> Any:
        if isinstance(outcome, IcosaError):
            raise outcome
        if isinstance(outcome, Introspection):
            return outcome
        if not isinstance(outcome, PlannedField):
            return outcome()
        result = execute(self._reading, outcome.operation) if results is None else next(results)
        if isinstance(result, Exception):
            raise result
        if isinstance(result, Groups) and result.next_offset is not None:
            self._cut[key] = {"total": result.total, "nextOffset": result.next_offset}
        value = outcome.render(result)
        if len(self._fields) == 1 and (record := record_of(outcome.operation, result)) is not None:
            self._shown = record, value
        return value


def _operation_type(node: OperationDefinitionNode) -> OperationType:
    name = node.operation.value
    if name == "query":
        return "query"
    if name == "mutation":
        return "mutation"
    raise Invalid(f"Schema is not configured to execute {name} operation.", node=node)
