"""The operations on existing records, Update, Delete and Restore: by id or by filter.

By id, records in the trash are reached, too. A filter that does not speak of ``deletedAt`` means live records to an
update and a soft deletion, those in the trash to a restore, and both to a destruction. The executor calls it. An
attempt reads the records, writes them in one commit, and is repeated when another writer comes in between.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from functools import partial
from typing import Any

from ...errors import BadRequest, PayloadTooLarge, PermissionDenied, RecordNotFound
from ...model.input import ParsedInput, parse_input
from ...model.model import Object
from ...model.problems import Problem, Problems
from ...model.record import Record
from ...query.evaluate import Scope, deleted_scope
from ...query.operation import Delete, Filter, Node, Restore, Update
from ...store.change import Change
from ...store.commit import WriteConflict
from ...store.lookup import Edge
from ...store.table import QueryPage, Table
from ..context import Context
from ..read.matches import find_matching_records, find_states
from ..read.relations import load_relations
from ..records import State, get_any_visible
from .cascade import destroy
from .changes import changed_nodes, patch_change
from .commit import DuplicateEntry, announce, commit_changes, retry_on_conflict
from .conflicts import Claim, find_conflicts
from .create import resolve_links
from .dependents import KnownEdges, first_edges
from .foreign_keys import MissingTarget, new_references, target_problem
from .positions import assign_positions, outermost_position
from .precondition import require
from .trash import move_to_trash, relations_that_follow, restore_from_trash
from .visibility import unseen, unseen_targets


def update(ctx: Context, operation: Update) -> list[Node]:
    """Patch the records; every one is validated before any is written, and the data also when there is no record."""
    try:
        return _write_and_load(ctx, operation, "update", lambda states, _: _commit_update(ctx, operation, states))
    except RecordNotFound:
        _check_data(ctx, operation)
        raise


def delete(ctx: Context, operation: Delete) -> list[Node]:
    """Soft-delete or destroy. Destroyed records come back in their last state."""
    obj = operation.object
    if not operation.destroy:
        return _write_and_load(ctx, operation, "delete", lambda states, edges: move_to_trash(ctx, obj, states, edges))

    def attempt() -> list[Node]:
        if operation.id is not None:
            states, edges = _read_with_edges(ctx, operation)
        else:
            states, edges = _select_records(ctx, operation, "destroy"), None
        nodes = [Node(state.item) for state in states]
        load_relations(ctx, obj, nodes, operation.selection)
        announce(ctx, nodes, are_complete=True)
        destroy(ctx, obj, states, edges=edges)
        return nodes

    return retry_on_conflict(ctx, attempt)


def restore(ctx: Context, operation: Restore) -> list[Node]:
    """Bring records back from the trash."""
    obj = operation.object
    return _write_and_load(ctx, operation, "restore", lambda states, edges: restore_from_trash(ctx, obj, states, edges))


def _write_and_load(
    ctx: Context,
    operation: Update | Delete | Restore,
    verb: str,
    write: Callable[[Sequence[State], KnownEdges], list[Change]],
) -> list[Node]:
    """The records of the operation after ``write``, with their relations.

    ``write`` gets the records, and their edges where these have been read beside them; it commits changes and returns
    them. ``verb`` is for error messages.
    """
    needs_edges = not isinstance(operation, Update) and relations_that_follow(ctx, operation.object)

    def attempt() -> list[Record]:
        if needs_edges and operation.id is not None:
            changes = write(*_read_with_edges(ctx, operation))
        else:
            changes = write(_select_records(ctx, operation, verb), None)
        return [node.item for node in changed_nodes(operation.object, changes)]

    nodes = [Node(record) for record in retry_on_conflict(ctx, attempt)]
    load_relations(ctx, operation.object, nodes, operation.selection)
    return nodes


def _read_with_edges(
    ctx: Context, operation: Update | Delete | Restore
) -> tuple[list[State], dict[str, QueryPage[Edge]]]:
    """The record that a write names and, in the same round trip, its first edges. Raises RecordNotFound, and
    PreconditionFailed.
    """
    obj, record_id = operation.object, operation.id
    assert record_id is not None

    def record(table: Table) -> list[State | None]:
        return get_any_visible(ctx, obj, [record_id], table)

    branches: list[Callable[[Table], Any]] = [record, partial(first_edges, ctx, record_id)]
    [state], known_edges = ctx.table.parallel(branches)
    return [_required(operation, state)], {record_id: known_edges}


def _required(operation: Update | Delete | Restore, state: State | None) -> State:
    """The record that a write names, if there is one that the caller may see, and it is as the request demands. It is
    written on the condition that it still is in the version that was looked at here.
    """
    if state is None:
        raise RecordNotFound
    require(operation.precondition, state.item)
    return state


def _select_records(ctx: Context, operation: Update | Delete | Restore, verb: str) -> list[State]:
    """The records that a write is about. Raises RecordNotFound for an unknown id, PreconditionFailed where its record
    is not as demanded, BadRequest beyond the limit.
    """
    obj, record_id, filter = operation.object, operation.id, operation.filter
    if record_id is not None:
        [state] = get_any_visible(ctx, obj, [record_id])
        return [_required(operation, state)]
    if filter is None:
        raise BadRequest("A non-empty filter is required for a bulk mutation", sub_code="INVALID_ARGS_FILTER")
    states = _matches(ctx, obj, filter, _scope(operation, filter))
    if operation.limit is not None:
        return states[: operation.limit]
    limit = ctx.settings.bulk_limit
    if len(states) > limit:
        raise BadRequest(
            f"Cannot {verb} more than {limit} records at once",
            sub_code="TOO_MANY_RECORDS_TO_DESTROY" if verb == "destroy" else "TOO_MANY_RECORDS_TO_UPDATE",
            friendly=(
                f"You can only {'permanently delete' if verb == 'destroy' else verb} up to {limit} records at once."
            ),
        )
    return states


def _scope(operation: Update | Delete | Restore, filter: Filter) -> Scope:
    """Where a change by filter looks for records (docs/wire/rest.md#deleted-records-in-filters)."""
    match operation:
        case Restore():
            return deleted_scope(filter, unmentioned="trash")
        case Delete(destroy=True):
            return deleted_scope(filter, unmentioned="all")
        case _:
            return deleted_scope(filter)


def _matches(ctx: Context, obj: Object, filter: Filter, scope: Scope) -> list[State]:
    """The matches of a filter by id; of many only one more than the limit, if it reaches live records only."""
    limit = ctx.settings.bulk_limit
    if scope == "live":
        return [State(record, True) for record in find_matching_records(ctx, obj, filter, most=limit)]
    return sorted(find_states(ctx, obj, filter, scope), key=lambda state: state.item.id)


def _check_data(ctx: Context, operation: Update) -> None:
    """Check the data of an update of no record: a mistake in it is reported all the same
    (docs/wire/rest.md#order-of-checks).
    """
    obj = operation.object
    no_values: dict[str, Any] = {} if operation.id is None else {obj.by_name["id"].key: operation.id}
    found: list[Problem] = []
    parse_input(ctx.model, obj, operation.data, mode="check", old=no_values, now=ctx.now, problems=found)
    Problems(found).raise_any()


def _commit_update(ctx: Context, operation: Update, states: Sequence[State]) -> list[Change]:
    problems = Problems()
    named: set[str] = set()
    changes = _update_changes(ctx, operation, states, named, problems)
    if any(unseen(ctx, changes)):
        problems.add(Problem(error=PermissionDenied()))
    problems.extend(target_problem(reference) for reference in unseen_targets(ctx, changes))
    if problems:
        _find_conflicts(ctx, operation, changes, named, problems)
        problems.raise_any()
    announce(ctx, changed_nodes(operation.object, changes))
    try:
        commit_changes(ctx, changes)
    except (DuplicateEntry, MissingTarget) as error:
        _find_conflicts(ctx, operation, changes, named, problems)
        if not problems:  # What stood in the way has gone meanwhile.
            raise WriteConflict from None
        raise problems.told_by(error) from None
    except PayloadTooLarge as error:
        if operation.id is None:  # It may be all of the records together.
            raise
        raise Problems([Problem(error=error)]).told_by(error) from None
    return changes


def _find_conflicts(
    ctx: Context, operation: Update, changes: Sequence[Change], named: Set[str], problems: Problems
) -> None:
    """What stands in the way of changes that the data of an update makes."""
    claims = [
        Claim(
            obj=change.obj,
            id=change.id,
            values=change.after,
            named=frozenset(named) if change.obj is operation.object else frozenset(),
            references=new_references(ctx, [change]),
            is_new=change.before is None,
            id_is_given=change.id_is_given,
        )
        for change in changes
        if change.after is not None
    ]
    find_conflicts(ctx, claims, {(change.obj.key, change.id): change for change in changes}, problems)


def _update_changes(
    ctx: Context, operation: Update, states: Sequence[State], named: set[str], problems: Problems
) -> list[Change]:
    """The changes of the records, and of records created inside the data. ``named`` gets the names of the fields that
    the data names; what is wrong with it is added to ``problems``, and the changes are those by the rest of it.
    """
    obj = operation.object
    if not states:
        _check_data(ctx, operation)
    found: list[Problem] = []
    inputs = [
        parse_input(ctx.model, obj, operation.data, mode="update", old=state.item, now=ctx.now, problems=found)
        for state in states
    ]
    problems.extend(found)
    named |= {name for parsed in inputs for name in parsed.mentioned}
    if not problems:
        _set_positions(ctx, obj, inputs)
    has_links = any(parsed.links for parsed in inputs)
    relation_values, nested = resolve_links(ctx, inputs, problems) if has_links else (None, [])
    return [
        *nested,
        *(
            patch_change(ctx, obj, state, {**parsed.values, **values}, operation.patching)
            for state, parsed, values in zip(states, inputs, relation_values or [{}] * len(inputs), strict=True)
        ),
    ]


def _set_positions(ctx: Context, obj: Object, inputs: Sequence[ParsedInput]) -> None:
    """Give records that are to come before or after all others their positions. The inputs come from one body, so all
    say the same.
    """
    wanted = [parsed.position for parsed in inputs if parsed.position is not None]
    if not wanted:
        return
    outermost = outermost_position(ctx, obj, last=wanted[0] == "last", table=ctx.table)
    for parsed, position in zip(inputs, assign_positions(wanted, outermost, outermost), strict=True):
        parsed.values[obj.by_name["position"].key] = position
