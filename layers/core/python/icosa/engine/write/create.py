"""The operation Create: creating or upserting records, one or many, with the records created or connected inside them.

The executor calls ``create``, or ``create_partially``; ``modify`` calls ``resolve_links`` for relation objects in
bodies of updates. What is wrong with the records is collected on the way (``attempt``), and told at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ...errors import BadRequest
from ...model.input import Connect, ParsedInput
from ...model.problems import Problems
from ...model.record import Record
from ...query.operation import Create, Node
from ...query.partial import Outcome, Refused, to_json, woven
from ...store.change import Change
from ..context import Context
from ..read.relations import load_relations
from .attempt import Attempt, RecordsRefused
from .commit import DuplicateEntry, retry_on_conflict
from .connect import Connecting, resolve_connects
from .drafts import draft_nested, draft_records, link_values

#: How often an upsert looks for its records again before a key that is taken is the request's own fault.
_UPSERT_ATTEMPTS = 3


def create(ctx: Context, operation: Create) -> list[Node]:
    """Create (or upsert) all records, or none; results are in the order of the input."""
    _check_size(ctx, len(operation.data))
    try:
        records = _write_records(ctx, operation, dict(enumerate(operation.data)), Problems(operation.refused))
    except RecordsRefused as refused:
        raise refused.problems.told_by(refused.error) from None
    nodes = [Node(record) for record in records]
    load_relations(ctx, operation.object, nodes, operation.selection)
    return nodes


def create_partially(ctx: Context, operation: Create) -> list[Outcome]:
    """Create (or upsert) the records without problems, together; results are in the order of the input.

    Records with problems are left out, and the others are tried again until they can all be written: once more as a
    rule, and again for what other requests have taken meanwhile.
    """
    _check_size(ctx, len(operation.data))
    problems = Problems(operation.refused)
    records: list[Record] = []
    while left := {index: body for index, body in enumerate(operation.data) if index not in problems.indexes}:
        if ctx.once is not None:
            ctx.once.beside = to_json(_refused(problems))
        try:
            records = _write_records(ctx, operation, left, Problems())
            break
        except RecordsRefused as refused:
            lasting = refused.problems.lasting
            problems.extend(problem for problem in refused.problems if problem.index in lasting)
    nodes = [Node(record) for record in records]
    load_relations(ctx, operation.object, nodes, operation.selection)
    return woven(nodes, _refused(problems))


def _refused(problems: Problems) -> dict[int, Refused]:
    """The records that are left out, by their places."""
    told = problems.told()
    return {
        index: Refused(problems.of(index)[0].error.status, [problem for problem in told if problem["index"] == index])
        for index in sorted(problems.indexes)
    }


def _check_size(ctx: Context, count: int) -> None:
    limit = ctx.settings.batch_limit
    if count > limit:
        raise BadRequest(f"Maximum number of records to upsert is {limit}.", sub_code="TOO_MANY_RECORDS_TO_UPDATE")


def _write_records(
    ctx: Context, operation: Create, data: Mapping[int, Mapping[str, Any]], problems: Problems
) -> list[Record]:
    """Create or upsert the records of ``data``, by their places in the request's data: all, or none. The records that
    ``problems`` are about are not looked at any further. Raises RecordsRefused.
    """
    obj = operation.object
    refused = problems.indexes
    wanted = {index: body for index, body in data.items() if index not in refused}
    drafts = draft_records(ctx, obj, wanted, problems, may_exist=operation.upsert)

    def attempt() -> list[Record]:
        found = Problems(problems)
        return Attempt(ctx, drafts, found, is_upsert=operation.upsert, patching=operation.patching).run()

    return _retry_upsert(ctx, attempt) if operation.upsert else retry_on_conflict(ctx, attempt)


def _retry_upsert(ctx: Context, attempt: Callable[[], list[Record]]) -> list[Record]:
    """Run an upsert again when a key that was free is taken: the record that has it was made by another request in
    between, and the next attempt updates it.
    """
    for _ in range(_UPSERT_ATTEMPTS):
        try:
            return retry_on_conflict(ctx, attempt)
        except RecordsRefused as refused:
            if not isinstance(refused.error, DuplicateEntry):
                raise
    return retry_on_conflict(ctx, attempt)


def resolve_links(
    ctx: Context, inputs: Sequence[ParsedInput], problems: Problems
) -> tuple[list[dict[str, Any]], list[Change]]:
    """What the relation objects in bodies of updates come to: for each body the values of relation fields by field key,
    and the changes that create records inside them.
    """
    nested = draft_nested(ctx, inputs, problems)
    connected: list[dict[str, str]] = [{} for _ in inputs]
    if any(isinstance(link, Connect) for parsed in inputs for link in parsed.links):
        bodies = [Connecting(parsed, ids, problems.add) for parsed, ids in zip(inputs, connected, strict=True)]
        resolve_connects(ctx, bodies, ctx.table)
    making = Attempt(ctx, [draft for part in nested for _, draft in part], problems)
    making.make_changes()
    values = [
        link_values(parsed, ids) | {relation.key: draft.id for relation, draft in part if not problems}
        for parsed, ids, part in zip(inputs, connected, nested, strict=True)
    ]
    return values, list(making.changes.values())
