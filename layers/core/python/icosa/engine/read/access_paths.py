"""Access paths: which index or edge rows lead to the matches of a condition.

An ``AccessPath`` names rows that contain every match: a key look-up, ranges of an index, edge partitions, or a union of
these. It may contain more than the matches (``exact`` tells), since records are checked against the whole filter
anyway; what matters is that it has few rows. The planner and ``matches`` ask for the paths of a filter's conditions.
Nothing is read here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ...model.fragments import LONGEST, Part, shard_of
from ...model.model import Field, Model, Object
from ...model.operators import EQ, IN
from ...model.types.base import KeyRange, Kind, Leaf
from ...query.operation import And, Compare, Filter, Not, Or
from ...store import keys
from ...store.keys import END, NULL, TOP, VALUE
from ...store.lookup import ExactText

#: A condition that needs more ranges than this has no path: its matches are found by a scan.
MAX_RANGES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRange:
    """A contiguous part of one index or edge partition.

    ``exact`` tells which rows are wanted where a key stands for several values (text of another case). ``leaf`` is None
    for edges, whose sort keys are ``prefix + id``; these are of records whose field ``points`` (by key) holds an id.
    """

    pk: str
    low: str
    high: str
    leaf: Leaf | None = None
    #: Rows are in the order of record ids: all have the same encoded value.
    by_id: bool = False
    prefix: str = ""
    points: tuple[str, str] = ("", "")
    exact: ExactText | None = None
    #: Its rows say nothing about the condition, even where those of the path's other ranges do.
    is_untold: bool = False
    #: The condition that the values in the rows decide about: rows that do not fulfil it are passed over.
    told: Filter | None = None

    @property
    def weight(self) -> int:
        """How many usual rows one of these costs to read, about."""
        return 1 if self.leaf is None else self.leaf.row_weight


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPath:
    """Rows that contain every match of ``condition``: those of all ``ranges``, and the records with ``ids``, which need
    no row (``id[eq]``).
    """

    condition: Filter
    ranges: tuple[RowRange, ...] = ()
    ids: tuple[str, ...] | None = None
    #: Every row stands for a match, and no match has two rows: counting rows counts matches.
    exact: bool = False
    #: Every row stands for a match, though a match may have several; but for those of ranges that are ``is_untold``.
    sure: bool = False
    #: Every live record that it leads to matches, unless it has changed meanwhile.
    holds: bool = False

    def describe(self) -> str:
        """The path as ``X-Icosa-Explain`` names it."""
        if self.ids is not None:
            return f"key look-up of {len(self.ids)}"
        names = sorted({"edges" if r.leaf is None else f"index {r.leaf.dotted}" for r in self.ranges})
        return f"{' + '.join(names)} ({len(self.ranges)} ranges)"


def conjuncts(filter: Filter | None) -> tuple[Filter, ...]:
    """The conditions that must all hold."""
    if filter is None:
        return ()
    if isinstance(filter, And):
        return tuple(part for item in filter.items for part in conjuncts(item))
    return (filter,)


def access_path(model: Model, obj: Object, condition: Filter) -> AccessPath | None:
    """The path to the matches of one condition; None when only a scan finds them."""
    match condition:
        case Compare():
            return _path_for_comparison(model, obj, condition)
        case And(items=items):
            paths = [path for item in items if (path := access_path(model, obj, item)) is not None]
            if not paths:
                return None
            best = min(paths, key=lambda path: len(path.ranges))
            return AccessPath(
                condition=condition, ranges=best.ranges, ids=best.ids, exact=best.exact and len(items) == 1
            )
        case Or(items=items):
            return _union_path(model, obj, condition, items)
        case _:
            return None


def _union_path(model: Model, obj: Object, condition: Filter, items: Sequence[Filter]) -> AccessPath | None:
    ranges: list[RowRange] = []
    ids: list[str] = []
    sure = True
    for item in items:
        path = access_path(model, obj, item)
        if path is None:
            return None
        ranges += path.ranges
        ids += path.ids or ()
        sure = sure and (path.exact or path.sure)
    if not items or len(ranges) > MAX_RANGES:
        return None
    # Both ids and ranges may be set: a row set unites them.
    return AccessPath(condition=condition, ranges=tuple(ranges), ids=tuple(ids) if ids else None, sure=sure)


def whole_index_path(model: Model, obj: Object, condition: Filter) -> AccessPath | None:
    """The rows that fulfil a condition, out of the whole index of the leaf that it looks at, or of the leaves of its
    alternatives; None if it looks at others, or at no index.
    """
    items = condition.items if isinstance(condition, Or) and single_leaf(condition) is None else (condition,)
    ranges: list[RowRange] = []
    for item in items:
        leaf = single_leaf(item)
        if leaf is None or not leaf.has_index:
            return None
        pk = keys.index(model.workspace_id, obj.key, leaf.key)
        ranges.append(RowRange(pk=pk, low=NULL, high=VALUE + TOP, leaf=leaf, told=item))
    return AccessPath(condition=condition, ranges=tuple(ranges), sure=True) if ranges else None


def single_leaf(filter: Filter | None) -> Leaf | None:
    """The one leaf of the object itself that a filter looks at; None if there are others."""
    match filter:
        case Compare(leaf=leaf):
            return leaf
        case Not(item=item):
            return single_leaf(item)
        case And(items=items) | Or(items=items):
            leaves = {single_leaf(item) for item in items}
            return leaves.pop() if len(leaves) == 1 else None
        case _:
            return None


def _path_for_comparison(model: Model, obj: Object, condition: Compare) -> AccessPath | None:
    leaf, operator, operand = condition.leaf, condition.operator, condition.operand
    if leaf.path == ("id",):
        if operator not in (EQ, IN):
            return None
        ids = dict.fromkeys(operand if operator is IN else (operand,))
        return AccessPath(condition=condition, ids=tuple(ids), exact=True)
    if leaf.field.relation is not None and operator in (EQ, IN):
        return _edge_path(model, obj, condition)
    pk = keys.index(model.workspace_id, obj.key, leaf.key)
    if condition.state == "NULL" and leaf.tells_nulls:
        return AccessPath(condition=condition, ranges=(_nulls(pk, leaf),), exact=True)
    if not leaf.tells_values or condition.state == "NULL":
        return _path_of_part(model, obj, condition)
    if condition.state is not None:
        return AccessPath(condition=condition, ranges=(_values(pk, leaf),), exact=True)
    if operator in (EQ, IN):
        operands = dict.fromkeys(operand if operator is IN else (operand,))
        empty = leaf.kind.null_equivalent
        if len(operands) > MAX_RANGES or (empty is not None and empty in operands):
            return None
        ranges = tuple(_equal(pk, leaf, value) for value in operands)
        return AccessPath(
            condition=condition, ranges=ranges, exact=all(_is_exact(leaf.kind, value) for value in operands)
        )
    key_ranges = leaf.kind.ranges(operator, operand)
    if key_ranges is None:
        return _path_of_part(model, obj, condition)
    if len(key_ranges.ranges) > MAX_RANGES:
        return None
    return AccessPath(
        condition=condition,
        ranges=tuple(_between(pk, leaf, part) for part in key_ranges.ranges),
        exact=key_ranges.exact,
    )


def _path_of_part(model: Model, obj: Object, condition: Compare) -> AccessPath | None:
    """The path to texts by a part of them, where an index of type GIN has their fragments."""
    known = next((each for each in obj.fragments if each.ready and each.of.path == condition.leaf.path), None)
    part = None if known is None or condition.state else Part.of(condition.operator, condition.operand)
    if known is None or part is None:
        return None
    pks = [keys.index(model.workspace_id, obj.key, key) for key in known.index_keys]
    encoded = part.encoded
    low = f"{VALUE}{encoded}{END}" if part.is_whole_fragment else f"{VALUE}{encoded}"
    by_id = part.is_whole_fragment or len(part.text) >= LONGEST
    rows = RowRange(pk=pks[shard_of(encoded)], low=low, high=low + TOP, leaf=known, by_id=by_id)
    long = RowRange(pk=pks[0], low=NULL + END, high=NULL + END + TOP, leaf=known, by_id=True, is_untold=True)
    return AccessPath(condition=condition, ranges=(rows, long), sure=part.is_sure)


def range_of(pk: str, condition: Compare) -> RowRange | None:
    """The one range of an index whose rows are exactly those that match a condition; None where there is none."""
    leaf, operator, operand = condition.leaf, condition.operator, condition.operand
    if (state := condition.state) is not None:
        return _values(pk, leaf) if state == "NOT_NULL" else None
    if operator is EQ:
        return _equal(pk, leaf, operand)
    found = leaf.kind.ranges(operator, operand)
    if found is None or not found.exact or len(found.ranges) != 1:
        return None
    return _between(pk, leaf, found.ranges[0])


def _edge_path(model: Model, obj: Object, condition: Compare) -> AccessPath | None:
    """The path to records that point at certain others: their edges, which are complete even while the field's index
    is being built.
    """
    targets = dict.fromkeys(condition.operand if condition.operator is IN else (condition.operand,))
    if len(targets) > MAX_RANGES:
        return None
    ranges = edge_ranges(model, obj, condition.leaf.field, targets)
    return AccessPath(condition=condition, ranges=ranges, exact=True)


def edge_ranges(model: Model, obj: Object, field: Field, targets: Iterable[str]) -> tuple[RowRange, ...]:
    """The edges of an object's live records whose ``field`` points at one of ``targets``."""
    prefix = keys.edge_prefix(obj.key, field.key, live=True)
    return tuple(
        RowRange(
            pk=keys.edges(model.workspace_id, target),
            low=prefix,
            high=prefix + TOP,
            by_id=True,
            prefix=prefix,
            points=(field.key, target),
        )
        for target in targets
    )


