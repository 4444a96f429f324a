"""Changes of the data model by callers who may not read all records (docs/wire/metadata.md#changing-an-object,
docs/wire/metadata.md#unique-fields).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.support.restricted import DENIED, Caller

_UPDATE_OBJECT = """mutation($i: UUID!, $f: UUID!) {
  updateOneObject(input: {id: $i, update: {labelIdentifierFieldMetadataId: $f}}) { id }
}"""
_UPDATE_FIELD = """mutation($i: UUID!) { updateOneField(input: {id: $i, update: {isUnique: true}}) { id } }"""


def _field(admin: Caller, obj: Mapping[str, Any], name: str, type_name: str) -> str:
    body = {"objectMetadataId": obj["id"], "name": name, "label": name, "type": type_name}
    return str(admin.metadata("POST", "/rest/metadata/fields", body).json["data"]["createOneField"]["id"])


def _object(admin: Caller, tag: str) -> dict[str, Any]:
    body = {"nameSingular": tag, "namePlural": f"{tag}s", "labelSingular": tag, "labelPlural": f"{tag}s"}
    obj = admin.metadata("POST", "/rest/metadata/objects", body).json["data"]["createOneObject"]
    assert isinstance(obj, dict)
    return obj


def _errors(caller: Caller, obj: Mapping[str, Any], field: str) -> tuple[tuple[int, Any], Any]:
    """Status and body over REST, and the answer over GraphQL, of the change of the label identifier."""
    body = {"labelIdentifierFieldMetadataId": field}
    reply = caller.metadata("PATCH", f"/rest/metadata/objects/{obj['id']}", body)
    return (reply.status, reply.json), caller.metadata.graphql(_UPDATE_OBJECT, i=obj["id"], f=field)


@pytest.mark.parametrize("type_name", ["TEXT", "FULL_NAME", "UUID"])
def test_a_hidden_field_does_not_become_the_label(
    admin: Caller, restricted: Callable[..., Caller], tag: str, type_name: str
) -> None:
    obj = _object(admin, tag)
    secret, other = _field(admin, obj, "secret", type_name), _field(admin, obj, "other", "TEXT")
    hiding = restricted(hidden=[f"{tag}.secret"], permissionFlags=["DATA_MODEL"], canUpdateAllSettings=True)

    (status, body), answer = _errors(hiding, obj, secret)
    assert (status, body["messages"]) == (403, [DENIED])
    assert [error["message"] for error in answer["errors"]] == [DENIED]
    # A caller who may read it would show it to the role that may not.
    (status, body), answer = _errors(admin, obj, secret)
    assert status == 400 and "a role may not read the field" in str(body)
    assert "a role may not read the field" in str(answer["errors"])
    assert admin.metadata("GET", f"/rest/metadata/objects/{obj['id']}").json["data"]["object"][
        "labelIdentifierFieldMetadataId"
    ] not in (secret, other)
    (status, _), answer = _errors(hiding, obj, other)
    assert status == 200 and "errors" not in answer


def test_updates_of_several_objects(admin: Caller, restricted: Callable[..., Caller], tag: str) -> None:
    obj, other = _object(admin, tag), _object(admin, f"{tag}x")
    secret = _field(admin, obj, "secret", "TEXT")
    plain = _field(admin, other, "plain", "TEXT")
    restricted(hidden=[f"{tag}.secret"])
    query = "mutation($i: [UpdateOneObjectInput!]!) { updateManyObjects(inputs: $i) { id } }"
    inputs = [
        {"id": other["id"], "update": {"labelIdentifierFieldMetadataId": plain}},
        {"id": obj["id"], "update": {"labelIdentifierFieldMetadataId": secret}},
    ]
    assert "a role may not read the field" in str(admin.metadata.graphql(query, i=inputs)["errors"])


_SAME: dict[str, Any] = {
    "TEXT": "{tag}",
    "NUMBER": 918273645,
    "EMAILS": {"primaryEmail": "{tag}@a.example"},
    "PHONES": {"primaryPhoneNumber": "612345678", "primaryPhoneCountryCode": "FR"},
    "LINKS": {"primaryLinkUrl": "https://{tag}.example"},
    "DATE": "1987-06-05",
}


@pytest.mark.parametrize("type_name", _SAME)
def test_the_value_that_is_not_unique(
    admin: Caller, restricted: Callable[..., Caller], tag: str, type_name: str
) -> None:
    obj = _object(admin, tag)
    field = _field(admin, obj, "secret", type_name)
    value = json.loads(json.dumps(_SAME[type_name]).replace("{tag}", tag))
    for _ in range(2):
        admin.create(f"{tag}s", secret=value)
    shown = {"TEXT": tag, "NUMBER": "918273645", "DATE": "1987-06-05"}.get(type_name, tag)
    shown = "612345678" if type_name == "PHONES" else shown
    settings = {"canUpdateAllSettings": True}
    no_rights = dict.fromkeys(
        ("canReadObjectRecords", "canUpdateObjectRecords", "canSoftDeleteObjectRecords", "canDestroyObjectRecords"),
        False,
    )
    callers = (
        (admin, True),
        (restricted(hidden=[f"{tag}.secret"], **settings), False),
        (restricted(objects={tag: no_rights}, **settings), False),
        (restricted(hidden=[f"{tag}.secret"], locked=[f"{tag}.secret"], **settings), False),
    )
    for caller, is_shown in callers:
        reply = caller.metadata("PATCH", f"/rest/metadata/fields/{field}", {"isUnique": True})
        answer = caller.metadata.graphql(_UPDATE_FIELD, i=field)
        assert reply.status == 400 and "INDEX_DUPLICATE_VALUES" in str(reply.json)
        assert "INDEX_DUPLICATE_VALUES" in str(answer)
        assert (shown in str(reply.json), shown in str(answer)) == (is_shown, is_shown)
