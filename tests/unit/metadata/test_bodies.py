"""The form of request bodies (docs/wire/metadata.md#creating-an-object, docs/wire/metadata.md#creating-a-field,
docs/wire/metadata.md#rules-of-names).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from icosa.errors import BadRequest
from icosa.metadata import bodies
from icosa.validation.body import RequestBody
from icosa.validation.errors import InvalidIndexInput, InvalidInput

OBJECT = {"nameSingular": "rocket", "namePlural": "rockets", "labelSingular": "Rocket", "labelPlural": "Rockets"}
ID = "0A3D7F5E-9a44-4ad5-8a7a-5d8b6c1f0001"
FIELD = {"objectMetadataId": ID, "type": "TEXT", "name": "code", "label": "Code"}


def messages(model: type[RequestBody], raw: Mapping[str, Any]) -> tuple[str, ...]:
    with pytest.raises(InvalidInput) as refused:
        bodies.named_members(model, raw)
    assert refused.value.message == ", ".join(refused.value.messages)
    return refused.value.messages


def test_objects_texts_are_tidied_and_unknown_keys_ignored() -> None:
    result = bodies.named_members(bodies.CreateObject, {**OBJECT, "labelSingular": "  my   rocket ", "foo": 1})
    assert result == {**OBJECT, "labelSingular": "my rocket"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"labelPlural": ""}, ("labelPlural should not be empty",)),
        ({"labelPlural": None}, ("labelPlural must be a string", "labelPlural should not be empty")),
        ({"namePlural": ""}, ("namePlural has failed the name validation check", "namePlural should not be empty")),
        ({"nameSingular": "and"}, ("nameSingular has failed the name validation check",)),
        ({"nameSingular": " not "}, ("nameSingular has failed the name validation check",)),
        ({"nameSingular": "a.b"}, ("nameSingular has failed the name validation check",)),
        ({"icon": 5}, ("icon must be a string",)),
        ({"isLabelSyncedWithName": "yes"}, ("isLabelSyncedWithName must be a boolean value",)),
    ],
)
def test_objects(change: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert messages(bodies.CreateObject, {**OBJECT, **change}) == expected


def test_every_wrong_member_is_named() -> None:
    assert len(messages(bodies.CreateObject, {})) == 10


def test_updates_take_what_they_name_and_null_clears_texts() -> None:
    assert bodies.named_members(bodies.UpdateObject, {"description": None, "icon": " IconX ", "isActive": None}) == {
        "description": None,
        "icon": "IconX",
    }
    assert messages(bodies.UpdateObject, {"labelIdentifierFieldMetadataId": "x"}) == (
        "labelIdentifierFieldMetadataId must be a UUID",
    )


def test_fields_texts_are_stripped_also_inside_values() -> None:
    raw = {
        **FIELD,
        "label": " a  b ",
        "defaultValue": " 'x' ",
        "options": [{"value": " A ", "label": " a ", "position": 0}],
        "settings": {"a": " b "},
    }
    result = bodies.named_members(bodies.CreateField, raw)
    assert result["objectMetadataId"] == ID.lower()
    assert result["label"] == "a  b"
    assert result["defaultValue"] == "'x'"
    assert result["options"] == [{"value": "A", "label": "a", "position": 0}]
    assert result["settings"] == {"a": "b"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"objectMetadataId": "x"}, ("objectMetadataId must be a UUID",)),
        (
            {"name": "", "label": ""},
            ("name has failed the name validation check", "name should not be empty", "label should not be empty"),
        ),
        ({"options": {}}, ("options must be an array", "each value in options must be an object")),
        ({"options": [1]}, ("each value in options must be an object",)),
        ({"settings": []}, ("settings must be an object",)),
        ({"isUnique": 1}, ("isUnique must be a boolean value",)),
    ],
)
def test_fields(change: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert messages(bodies.CreateField, {**FIELD, **change}) == expected


def test_unknown_types_are_refused() -> None:
    [message] = messages(bodies.CreateField, {**FIELD, "type": "FOO"})
    assert message.startswith("type must be one of the following values: TEXT, NUMBER, ")


def test_read_only_is_the_old_name_of_editable() -> None:
    assert bodies.named_members(bodies.CreateField, {**FIELD, "isUIReadOnly": True})["isUIEditable"] is False
    assert (
        bodies.named_members(bodies.CreateField, {**FIELD, "isUIReadOnly": True, "isUIEditable": True})["isUIEditable"]
        is True
    )


def test_indexes() -> None:
    index = {"objectMetadataId": ID, "fields": [{"fieldMetadataId": ID}]}
    assert bodies.read_index(index)["fields"] == [{"fieldMetadataId": ID.lower(), "subFieldName": None}]
    with pytest.raises(InvalidIndexInput, match="At least one field is required to create an index"):
        bodies.read_index({**index, "fields": []})
    for change, message in (
        ({"indexType": "HASH"}, "indexType must be one of the following values: BTREE, GIN"),
        ({"fields": [{"fieldMetadataId": ID}, {"subFieldName": 5}]}, "fieldMetadataId must be a UUID"),
    ):
        with pytest.raises(InvalidInput, match=message):
            bodies.read_index({**index, **change})
    with pytest.raises(BadRequest):
        bodies.read_index({})
