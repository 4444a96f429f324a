"""Changing the model over REST and GraphQL, and records of the changed model at once (docs/wire/metadata.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.support.metadata_client import MetadataClient
from tests.support.rest_client import Reply, RestClient

UNKNOWN = "7c1b6b6e-3a3e-4f61-8b64-0a5a0d6a0001"


def _rocket(tag: str, **more: Any) -> dict[str, Any]:
    return {
        "nameSingular": tag,
        "namePlural": f"{tag}s",
        "labelSingular": "a  rocket",
        "labelPlural": "rockets",
        **more,
    }


def _create(call: MetadataClient, tag: str) -> dict[str, Any]:
    reply = call("POST", "/rest/metadata/objects", _rocket(tag))
    assert reply.status == 201, reply.json
    created: dict[str, Any] = reply.json["data"]["createOneObject"]
    return created


def _add(call: MetadataClient, obj: Mapping[str, Any], type_name: str, name: str, **more: Any) -> Reply:
    return call(
        "POST",
        "/rest/metadata/fields",
        {"objectMetadataId": obj["id"], "type": type_name, "name": name, "label": name, **more},
    )


def _company(call: MetadataClient) -> dict[str, Any]:
    objects = call("GET", "/rest/metadata/objects").json["data"]["objects"]
    return next(obj for obj in objects if obj["nameSingular"] == "company")


# ------------------------------------------------------------------ REST


def test_the_life_of_an_object(call: MetadataClient, records: RestClient, tag: str) -> None:
    created = _create(call, tag)
    path = f"/rest/metadata/objects/{created['id']}"

    assert (created["labelSingular"], created["labelPlural"]) == ("A rocket", "Rockets")
    assert created["imageIdentifierFieldMetadataId"] is None
    assert len(created["fields"]) == 13
    assert records("POST", f"/rest/{tag}s", {"name": "one"}).status == 201

    updated = call("PATCH", path, {"labelPlural": "Ships", "icon": "IconShip"})
    assert (updated.status, updated.json["data"]["updateOneObject"]["labelPlural"]) == (200, "Ships")
    replaced = call("PUT", path, {"description": "flies"}).json["data"]["updateOneObject"]
    assert (replaced["description"], replaced["icon"]) == ("flies", "IconShip")

    renamed = call("PATCH", path, {"nameSingular": f"{tag}x", "namePlural": f"{tag}xs"})
    assert renamed.status == 200
    assert records("GET", f"/rest/{tag}xs").json["totalCount"] == 1
    assert records("GET", f"/rest/{tag}s").status == 400

    deleted = call("DELETE", path)
    assert deleted.status == 200
    assert deleted.json["data"]["deleteOneObject"]["id"] == created["id"]
    assert "fields" not in deleted.json["data"]["deleteOneObject"]
    assert call("GET", path).status == 404
    assert records("GET", f"/rest/{tag}xs").status == 400


def test_the_life_of_a_field(call: MetadataClient, records: RestClient, tag: str) -> None:
    rocket = _create(call, tag)

    created = _add(
        call, rocket, "SELECT", "tier", options=[{"value": "GOLD", "label": "Gold", "position": 0, "color": "yellow"}]
    )
    field = created.json["data"]["createOneField"]
    assert created.status == 201
    assert field["options"][0]["id"]
    assert field["defaultValue"] is None
    assert records("POST", f"/rest/{tag}s", {"tier": "GOLD"}).status == 201

    path = f"/rest/metadata/fields/{field['id']}"
    renamed = call("PATCH", path, {"name": "grade"}).json["data"]["updateOneField"]
    assert (renamed["name"], renamed["id"]) == ("grade", field["id"])
    assert records("GET", f"/rest/{tag}s").json["data"][f"{tag}s"][0]["grade"] == "GOLD"

    deleted = call("DELETE", path)
    assert (deleted.status, deleted.json["data"]["deleteOneField"]["name"]) == (200, "grade")
    assert call("GET", path).status == 404
    assert "grade" not in records("GET", f"/rest/{tag}s").json["data"][f"{tag}s"][0]


def test_both_sides_of_a_relation(call: MetadataClient, records: RestClient, tag: str) -> None:
    rocket, company = _create(call, tag), _company(call)
    payload = {
        "type": "MANY_TO_ONE",
        "targetObjectMetadataId": company["id"],
        "targetFieldLabel": f"Rockets {tag}",
        "targetFieldIcon": "IconRocket",
    }

    field = _add(call, rocket, "RELATION", "launchSite", relationCreationPayload=payload).json["data"]["createOneField"]

    assert field["settings"] == {
        "relationType": "MANY_TO_ONE",
        "onDelete": "SET_NULL",
        "joinColumnName": "launchSiteId",
    }
    site = records("POST", "/rest/companies", {"name": "Kourou"}).json["data"]["createCompany"]["id"]
    created = records("POST", f"/rest/{tag}s", {"name": "Ariane", "launchSiteId": site}).json["data"][
        f"create{tag.capitalize()}"
    ]
    assert created["launchSiteId"] == site
    assert records("GET", f"/rest/{tag}s/{created['id']}", depth=1).json["data"][tag]["launchSite"]["name"] == "Kourou"


@pytest.mark.parametrize(
    ("body", "messages"),
    [
        ({}, ["nameSingular has failed the name validation check", "nameSingular should not be empty"]),
        ({"labelPlural": 1}, ["labelPlural must be a string"]),
    ],
)
def test_bodies_of_the_wrong_form(call: MetadataClient, tag: str, body: dict[str, Any], messages: list[str]) -> None:
    reply = call("POST", "/rest/metadata/objects", body and {**_rocket(tag), **body})

    assert (reply.status, reply.json["error"]) == (400, "Bad Request")
    assert set(messages) <= set(reply.json["message"])


def test_a_report_on_everything_that_is_wrong(call: MetadataClient, tag: str) -> None:
    reply = call("POST", "/rest/metadata/objects", _rocket(tag, nameSingular="Rocket-1", namePlural="companies"))

    assert (reply.status, reply.json["error"]) == (400, "METADATA_VALIDATION_ERROR")
    assert reply.json["message"] == "Multiple validation errors occurred while creating object"
    [failure] = reply.json["errors"]["objectMetadata"]
    assert {problem["code"] for problem in failure["errors"]} == {"INVALID_OBJECT_INPUT", "OBJECT_ALREADY_EXISTS"}
    assert reply.json["summary"]["objectMetadata"] == 1


@pytest.mark.parametrize("type_name", ["ADDRESS", "CURRENCY", "FULL_NAME", "RICH_TEXT", "ACTOR"])
def test_types_that_cannot_be_unique(call: MetadataClient, tag: str, type_name: str) -> None:
    rocket = _create(call, tag)
    refused = _add(call, rocket, type_name, "x", isUnique=True)
    field = _add(call, rocket, type_name, "x").json["data"]["createOneField"]

    for reply in (refused, call("PATCH", f"/rest/metadata/fields/{field['id']}", {"isUnique": True})):
        assert reply.status == 400
        [problem] = reply.json["errors"]["index"][0]["errors"]
        assert problem["message"] == f"Unique index cannot be created for field x of type {type_name}"


@pytest.mark.parametrize(
    ("method", "path", "status", "message"),
    [
        ("PATCH", f"objects/{UNKNOWN}", 404, "Object to update not found"),
        ("DELETE", f"objects/{UNKNOWN}", 404, "Could not find flat entity in maps"),
        ("DELETE", f"fields/{UNKNOWN}", 404, "Field to delete not found"),
    ],
)
def test_unknown_entities(call: MetadataClient, method: str, path: str, status: int, message: str) -> None:
    reply = call(method, f"/rest/metadata/{path}", {"labelPlural": "x"} if method == "PATCH" else None)

    assert (reply.status, reply.message) == (status, message)


def test_an_unknown_field_to_update_is_a_bad_request(call: MetadataClient) -> None:
    assert call("PATCH", f"/rest/metadata/fields/{UNKNOWN}", {"label": "x"}).status == 400


def test_standard_entities_are_protected(call: MetadataClient, tag: str) -> None:
    company = _company(call)
    name = next(field for field in company["fields"] if field["name"] == "name")

    assert call("DELETE", f"/rest/metadata/objects/{company['id']}").status == 400
    assert call("PATCH", f"/rest/metadata/objects/{company['id']}", {"nameSingular": tag}).status == 400
    reply = call("DELETE", f"/rest/metadata/fields/{name['id']}")
    assert (reply.status, reply.json["code"]) == (403, "FIELD_MUTATION_NOT_ALLOWED")


@pytest.mark.parametrize(
    "member", ["nameSingular", "namePlural", "isLabelSyncedWithName", "labelIdentifierFieldMetadataId"]
)
def test_what_a_standard_object_owns_may_not_even_be_named(call: MetadataClient, member: str) -> None:
    """With the value that it has as little as with another (docs/wire/metadata.md#changing-an-object)."""
    company = _company(call)
    path = f"/rest/metadata/objects/{company['id']}"
    reply = call("PATCH", path, {member: company[member], "icon": "IconBox"})
    assert (reply.status, reply.json["messages"]) == (
        400,
        [f"Cannot edit standard object metadata properties: {member}"],
    )


def test_what_a_standard_field_owns_may_not_even_be_named(call: MetadataClient) -> None:
    field = next(item for item in _company(call)["fields"] if item["name"] == "name")
    for member in ("name", "isLabelSyncedWithName"):
        reply = call("PATCH", f"/rest/metadata/fields/{field['id']}", {member: field[member], "icon": "IconBox"})
        assert (reply.status, reply.json["messages"]) == (
            403,
            [f"Cannot edit standard field metadata properties: {member}"],
        )
    assert call("PATCH", f"/rest/metadata/fields/{field['id']}", {"name": None}).status == 200


# ------------------------------------------------------------------ GraphQL


def test_an_object_in_one_request(call: MetadataClient, tag: str) -> None:
    data = call.data(
        """mutation($i: CreateOneObjectInput!) { createOneObject(input: $i) {
        id nameSingular labelSingular isActive fieldsList { name type isSystem } } }""",
        i={"object": _rocket(tag)},
    )
    created = data["createOneObject"]
    assert (created["nameSingular"], created["labelSingular"], len(created["fieldsList"])) == (tag, "A rocket", 13)

    updated = call.data(
        "mutation($i: UpdateOneObjectInput!) { updateOneObject(input: $i) { labelPlural isActive } }",
        i={"id": created["id"], "update": {"labelPlural": "Other", "isActive": False}},
    )
    assert updated["updateOneObject"] == {"labelPlural": "Other", "isActive": False}

    deleted = call.data(
        "mutation($i: UUID!) { deleteOneObject(input: {id: $i}) { id fieldsList { relation { targetObjectMetadata { "
        "id } } } } }",
        i=created["id"],
    )
    assert deleted["deleteOneObject"]["id"] == created["id"]
    assert len(deleted["deleteOneObject"]["fieldsList"]) == 13


def test_later_mutations_of_a_request_see_earlier_ones(call: MetadataClient, tag: str) -> None:
    first, second = _create(call, f"{tag}a"), _create(call, f"{tag}b")
    data = call.data(
        """mutation($a: UUID!, $b: UUID!) {
        one: createOneField(input: {field: {objectMetadataId: $a, type: TEXT, name: "motto", label: "Motto"}}) { name
          object { id } }
        two: createOneField(input: {field: {objectMetadataId: $b, type: RELATION, name: "wing", label: "Wing",
          relationCreationPayload:
          {type: "MANY_TO_ONE", targetObjectMetadataId: $a, targetFieldLabel: "Birds", targetFieldIcon: "IconX"}}}) {
          relation { type targetObjectMetadata { fieldsList { name } } targetFieldMetadata { name relation { type } } }
            }
        }""",
        a=first["id"],
        b=second["id"],
    )

    assert data["one"] == {"name": "motto", "object": {"id": first["id"]}}
    relation = data["two"]["relation"]
    assert relation["targetFieldMetadata"] == {"name": "birds", "relation": {"type": "ONE_TO_MANY"}}
    assert {"motto", "birds"} <= {field["name"] for field in relation["targetObjectMetadata"]["fieldsList"]}


def test_many_objects_change_together_or_not_at_all(call: MetadataClient, tag: str) -> None:
    first, second = _create(call, f"{tag}a"), _create(call, f"{tag}b")
    document = "mutation($i: [UpdateOneObjectInput!]!) { updateManyObjects(inputs: $i) { id labelPlural } }"

    def change(label: str, other: str) -> Any:
        updates = [
            {"id": first["id"], "update": {"labelPlural": label}},
            {"id": other, "update": {"labelPlural": label}},
        ]
        return call.graphql(document, i=updates)

    assert [obj["labelPlural"] for obj in change("Both", second["id"])["data"]["updateManyObjects"]] == ["Both", "Both"]
    assert change("One", UNKNOWN)["errors"][0]["message"] == "Object to update not found"
    assert call("GET", f"/rest/metadata/objects/{first['id']}").json["data"]["object"]["labelPlural"] == "Both"


def test_custom_is_what_the_application_of_the_workspace_owns(call: MetadataClient, tag: str) -> None:
    rocket, company = _create(call, tag), _company(call)
    mass = _add(call, company, "NUMBER", f"{tag}Mass").json["data"]["createOneField"]
    data = call.data(
        """query($o: UUID!) { currentWorkspace { workspaceCustomApplicationId }
          custom: objects(paging: {first: 1000}, filter: {isCustom: {is: true}}) { edges { node { ...shown } } }
          shipped: objects(paging: {first: 1000}, filter: {isCustom: {is: false}}) { edges { node { ...shown } } }
          fields(paging: {first: 1000}, filter: {objectMetadataId: {eq: $o}, isCustom: {is: true}}) {
            edges { node { id isCustom applicationId } } }
        } fragment shown on Object { id isCustom applicationId }""",
        o=company["id"],
    )
    own = data["currentWorkspace"]["workspaceCustomApplicationId"]
    nodes = {kind: [edge["node"] for edge in data[kind]["edges"]] for kind in ("custom", "shipped", "fields")}

    assert {(node["isCustom"], node["applicationId"]) for kind in ("custom", "fields") for node in nodes[kind]} == {
        (True, own)
    }
    assert all(not node["isCustom"] and node["applicationId"] != own for node in nodes["shipped"])
    assert rocket["id"] in {node["id"] for node in nodes["custom"]}
    assert company["id"] in {node["id"] for node in nodes["shipped"]}
    assert mass["id"] in {node["id"] for node in nodes["fields"]}
    assert (rocket["isCustom"], company["isCustom"], mass["isCustom"]) == (True, False, True)
    again = call("PATCH", f"/rest/metadata/fields/{mass['id']}", {"isCustom": True, "label": "Mass"})
    assert again.status == 200, again.json


def test_indexes(call: MetadataClient, tag: str) -> None:
    rocket = _create(call, tag)
    name = next(field["id"] for field in rocket["fields"] if field["name"] == "name")

    created = call.data(
        """mutation($o: UUID!, $f: UUID!) { createOneIndex(input: {index: {objectMetadataId: $o, fields:
          [{fieldMetadataId: $f}]}}) {
        id name isCustom isUnique indexType indexFieldMetadataList { fieldMetadataId order subFieldName }
        objectMetadata { edges { node { id } } } } }""",
        o=rocket["id"],
        f=name,
    )["createOneIndex"]

    assert (created["isCustom"], created["isUnique"], created["indexType"]) == (True, False, "BTREE")
    assert created["name"].startswith("IDX_")
    assert created["indexFieldMetadataList"] == [{"fieldMetadataId": name, "order": 0, "subFieldName": None}]
    assert created["objectMetadata"]["edges"] == [{"node": {"id": rocket["id"]}}]
    assert call.data("query($i: UUID!) { index(id: $i) { name } }", i=created["id"])["index"] == {
        "name": created["name"]
    }
    listed = call.data(
        "{ indexMetadatas(paging: {first: 1000}, filter: {isCustom: {is: true}}) { edges { node { id } } } }"
    )
    assert {"node": {"id": created["id"]}} in listed["indexMetadatas"]["edges"]

    delete = "mutation($i: UUID!) { deleteOneIndex(input: {id: $i}) { name } }"
    assert call.data(delete, i=created["id"])["deleteOneIndex"] == {"name": created["name"]}
    assert call.graphql(delete, i=created["id"])["errors"][0]["extensions"]["code"] == "NOT_FOUND"


def test_an_index_of_parts_of_texts(call: MetadataClient, tag: str) -> None:
    rocket = _create(call, tag)
    name = next(field["id"] for field in rocket["fields"] if field["name"] == "name")
    create = """mutation($o: UUID!, $f: UUID!) { createOneIndex(input: {index: {objectMetadataId: $o, indexType: GIN,
          fields: [{fieldMetadataId: $f}]}}) { id indexType status } }"""

    created = call.data(create, o=rocket["id"], f=name)["createOneIndex"]

    assert created == {"id": created["id"], "indexType": "GIN", "status": "READY"}
    position = next(field["id"] for field in rocket["fields"] if field["name"] == "position")
    [error] = call.graphql(create, o=rocket["id"], f=position)["errors"]
    assert error["message"] == "GIN index does not support field position of type POSITION"
    call.data("mutation($i: UUID!) { deleteOneIndex(input: {id: $i}) { id } }", i=created["id"])


def test_a_report_in_graphql(call: MetadataClient, tag: str) -> None:
    rocket = _create(call, tag)
    answer = call.graphql(
        "mutation($i: CreateOneFieldMetadataInput!) { createOneField(input: $i) { id } }",
        i={"field": {"objectMetadataId": rocket["id"], "type": "TEXT", "name": "name", "label": "Name"}},
    )

    assert answer["data"] is None
    [error] = answer["errors"]
    extensions = error["extensions"]
    assert error["message"] == "Multiple validation errors occurred while creating fields"
    assert extensions["code"] == "METADATA_VALIDATION_FAILED"
    assert extensions["summary"] == {"totalErrors": 1, "fieldMetadata": 1}
    assert extensions["message"] == "Validation failed for 1 fieldMetadata"
    [failure] = extensions["errors"]["fieldMetadata"]
    assert (failure["type"], failure["errors"][0]["code"]) == ("create", "NOT_AVAILABLE")


def test_members_of_the_wrong_form_in_graphql(call: MetadataClient, tag: str) -> None:
    answer = call.graphql(
        "mutation($i: CreateOneObjectInput!) { createOneObject(input: $i) { id } }",
        i={"object": _rocket(tag, labelPlural="")},
    )

    assert answer["errors"][0]["message"] == "labelPlural should not be empty"
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"i": {"object": {"nameSingular": "rocket"}}}, "BAD_USER_INPUT"),
        ({"i": {"object": {"nameSingular": 5}}}, "BAD_USER_INPUT"),
        ({}, "BAD_USER_INPUT"),
    ],
)
def test_variables_of_the_wrong_form_are_a_bad_request(
    call: MetadataClient, variables: dict[str, Any], code: str
) -> None:
    """docs/wire/quirks.md#statuses-over-graphql."""
    query = "mutation C($i: CreateOneObjectInput!) { createOneObject(input: $i) { id } }"
    reply = call("POST", "/metadata", {"query": query, "variables": variables})
    assert (reply.status, reply.json["statusCode"], reply.json["errors"][0]["extensions"]["code"]) == (400, 400, code)
    assert "data" not in reply.json


