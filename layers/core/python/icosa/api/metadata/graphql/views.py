"""Views, page layouts and their parts: one resolver for each verb and way of passing arguments, bound to every
collection.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ariadne import MutationType, ObjectType, QueryType

from ....identifiers import capitalised
from ....views.errors import PartNotFound
from ....views.permissions import require_change, require_create
from ....views.render import render
from ....views.service import ViewsService, find, select
from ....views.shapes import (
    PAGE_LAYOUT,
    PAGE_LAYOUT_TAB,
    PAGE_LAYOUT_WIDGET,
    SHAPES,
    VIEW,
    VIEW_FIELD,
    VIEW_FIELD_GROUP,
    VIEW_FILTER,
    VIEW_FILTER_GROUP,
    VIEW_GROUP,
    VIEW_SORT,
    Shape,
)
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


def _many(shape: Shape) -> Resolver:
    def resolve(
        _parent: None, info: Info, *, viewTypes: Sequence[str] | None = None, **given: str | None
    ) -> list[Shown]:
        call: MetadataCall = info.context
        wanted = {
            shape.filters[name]: value.lower() if name.endswith("Id") else value
            for name, value in given.items()
            if value
        }
        pairs = select(_service(call).roots(), shape, wanted)
        return [
            render(call.model, root, shape, one) for root, one in pairs if viewTypes is None or one["type"] in viewTypes
        ]

    return resolve


def _one(shape: Shape) -> Resolver:
    def resolve(_parent: None, info: Info, *, id: str) -> Shown | None:
        call: MetadataCall = info.context
        found = find(_service(call).roots(), shape, id.lower())
        if found is None:
            if shape in _CERTAIN:
                raise PartNotFound(shape, id)
            return None
        return render(call.model, found[0], shape, found[1])

    return resolve


@_minimal.field("views")
def _minimal_views(_parent: Arguments, info: Info) -> list[Arguments]:
    return list(live_entities(_service(info.context).roots(), VIEW))


# ------------------------------------------------------------------ creating


def _create(call: MetadataCall, shape: Shape, inputs: Sequence[Arguments]) -> list[Shown]:
    require_create(call.context.permissions, shape, inputs)
    service = _service(call)
    made = service.create(shape, inputs)
    return [render(service.model, root, shape, entity) for root, entity in made]


def _create_one(shape: Shape) -> Resolver:
    def resolve(_parent: None, info: Info, *, input: Arguments) -> Shown:
        return _create(info.context, shape, [input])[0]

    return resolve


def _create_many(shape: Shape) -> Resolver:
    def resolve(_parent: None, info: Info, *, inputs: Sequence[Arguments]) -> list[Shown]:
        return _create(info.context, shape, inputs)

    return resolve


# ------------------------------------------------------------------ updating


def _update(call: MetadataCall, shape: Shape, updates: Sequence[tuple[str, Arguments]]) -> list[Shown]:
    require_change(call.context.permissions, shape, [update for _, update in updates])
    service = _service(call)
    made = service.update(shape, updates)
    return [render(service.model, root, shape, entity) for root, entity in made]


def _update_by_id(shape: Shape) -> Resolver:
    def resolve(_parent: None, info: Info, *, id: str, input: Arguments) -> Shown:
        return _update(info.context, shape, [(id.lower(), input)])[0]

    return resolve


def _update_by_input(shape: Shape) -> Resolver:
    def resolve(_parent: None, info: Info, *, input: Arguments) -> Shown:
        return _update(info.context, shape, [(input["id"], input["update"])])[0]

    return resolve


def _update_many(shape: Shape) -> Resolver:
    def resolve(_parent: None, info: Info, *, inputs: Sequence[Arguments]) -> list[Shown]:
        return _update(info.context, shape, [(input["id"], input["update"]) for input in inputs])

    return resolve


# ------------------------------------------------------------------ removing


def _remove(shape: Shape, *, destroy: bool) -> Resolver:
    def resolve(_parent: None, info: Info, *, id: str | None = None, input: Arguments | None = None) -> Shown | bool:
        call: MetadataCall = info.context
        require_change(call.context.permissions, shape)
        service = _service(call)
        entity_id = id.lower() if id is not None else str((input or {})["id"])
        root, entity = service.destroy(shape, entity_id) if destroy else service.delete(shape, entity_id)
        return render(service.model, root, shape, entity) if shape in _SHOWN_WHEN_REMOVED else True

    return resolve


# ------------------------------------------------------------------ names


def _bind(bind: Callable[[str], Callable[[Resolver], Resolver]], name: str, resolver: Resolver) -> None:
    bind(name)(resolver)


for _shape in SHAPES.values():
    _plural = capitalised(_shape.collection)
    _singular = _plural.removesuffix("s")
    _bind(_query.field, f"get{_plural}", _many(_shape))
    _bind(_query.field, f"get{_singular}", _one(_shape))
    _bind(_mutation.field, f"create{_singular}", _create_one(_shape))
    _bind(_mutation.field, f"update{_singular}", (_update_by_id if _shape in _BY_ID else _update_by_input)(_shape))
    _bind(_mutation.field, f"destroy{_singular}", _remove(_shape, destroy=True))
    if _shape in _DELETABLE:
        _bind(_mutation.field, f"delete{_singular}", _remove(_shape, destroy=False))
    if _shape in _CREATED_TOGETHER:
        _bind(_mutation.field, f"createMany{_plural}", _create_many(_shape))
    if _shape in _UPDATED_TOGETHER:
        _bind(_mutation.field, f"updateMany{_plural}", _update_many(_shape))
