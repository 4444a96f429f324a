"""Every generated root field, for standard objects and a custom one (docs/wire/graphql.md#root-fields)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from icosa.documents.graphql.document import schema
from icosa.model.model import Model, Object
from tests.support.graphql_client import GraphqlClient

#: Data of a record, by object. Objects that are not here need none.
_DATA = {
    "company": "{name: $tag}",
    "person": "{name: {lastName: $tag}}",
    "opportunity": "{name: $tag}",
    "note": "{title: $tag}",
    "task": "{title: $tag}",
    "rocket": "{name: $tag}",
}
_FILTERS = {
    "company": "{name: {eq: $tag}}",
    "person": "{name: {lastName: {eq: $tag}}}",
    "opportunity": "{name: {eq: $tag}}",
    "note": "{title: {eq: $tag}}",
    "task": "{title: {eq: $tag}}",
    "rocket": "{name: {eq: $tag}}",
}
_OBJECTS = tuple(_DATA)


@dataclass
class Caller:
    """Calls root fields of an object and remembers which."""

    gql: GraphqlClient
    obj: Object
    tag: str
    called: set[str] = field(default_factory=set)

    def __call__(self, root: str, arguments: str, selection: str, **variables: Any) -> Any:
        self.called.add(root)
        is_query = not root.startswith(("create", "update", "delete", "destroy", "restore", "merge"))
        document = f"{'query' if is_query else 'mutation'}($tag: String) {{ {root}{arguments} {selection} }}"
        return self.gql.data(document.replace("$id", f'"{variables.get("id")}"'), {"tag": self.tag})[root]


@pytest.fixture(params=_OBJECTS)
def caller(gql: GraphqlClient, model: Model, tag: str, request: pytest.FixtureRequest) -> Iterator[Caller]:
    caller = Caller(gql, model.by_singular[request.param], tag)
    yield caller
    singular, plural = caller.obj.name_singular, caller.obj.name_plural
    pascal = {singular: singular[0].upper() + singular[1:], plural: plural[0].upper() + plural[1:]}
    result = schema(model)
    generated = {
        definition.name
        for root in ("Query", "Mutation")
        for definition in result[root].fields
        if definition.type.strip("[]!").removesuffix("GroupByConnection").removesuffix("Connection") == pascal[singular]
    }
    assert generated == caller.called


def test_every_root_field(caller: Caller) -> None:
    obj = caller.obj
    singular, plural, data, filter = (
        obj.name_singular,
        obj.name_plural,
        _DATA[obj.name_singular],
        _FILTERS[obj.name_singular],
    )
    pascal_singular, pascal_plural = singular[0].upper() + singular[1:], plural[0].upper() + plural[1:]
    type_ = pascal_singular

    created = caller(f"create{pascal_singular}", f"(data: {data})", "{ __typename id createdBy { source } deletedAt }")
    assert (created["__typename"], created["createdBy"]["source"], created["deletedAt"]) == (type_, "API", None)
    batch = caller(f"create{pascal_plural}", f"(data: [{data}, {data}], upsert: true)", "{ id }")
    assert len(batch) == 2
    ids = {created["id"], *(record["id"] for record in batch)}

    page = caller(
        plural,
        f"(filter: {filter}, first: 2)",
        "{ __typename totalCount edges { cursor node { id } } pageInfo { hasNextPage } }",
    )
    assert (page["__typename"], page["totalCount"], len(page["edges"])) == (f"{type_}Connection", 3, 2)
    assert page["pageInfo"] == {"hasNextPage": True}
    assert caller(singular, "(filter: {id: {eq: $id}})", "{ id }", id=created["id"]) == {"id": created["id"]}
    groups = caller(
        f"{plural}GroupBy", f"(filter: {filter}, groupBy: [{{createdAt: {{granularity: NONE}}}}])", "{ totalCount }"
    )
    assert sum(group["totalCount"] for group in groups) == 3
    if obj.duplicate_criteria:
        [result] = caller(f"{singular}Duplicates", "(ids: [$id])", "{ totalCount }", id=created["id"])
        assert set(result) == {"totalCount"}

    assert caller(f"update{pascal_singular}", "(id: $id, data: {position: 7})", "{ position }", id=created["id"]) == {
        "position": 7
    }
    updated = caller(f"update{pascal_plural}", f"(filter: {filter}, data: {{position: 8}})", "{ id position }")
    assert {record["id"] for record in updated} == ids
    assert {record["position"] for record in updated} == {8}

    assert (
        caller(f"delete{pascal_singular}", "(id: $id)", "{ id deletedAt }", id=created["id"])["deletedAt"] is not None
    )
    assert len(caller(f"delete{pascal_plural}", f"(filter: {filter})", "{ id }")) == 2
    assert caller(plural, f"(filter: {filter})", "{ totalCount }") == {"totalCount": 0}
    trashed = f"{{and: [{filter}, {{deletedAt: {{is: NOT_NULL}}}}]}}"
    assert caller(plural, f"(filter: {trashed})", "{ totalCount }") == {"totalCount": 3}
    assert caller(f"restore{pascal_singular}", "(id: $id)", "{ deletedAt }", id=created["id"]) == {"deletedAt": None}
    assert len(caller(f"restore{pascal_plural}", f"(filter: {trashed})", "{ id }")) == 2

    if obj.duplicate_criteria:
        merged = caller(
            f"merge{pascal_plural}",
            f'(ids: ["{created["id"]}", "{batch[0]["id"]}"], conflictPriorityIndex: 0)',
            "{ id }",
        )
        assert merged == {"id": created["id"]}
        assert caller(plural, f"(filter: {filter})", "{ totalCount }") == {"totalCount": 2}
    assert caller(f"destroy{pascal_singular}", "(id: $id)", "{ id }", id=created["id"]) == {"id": created["id"]}
    everywhere = f"{{and: [{filter}, {{or: [{{deletedAt: {{is: NULL}}}}, {{deletedAt: {{is: NOT_NULL}}}}]}}]}}"
    caller(f"destroy{pascal_plural}", f"(filter: {everywhere})", "{ id }")
    assert caller(plural, f"(filter: {everywhere})", "{ totalCount }") == {"totalCount": 0}


def test_every_query_of_every_object(gql: GraphqlClient, model: Model) -> None:
    """Objects without data of their own answer, too."""
    for obj in model.objects:
        data = gql.data(
            f"{{ {obj.name_plural}(first: 1) {{ totalCount edges {{ node {{ id __typename }} }} }} "
            f'{obj.name_plural}GroupBy(groupBy: [{{createdAt: {{granularity: YEAR, timeZone: "UTC"}}}}]) {{ '
            "totalCount } }"
        )
        assert isinstance(data[obj.name_plural]["totalCount"], int)
