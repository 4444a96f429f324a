"""From ``[{"name": {"firstName": "AscNullsFirst"}}, {"company": {"name": "DescNullsLast"}}]`` to an Order over the
model.

Rules and texts: docs/wire/rest.md#order, docs/wire/graphql.md#orders-in-graphql.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast, get_args

from ..errors import BadRequest
from ..model.model import Field, Model, Object
from ..model.types.base import Leaf
from .operation import Direction, Order, OrderTerm

DIRECTIONS: tuple[str, ...] = get_args(Direction)


def resolve_order(model: Model, obj: Object, raw: Any) -> Order:
    """The criteria that ``raw`` means for ``obj``, in order; of a repeated criterion the first counts.

    ``raw`` is a list of objects, one object, or null. Raises BadRequest.
    """
    if raw is None:
        return ()
    if isinstance(raw, Mapping):  # GraphQL takes one value where a list is expected
        raw = [raw]
    if not isinstance(raw, Sequence) or isinstance(raw, str) or not all(isinstance(entry, Mapping) for entry in raw):
        raise _invalid("Order must be an array of objects")
    terms: dict[tuple[str, ...], OrderTerm] = {}
    for entry in raw:
        for key, value in entry.items():
            for term in _root(model, obj, key, value):
                terms.setdefault(term.path, term)
    return tuple(terms.values())


def direction(name: str, value: Any) -> Direction:
    """``value`` as a direction for the scalar ``name``. Raises BadRequest."""
    if value not in DIRECTIONS:
        raise _invalid(f'Scalar field "{name}" requires a direction value ({", ".join(DIRECTIONS)})')
    return cast(Direction, value)


def _root(model: Model, obj: Object, key: str, value: Any) -> Iterator[OrderTerm]:
    name = obj.present_name(key)
    field = obj.by_input_name.get(name)
    if field is not None and field.leaves:
        yield from _stored(field, value)
        return
    relation = obj.by_name.get(name)
    if relation is None or relation.relation is None:
        raise _invalid(f'Field "{key}" does not exist or is not sortable')
    if relation.is_one_to_many:
        if isinstance(value, Mapping):
            raise _invalid(f"Cannot filter or order through {key}: only to-one relations are supported")
        raise _invalid(f'Field "{key}" does not exist or is not sortable')
    if not isinstance(value, Mapping):
        raise _invalid(
            f"Relation field \"{key}\" requires nested field ordering (e.g., {{ {key}: {{ fieldName: 'AscNullsFirst' "
            "} })"
        )
    target = model.target_of(relation)
    for nested, nested_value in value.items():
        yield from _nested(relation, target, nested, nested_value)


def _stored(field: Field, value: Any) -> Iterator[OrderTerm]:
    if not field.type.is_composite:
        leaf = field.leaves[0]
        if not leaf.kind.is_sortable:
            raise _invalid(f'Field "{leaf.dotted}" does not exist or is not sortable')
        yield OrderTerm(leaf, direction(leaf.dotted, value))
        return
    if not isinstance(value, Mapping):
        raise _invalid(
            f'Composite field "{field.name}" requires subfield ordering (e.g., {{ {field.name}: {{ subFieldName: '
            "'AscNullsFirst' } })"
        )
    for subfield, criterion in value.items():
        leaf = _subfield_leaf(field, subfield, field.name)
        yield OrderTerm(leaf, direction(leaf.dotted, criterion))


def _nested(relation: Field, target: Object, key: str, value: Any) -> Iterator[OrderTerm]:
    dotted = f"{relation.name}.{key}"
    name = target.present_name(key)
    field = target.by_input_name.get(name)
    if field is None or not field.leaves:
        if name in target.by_name and isinstance(value, Mapping):
            raise _invalid(f'Field "{dotted}" does not support nested ordering')
        raise _invalid(f'Nested field "{key}" not found in target object "{target.name_singular}"')
    if not field.type.is_composite:
        leaf = field.leaves[0]
        if isinstance(value, Mapping):
            raise _invalid(f'Field "{dotted}" does not support nested ordering')
        if not leaf.kind.is_sortable:
            raise _invalid(f'Field "{dotted}" does not exist or is not sortable')
        yield OrderTerm(leaf, direction(dotted, value), relation)
        return
    if not isinstance(value, Mapping):
        raise _invalid(f'Composite field "{dotted}" requires one of its sub fields to be ordered')
    for subfield, criterion in value.items():
        yield OrderTerm(_subfield_leaf(field, subfield, dotted), direction(f"{dotted}.{subfield}", criterion), relation)


def _subfield_leaf(field: Field, subfield: str, name: str) -> Leaf:
    for leaf in field.leaves:
        if leaf.subfield == subfield and leaf.kind.is_sortable:
            return leaf
    raise _invalid(f'Sub field "{subfield}" not found for composite field "{name}"')


def _invalid(message: str) -> BadRequest:
    return BadRequest(message, sub_code="INVALID_QUERY_INPUT")