def _nulls(pk: str, leaf: Leaf) -> RowRange:
    return RowRange(pk=pk, low=NULL + END, high=NULL + END + TOP, leaf=leaf, by_id=True)


def _values(pk: str, leaf: Leaf) -> RowRange:
    return RowRange(pk=pk, low=VALUE, high=VALUE + TOP, leaf=leaf)


def _is_exact(kind: Kind, value: object) -> bool:
    """Whether rows tell records with this value from those with values of the same key (cut or of another case)."""
    return not kind.is_cut(kind.encode(value)) or kind.detail(value) is not None


def _equal(pk: str, leaf: Leaf, value: object) -> RowRange:
    """The rows of one value."""
    encoded = leaf.kind.encode(value)
    low = f"{VALUE}{encoded}{END}"
    exact = ExactText(leaf.kind.detail(value)) if leaf.kind.has_detail and _is_exact(leaf.kind, value) else None
    return RowRange(pk=pk, low=low, high=low + TOP, leaf=leaf, by_id=True, exact=exact)


def _between(pk: str, leaf: Leaf, part: KeyRange) -> RowRange:
    """Sort-key bounds of a range of encoded values.

    ``END`` sorts below whatever may follow a value, so ``value END`` is just before and ``value END TOP`` just after
    all rows of exactly this value.
    """
    if part.prefix:
        assert part.low is not None
        return RowRange(pk=pk, low=VALUE + part.low, high=VALUE + part.low + TOP, leaf=leaf)
    low = VALUE if part.low is None else f"{VALUE}{part.low}{END}" + ("" if part.include_low else TOP)
    high = VALUE + TOP if part.high is None else f"{VALUE}{part.high}{END}" + (TOP if part.include_high else "")
    by_id = part.low is not None and part.low == part.high
    return RowRange(pk=pk, low=low, high=high, leaf=leaf, by_id=by_id)
