"""``/rest/metadata/fields``."""

from __future__ import annotations

from typing import Any

from ...metadata.render import field_members, fields_by_id, without_nulls
from ...model.model import Field, Model, Object
from ...validation.errors import FieldNotFound
from .call import Call, CollectionRoutes
from .envelopes import wrap, wrap_page

_FLAG = "DATA_MODEL"
#: Nulls that answers to changes show (docs/wire/metadata.md#fields-in-answers).
_KEPT = frozenset(("defaultValue", "options"))


def _list(call: Call) -> Any:
    call.require(_FLAG)
    page = call.page(list(fields_by_id(call.context.model).values()), lambda pair: pair[1].id)
    return wrap_page(call, "fields", page, [_members(call.context.model, pair) for pair in page.items])


def _get(call: Call) -> Any:
    call.require(_FLAG)
    pair = fields_by_id(call.context.model).get(call.entity_id)
    if pair is None:
        raise FieldNotFound
    return wrap(call, "field", _members(call.context.model, pair))


def _create(call: Call) -> Any:
    call.require(_FLAG)
    return _change_response(call, "createOneField", call.service.create_field(call.input))


def _update(call: Call) -> Any:
    call.require(_FLAG)
    return _change_response(call, "updateOneField", call.service.update_field(call.entity_id, call.input))


def _delete(call: Call) -> Any:
    call.require(_FLAG)
    deleted = call.service.delete_field(call.entity_id)
    before = call.service.previous
    return wrap(call, "deleteOneField", _members(before, fields_by_id(before)[deleted.id], keep=_KEPT))


def _change_response(call: Call, key: str, field: Field) -> Any:
    model = call.service.model()
    return wrap(call, key, _members(model, fields_by_id(model)[field.id], keep=_KEPT))


def _members(model: Model, pair: tuple[Object, Field], *, keep: frozenset[str] = frozenset()) -> dict[str, Any]:
    return without_nulls(field_members(model, *pair), keep=keep)


FIELDS = CollectionRoutes(list=_list, get=_get, create=_create, update=_update, delete=_delete)
