"""Destruction of records, with everything that depends on them.

Destroying a record acts on all that points at it, live or in the trash, by each relation's on-delete action
(``on_delete``). What fits is one commit; beyond that the record itself goes first and the rest follows (``follow_up``).
Others may begin to point at the record until it is gone, but not later; so its edges are read once more after the
commit, and what is left is treated likewise.

``modify`` calls ``destroy`` for the operation Delete; the janitor calls ``apply_on_delete`` for what others left.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ...errors import BadRequest, Conflict
from ...model.model import Object
from ...store.change import Change
from ..context import Context
from ..records import State
from .commit import MAX_COMMIT, commit_changes, fitting
from .dependents import KnownEdges, dependents_of, references_by, references_to
from .follow_up import REQUEST_RECORDS, FollowUp, Frame, commit_and_follow_up, finish, unlinked
from .on_delete import Cascade, decides, may_forbid

#: Records that a request looks at because they may forbid a destruction.
MAX_CHECKED: Final = 2_000


def destroy(ctx: Context, obj: Object, states: Sequence[State], *, edges: KnownEdges = None) -> None:
    """Destroy records and act on what points at them. Raises BadRequest when a RESTRICT relation forbids it, or when
    too many records would have to be asked.
    """
    cascade = Cascade({(obj.key, state.item.id): (obj, state) for state in states})
    level = list(cascade.destroyed)
    known, checked, are_all = 0, 0, True
    while level:
        objects = [cascade.destroyed[key][0] for key in level]
        ids = [record_id for _, record_id in level]
        references, complete = references_to(ctx, objects, ids, edges)
        known, are_all = known + len(references), are_all and complete
        if not are_all or known > REQUEST_RECORDS:
            # A job does this: before it, only those are asked that may forbid it.
            asked = {each.id: each for each in objects}.values()
            relations = [relation for each in asked for relation in may_forbid(ctx.model, each)]
            references = references_by(ctx, relations, ids, most=MAX_CHECKED + 1) if relations else []
            checked += len(references)
            if checked > MAX_CHECKED:
                raise _too_many()
        elif known > MAX_COMMIT:
            # What is only cleared comes after the record in any case, and is read then.
            references = [each for each in references if decides(each.relation)]
        level, edges = cascade.add_dependents(dependents_of(ctx, references)), None
    if not are_all or known > REQUEST_RECORDS:
        changes: Sequence[Change] = cascade.changes(ctx)[: len(states)]
    else:
        changes = cascade.changes(ctx)
    first = fitting(changes, least=len(states))
    gone = _destroyed_by(first)
    if are_all and known <= MAX_COMMIT and len(first) == len(changes):
        commit_changes(ctx, first)
        apply_on_delete(ctx, gone)
        return
    frames = [Frame(each.key, record_id) for each, record_id in gone if ctx.model.references[each.id]]
    commit_and_follow_up(ctx, first, FollowUp("unlink", frames, known - (len(first) - len(states)), are_all))


def apply_on_delete(ctx: Context, destroyed: Sequence[tuple[Object, str]]) -> None:
    """Act on everything that still points at destroyed records. Safe to repeat."""
    pointed_at = [(obj, record_id) for obj, record_id in destroyed if ctx.model.references[obj.id]]
    if not pointed_at:
        return
    try:
        finish(ctx, unlinked(ctx, pointed_at), is_stored=False)
    except Conflict:
        return  # The record is gone, and that is the answer; the janitor does the rest.


def _too_many() -> BadRequest:
    return BadRequest(
        f"Cannot delete records that more than {MAX_CHECKED} others refer to which could forbid it. "
        "Delete these first, or let the relation clear its references.",
        sub_code="TOO_MANY_RECORDS_TO_DESTROY",
        friendly=f"More than {MAX_CHECKED} other records could forbid to delete this. Please delete those first.",
    )


def _destroyed_by(changes: Sequence[Change]) -> list[tuple[Object, str]]:
    return [(change.obj, change.id) for change in changes if change.after is None]
