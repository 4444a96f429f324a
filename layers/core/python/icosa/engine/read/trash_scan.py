"""Reads that reach the trash. It has no indexes and is read as a whole, unless the filter names ids.

Every read by filter asks ``scan_beyond_live`` first; where the answer is None it goes on with the planner, which sees
live records only. ``write.modify`` looks for the records of a change by filter with ``find_states``.
"""

from __future__ import annotations

from ...model.model import Object
from ...model.operators import EQ, IN
from ...model.record import Record
from ...query.evaluate import Scope, compile_filter, deleted_scope
from ...query.operation import Compare, Filter
from ..context import Context
from ..records import State, get_any, scan_live, scan_trash
from .access_paths import conjuncts
from .joins import JoinedRecords


def scan_beyond_live(ctx: Context, obj: Object, filter: Filter | None) -> list[Record] | None:
    """Every match as a whole record, in no order; None when only live records can match
    (docs/wire/rest.md#deleted-records-in-filters).
    """
    scope = deleted_scope(filter)
    if scope == "live":
        return None
    return [state.item for state in find_states(ctx, obj, filter, scope)]


def find_states(ctx: Context, obj: Object, filter: Filter | None, scope: Scope) -> list[State]:
    """Every record in ``scope`` that matches, once, in no order."""
    states = _states(ctx, obj, filter, scope)
    joined, is_match = JoinedRecords.needed_by(ctx, filter), compile_filter(filter)
    if joined.is_needed:
        joined.load(state.item for state in states)
    return [state for state in states if is_match(state.item, joined)]


def _states(ctx: Context, obj: Object, filter: Filter | None, scope: Scope) -> list[State]:
    """The records in ``scope`` among which the matches are."""
    ids = _named_ids(filter)
    if ids is not None:
        ctx.table.meter.note(f"key look-up of {len(ids)}, live and in the trash")
        return [
            state
            for state in get_any(ctx, obj, ids)
            if state is not None and (scope == "all" or state.live is (scope == "live"))
        ]
    states = [State(record, False) for record in scan_trash(ctx, obj)]
    ctx.table.meter.note("scan of the trash")
    if scope == "all":
        states += [State(record, True) for part in scan_live(ctx, obj) for record in part]
        ctx.table.meter.note("scan of records")
    return states


def _named_ids(filter: Filter | None) -> list[str] | None:
    """The ids that a filter demands; None when it demands none."""
    for condition in conjuncts(filter):
        match condition:
            case Compare(leaf=leaf, operator=operator, operand=operand) if leaf.path == ("id",):
                if operator is EQ:
                    return [operand]
                if operator is IN:
                    return list(dict.fromkeys(operand))
    return None
