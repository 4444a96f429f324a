"""Joins: records of other objects that a filter or an order looks at, found for many records at once.

The filters and orders that ``query.evaluate`` compiles look related records up in a ``JoinedRecords``; every module of
this package loads it before it applies them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ...model.model import Field, Object
from ...model.record import Record
from ...model.types.base import Leaf
from ...query.operation import And, Compare, Filter, Not, Or, Order, Related, RelatedAny
from ...store import keys
from ...store.lookup import all_edges_of
from ...store.table import Table
from ..context import Context
from ..records import get_any_visible
from .index_only_scan import index_only_scan
from .steady import Look, Watch, fetch, read_late, until_certain, versions


@dataclass(slots=True)
class JoinedRecords:
    """The related records that a filter or an order needs, as far as the caller may see them: a reference to a hidden
    record is one to nothing. ``load`` reads them for a batch of records at a time.
    """

    _ctx: Context
    #: Relations to look through, by field id, with their target objects.
    _to_one: dict[str, tuple[Field, Object]] = field(default_factory=dict)
    _to_many: dict[str, tuple[Field, Object]] = field(default_factory=dict)
    #: What is looked at of the targets, by field id and path.
    _leaves: dict[str, dict[tuple[str, ...], Leaf]] = field(default_factory=dict)
    #: Records read so far: targets by field id and target id, children by field id and parent id.
    _targets: dict[tuple[str, str], Record | None] = field(default_factory=dict)
    _children: dict[tuple[str, str], Sequence[Record]] = field(default_factory=dict)

    @classmethod
    def needed_by(cls, ctx: Context, filter: Filter | None, order: Order = ()) -> JoinedRecords:
        """An empty one that knows the relations of a filter and an order."""
        joined = cls(ctx)
        for part in _relations(filter):
            relations = joined._to_one if isinstance(part, Related) else joined._to_many
            relations[part.field.id] = (part.field, part.target)
            joined._leaves.setdefault(part.field.id, {}).update({leaf.path: leaf for leaf in leaves_of(part.filter)})
        for term in order:
            if term.relation is not None:
                joined._to_one[term.relation.id] = (term.relation, ctx.model.target_of(term.relation))
                joined._leaves.setdefault(term.relation.id, {})[term.leaf.path] = term.leaf
        return joined

    @property
    def is_needed(self) -> bool:
        return bool(self._to_one or self._to_many)

    @property
    def fields(self) -> list[Field]:
        """The many-to-one fields whose targets are looked at."""
        return [relation for relation, _ in self._to_one.values()]

    def target(self, field: Field, target_id: str) -> Record | None:
        """The record that ``field`` points at (also one in the trash: a join knows no soft deletion)."""
        return self._targets.get((field.id, target_id))

    def children(self, field: Field, record_id: str) -> Sequence[Record]:
        """The live records of a one-to-many field."""
        return self._children.get((field.id, record_id), ())

    def load(self, items: Iterable[Record]) -> None:
        """Read what the records of a batch refer to and is not known yet."""
        items = list(items)
        for relation, target in self._to_one.values():
            ids = {item.get(relation.key) for item in items}
            missing = [i for i in ids if i is not None and (relation.id, i) not in self._targets]
            if len(missing) > self._ctx.settings.tuning.join_fetch_records:
                missing = self._load_values(relation, target, missing)
            for target_id, state in zip(missing, get_any_visible(self._ctx, target, missing), strict=True):
                self._targets[relation.id, target_id] = state.item if state else None
        for relation, target in self._to_many.values():
            missing = [item.id for item in items if (relation.id, item.id) not in self._children]
            for record_id, children in _read_children(self._ctx, relation, target, missing).items():
                self._children[relation.id, record_id] = children

    def _load_values(self, relation: Field, target: Object, ids: Sequence[str]) -> list[str]:
        """Read the values in question of all targets from indexes; returns the ids that remain to be fetched."""
        rows, leaves = self._ctx.rows, self._leaves[relation.id]
        needed = {**leaves, **{leaf.path: leaf for leaf in leaves_of(rows.condition(target))}}
        items = index_only_scan(self._ctx, target, list(needed.values()))
        if items is None:
            return list(ids)
        visible = rows.visible(target, items)
        self._targets.update(((relation.id, item.id), shown) for item, shown in zip(items, visible, strict=True))
        return [i for i in ids if (relation.id, i) not in self._targets]


def _read_children(ctx: Context, relation: Field, target: Object, parents: Sequence[str]) -> dict[str, list[Record]]:
    """All live records of a one-to-many field, by parent: each with the parent that its own record names."""
    if not parents:
        return {}
    inverse = ctx.model.inverse_of(relation).key
    prefix = keys.edge_prefix(target.key, ctx.model.inverse_of(relation).key, live=True)
    pks = [keys.edges(ctx.model.workspace_id, parent) for parent in parents]
    watch, moved = Watch(ctx), set[str]()

    def look() -> Look[dict[str, list[Record]]]:
        edges = {i for part in ctx.table.parallel([_edge_reader(pk, prefix) for pk in pks]) for i in part}
        ids = sorted(edges | moved)
        fetched = fetch(ctx, target, ids, watch if len(pks) > 1 else None)
        found = dict(zip(ids, fetched.records, strict=True))
        late = sorted(fetched.changed - found.keys())
        is_known = len(late) <= ctx.settings.tuning.late_records
        if is_known:
            found.update(read_late(ctx, target, late))
            moved.update(fetched.changed)
        children: dict[str, list[Record]] = {parent: [] for parent in parents}
        known: set[str] = set()
        for record in found.values():
            if record is not None and (parent := record.get(inverse)) in children:
                known.add(record.id)
                if ctx.rows.shows(target, record):
                    children[parent].append(record)
        is_quiet = fetched.register.is_quiet_since(ctx.register, target.key)
        certain = is_known and is_quiet and edges <= known and known.isdisjoint(late)
        return Look(children, certain, versions(found) if is_known else None, cost=len(found))

    return until_certain(ctx, look)


def _edge_reader(pk: str, prefix: str) -> Callable[[Table], list[str]]:
    return lambda table: all_edges_of(table, pk, prefix)


def leaves_of(filter: Filter | None) -> Iterator[Leaf]:
    """The object's own leaves that a filter looks at."""
    match filter:
        case Compare(leaf=leaf):
            yield leaf
        case And(items=items) | Or(items=items):
            for item in items:
                yield from leaves_of(item)
        case Not(item=item):
            yield from leaves_of(item)
        case Related(field=relation):
            yield from relation.leaves
        case RelatedAny() | None:
            return


def _relations(filter: Filter | None) -> Iterator[Related | RelatedAny]:
    """The conditions on related records in a filter."""
    match filter:
        case And(items=items) | Or(items=items):
            for item in items:
                yield from _relations(item)
        case Not(item=item):
            yield from _relations(item)
        case Related() | RelatedAny():
            yield filter
        case Compare() | None:
            return
