"""``/rest/metadata/views``, ``pageLayouts`` and the collections of their parts
(docs/wire/metadata.md#views-over-rest).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ...identifiers import parse_uuid
from ...views.entity_types import ENTITY_TYPES, PAGE_LAYOUT, ROOT_OF, VIEW, VIEW_FIELD_GROUP, EntityType
from ...views.errors import InvalidPart, PartNotFound
from ...views.permissions import require_change, require_create
from ...views.render import render
from ...views.service import ViewsService, find, select
from .call import Call, CollectionRoutes


def _service(call: Call) -> ViewsService:
    context = call.context
    return ViewsService(context.table, context.model, now=context.now)


def _list(entity_type: EntityType) -> Callable[[Call], Any]:
    def answer(call: Call) -> Any:
        given = {name: text for name in entity_type.filters if (text := call.params.text(name))}
        if entity_type.required_filter is not None and not given:
            raise InvalidPart(entity_type, entity_type.required_filter)
        wanted = {entity_type.filters[name]: parse_uuid(text) or text for name, text in given.items()}
        page = call.page(select(_service(call).roots(), entity_type, wanted), lambda pair: str(pair[1]["id"]))
        return page.envelope([render(call.context.model, root, entity_type, entity) for root, entity in page.items])

    return answer


def _get(entity_type: EntityType) -> Callable[[Call], Any]:
    def answer(call: Call) -> Any:
        result = find(_service(call).roots(), entity_type, call.entity_id)
        if result is None:
            if entity_type == PAGE_LAYOUT:
                return None
            raise PartNotFound(entity_type, call.entity_id)
        return render(call.context.model, result[0], entity_type, result[1])

    return answer


def _create(entity_type: EntityType) -> Callable[[Call], Any]:
    def answer(call: Call) -> Any:
        require_create(call.context.permissions, entity_type, [call.input])
        service = _service(call)
        [(root, entity)] = service.create(entity_type, [call.input])
        return render(service.model, root, entity_type, entity)

    return answer


def _update(entity_type: EntityType) -> Callable[[Call], Any]:
    def answer(call: Call) -> Any:
        require_change(call.context.permissions, entity_type, [call.input])
        service = _service(call)
        [(root, entity)] = service.update(entity_type, [(call.entity_id, call.input)])
        return render(service.model, root, entity_type, entity)

    return answer


def _delete(entity_type: EntityType) -> Callable[[Call], Any]:
    """Views and their parts are only marked; page layouts have no such state
    (docs/wire/metadata.md#views-over-rest).
    """

    def answer(call: Call) -> Any:
        require_change(call.context.permissions, entity_type)
        if ROOT_OF[entity_type.collection] == VIEW:
            _service(call).delete(entity_type, call.entity_id)
            return {"success": True}
        _service(call).destroy(entity_type, call.entity_id)
        return True

    return answer


def _collection(entity_type: EntityType) -> CollectionRoutes:
    return CollectionRoutes(
        list=_list(entity_type),
        get=_get(entity_type),
        create=_create(entity_type),
        update=_update(entity_type),
        delete=_delete(entity_type),
        parameters=frozenset(entity_type.filters),
    )


#: Field groups have no route of their own: views show them, GraphQL changes them.
VIEW_COLLECTIONS: Mapping[str, CollectionRoutes] = {
    name: _collection(entity_type) for name, entity_type in ENTITY_TYPES.items() if entity_type != VIEW_FIELD_GROUP
}
