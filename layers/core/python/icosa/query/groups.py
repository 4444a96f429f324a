"""From the JSON arguments of groupBy to dimensions and order criteria over the model.

``[{"stage": true}, {"closeDate": {"granularity": "MONTH", "timeZone": "Europe/Paris"}}, {"company": {"name": true}}]``.
Rules and texts: docs/wire/rest.md#group-parameters, docs/wire/graphql.md#group-inputs,
docs/wire/graphql.md#groups-in-graphql.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from ..errors import BadRequest
from ..model.inspect import as_text
from ..model.model import Field, Model, Object
from ..model.types.base import Leaf
from .aggregates import aggregates_of
from .buckets import WEEK_START_DAYS, time_zone
from .operation import Dimension, Granularity, GroupOrder
from .orders import direction

GRANULARITIES: tuple[str, ...] = get_args(Granularity)
_NEEDS_ZONE = frozenset(("DAY", "WEEK", "MONTH", "QUARTER", "YEAR"))
_CALENDAR_KEYS = frozenset(("granularity", "timeZone", "weekStartDay"))
#: System fields that may be grouped by all the same.
_GROUPABLE_SYSTEM = frozenset(("createdAt", "updatedAt"))

Raw = Mapping[str, Any]


def resolve_dimensions(model: Model, obj: Object, raw: Sequence[Raw]) -> tuple[Dimension, ...]:
    """The dimensions of a ``groupBy`` argument. Raises BadRequest."""
    return tuple(_dimension(model, obj, element) for element in raw)


def group_limit_error(maximum: int) -> str:
    """What a request for more groups than a page holds is told."""
    return f"limit must not be larger than {maximum} groups. Ask for the next ones with offset"


def resolve_group_order(
    model: Model, obj: Object, raw: Sequence[Raw], dimensions: Sequence[Dimension]
) -> tuple[GroupOrder, ...]:
    """The criteria of an ``orderBy`` argument over groups. An aggregate may be ordered by without being asked for.

    Raises BadRequest.
    """
    return tuple(_criterion(model, obj, element, dimensions) for element in raw if element)


# ------------------------------------------------------------------ dimensions


def _dimension(model: Model, obj: Object, element: Raw) -> Dimension:
    if len(element) != 1:
        raise _invalid("You cannot provide multiple fields in one GroupByInput, split them into multiple GroupByInput")
    ((key, value),) = element.items()
    name = obj.present_name(key)
    field = obj.by_input_name.get(name)
    if field is not None:
        return _stored(field, key, value)
    relation = obj.by_name.get(name)
    if relation is None:
        raise _invalid(f"Unidentified field in groupBy: {key}")
    if not relation.is_many_to_one or not is_groupable(relation):
        raise _invalid(f'Field "{key}" is not supported in groupBy')
    nested, nested_value = _single(key, value)
    target = model.target_of(relation)
    nested_name = target.present_name(nested)
    field = target.by_input_name.get(nested_name)
    if field is None:
        if nested_name in target.by_name:
            raise _invalid(f'Cannot group by a relation field of the relation field "{key}"')
        raise _invalid(f'Nested field "{nested}" not found in target object "{target.name_singular}"')
    return _stored(field, f"{key}.{nested}", nested_value, relation)


def _stored(field: Field, name: str, value: Any, relation: Field | None = None) -> Dimension:
    if not is_groupable(field):
        raise _invalid(f'Field "{name}" is not supported in groupBy')
    if not field.type.is_composite:
        return _scalar(field.leaves[0], name, value, relation)
    subfield, flag = _single(name, value)
    leaf = next((leaf for leaf in field.leaves if leaf.subfield == subfield and leaf.kind.is_groupable), None)
    if leaf is None:
        raise _invalid(f'Composite subfield "{subfield}" is not supported in groupBy for "{name}"')
    if flag is not True:
        raise _invalid(f'Composite subfield "{subfield}" must be set to true in groupBy for "{name}"')
    return Dimension(leaf=leaf, relation=relation)


def _scalar(leaf: Leaf, name: str, value: Any, relation: Field | None) -> Dimension:
    if value is True:
        return Dimension(leaf=leaf, relation=relation)
    if not isinstance(value, Mapping):
        raise _invalid(f'Invalid groupBy definition for field "{name}"')
    if leaf.kind.is_list and value.keys() == {"unnest"} and isinstance(value["unnest"], bool):
        return Dimension(leaf=leaf, relation=relation, unnest=value["unnest"])
    if leaf.kind.calendar is None or value.get("granularity") not in GRANULARITIES:
        raise _invalid(f'Field "{name}" does not support nested subfields in groupBy')
    return _calendar(leaf, name, value, relation)


def _calendar(leaf: Leaf, name: str, value: Raw, relation: Field | None) -> Dimension:
    if not _CALENDAR_KEYS.issuperset(value):
        raise _invalid(
            "You cannot provide multiple subfields in one GroupByInput, split them into multiple GroupByInput"
        )
    granularity = value["granularity"]
    wanted_start = value.get("weekStartDay") or WEEK_START_DAYS[0]
    week_start_day = next((day for day in WEEK_START_DAYS if day == wanted_start), None)
    if week_start_day is None:
        raise _invalid(f'Invalid groupBy definition for field "{name}"')
    zone = value.get("timeZone") if leaf.kind.calendar == "instant" else None
    if zone is not None:
        time_zone(as_text(zone))
    elif leaf.kind.calendar == "instant" and granularity in _NEEDS_ZONE:
        raise BadRequest(
            "Time zone should be specified for a group by date on Day, Week, Month, Quarter or Year",
            sub_code="MISSING_TIMEZONE_FOR_DATE_GROUP_BY",
        )
    return Dimension(
        leaf=leaf, relation=relation, granularity=granularity, time_zone=zone, week_start_day=week_start_day
    )


def _single(name: str, value: Any) -> tuple[str, Any]:
    """The one key of a composite's or relation's definition, and its value."""
    if not isinstance(value, Mapping) or not value:
        raise _invalid(f'Invalid groupBy definition for field "{name}"')
    if len(value) > 1:
        raise _invalid(
            "You cannot provide multiple subfields in one GroupByInput, split them into multiple GroupByInput"
        )
    ((key, nested),) = value.items()
    return key, nested


def is_groupable(field: Field) -> bool:
    """Whether groupBy accepts the field, or a member of it."""
    return field.type.is_groupable and (not field.is_system or field.name in _GROUPABLE_SYSTEM)


# ------------------------------------------------------------------ order


def _criterion(model: Model, obj: Object, element: Raw, dimensions: Sequence[Dimension]) -> GroupOrder:
    if len(element) != 1:
        raise _invalid("Please provide orderBy field criteria one by one in orderBy array")
    ((key, value),) = element.items()
    if key == "aggregate":
        return _by_aggregate(obj, value)
    name = obj.present_name(key)
    field = obj.by_input_name.get(name)
    if field is not None and field.leaves:
        if field.type.is_composite:
            absent = "Cannot order by a field that is not in groupBy or that is not an aggregate field: {}"
        else:
            absent = "Cannot order by a field that is not an aggregate nor in groupBy criteria: {}."
        return _by_dimension(field, key, value, None, dimensions, absent)
    relation = obj.by_name.get(name)
    if relation is None or not relation.is_many_to_one:
        raise _invalid(f"Cannot orderBy unknown field: {key}.")
    nested, nested_value = _one_by_one(value)
    target = model.target_of(relation)
    field = target.by_input_name.get(target.present_name(nested))
    if field is None or not field.leaves:
        raise _invalid(f"Cannot orderBy unknown field: {key}.{nested}.")
    absent = "Cannot order by a relation field that is not in groupBy criteria: {}"
    return _by_dimension(field, f"{key}.{nested}", nested_value, relation, dimensions, absent)


def _by_aggregate(obj: Object, value: Any) -> GroupOrder:
    if not isinstance(value, Mapping) or len(value) != 1:
        raise _invalid("Please provide aggregate criteria one by one in orderBy array")
    ((name, wanted),) = value.items()
    if name not in aggregates_of(obj):
        raise _invalid(f"Unknown aggregate field: {name}")
    return GroupOrder(direction=direction(name, wanted), aggregate=name)


def _by_dimension(
    field: Field, name: str, value: Any, relation: Field | None, dimensions: Sequence[Dimension], absent: str
) -> GroupOrder:
    """``absent`` is the text for a field that is not grouped by, with ``{}`` for its name."""
    leaf = field.leaves[0]
    if field.type.is_composite:
        subfield, value = _one_by_one(value)
        name = f"{name}.{subfield}"
        member = next((leaf for leaf in field.leaves if leaf.subfield == subfield), None)
        if member is None:
            raise _invalid(f"Cannot orderBy unknown field: {name}.")
        leaf = member
    granularity = "NONE"
    if leaf.kind.calendar is not None and isinstance(value, Mapping):
        granularity = value.get("granularity", granularity)
        value = value.get("orderBy")
    wanted = direction(name, value)
    grouped = [
        position
        for position, dimension in enumerate(dimensions)
        if dimension.leaf is leaf and dimension.relation is relation
    ]
    if not grouped:
        raise _invalid(absent.format(name))
    for position in grouped:
        if dimensions[position].granularity == granularity:
            return GroupOrder(direction=wanted, dimension=position)
    if granularity == "NONE":
        raise _invalid(absent.format(name))
    raise _invalid(f"Cannot order by a date granularity that is not in groupBy criteria: {granularity}")


def _one_by_one(value: Any) -> tuple[str, Any]:
    if not isinstance(value, Mapping) or len(value) != 1:
        raise _invalid("Please provide orderBy field criteria one by one in orderBy array")
    ((key, nested),) = value.items()
    return key, nested


def _invalid(message: str) -> BadRequest:
    return BadRequest(message, sub_code="INVALID_QUERY_INPUT")
