"""From the nested form that GraphQL sends, and that REST text is parsed into, to a Filter over the model.

The form is ``{"and": [{"name": {"firstName": {"eq": "Ada"}}}, {"not": {"companyId": {"is": "NULL"}}}]}``: keys of one
object are ANDed, a scalar holds exactly one operator, a composite holds subfields, a relation holds a filter on its
target (one hop). Rules and texts: docs/wire/rest.md#operators, docs/wire/graphql.md#filters-in-graphql.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..errors import InvalidFilter
from ..limits import FILTER_CONDITIONS
from ..model.model import Field, Model, Object
from ..model.types.base import Leaf
from .demand import Demand
from .operation import And, Compare, Filter, Not, Or, Related, RelatedAny

#: Conjunctions may nest this deep. Nobody writes more by hand, and every walk over a filter is recursive.
MAX_DEPTH = 50


def looks_elsewhere(filter: Filter) -> bool:
    """Whether a filter looks at related records."""
    match filter:
        case Related() | RelatedAny():
            return True
        case And(items=items) | Or(items=items):
            return any(map(looks_elsewhere, items))
        case Not(item=item):
            return looks_elsewhere(item)
    return False


def resolve_filter(model: Model, obj: Object, raw: Any, demand: Demand | None = None) -> Filter | None:
    """The filter that ``raw`` means for ``obj``, or None when it holds no condition (``{}``, ``{"and": []}``, null).

    ``demand`` is that of the request; a filter that no request has sent counts alone. Raises InvalidFilter,
    TooMuchAsked.
    """
    return _Resolver(model, demand or Demand()).block(obj, raw, hops=0, depth=0)


class _Resolver:
    def __init__(self, model: Model, demand: Demand) -> None:
        self._model = model
        self._demand = demand

    def block(self, obj: Object, raw: Any, *, hops: int, depth: int) -> Filter | None:
        """A filter object: its keys ANDed."""
        if raw is None:
            return None
        if depth > MAX_DEPTH:
            raise InvalidFilter(f"Filter conditions cannot be nested deeper than {MAX_DEPTH} levels")
        if not isinstance(raw, Mapping):
            raise InvalidFilter(f"Filter for object {obj.name_singular} must be an object")
        parts = [part for key, value in raw.items() for part in self._entry(obj, key, value, hops=hops, depth=depth)]
        if not parts and depth:
            self._demand.count(FILTER_CONDITIONS)  # takes time all the same
        return _all(parts)

    def _entry(self, obj: Object, key: str, value: Any, *, hops: int, depth: int) -> Iterator[Filter]:
        match key:
            case "and":
                yield from self._blocks(obj, key, value, hops=hops, depth=depth)
            case "or":
                if parts := list(self._blocks(obj, key, value, hops=hops, depth=depth)):
                    yield parts[0] if len(parts) == 1 else Or(tuple(parts))
            case "not":
                if (negated := self.block(obj, value, hops=hops, depth=depth + 1)) is not None:
                    yield Not(negated)
            case _:
                yield from self._field(obj, key, value, hops=hops, depth=depth)

    def _blocks(self, obj: Object, key: str, value: Any, *, hops: int, depth: int) -> Iterator[Filter]:
        if value is None:
            return
        if isinstance(value, Mapping):  # GraphQL takes one value where a list is expected
            value = [value]
        if not isinstance(value, Sequence) or isinstance(value, str):
            raise InvalidFilter(f'Filter value for "{key}" must be an array of objects')
        for raw in value:
            if (part := self.block(obj, raw, hops=hops, depth=depth + 1)) is not None:
                yield part

    def _field(self, obj: Object, key: str, value: Any, *, hops: int, depth: int) -> Iterator[Filter]:
        name = obj.present_name(key)
        stored = obj.by_input_name.get(name)
        if stored is not None and stored.leaves:
            if stored.type.is_composite:
                yield from self._composite(stored, value)
            else:
                yield self._compare(stored.leaves[0], value)
            return
        relation = obj.by_name.get(name)
        if relation is None or relation.relation is None:
            raise InvalidFilter(f'Object {obj.name_singular} doesn\'t have any "{key}" field.')
        if hops:
            raise InvalidFilter("Relation filter nesting deeper than 1 hop is not supported")
        if (part := self._related(relation, value, depth=depth)) is not None:
            yield part

    def _related(self, relation: Field, value: Any, *, depth: int) -> Filter | None:
        target = self._model.target_of(relation)
        if relation.is_many_to_one:
            if not isinstance(value, Mapping):
                raise InvalidFilter(
                    f'Cannot filter by relation field "{relation.name}": use "{relation.input_name}" instead'
                )
            inner = self.block(target, value, hops=1, depth=depth + 1)
            return None if inner is None else Related(relation, target, inner)
        if not isinstance(value, Mapping) or _is_operator(target, value):
            raise InvalidFilter(f'Cannot filter by relation field "{relation.name}"')
        inner = self.block(target, value, hops=1, depth=depth + 1)
        return RelatedAny(relation, target, And(()) if inner is None else inner)

    def _composite(self, field: Field, value: Any) -> Iterator[Filter]:
        if not isinstance(value, Mapping):
            raise InvalidFilter(f'Filter value for field "{field.name}" must be an object')
        leaves = {leaf.subfield: leaf for leaf in field.leaves}
        for subfield, comparison in value.items():
            if (leaf := leaves.get(subfield)) is None:
                raise InvalidFilter(f'Sub field "{subfield}" not found for composite type: {field.type.name}')
            yield self._compare(leaf, comparison)

    def _compare(self, leaf: Leaf, value: Any) -> Compare:
        name = leaf.dotted
        if not isinstance(value, Mapping):
            raise InvalidFilter(f'Filter value for field "{name}" must be an object')
        if len(value) != 1:
            raise InvalidFilter(f'Filter for field "{name}" must have exactly one operator')
        ((requested, raw),) = value.items()
        kind = leaf.kind
        if (operator := kind.operators.get(requested)) is None:
            allowed = ", ".join(kind.operators)
            raise InvalidFilter(
                f'Operator "{requested}" is not valid for field "{name}" of type {kind.name} - '
                f"Allowed operators: {allowed}"
            )
        self._demand.condition(raw, is_pattern=operator.takes == "pattern")
        return Compare(leaf, operator, kind.operand(name, operator, raw))


def _is_operator(target: Object, value: Mapping[str, Any]) -> bool:
    """Whether ``value`` compares the relation itself (``{"eq": "<id>"}``) instead of naming fields of the target."""
    named = target.by_name.keys() | target.by_input_name.keys()
    return any(
        target.present_name(key) not in named and not isinstance(raw, Mapping | list) for key, raw in value.items()
    )


def _all(parts: list[Filter]) -> Filter | None:
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else And(tuple(parts))