def test_an_image_identifier_is_a_field_of_the_object(call: MetadataClient, tag: str) -> None:
    path = f"/rest/metadata/objects/{_create(call, tag)['id']}"
    for other in (UNKNOWN, _company(call)["labelIdentifierFieldMetadataId"]):
        reply = call("PATCH", path, {"imageIdentifierFieldMetadataId": other})
        [report] = reply.json["errors"]["objectMetadata"]
        assert (reply.status, [problem["code"] for problem in report["errors"]]) == (400, ["INVALID_OBJECT_INPUT"])
    field = next(item for item in call("GET", path).json["data"]["object"]["fields"] if item["name"] == "name")
    assert call("PATCH", path, {"imageIdentifierFieldMetadataId": field["id"]}).status == 200
    assert call("PATCH", path, {"imageIdentifierFieldMetadataId": None}).status == 200


def test_files_say_themselves_that_they_cannot_be_unique(call: MetadataClient, tag: str) -> None:
    reply = _add(call, _create(call, tag), "FILES", "papers", isUnique=True, settings={"maxNumberOfValues": 2})
    assert (reply.status, list(reply.json["errors"])) == (400, ["fieldMetadata"])
    assert (
        reply.json["errors"]["fieldMetadata"][0]["errors"][0]["message"]
        == "Files field is not supported for unique fields"
    )


