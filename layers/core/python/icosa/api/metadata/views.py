"""``/rest/metadata/views``, ``pageLayouts`` and the collections of their parts (spec/metadata.md §2.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ...identifiers import parse_uuid
from ...views.errors import InvalidPart, PartNotFound
from ...views.permissions import require_change, require_create
from ...views.render import render
from ...views.service import ViewsService, find, select
from ...views.shapes import PAGE_LAYOUT, ROOT_OF, SHAPES, VIEW, VIEW_FIELD_GROUP, Shape
from .call import Call, CollectionRoutes


def _service(call: Call) -> ViewsService:
    context = call.context
    return ViewsService(context.table, context.model, now=context.now)


def _list(shape: Shape) -> Callable[[Call], Any]:
    def answer(call: Call) -> Any:
        given = {name: text for name in shape.filters if (text := call.params.text(name))}
        if shape.required_filter is not None and not given:
            raise InvalidPart(shape, shape.required_filter)
        wanted = {shape.filters[name]: parse_uuid(text) or text for name, text in given.items()}
        page = call.page(select(_service(call).roots(), shape, wanted), lambda pair: str(pair[1]["id"]))
        return page.envelope([render(call.context.model, root, shape, entity) for root, entity in page.items])

    return answer


def _get(shape: Shape) -> Callable[[Call], Any]:
    def answer(call: Call) -> Any:
        found = find(_service(call).roots(), shape, call.entity_id)
        if found is None:
            if shape == PAGE_LAYOUT:
                return None
            raise PartNotFound(shape, call.entity_id)
        return render(call.context.model, found[0], shape, found[1])

    return answer


def _create(shape: Shape) -> Callable[[Call], Any]:
    def answer(call: Call) -> Any:
        require_create(call.context.permissions, shape, [call.input])
        service = _service(call)
        [(root, entity)] = service.create(shape, [call.input])
        return render(service.model, root, shape, entity)

    return answer


def _update(shape: Shape) -> Callable[[Call], Any]:
    def answer(call: Call) -> Any:
        require_change(call.context.permissions, shape, [call.input])
        service = _service(call)
        [(root, entity)] = service.update(shape, [(call.entity_id, call.input)])
        return render(service.model, root, shape, entity)

    return answer


def _delete(shape: Shape) -> Callable[[Call], Any]:
    """Views and their parts are only marked; page layouts have no such state (spec/metadata.md §2.2)."""

    def answer(call: Call) -> Any:
        require_change(call.context.permissions, shape)
        if ROOT_OF[shape.collection] == VIEW:
            _service(call).delete(shape, call.entity_id)
            return {"success": True}
        _service(call).destroy(shape, call.entity_id)
        return True

    return answer


def _collection(shape: Shape) -> CollectionRoutes:
    return CollectionRoutes(
        list=_list(shape), get=_get(shape), create=_create(shape), update=_update(shape), delete=_delete(shape)
    )


#: Field groups have no route of their own: views show them, GraphQL changes them.
VIEW_COLLECTIONS: Mapping[str, CollectionRoutes] = {
    name: _collection(shape) for name, shape in SHAPES.items() if shape != VIEW_FIELD_GROUP
}
