"""Reading objects and fields over REST and GraphQL (docs/wire/metadata.md#objects-in-answers,
docs/wire/metadata.md#graphql).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from icosa.provisioning.workspace import Provisioned
from icosa.store.table import Table
from tests.support.metadata_client import MetadataClient
from tests.support.provisioning import event_of

UNKNOWN = "7c1b6b6e-3a3e-4f61-8b64-0a5a0d6a0001"
DENIED = "Entity performing the request does not have permission"


def _object(call: MetadataClient, name: str) -> dict[str, Any]:
    objects = call("GET", "/rest/metadata/objects").json["data"]["objects"]
    return next(obj for obj in objects if obj["nameSingular"] == name)


# ------------------------------------------------------------------ REST


def test_all_objects_with_their_fields(call: MetadataClient) -> None:
    reply = call("GET", "/rest/metadata/objects")
    objects = reply.json["data"]["objects"]

    assert reply.status == 200
    assert reply.json["totalCount"] == len(objects)
    assert [obj["id"] for obj in objects] == sorted((obj["id"] for obj in objects), reverse=True)
    assert reply.json["pageInfo"] == {
        "hasNextPage": False,
        "startCursor": objects[0]["id"],
        "endCursor": objects[-1]["id"],
    }
    person = next(obj for obj in objects if obj["nameSingular"] == "person")
    assert {"id", "createdAt", "name", "company", "searchVector"} <= {field["name"] for field in person["fields"]}
    assert None not in person.values()
    assert all(None not in field.values() for field in person["fields"])


def test_one_object_and_one_field(call: MetadataClient) -> None:
    company = _object(call, "company")
    reply = call("GET", f"/rest/metadata/objects/{company['id'].upper()}")
    assert (reply.status, reply.json["data"]["object"]) == (200, company)

    field = next(field for field in company["fields"] if field["name"] == "name")
    reply = call("GET", f"/rest/metadata/fields/{field['id']}")
    assert (reply.status, reply.json["data"]["field"]) == (200, field)
    assert field["objectMetadataId"] == company["id"]


def test_pages_of_fields_are_all_fields(call: MetadataClient) -> None:
    everything = call("GET", "/rest/metadata/fields").json
    seen: list[str] = []
    after: dict[str, Any] = {}
    while True:
        reply = call("GET", "/rest/metadata/fields", limit=100, **after).json
        seen += [field["id"] for field in reply["data"]["fields"]]
        assert reply["totalCount"] == everything["totalCount"]
        if not reply["pageInfo"]["hasNextPage"]:
            break
        after = {"starting_after": reply["pageInfo"]["endCursor"]}

    assert seen == [field["id"] for field in everything["data"]["fields"]]
    assert len(seen) == everything["totalCount"]


@pytest.mark.parametrize(
    ("method", "path", "status", "message"),
    [
        ("GET", f"/rest/metadata/objects/{UNKNOWN}", 404, "Object metadata not found"),
        ("GET", f"/rest/metadata/fields/{UNKNOWN}", 404, "Field metadata not found"),
        ("GET", "/rest/metadata/objects/abc", 400, "Validation failed (uuid is expected)"),
        ("DELETE", "/rest/metadata/fields/abc", 400, "Validation failed (uuid is expected)"),
        ("GET", "/rest/metadata/foos", 404, "Cannot GET /rest/metadata/foos"),
        ("GET", "/rest/metadata", 404, "Cannot GET /rest/metadata"),
        ("GET", f"/rest/metadata/objects/{UNKNOWN}/x", 404, f"Cannot GET /rest/metadata/objects/{UNKNOWN}/x"),
        ("PATCH", "/rest/metadata/objects", 405, "Cannot PATCH /rest/metadata/objects. Allowed methods are GET, POST"),
        ("GET", "/rest/metadata/objects?limit=x", 400, "limit 'x' is invalid. Should be an integer"),
    ],
)
def test_refusals(call: MetadataClient, method: str, path: str, status: int, message: str) -> None:
    path, _, query = path.partition("?")
    params: dict[str, Any] = dict([query.split("=")] if query else [])
    reply = call(method, path, **params)

    assert (reply.status, reply.message) == (status, message)
    assert reply.json["statusCode"] == status


def test_bodies_that_are_no_objects(call: MetadataClient) -> None:
    assert call("POST", "/rest/metadata/objects", raw="{").status == 400
    assert call("POST", "/rest/metadata/objects", ["x"]).message == "Request body must be a JSON object"


def test_rest_reads_need_the_flag(client_with: Callable[..., MetadataClient]) -> None:
    nobody, modeller = client_with(canReadAllObjectRecords=True), client_with(canUpdateAllSettings=True)

    for path in ("/rest/metadata/objects", "/rest/metadata/fields", f"/rest/metadata/objects/{UNKNOWN}"):
        reply = nobody("GET", path)
        assert (reply.status, reply.message, reply.json["code"]) == (403, DENIED, "PERMISSION_DENIED")
    assert modeller("GET", "/rest/metadata/objects").status == 200


def test_a_missing_token(shared_table: Table) -> None:
    stranger = MetadataClient(shared_table, {"requestContext": {}})

    reply = stranger("GET", "/rest/metadata/objects")
    assert (reply.status, reply.json) == (
        403,
        {"statusCode": 403, "messages": ["Missing authentication token"], "error": "FORBIDDEN_EXCEPTION"},
    )
    reply = stranger("POST", "/metadata", {"query": "{ objects { edges { cursor } } }"})
    assert (reply.status, reply.json["errors"][0]["message"]) == (200, "Missing authentication token")


def test_workspaces_do_not_see_each_other(
    shared_table: Table, call: MetadataClient, workspace: Provisioned, api_keys: Any
) -> None:
    from icosa.provisioning.workspace import provision

    other = MetadataClient(shared_table, event_of(provision(shared_table, api_keys, "Other")))
    company = _object(call, "company")

    assert other("GET", f"/rest/metadata/objects/{company['id']}").status == 404
    assert (
        other.graphql("query($i: UUID!) { object(id: $i) { id } }", i=company["id"])["errors"][0]["extensions"]["code"]
        == "NOT_FOUND"
    )


# ------------------------------------------------------------------ GraphQL


def test_objects_with_fields_relations_and_indexes(call: MetadataClient) -> None:
    data = call.data(
        """{ objects(paging: {first: 1000}, filter: {isSystem: {is: false}}) { edges { node {
          nameSingular isActive labelIdentifierFieldMetadataId
          fieldsList { id name type morphId object { nameSingular }
            relation { type targetObjectMetadata { nameSingular } targetFieldMetadata { name } sourceFieldMetadata { id
              } }
            morphRelations { targetObjectMetadata { nameSingular } }
          }
          searchFieldMetadataList { fieldMetadataId position }
          indexMetadataList { name isUnique indexFieldMetadataList { fieldMetadataId } }
        } } } }"""
    )
    objects = {edge["node"]["nameSingular"]: edge["node"] for edge in data["objects"]["edges"]}
    person = {field["name"]: field for field in objects["person"]["fieldsList"]}

    assert person["company"]["relation"] == {
        "type": "MANY_TO_ONE",
        "targetObjectMetadata": {"nameSingular": "company"},
        "targetFieldMetadata": {"name": "people"},
        "sourceFieldMetadata": {"id": person["company"]["id"]},
    }
    assert person["company"]["morphRelations"] is None
    assert person["name"]["relation"] is None
    assert person["name"]["object"] == {"nameSingular": "person"}
    assert "noteTarget" not in objects
    searched = {entry["fieldMetadataId"] for entry in objects["person"]["searchFieldMetadataList"]}
    assert person["name"]["id"] in searched


def test_morph_relations_list_every_target(call: MetadataClient) -> None:
    data = call.data(
        """{ fields(paging: {first: 1000}) { edges { node {
        name type morphId relation { type } object { nameSingular } morphRelations { type targetObjectMetadata {
          nameSingular } } } } } }"""
    )
    morphs = [edge["node"] for edge in data["fields"]["edges"] if edge["node"]["type"] == "MORPH_RELATION"]
    of_notes = [field for field in morphs if field["object"]["nameSingular"] == "noteTarget"]

    assert all(field["relation"] is None and field["morphId"] for field in morphs)
    for field in of_notes:
        assert {"person", "company", "opportunity"} <= {
            end["targetObjectMetadata"]["nameSingular"] for end in field["morphRelations"]
        }


def test_pages_of_objects(call: MetadataClient) -> None:
    query = (
        "query($p: CursorPaging!) { objects(paging: $p) { edges { node { id } } pageInfo { hasPreviousPage endCursor "
        "} } }"
    )
    first = call.data(query, p={"first": 2})["objects"]
    second = call.data(query, p={"first": 2, "after": first["pageInfo"]["endCursor"]})["objects"]

    ids = [edge["node"]["id"] for edge in first["edges"] + second["edges"]]
    assert ids == sorted(ids, reverse=True)
    assert len(set(ids)) == 4
    assert (first["pageInfo"]["hasPreviousPage"], second["pageInfo"]["hasPreviousPage"]) == (False, True)


def test_ten_objects_unless_told_otherwise(call: MetadataClient) -> None:
    assert len(call.data("{ objects { edges { cursor } } }")["objects"]["edges"]) == 10


def test_aliases_fragments_variables_directives(call: MetadataClient) -> None:
    data = call.data(
        """query Q($with: Boolean!) {
          a: objects(paging: {first: 1}) { ...Page }
          b: objects(paging: {last: 1}) { ...Page edges { node { icon @include(if: $with) } } }
        }
        fragment Page on ObjectConnection { edges { node { __typename label: labelPlural } } }""",
        **{"with": False},
    )

    assert data["a"]["edges"][0]["node"].keys() == {"__typename", "label"}
    assert data["b"]["edges"][0]["node"].keys() == {"__typename", "label"}


def test_one_of_several_operations(call: MetadataClient) -> None:
    document = "query A { objects(paging: {first: 1}) { edges { cursor } } } query B { __typename }"

    reply = call("POST", "/metadata", {"query": document, "operationName": "B"})
    assert reply.json == {"data": {"__typename": "Query"}}


def test_queries_by_get(call: MetadataClient) -> None:
    reply = call(
        "GET",
        "/metadata",
        query="query($i: UUID!) { object(id: $i) { nameSingular } }",
        variables=f'{{"i":"{UNKNOWN}"}}',
    )
    assert reply.json["errors"][0]["message"] == "Object metadata not found"

    reply = call("GET", "/metadata", query=f'mutation {{ deleteOneObject(input: {{id: "{UNKNOWN}"}}) {{ id }} }}')
    assert (reply.status, reply.json["errors"][0]["message"]) == (
        405,
        "Can only perform a mutation operation from a POST request.",
    )


@pytest.mark.parametrize(
    ("query", "message", "code"),
    [
        (
            "{ objects(paging: {first: 1}) { edges { node { nope } } } }",
            'Cannot query field "nope" on type "Object".',
            None,
        ),
        ("{ objects {", "Syntax Error: Expected Name, found <EOF>.", "GRAPHQL_PARSE_FAILED"),
        (
            "{ objects " * 10_000,
            "Syntax Error: Document is nested too deeply. Parsing aborted.",
            "GRAPHQL_PARSE_FAILED",
        ),
        (
            "{ " + "a: __typename " * 20_000 + "}",
            "Syntax Error: Document contains more than 15000 tokens. Parsing aborted.",
            "GRAPHQL_PARSE_FAILED",
        ),
        ('{ object(id: "abc") { id } }', "Invalid UUID: 'abc'", "GRAPHQL_VALIDATION_FAILED"),
    ],
)
def test_documents_that_do_not_fit(call: MetadataClient, query: str, message: str, code: str | None) -> None:
    answer = call.graphql(query)

    assert "data" not in answer
    assert answer["errors"][0]["message"] == message
    assert code is None or answer["errors"][0]["extensions"]["code"] == code


def test_reads_need_no_flag_and_writes_do(client_with: Callable[..., MetadataClient]) -> None:
    nobody = client_with(canReadAllObjectRecords=True)

    assert nobody.data("{ objects { edges { cursor } } }")["objects"]["edges"]
    for document in (
        f'mutation {{ deleteOneObject(input: {{id: "{UNKNOWN}"}}) {{ id }} }}',
        f'mutation {{ deleteOneField(input: {{id: "{UNKNOWN}"}}) {{ id }} }}',
        f'mutation {{ deleteOneIndex(input: {{id: "{UNKNOWN}"}}) {{ id }} }}',
        "{ objectRecordCounts { totalCount } }",
        "{ getRoles { id } }",
    ):
        [error] = nobody.graphql(document)["errors"]
        assert (error["message"], error["extensions"]["code"], error["extensions"]["subCode"]) == (
            DENIED,
            "FORBIDDEN",
            "PERMISSION_DENIED",
        )


def test_answers_that_cannot_be_delivered(call: MetadataClient, tag: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("icosa.runtime.http.ANSWER_LIMIT", 40)
    hint = "is larger than 40 bytes. Send Accept-Encoding: gzip. Ask for fewer records or fewer fields"
    assert call("GET", "/rest/metadata/objects").message == f"The answer {hint}"
    [error] = call.graphql("{ objects { edges { node { id } } } }")["errors"]
    assert error["message"] == f"The answer {hint}"
    labels = {"labelSingular": tag, "labelPlural": f"{tag}s"}
    create = "mutation($o: CreateObjectInput!) { createOneObject(input: {object: $o}) { id } }"
    [error] = call.graphql(create, o={"nameSingular": tag, "namePlural": f"{tag}s", **labels})["errors"]
    assert error["message"] == f"The change was made, but its answer {hint}"


def test_faults_say_nothing_of_their_cause(
    call: MetadataClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any) -> Any:
        raise RuntimeError("a secret")

    monkeypatch.setattr("icosa.access.session._open", fail)
    rest = call("GET", "/rest/metadata/objects")
    assert (rest.status, rest.message) == (500, "Internal server error")
    answer = call("POST", "/metadata", {"query": "{ objects { edges { node { id } } } }"})
    assert (answer.status, [error["message"] for error in answer.json["errors"]]) == (200, ["Internal server error"])
    assert ["a secret" in (record.exc_text or "") for record in caplog.records] == [True, True]


def test_roles(call: MetadataClient) -> None:
    roles = {
        role["label"]: role
        for role in call.data("{ getRoles { id label isEditable canUpdateAllSettings canBeAssignedToApiKeys } }")[
            "getRoles"
        ]
    }

    assert (
        roles["Admin"]["isEditable"],
        roles["Admin"]["canUpdateAllSettings"],
        roles["Admin"]["canBeAssignedToApiKeys"],
    ) == (
        False,
        True,
        True,
    )
    assert roles["Member"]["canUpdateAllSettings"] is False


def test_what_a_client_needs_first(call: MetadataClient) -> None:
    minimal = call.data(
        "{ minimalMetadata { objectMetadataItems { namePlural isActive } collectionHashes { collectionName hash } } }"
    )["minimalMetadata"]

    assert {"namePlural": "people", "isActive": True} in minimal["objectMetadataItems"]
    assert {"objectMetadata", "fieldMetadata", "index"} <= {
        entry["collectionName"] for entry in minimal["collectionHashes"]
    }


def test_counts_of_records(call: MetadataClient, records: Any) -> None:
    def count() -> int:
        result = call.data("{ objectRecordCounts { objectNamePlural totalCount } }")["objectRecordCounts"]
        return next(int(entry["totalCount"]) for entry in result if entry["objectNamePlural"] == "companies")

    before = count()
    assert records("POST", "/rest/companies", {"name": "Acme"}).status == 201
    assert count() == before + 1
