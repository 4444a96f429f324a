"""Where an operator or a field type is missing: walks through every API that must know it.

Each function answers with the names of the places that do not; an empty list means that it is reachable everywhere.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import orjson
from graphql import GraphQLEnumType

from icosa.api.metadata.graphql.schema import metadata_schema
from icosa.api.rest.filter_text import parse_filter
from icosa.documents.graphql.common import BUILT_IN
from icosa.documents.graphql.definitions import Argument, FieldDefinition, Schema, TypeDefinition
from icosa.documents.graphql.document import schema
from icosa.documents.graphql.type_names import types_of
from icosa.documents.openapi.core import core_members
from icosa.documents.openapi.metadata import metadata_document
from icosa.documents.openapi.parameters import parameters
from icosa.engine.read.access_paths import access_path
from icosa.model.model import Field, Object
from icosa.model.operators import Operator
from icosa.model.record import Record
from icosa.model.types.base import FieldType, Leaf
from icosa.query.evaluate import compile_filter
from icosa.query.filters import resolve_filter
from icosa.query.operation import Compare
from icosa.settings import settings
from icosa.validation.errors import MetadataValidationError
from tests.support.crm import crm
from tests.unit.metadata.drafts import message_of, new_field, problems, with_rocket
from tests.unit.model.fields import make_field, make_model, make_object, many_to_one

# ---------------------------------------------------------------------- operators


def operator_gaps(operator: Operator) -> list[str]:
    """Places that lack an operator."""
    gaps = [place for leaf, value in _samples(operator) for place in _leaf_gaps(operator, leaf, value)]
    if not any(_samples(operator)):
        gaps.append("kinds")
    described = f"`{operator.name}`: {operator.description}" in parameters(settings)["filter"]["description"]
    if described is not operator.in_rest:
        gaps.append("OpenAPI")
    return gaps


def _samples(operator: Operator) -> Iterator[tuple[Leaf, Any]]:
    """A leaf of each kind that takes the operator, with a stored value that is not null."""
    seen: set[type] = set()
    for obj in crm().objects:
        for leaf in obj.leaves.values():
            kind = leaf.kind
            if operator not in kind.operators.values() or type(kind) in seen or not leaf.is_read:
                continue
            value = leaf.get({leaf.field.key: _stored(leaf.field)})
            if value is not None:
                seen.add(type(kind))
                yield leaf, value


def _stored(field: Field) -> Any:
    example = field.type.example(field)
    return None if example in (None, "last") else field.type.parse(field, example)


def _leaf_gaps(operator: Operator, leaf: Leaf, value: Any) -> Iterator[str]:
    model = crm()
    obj = next(obj for obj in model.objects if obj.leaves.get(leaf.path) is leaf)
    operand, text = _operand(operator, value)
    where = f" of {type(leaf.kind).__name__}"
    condition = resolve_filter(model, obj, _nested(leaf, {operator.name: operand}))
    if not isinstance(condition, Compare) or condition.operator is not operator:
        yield "resolution" + where
        return
    if operator.name not in _filter_members(obj, leaf):
        yield "GraphQL filter input" + where
    if (
        operator.in_rest
        and resolve_filter(model, obj, parse_filter(f"{leaf.dotted}[{operator.name}]:{text}")) != condition
    ):
        yield "REST" + where
    matches = compile_filter(condition)
    record = _record(leaf, value)
    if matches(record, _NoLookup()) not in (True, False) or matches(Record.of(id=""), _NoLookup()) not in (
        True,
        False,
        None,
    ):
        yield "evaluation" + where
    path = access_path(model, obj, condition)
    if path is not None and not path.ranges and path.ids is None:
        yield "planner" + where


def _operand(operator: Operator, value: Any) -> tuple[Any, str]:
    """An operand in GraphQL's form and in REST's."""
    first = value[0] if isinstance(value, list) else value
    match operator.takes:
        case "state":
            return "NOT_NULL", "NOT_NULL"
        case "boolean":
            return True, "true"
        case "pattern":
            return "S%", "S%"
        case "list":
            return [first], f"[{first}]"
    return first, str(first).lower() if isinstance(first, bool) else str(first)


def _nested(leaf: Leaf, raw: Any) -> Any:
    for name in reversed(leaf.path):
        raw = {name: raw}
    return raw


def _record(leaf: Leaf, value: Any) -> Record:
    return Record.of({leaf.field.key: value if leaf.subfield is None else {leaf.subfield: value}}, id="")


class _NoLookup:
    def target(self, field: Field, target_id: str) -> None:
        raise AssertionError("no relation is filtered by")

    def children(self, field: Field, record_id: str) -> tuple[()]:
        raise AssertionError("no relation is filtered by")


@cache
def _schema() -> Schema:
    return schema(crm())


def _filter_members(obj: Object, leaf: Leaf) -> set[str]:
    """The operators in the GraphQL filter input of a leaf."""
    name = types_of(obj, leaf.field).filter
    if leaf.subfield is not None:
        name = next(member.type for member in _schema()[name].inputs if member.name == leaf.subfield)
    return {member.name for member in _schema()[name].inputs}


# ---------------------------------------------------------------------- field types

_RELATION = {"type": "MANY_TO_ONE", "targetFieldLabel": "Things", "targetFieldIcon": "IconX"}
_OPTIONS = [{"value": value, "label": value, "position": position} for position, value in enumerate(("RED", "GREEN"))]


def type_gaps(type_: FieldType) -> list[str]:
    """Places that lack a field type."""
    return [*_metadata_gaps(type_), *_creation_gaps(type_), *_record_gaps(type_)]


def _metadata_gaps(type_: FieldType) -> Iterator[str]:
    enum = metadata_schema().type_map["FieldMetadataType"]
    assert isinstance(enum, GraphQLEnumType)
    if type_.name not in enum.values:
        yield "GraphQL enum of field types"
    document = orjson.loads(metadata_document("", is_direct=False))
    if type_.name not in document["components"]["schemas"]["FieldForResponse"]["properties"]["type"]["enum"]:
        yield "OpenAPI enum of field types"


def _creation_gaps(type_: FieldType) -> Iterator[str]:
    """Users can create a field of the type, or its rules say why not."""
    draft, rocket = with_rocket()
    rules = type_.rules
    wanted: dict[str, Any] = {}
    if rules.takes_options:
        wanted["options"] = _OPTIONS
    if rules.needs_value_limit:
        wanted["settings"] = {"maxNumberOfValues": 3}
    if rules.is_relation:
        payload = {**_RELATION, "targetObjectMetadataId": draft.model().by_singular["company"].id}
        wanted |= {"relationCreationPayload": payload, "morphRelationsCreationPayload": [payload]}
    try:
        created: Field | None = new_field(draft, rocket, type_.name, **wanted)
        messages = problems(draft)
    except MetadataValidationError as error:
        created, messages = None, [message_of(error)]
    if rules.creation_error is not None or rules.only_name is not None:
        if not messages:
            yield "creation is refused by no rule"
    elif created is None or messages or bool(draft.field(created.id).options) is not rules.is_choice:
        yield f"creation: {messages}"


def _record_gaps(type_: FieldType) -> Iterator[str]:
    types, schemas = _documents(type_)
    field = _field(type_)
    for name in ("Thing", "ThingCreateInput", "ThingUpdateInput", "ThingFilterInput"):
        if field.input_name not in {member.name for member in _members(types[name])}:
            yield f"GraphQL {name}"
    for definition in types.values():
        for member in _members(definition):
            if member.type.strip("[]!") not in {*types, *BUILT_IN}:
                yield f"GraphQL {member.type}"
    for name in ("Thing", "ThingForUpdate", "ThingForResponse") if type_.is_stored else ():
        if field.input_name not in schemas[name]["properties"]:
            yield f"OpenAPI {name}"
    orjson.dumps(type_.render(field, _stored(field)))


def _members(definition: TypeDefinition) -> tuple[FieldDefinition | Argument, ...]:
    return (*definition.fields, *definition.inputs)


def _documents(type_: FieldType) -> tuple[Schema, Mapping[str, Any]]:
    """The GraphQL schema, and the OpenAPI schemas, of an object with a field of the type."""
    system = [field for field in crm().by_singular["rocket"].fields if field.name in ("id", "createdAt")]
    thing = make_object("thing")
    thing = dataclasses.replace(thing, fields=(*system, _field(type_)))
    model = make_model(thing)
    return schema(model), core_members(model, settings)["components"]["schemas"]


def _field(type_: FieldType) -> Field:
    field = make_field("TEXT", "walked", "f999")
    if type_.rules.is_relation:
        field = many_to_one("walked", "thing", "f999")
    return dataclasses.replace(field, type=type_, options=_options(type_))


def _options(type_: FieldType) -> Any:
    return make_field("SELECT").options if type_.rules.is_choice else ()
