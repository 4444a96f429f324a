"""``/rest/metadata/objects``."""

from __future__ import annotations

from typing import Any

from ...errors import BadRequest
from ...metadata.render import field_members, object_members, without_nulls
from ...model.model import Model, Object
from ...validation.errors import ObjectNotFound
from .call import Call, CollectionRoutes
from .envelopes import wrap, wrap_page

_FLAG = "DATA_MODEL"
#: Nulls that answers to changes show (docs/wire/metadata.md#objects-in-answers).
_KEPT = frozenset(("labelIdentifierFieldMetadataId", "imageIdentifierFieldMetadataId"))


class FieldsApart(BadRequest):
    """Fields in the body of a new object."""

    def __init__(self) -> None:
        super().__init__(
            "Fields are not created with their object: leave out fields, then send each to /rest/metadata/fields",
            sub_code="FIELDS_NOT_CREATED_WITH_OBJECT",
        )


def _list(call: Call) -> Any:
    call.require(_FLAG)
    model = call.context.model
    page = call.page(model.objects, lambda obj: obj.id)
    return wrap_page(call, "objects", page, [_members(model, obj) for obj in page.items])


def _get(call: Call) -> Any:
    call.require(_FLAG)
    model = call.context.model
    obj = model.by_id.get(call.entity_id)
    if obj is None:
        raise ObjectNotFound
    return wrap(call, "object", _members(model, obj))


def _create(call: Call) -> Any:
    call.require(_FLAG)
    if call.input.get("fields"):
        raise FieldsApart
    return _change_response(call, "createOneObject", call.service.create_object(call.input))


def _update(call: Call) -> Any:
    call.require(_FLAG)
    return _change_response(call, "updateOneObject", call.service.update_object(call.entity_id, call.input))


def _delete(call: Call) -> Any:
    call.require(_FLAG)
    deleted = call.service.delete_object(call.entity_id)
    return wrap(call, "deleteOneObject", without_nulls(object_members(call.service.previous, deleted), keep=_KEPT))


def _change_response(call: Call, key: str, obj: Object) -> Any:
    return wrap(call, key, _members(call.service.model(), obj, keep=_KEPT))


def _members(model: Model, obj: Object, *, keep: frozenset[str] = frozenset()) -> dict[str, Any]:
    fields = [without_nulls(field_members(model, obj, field)) for field in obj.fields]
    return {**without_nulls(object_members(model, obj), keep=keep), "fields": fields}


OBJECTS = CollectionRoutes(list=_list, get=_get, create=_create, update=_update, delete=_delete)
