"""Fields: reading and changing them, and what relations point at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ariadne import MutationType, ObjectType, QueryType

from ....metadata.render import fields_by_id
from ....model.model import Field, Model, Object
from ....validation.errors import FieldNotFound
from .call import Info, requires
from .lists import page
from .nodes import FieldNode, ObjectNode, field_nodes

_FLAG = "DATA_MODEL"
_query = QueryType()
_mutation = MutationType()
_field = ObjectType("Field")
RESOLVERS = (_query, _mutation, _field)

Arguments = Mapping[str, Any]


@_query.field("field")
def _one(_parent: None, info: Info, *, id: str) -> FieldNode:
    return _node(info.context.model, id)


@_query.field("fields")
def _many(_parent: None, info: Info, *, paging: Arguments, filter: Arguments) -> Arguments:
    model = info.context.model
    return page(info, (node for obj in model.objects for node in field_nodes(model, obj)), paging, filter)


@_mutation.field("createOneField")
@requires(_FLAG)
def _create(_parent: None, info: Info, *, input: Arguments) -> FieldNode:
    call = info.context
    created = call.service.create_field(input["field"])
    return _node(call.model, created.id)


@_mutation.field("updateOneField")
@requires(_FLAG)
def _update(_parent: None, info: Info, *, input: Arguments) -> FieldNode:
    call = info.context
    updated = call.service.update_field(input["id"], input["update"])
    return _node(call.model, updated.id)


@_mutation.field("deleteOneField")
@requires(_FLAG)
def _delete(_parent: None, info: Info, *, input: Arguments) -> FieldNode:
    call = info.context
    deleted = call.service.delete_field(input["id"])
    return _node(call.service.previous, deleted.id)


def _node(model: Model, field_id: str) -> FieldNode:
    pair = fields_by_id(model).get(field_id)
    if pair is None:
        raise FieldNotFound
    return FieldNode(model, *pair)


@_field.field("object")
def _object(node: FieldNode, _info: Info) -> ObjectNode:
    return ObjectNode(node.model, node.object)


@_field.field("relation")
def _relation(node: FieldNode, _info: Info) -> Arguments | None:
    field = node.field
    return None if field.relation is None or field.morph_id is not None else _ends(node.model, node.object, field)


@_field.field("morphRelations")
def _morph_relations(node: FieldNode, _info: Info) -> list[Arguments] | None:
    morph_id = node.field.morph_id
    if morph_id is None:
        return None
    return [_ends(node.model, node.object, field) for field in node.object.fields if field.morph_id == morph_id]


def _ends(model: Model, obj: Object, field: Field) -> Arguments:
    assert field.relation is not None
    target = model.target_of(field)
    return {
        "type": field.relation.kind,
        "sourceObjectMetadata": ObjectNode(model, obj),
        "targetObjectMetadata": ObjectNode(model, target),
        "sourceFieldMetadata": FieldNode(model, obj, field),
        "targetFieldMetadata": FieldNode(model, target, model.inverse_of(field)),
    }
