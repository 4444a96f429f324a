"""Dependents: the records that point at certain others, live or in the trash.

Edges lead to them: every record has a partition with one row for each record that points at it. ``trash``, ``cascade``
and ``merge`` ask for the dependents of the records that they move or remove.

Edges are small (a read unit for some thirty), records are not (one unit each). So the edges are read as a whole
(``references_to``), and the records behind them in the parts in which they are written (``in_parts``): what a record
with many dependents costs grows with their number, not with its square.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import batched
from typing import NamedTuple

from ...model.model import Field, Object
from ...store import keys
from ...store.commit import WriteConflict
from ...store.lookup import Edge, all_edges
from ...store.table import Table, TransactionConflict
from ..context import Context
from ..records import State, get_any, get_where_expected

#: The edges of records, by their ids, where they have been read already.
KnownEdges = Mapping[str, Sequence[Edge]] | None


#: An object's key and a record's id.
RecordKey = tuple[str, str]


class Dependent(NamedTuple):
    """A record that points at the record ``target`` with the field ``relation`` of its object."""

    obj: Object
    relation: Field
    state: State
    target: str


def read_dependents(
    ctx: Context, objects: Sequence[Object], ids: Sequence[str], edges: KnownEdges = None
) -> list[Dependent]:
    """Every record that points at one of ``ids``, which belong to ``objects``, whether the caller may see it or not, as
    foreign keys act; once for each field that does.
    """
    return dependents_of(ctx, references_to(ctx, objects, ids, edges))


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


def references_to(
    ctx: Context, objects: Sequence[Object], ids: Sequence[str], edges: KnownEdges = None
) -> list[Reference]:
    """What the edges of records say: of ``ids``, which belong to ``objects``.

    Costs one round trip unless ``edges`` are known: the edges of each record, a read unit where there are none.
    """
    relations = {
        (owner.key, relation.key): (owner, relation)
        for obj in objects
        for owner, relation in ctx.model.references[obj.id]
    }
    if not relations:
        return []
    if edges is None:
        edges = read_edges(ctx, ids)
    return [
        Reference(*relations[edge[:2]], edge.record_id, edge.live, target)
        for target in ids
        for edge in edges[target]
        if edge[:2] in relations
    ]


def in_parts(references: Sequence[Reference], *, records: int) -> Iterator[list[Reference]]:
    """References in parts of so many records; those of one record stay together."""
    by_record: dict[RecordKey, list[Reference]] = {}
    for reference in references:
        by_record.setdefault((reference.obj.key, reference.record_id), []).append(reference)
    for part in batched(by_record.values(), records, strict=False):
        yield [reference for of_record in part for reference in of_record]


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


def read_edges(ctx: Context, ids: Sequence[str]) -> dict[str, list[Edge]]:
    """The edges of records, by their ids."""
    return dict(zip(ids, ctx.table.parallel([_edge_reader(ctx, i) for i in ids]), strict=True))


def _edge_reader(ctx: Context, target_id: str) -> Callable[[Table], list[Edge]]:
    return lambda table: all_edges(table, ctx.model.workspace_id, target_id)
