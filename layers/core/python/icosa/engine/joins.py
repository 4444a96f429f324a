"""Records of other objects that a filter or an order looks at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ..model.model import Field, Object
from ..model.types.base import Item, Leaf
from ..query.operation import And, Compare, Filter, Not, Or, Order, Related, RelatedAny
from ..store import keys
from .context import Context
from .narrow import narrow
from .records import get_any, get_live

#: Beyond so many joined records their values are read from indexes.
_MANY = 300


@dataclass(slots=True)
class Joined:
    """Look-up of joined records for ``query.evaluate``. ``load`` fills it for a batch of records at a time."""

    _ctx: Context
    _ones: dict[str, tuple[Field, Object]] = field(default_factory=dict)
    _manys: dict[str, tuple[Field, Object]] = field(default_factory=dict)
    _leaves: dict[str, dict[tuple[str, ...], Leaf]] = field(default_factory=dict)
    _one: dict[tuple[str, str], Item | None] = field(default_factory=dict)
    _many: dict[tuple[str, str], Sequence[Item]] = field(default_factory=dict)

    @classmethod
    def needed_by(cls, ctx: Context, filter: Filter | None, order: Order = ()) -> Joined:
        joined = cls(ctx)
        for part in _relations(filter):
            (joined._ones if isinstance(part, Related) else joined._manys)[part.field.id] = (part.field, part.target)
            joined._leaves.setdefault(part.field.id, {}).update({leaf.path: leaf for leaf in leaves_of(part.filter)})
        for term in order:
            if term.relation is not None:
                joined._ones[term.relation.id] = (term.relation, ctx.model.target_of(term.relation))
                joined._leaves.setdefault(term.relation.id, {})[term.leaf.path] = term.leaf
        return joined

    @property
    def is_needed(self) -> bool:
        return bool(self._ones or self._manys)

    @property
    def fields(self) -> list[Field]:
        """The many-to-one fields whose targets are looked at."""
        return [relation for relation, _ in self._ones.values()]

    def target(self, field: Field, target_id: str) -> Item | None:
        """The record that ``field`` points at (also one in the trash: a join knows no soft deletion)."""
        return self._one.get((field.id, target_id))

    def children(self, field: Field, record_id: str) -> Sequence[Item]:
        """The live records of a one-to-many field."""
        return self._many.get((field.id, record_id), ())

    def load(self, items: Iterable[Item]) -> None:
        """Fetch what the records of a batch refer to and is not known yet."""
        items = list(items)
        for relation, target in self._ones.values():
            ids = {item.get(relation.key) for item in items}
            missing = [i for i in ids if i is not None and (relation.id, i) not in self._one]
            if len(missing) > _MANY:
                missing = self._load_values(relation, target, missing)
            for target_id, state in zip(missing, get_any(self._ctx, target, missing), strict=True):
                self._one[relation.id, target_id] = state.item if state else None
        for relation, target in self._manys.values():
            missing = [item["SK"] for item in items if (relation.id, item["SK"]) not in self._many]
            for record_id, children in children_of(self._ctx, relation, target, missing).items():
                self._many[relation.id, record_id] = children

    def _load_values(self, relation: Field, target: Object, wanted: Sequence[str]) -> list[str]:
        """Read only the values in question, of all targets; returns the ids that remain to be fetched."""
        values = narrow(self._ctx, target, list(self._leaves[relation.id].values()))
        if values is None:
            return list(wanted)
        self._one.update(((relation.id, item["SK"]), item) for item in values)
        return [i for i in wanted if (relation.id, i) not in self._one]


def children_of(ctx: Context, relation: Field, target: Object, parents: Sequence[str]) -> dict[str, list[Item]]:
    """All live records of a one-to-many field, by parent."""
    inverse = ctx.model.inverse_of(relation)
    prefix = keys.edge_prefix(target.key, inverse.key, live=True)
    pks = [keys.edges(ctx.model.workspace_id, parent) for parent in parents]
    if not pks:
        return {}
    rows = ctx.table.parallel([lambda table, pk=pk: table.query_all(pk, prefix=prefix, project="SK") for pk in pks])  # type: ignore[misc]
    ids = [[row["SK"][len(prefix) :] for row in found] for found in rows]
    items = {item["SK"]: item for item in get_live(ctx, target, [i for part in ids for i in part]) if item is not None}
    return {
        parent: [items[i] for i in part if i in items and items[i].get(inverse.key) == parent]
        for parent, part in zip(parents, ids, strict=True)
    }


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
