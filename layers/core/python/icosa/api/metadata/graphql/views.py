"""Views, page layouts and their parts: one resolver for each verb and way of passing arguments, bound to every
collection.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ariadne import MutationType, ObjectType, QueryType

from ....identifiers import capitalised
from ....views.entity_types import (
    ENTITY_TYPES,
    PAGE_LAYOUT,
    PAGE_LAYOUT_TAB,
    PAGE_LAYOUT_WIDGET,
    VIEW,
    VIEW_FIELD,
    VIEW_FIELD_GROUP,
    VIEW_FILTER,
    VIEW_FILTER_GROUP,
    VIEW_GROUP,
    VIEW_SORT,
    EntityType,
)
from ....views.errors import PartNotFound
from ....views.permissions import require_change, require_create
from ....views.render import render
from ....views.service import ViewsService, find, select
from ....views.tree import live_entities
from .call import Info, MetadataCall, Resolver

_query = QueryType()
_mutation = MutationType()
_minimal = ObjectType("MinimalMetadata")
RESOLVERS = (_query, _mutation, _minimal)

Arguments = Mapping[str, Any]
Shown = dict[str, Any]

#: Collections whose single entity always exists in the schema, so that an unknown id is an error.
_CERTAIN = (PAGE_LAYOUT_TAB, PAGE_LAYOUT_WIDGET)
#: Changes of these name the entity by an argument of its own, ``id``; those of the others by ``input.id``.
_BY_ID = (VIEW, VIEW_FILTER_GROUP, PAGE_LAYOUT, PAGE_LAYOUT_TAB, PAGE_LAYOUT_WIDGET)
#: Removals of these give the entity; those of the others give true.
_SHOWN_WHEN_REMOVED = (VIEW_FIELD, VIEW_FIELD_GROUP, VIEW_FILTER, VIEW_GROUP)
_CREATED_TOGETHER = (VIEW_FIELD, VIEW_FIELD_GROUP, VIEW_GROUP)
_UPDATED_TOGETHER = (VIEW_GROUP,)
#: Views and their parts can be marked as deleted.
_DELETABLE = (VIEW, VIEW_FIELD, VIEW_FIELD_GROUP, VIEW_FILTER, VIEW_FILTER_GROUP, VIEW_SORT, VIEW_GROUP)


def _service(call: MetadataCall) -> ViewsService:
    return ViewsService(call.context.table, call.model, now=call.context.now)


# ------------------------------------------------------------------ reading


def _many(entity_type: EntityType) -> Resolver:
    def resolve(
        _parent: None, info: Info, *, viewTypes: Sequence[str] | None = None, **given: str | None
    ) -> list[Shown]:
        call: MetadataCall = info.context
        wanted = {
            entity_type.filters[name]: value.lower() if name.endswith("Id") else value
            for name, value in given.items()
            if value
        }
        pairs = select(_service(call).roots(), entity_type, wanted)
        return [
            render(call.model, root, entity_type, item)
            for root, item in pairs
            if viewTypes is None or item["type"] in viewTypes
        ]

    return resolve


def _one(entity_type: EntityType) -> Resolver:
    def resolve(_parent: None, info: Info, *, id: str) -> Shown | None:
        call: MetadataCall = info.context
        result = find(_service(call).roots(), entity_type, id.lower())
        if result is None:
            if entity_type in _CERTAIN:
                raise PartNotFound(entity_type, id)
            return None
        return render(call.model, result[0], entity_type, result[1])

    return resolve


@_minimal.field("views")
def _minimal_views(_parent: Arguments, info: Info) -> list[Arguments]:
    return list(live_entities(_service(info.context).roots(), VIEW))


# ------------------------------------------------------------------ creating


def _create(call: MetadataCall, entity_type: EntityType, inputs: Sequence[Arguments]) -> list[Shown]:
    require_create(call.context.permissions, entity_type, inputs)
    service = _service(call)
    made = service.create(entity_type, inputs)
    return [render(service.model, root, entity_type, entity) for root, entity in made]


def _create_one(entity_type: EntityType) -> Resolver:
    def resolve(_parent: None, info: Info, *, input: Arguments) -> Shown:
        return _create(info.context, entity_type, [input])[0]

    return resolve


def _create_many(entity_type: EntityType) -> Resolver:
    def resolve(_parent: None, info: Info, *, inputs: Sequence[Arguments]) -> list[Shown]:
        return _create(info.context, entity_type, inputs)

    return resolve


# ------------------------------------------------------------------ updating


def _update(call: MetadataCall, entity_type: EntityType, updates: Sequence[tuple[str, Arguments]]) -> list[Shown]:
    require_change(call.context.permissions, entity_type, [update for _, update in updates])
    service = _service(call)
    made = service.update(entity_type, updates)
    return [render(service.model, root, entity_type, entity) for root, entity in made]


def _update_by_id(entity_type: EntityType) -> Resolver:
    def resolve(_parent: None, info: Info, *, id: str, input: Arguments) -> Shown:
        return _update(info.context, entity_type, [(id.lower(), input)])[0]

    return resolve


def _update_by_input(entity_type: EntityType) -> Resolver:
    def resolve(_parent: None, info: Info, *, input: Arguments) -> Shown:
        return _update(info.context, entity_type, [(input["id"], input["update"])])[0]

    return resolve


def _update_many(entity_type: EntityType) -> Resolver:
    def resolve(_parent: None, info: Info, *, inputs: Sequence[Arguments]) -> list[Shown]:
        return _update(info.context, entity_type, [(input["id"], input["update"]) for input in inputs])

    return resolve


# ------------------------------------------------------------------ removing


def _remove(entity_type: EntityType, *, destroy: bool) -> Resolver:
    def resolve(_parent: None, info: Info, *, id: str | None = None, input: Arguments | None = None) -> Shown | bool:
        call: MetadataCall = info.context
        require_change(call.context.permissions, entity_type)
        service = _service(call)
        entity_id = id.lower() if id is not None else str((input or {})["id"])
        root, entity = service.destroy(entity_type, entity_id) if destroy else service.delete(entity_type, entity_id)
        return render(service.model, root, entity_type, entity) if entity_type in _SHOWN_WHEN_REMOVED else True

    return resolve


# ------------------------------------------------------------------ names


def _bind(bind: Callable[[str], Callable[[Resolver], Resolver]], name: str, resolver: Resolver) -> None:
    bind(name)(resolver)


for _entity_type in ENTITY_TYPES.values():
    _plural = capitalised(_entity_type.collection)
    _singular = _plural.removesuffix("s")
    _bind(_query.field, f"get{_plural}", _many(_entity_type))
    _bind(_query.field, f"get{_singular}", _one(_entity_type))
    _bind(_mutation.field, f"create{_singular}", _create_one(_entity_type))
    _bind(
        _mutation.field,
        f"update{_singular}",
        (_update_by_id if _entity_type in _BY_ID else _update_by_input)(_entity_type),
    )
    _bind(_mutation.field, f"destroy{_singular}", _remove(_entity_type, destroy=True))
    if _entity_type in _DELETABLE:
        _bind(_mutation.field, f"delete{_singular}", _remove(_entity_type, destroy=False))
    if _entity_type in _CREATED_TOGETHER:
        _bind(_mutation.field, f"createMany{_plural}", _create_many(_entity_type))
    if _entity_type in _UPDATED_TOGETHER:
        _bind(_mutation.field, f"updateMany{_plural}", _update_many(_entity_type))
