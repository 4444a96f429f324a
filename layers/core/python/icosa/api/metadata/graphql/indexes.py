"""Indexes: reading and changing them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ariadne import MutationType, ObjectType, QueryType

from ....model.model import Model
from ....validation.errors import IndexNotFound
from .call import Info, requires
from .lists import page
from .nodes import IndexNode, ObjectNode, index_nodes

_FLAG = "DATA_MODEL"
_query = QueryType()
_mutation = MutationType()
_index = ObjectType("Index")
RESOLVERS = (_query, _mutation, _index)

Arguments = Mapping[str, Any]


@_query.field("index")
def _one(_parent: None, info: Info, *, id: str) -> IndexNode:
    return _node(info.context.model, id)


@_query.field("indexMetadatas")
def _many(_parent: None, info: Info, *, paging: Arguments, filter: Arguments) -> Arguments:
    return page(info, _all(info.context.model), paging, filter)


@_mutation.field("createOneIndex")
@requires(_FLAG)
def _create(_parent: None, info: Info, *, input: Arguments) -> IndexNode:
    call = info.context
    created = call.service.create_index(input["index"])
    return _node(call.model, created.id)


@_mutation.field("deleteOneIndex")
@requires(_FLAG)
def _delete(_parent: None, info: Info, *, input: Arguments) -> IndexNode:
    call = info.context
    deleted = call.service.delete_index(input["id"])
    return _node(call.service.previous, deleted.id)


def _all(model: Model) -> list[IndexNode]:
    return [node for obj in model.objects for node in index_nodes(model, obj)]


def _node(model: Model, index_id: str) -> IndexNode:
    for node in _all(model):
        if node["id"] == index_id:
            return node
    raise IndexNotFound(index_id)


@_index.field("objectMetadata")
def _object(node: IndexNode, info: Info, *, paging: Arguments, filter: Arguments) -> Arguments:
    return page(info, [ObjectNode(node.model, node.object)], paging, filter)


@_index.field("indexFieldMetadatas")
def _members(node: IndexNode, info: Info, *, paging: Arguments, filter: Arguments) -> Arguments:
    return page(info, node["indexFieldMetadataList"], paging, filter)
