"""Objects: reading and changing them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from ariadne import MutationType, ObjectType, QueryType

from ....engine.context import BranchContext
from ....engine.executor import execute
from ....engine.records import count_live
from ....model.model import Object
from ....query.operation import Connection, FindMany
from ....store.table import Table
from ....validation.errors import ObjectNotFound
from .call import Info, MetadataCall, requires
from .lists import page
from .nodes import ObjectNode, field_nodes, index_nodes

_FLAG = "DATA_MODEL"
_query = QueryType()
_mutation = MutationType()
_object = ObjectType("Object")
RESOLVERS = (_query, _mutation, _object)

Arguments = Mapping[str, Any]


@_query.field("object")
def _one(_parent: None, info: Info, *, id: str) -> ObjectNode:
    model = info.context.model
    obj = model.by_id.get(id)
    if obj is None:
        raise ObjectNotFound
    return ObjectNode(model, obj)


@_query.field("objects")
def _many(_parent: None, info: Info, *, paging: Arguments, filter: Arguments) -> Arguments:
    model = info.context.model
    return page(info, (ObjectNode(model, obj) for obj in model.objects), paging, filter)


@_query.field("objectRecordCounts")
@requires(_FLAG)
def _record_counts(_parent: None, info: Info) -> list[Arguments]:
    context = info.context.context
    readable = [obj for obj in info.context.model.objects if context.permissions.can(obj, "read")]

    def counting(obj: Object) -> Any:
        def count(table: Table) -> int:
            if not context.rows.limits(obj):
                return count_live(context, obj, table)
            # The counter counts records that the caller may not see.
            listed = execute(BranchContext(context, table), FindMany(object=obj, records=False))
            assert isinstance(listed, Connection)
            return listed.total_count or 0

        return count

    counts = context.table.parallel([counting(obj) for obj in readable])
    return [
        {"objectNamePlural": obj.name_plural, "totalCount": count} for obj, count in zip(readable, counts, strict=True)
    ]


@_query.field("minimalMetadata")
def _minimal(_parent: None, info: Info) -> Arguments:
    model = info.context.model
    # Every change of metadata makes a new version, and clients read a collection again when its hash differs.
    hashes = {
        name: hashlib.sha256(f"{model.workspace_id} {name} {model.version}".encode()).hexdigest()
        for name in ("objectMetadata", "fieldMetadata", "index")
    }
    return {
        "objectMetadataItems": [ObjectNode(model, obj) for obj in model.objects],
        "collectionHashes": [{"collectionName": name, "hash": text} for name, text in hashes.items()],
    }


@_mutation.field("createOneObject")
@requires(_FLAG)
def _create(_parent: None, info: Info, *, input: Arguments) -> ObjectNode:
    call = info.context
    return _node(call, call.service.create_object(input["object"]))


@_mutation.field("updateOneObject")
@requires(_FLAG)
def _update(_parent: None, info: Info, *, input: Arguments) -> ObjectNode:
    call = info.context
    return _node(call, call.service.update_object(input["id"], input["update"]))


@_mutation.field("updateManyObjects")
@requires(_FLAG)
def _update_many(_parent: None, info: Info, *, inputs: Sequence[Arguments]) -> list[ObjectNode]:
    call = info.context
    return [
        _node(call, obj)
        for obj in call.service.update_many_objects([(input["id"], input["update"]) for input in inputs])
    ]


@_mutation.field("deleteOneObject")
@requires(_FLAG)
def _delete(_parent: None, info: Info, *, input: Arguments) -> ObjectNode:
    call = info.context
    deleted = call.service.delete_object(input["id"])
    return ObjectNode(call.service.previous, deleted)


def _node(call: MetadataCall, obj: Object) -> ObjectNode:
    return ObjectNode(call.model, obj)


@_object.field("fieldsList")
def _fields_list(node: ObjectNode, _info: Info) -> Any:
    return field_nodes(node.model, node.object)


@_object.field("fields")
def _fields(node: ObjectNode, info: Info, *, paging: Arguments, filter: Arguments) -> Arguments:
    return page(info, field_nodes(node.model, node.object), paging, filter)


@_object.field("indexMetadataList")
def _indexes_list(node: ObjectNode, _info: Info) -> Any:
    return index_nodes(node.model, node.object)


@_object.field("indexMetadatas")
def _indexes(node: ObjectNode, info: Info, *, paging: Arguments, filter: Arguments) -> Arguments:
    return page(info, index_nodes(node.model, node.object), paging, filter)


@_object.field("searchFieldMetadataList")
def _search_fields(node: ObjectNode, _info: Info) -> list[Arguments]:
    """A search field is the field itself, at a place in the search vector; it has no id of its own."""
    obj = node.object
    vector = obj.by_name["searchVector"].id
    return [
        {
            "id": field_id,
            "fieldMetadataId": field_id,
            "tsVectorFieldMetadataId": vector,
            "position": position,
            "createdAt": obj.created_at,
            "updatedAt": obj.updated_at,
        }
        for position, field_id in enumerate(obj.search_field_ids)
    ]