def test_a_new_version_has_new_hashes(call: MetadataClient, tag: str) -> None:
    def hashes() -> Any:
        return call.data("{ minimalMetadata { collectionHashes { collectionName hash } } }")["minimalMetadata"][
            "collectionHashes"
        ]

    before = hashes()
    assert hashes() == before
    _create(call, tag)
    assert hashes() != before


def test_changes_need_the_flag(client_with: Callable[..., MetadataClient], tag: str) -> None:
    nobody = client_with(canReadAllObjectRecords=True)

    assert nobody("POST", "/rest/metadata/objects", _rocket(tag)).status == 403
    assert nobody("PATCH", f"/rest/metadata/fields/{UNKNOWN}", {}).status == 403
    answer = nobody.graphql(
        "mutation($i: CreateOneObjectInput!) { createOneObject(input: $i) { id } }", i={"object": _rocket(tag)}
    )
    assert answer["errors"][0]["extensions"]["subCode"] == "PERMISSION_DENIED"


NUL = "a\x00b"
_SIGN = "must not contain the character U+0000 or unpaired surrogates"


def test_texts_of_the_model_hold_what_can_be_stored(call: MetadataClient, tag: str) -> None:
    obj = _create(call, tag)
    field = _add(call, obj, "TEXT", "motto").json["data"]["createOneField"]
    option = {"value": "A", "label": NUL, "position": 0, "color": "blue"}
    refused: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", "objects", _rocket(f"{tag}x", labelSingular=NUL)),
        ("POST", "objects", _rocket(f"{tag}x", description=NUL)),
        ("POST", "objects", _rocket(f"{tag}\x00")),
        ("PATCH", f"objects/{obj['id']}", {"icon": NUL}),
        ("PATCH", f"fields/{field['id']}", {"label": NUL}),
        ("PATCH", f"fields/{field['id']}", {"description": NUL}),
        ("PATCH", f"fields/{field['id']}", {"defaultValue": f"'{NUL}'"}),
        ("POST", "views", {"name": NUL, "objectMetadataId": obj["id"], "icon": "x"}),
        ("POST", "webhooks", {"targetUrl": "https://a.example", "operations": [NUL]}),
        ("POST", "webhooks", {"targetUrl": "https://a.example", "operations": [], "description": NUL}),
    ]
    for method, path, body in refused:
        reply = call(method, f"/rest/metadata/{path}", body)
        assert (reply.status, _SIGN in str(reply.json)) == (400, True), (path, body, reply.json)
    selects = _add(call, obj, "SELECT", "tier", options=[option])
    assert (selects.status, _SIGN in str(selects.json)) == (400, True)
    for blank in (" ", "\t\n", "\u3000"):
        for reply in (
            _add(call, obj, "TEXT", "blank", label=blank),
            call("PATCH", f"/rest/metadata/fields/{field['id']}", {"label": blank}),
        ):
            assert (reply.status, "label should not be empty" in str(reply.json)) == (400, True)
    query = "mutation($i: UpdateOneFieldMetadataInput!) { updateOneField(input: $i) { id } }"
    answer = call.graphql(query, i={"id": field["id"], "update": {"label": NUL}})
    assert _SIGN in str(answer)
