"""Dependents: the records that point at certain others, live or in the trash.

Edges lead to them: every record has a partition with one row for each record that points at it. ``trash``, ``cascade``
and ``merge`` ask for the dependents of the records that they move or remove.

Edges are small (a read unit for some thirty), records are not (one unit each). A request reads the first edges of each
record (``references_to``), which decide what it may do and whether one commit holds it. What is beyond that is read and
written in parts (``follow_up``), each edge once: what a record with many dependents costs grows with their number, not
with its square.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Final, NamedTuple

from ...model.model import Field, Object
from ...store import keys
from ...store.commit import WriteConflict
from ...store.lookup import Edge, TimedId, edge_page, edges_from
from ...store.table import QueryPage, Table, TransactionConflict
from ..context import Context
from ..records import State, get_any, get_where_expected

#: Edges of one record that a request reads, some 30 read units.
MAX_EDGES: Final = 1_000

#: The first edges of records, by their ids, where they have been read already.
KnownEdges = Mapping[str, QueryPage[Edge]] | None

#: An object's key and a record's id.
RecordKey = tuple[str, str]


class Dependent(NamedTuple):
    """A record that points at the record ``target`` with the field ``relation`` of its object."""

    obj: Object
    relation: Field
    state: State
    target: str


def dependents_of(ctx: Context, references: Sequence[Reference]) -> list[Dependent]:
    """The records that confirm references, once for each."""
    dependents, _ = _records_behind(ctx, references)
    return dependents


def last_dependents(
    ctx: Context, destroyed: Sequence[tuple[Object, str]], references: Sequence[Reference]
) -> list[Dependent]:
    """Every record that still points at destroyed records by some of the references to them, after which none will:
    writes that refer to them fail from now on. Raises WriteConflict when that cannot be found out now.

    The references are those to ``destroyed``, read when these were gone.
    """
    dependents, doubtful = _records_behind(ctx, references)
    if doubtful:
        # They may belong to a batch that saw the target and has not committed yet (``store.batch``).
        from ...store.preempt import preempt  # rarely needed, and not loaded before

        try:
            preempt(ctx.table, ctx.model, [row for reference in doubtful for row in _rows(ctx, reference)])
        except TransactionConflict:
            raise WriteConflict from None
        dependents += _records_behind(ctx, doubtful)[0]
    return _without_targets_that_exist(ctx, destroyed, dependents) if dependents else []


class Reference(NamedTuple):
    """What an edge says: the record ``record_id`` of ``obj``, ``live`` or in the trash, points at ``target`` with
    ``relation``.
    """

    obj: Object
    relation: Field
    record_id: str
    live: bool
    target: str


class Found(NamedTuple):
    """References to records: all of them, or the first ``MAX_EDGES`` of some."""

    references: list[Reference]
    are_all: bool


def references_to(ctx: Context, objects: Sequence[Object], ids: Sequence[str], edges: KnownEdges = None) -> Found:
    """What the first edges of records say: of ``ids``, which belong to ``objects``.

    Costs one round trip unless ``edges`` are known: the edges of each record, a read unit where there are none.
    """
    relations = {
        (owner.key, relation.key): (owner, relation)
        for obj in objects
        for owner, relation in ctx.model.references[obj.id]
    }
    if not relations:
        return Found([], True)
    if edges is None:
        edges = read_edges(ctx, ids)
    references = [
        Reference(*relations[edge[:2]], edge.record_id, edge.live, target)
        for target in ids
        for edge in edges[target].items
        if edge[:2] in relations
    ]
    return Found(references, all(edges[target].last is None for target in ids))


def references_by(
    ctx: Context, relations: Collection[tuple[Object, Field]], ids: Sequence[str], *, most: int
) -> list[Reference]:
    """The references to records by some relations alone, the first ``most`` of each: a read unit for each of them and
    each place, and for some thirty edges.
    """
    wanted = [(owner, relation, live, i) for i in ids for owner, relation in relations for live in (True, False)]

    def reader(owner: Object, relation: Field, live: bool, target: str) -> Callable[[Table], list[TimedId]]:
        pk, prefix = keys.edges(ctx.model.workspace_id, target), keys.edge_prefix(owner.key, relation.key, live=live)
        return lambda table: edge_page(table, pk, prefix, limit=most).items

    found = ctx.table.parallel([reader(*each) for each in wanted])
    return [
        Reference(owner, relation, record_id, live, target)
        for (owner, relation, live, target), record_ids in zip(wanted, found, strict=True)
        for record_id, _ in record_ids
    ]


def _records_behind(ctx: Context, references: Sequence[Reference]) -> tuple[list[Dependent], list[Reference]]:
    """The records that confirm what edges say, and the references that none confirms."""
    by_object: dict[str, dict[str, list[Reference]]] = {}
    for reference in references:
        by_object.setdefault(reference.obj.key, {}).setdefault(reference.record_id, []).append(reference)
    dependents: list[Dependent] = []
    doubtful: list[Reference] = []
    for object_key, records in by_object.items():
        obj = ctx.model.by_key[object_key]
        places = {record_id: of_record[-1].live for record_id, of_record in records.items()}
        for of_record, state in zip(records.values(), get_where_expected(ctx, obj, places), strict=True):
            for reference in of_record:
                if state is not None and state.item.get(reference.relation.key) == reference.target:
                    dependents.append(Dependent(obj, reference.relation, state, reference.target))
                else:
                    doubtful.append(reference)
    return dependents, doubtful


def _rows(ctx: Context, reference: Reference) -> Iterable[keys.Key]:
    """The edges that a record may have for a reference: live, and in the trash."""
    for live in (True, False):
        prefix = keys.edge_prefix(reference.obj.key, reference.relation.key, live=live)
        yield keys.edges(ctx.model.workspace_id, reference.target), prefix + reference.record_id


def _without_targets_that_exist(
    ctx: Context, destroyed: Sequence[tuple[Object, str]], dependents: Sequence[Dependent]
) -> list[Dependent]:
    """Leave out what points at a record that somebody has created again under the same id. It is read after them: what
    pointed at it before it was there again pointed at nothing.
    """
    pointed_at = {dependent.target for dependent in dependents}
    existing: set[RecordKey] = set()
    for obj in {obj.key: obj for obj, _ in destroyed}.values():
        ids = [record_id for of, record_id in destroyed if of.key == obj.key and record_id in pointed_at]
        states = get_any(ctx, obj, ids)
        existing |= {(obj.key, i) for i, state in zip(ids, states, strict=True) if state is not None}
    return [
        dependent
        for dependent in dependents
        if (ctx.model.target_of(dependent.relation).key, dependent.target) not in existing
    ]


def read_edges(ctx: Context, ids: Sequence[str]) -> dict[str, QueryPage[Edge]]:
    """The first edges of records, by their ids."""
    return dict(zip(ids, ctx.table.parallel([partial(first_edges, ctx, i) for i in ids]), strict=True))


def first_edges(ctx: Context, target_id: str, table: Table) -> QueryPage[Edge]:
    """The first edges of one record."""
    return edges_from(table, ctx.model.workspace_id, target_id, limit=MAX_EDGES)
