"""The schema of /metadata: names of the specification, and resolvers for all that is not plain data."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import GraphQLObjectType, OperationDefinitionNode, get_introspection_query, graphql_sync, parse

from icosa.api.metadata.graphql.limits import check_limits
from icosa.api.metadata.graphql.schema import metadata_schema
from icosa.api.metadata.graphql.wording import reworded
from icosa.errors import BadRequest
from icosa.metadata.render import field_members, index_members, object_members
from icosa.model.model import Index
from icosa.model.types.registry import by_name
from icosa.shipped import load
from tests.support.crm import crm
from tests.support.descriptions import undescribed

QUERIES = {
    *("object", "objects", "field", "fields", "index", "indexMetadatas", "objectRecordCounts", "minimalMetadata"),
    *("currentWorkspace", "getRoles"),
}
MUTATIONS = {
    *(
        "createOneObject",
        "updateOneObject",
        "updateManyObjects",
        "deleteOneObject",
        "createOneField",
        "updateOneField",
        "deleteOneField",
    ),
    *("createOneIndex", "deleteOneIndex", "updateWorkspace"),
}


def _type(name: str) -> GraphQLObjectType:
    result = metadata_schema().type_map[name]
    assert isinstance(result, GraphQLObjectType)
    return result


def test_root_fields() -> None:
    assert set(_type("Query").fields) >= QUERIES
    assert set(_type("Mutation").fields) >= MUTATIONS


def test_lists_have_their_defaults() -> None:
    arguments = _type("Query").fields["objects"].args

    assert str(arguments["paging"].type) == "CursorPaging!"
    assert str(arguments["filter"].type) == "ObjectFilter!"
    result = graphql_sync(metadata_schema(), '{ __type(name: "Query") { fields { name args { name defaultValue } } } }')
    assert result.data is not None
    [objects] = [field for field in result.data["__type"]["fields"] if field["name"] == "objects"]
    assert {arg["name"]: arg["defaultValue"] for arg in objects["args"]} == {
        "paging": "{ first: 10 }",
        "filter": "{  }",
    }


def test_introspection_works() -> None:
    result = graphql_sync(metadata_schema(), get_introspection_query())

    assert result.errors is None


def test_every_field_type_is_in_the_enum() -> None:
    result = graphql_sync(metadata_schema(), '{ __type(name: "FieldMetadataType") { enumValues { name } } }')

    assert result.data is not None
    assert {value["name"] for value in result.data["__type"]["enumValues"]} == {kind.name for kind in by_name.values()}


@pytest.mark.parametrize("name", ["Object", "Field", "Index"])
def test_plain_members_are_rendered_and_others_are_resolved(name: str) -> None:
    company = crm().by_plural["companies"]
    rendered = {
        "Object": object_members(crm(), company),
        "Field": field_members(crm(), company, company.fields[0]),
        "Index": index_members(Index(id="i", name="n", members=())),
    }[name]

    for field_name, field in _type(name).fields.items():
        assert (field_name in rendered) != (field.resolve is not None)


# ------------------------------------------------------------------ limits


def _check(query: str) -> None:
    document = parse(query)
    operation = next(node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    check_limits(document, operation)


def test_a_request_within_the_limits() -> None:
    _check("{ " + " ".join(f"a{i}: __typename" for i in range(10)) + " }")
    _check(get_introspection_query())


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (
            "{ " + " ".join(f"a{i}: __typename" for i in range(11)) + " }",
            "Query too complex - Too many root resolvers requested: 11 - Maximum allowed root resolvers: 10",
        ),
        (
            "{ objects { " + " ".join(f"a{i}: x" for i in range(2000)) + " } }",
            "Query too complex - Too many fields requested - Maximum allowed fields: 2000",
        ),
        (
            "fragment A on Object { " + " ".join(f"a{i}: x" for i in range(300)) + " } "
            "{ object { " + " ".join(f"b{i}: y {{ ...A }}" for i in range(7)) + " } }",
            "Query too complex - Too many fields requested - Maximum allowed fields: 2000",
        ),
        ("{ a" * 11 + " }" * 11, "Query too complex - Nesting too deep: 11 - Maximum allowed depth: 10"),
    ],
)
def test_requests_beyond_the_limits(query: str, message: str) -> None:
    with pytest.raises(BadRequest) as caught:
        _check(
            query
            if query.startswith("{")
            else query[query.index("{ object") :] + " " + query[: query.index("{ object")]
        )

    assert caught.value.message == message


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (
            "Cannot query field 'a' on type 'B'. Did you mean 'c' or 'd'?",
            'Cannot query field "a" on type "B". Did you mean "c" or "d"?',
        ),
        ("It isn't quoted.", "It isn't quoted."),
    ],
)
def test_messages_are_those_of_graphql_js(message: str, expected: str) -> None:
    assert reworded(message) == expected


def test_nothing_is_without_a_description() -> None:
    data: Any = graphql_sync(metadata_schema(), get_introspection_query(input_value_deprecation=True)).data

    assert list(undescribed(data)) == []


def test_every_description_is_of_something_that_is_there() -> None:
    words = load("metadata/descriptions")
    types = {name: type_ for name, type_ in metadata_schema().type_map.items() if not name.startswith("__")}
    members, values, arguments = set(), set(), set()
    for name, type_ in types.items():
        for member, field in (getattr(type_, "fields", None) or {}).items():
            members |= {member, f"{name}.{member}"}
            arguments |= {f"{member}.{argument}" for argument in getattr(field, "args", ())} | set(
                getattr(field, "args", ())
            )
        for value in getattr(type_, "values", None) or {}:
            values |= {value, f"{name}.{value}"}

    assert set(words["types"]) <= set(types)
    assert set(words["members"]) - members == set()
    assert set(words["values"]) - values == set()
    assert set(words["arguments"]) - arguments == set()
