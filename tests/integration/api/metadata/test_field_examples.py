"""The examples of docs/field-types.md: each field can be made, and takes and shows its value over both APIs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from icosa.model.types.registry import by_own_name
from tests.support.field_examples import COMPANY, COMPANY_OBJECT, EXAMPLES, PERSON_OBJECT, FieldExample
from tests.support.metadata_client import MetadataClient
from tests.support.rest_client import RestClient
from tests.support.tour import difference

_OBJECT = "<id of the new object>"


def test_each_type_that_users_can_create_has_an_example() -> None:
    creatable = {name for name, type_ in by_own_name.items() if type_.rules.creation_error is None}

    # The last two are made by the system: each object has its own.
    assert {example.type for example in EXAMPLES} == creatable - {"POSITION", "ACTOR"}


@pytest.fixture(scope="module")
def ids(call: MetadataClient, records: RestClient) -> dict[str, str]:
    """What the placeholders of the examples stand for, and the object that gets the fields."""
    listed = call("GET", "/rest/metadata/objects").json["data"]["objects"]
    objects = {obj["nameSingular"]: obj["id"] for obj in listed}
    company = records("POST", "/rest/companies", {"name": "Makers"}).json["data"]["createCompany"]["id"]
    names = {"nameSingular": "craft", "namePlural": "crafts", "labelSingular": "Craft", "labelPlural": "Crafts"}
    made = call("POST", "/rest/metadata/objects", names).json["data"]["createOneObject"]["id"]
    return {COMPANY_OBJECT: objects["company"], PERSON_OBJECT: objects["person"], COMPANY: company, _OBJECT: made}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.type)
def test_the_example(example: FieldExample, call: MetadataClient, records: RestClient, ids: dict[str, str]) -> None:
    made = call("POST", "/rest/metadata/fields", _filled({"objectMetadataId": _OBJECT, **example.field}, ids))
    assert made.status == 201, made.json
    record = {example.member: _filled(example.value, ids)}
    created = records("POST", "/rest/crafts", record)
    assert created.status == 201, created.json
    shown = created.json["data"]["createCraft"]
    assert difference(_filled(example.shown, ids), shown[example.member]) is None


def _filled(body: Any, ids: dict[str, str]) -> Any:
    text = json.dumps(body)
    for placeholder, value in ids.items():
        text = text.replace(placeholder, value)
    return json.loads(text)
