"""docs/wire/metadata.md#objects, docs/wire/metadata.md#names."""

from __future__ import annotations

from typing import Any

import pytest

from icosa.errors import IcosaError
from icosa.metadata import bodies, objects
from icosa.metadata.draft import Draft
from icosa.metadata.rules import failures
from icosa.model.model import Object
from icosa.shipped import load
from icosa.validation.errors import EntityNotFound, InvalidObjectInput, MetadataValidationError, ObjectNotFound
from tests.unit.metadata.drafts import (
    STANDARD,
    WORKSPACE,
    again,
    codes,
    new_draft,
    new_field,
    new_object,
    problems,
    with_rocket,
)

COMPANY = STANDARD.by_singular["company"]


def update(draft: Draft, obj: Object, **input: Any) -> Object:
    return objects.update_object(draft, obj.id, bodies.named_members(bodies.UpdateObject, input))


def test_a_new_object_has_system_fields_relations_and_their_inverses() -> None:
    draft = new_draft()
    rocket = new_object(draft, labelSingular="my rocket", icon="IconRocket")
    assert problems(draft) == []
    assert rocket.label_singular == "My rocket"
    assert [item.name for item in rocket.fields] == [
        item["name"] for key in ("fields", "relations") for item in load("custom-object")[key]
    ]
    assert rocket.by_id[rocket.label_identifier_field_id or ""].name == "name"
    assert rocket.is_custom and rocket.is_active and rocket.is_searchable and not rocket.is_system
    for name in ("timelineActivities", "attachments", "noteTargets", "taskTargets"):
        item = rocket.by_name[name]
        inverse = draft.model().inverse_of(item)
        assert (inverse.name, inverse.input_name, inverse.type.name) == (
            "targetRocket",
            "targetRocketId",
            "MORPH_RELATION",
        )
        assert inverse.relation is not None and inverse.relation.on_delete == "SET_NULL"
        owner = draft.owner_of(inverse.id)
        assert inverse.morph_id in {other.morph_id for other in STANDARD.by_id[owner.id].fields}
        assert inverse.label == "My rocket"
        assert any(index.is_custom and index.members[0].field_id == inverse.id for index in owner.indexes)
    assert [(index.type, index.is_custom) for index in rocket.indexes] == [("GIN", False)]
    assert len({item.key for item in rocket.fields}) == len(rocket.fields)


def test_a_junction_has_no_name() -> None:
    draft = new_draft()
    rocket = new_object(draft, skipNameField=True)
    assert problems(draft) == []
    assert "name" not in rocket.by_name
    assert rocket.label_identifier_field_id == rocket.by_name["id"].id


@pytest.mark.parametrize(
    ("input", "expected"),
    [
        ({"namePlural": "rocket"}, ["The singular and plural names cannot be the same for an object"]),
        ({"namePlural": "Rocket"}, None),
        ({"nameSingular": "companies"}, ["Object already exists"]),
        ({"namePlural": "company"}, ["Object already exists"]),
        ({"labelSingular": "x" * 64}, ["Object label is too long"]),
        ({"labelSingular": "same", "labelPlural": "same"}, []),
        ({"isRemote": True}, ["Remote objects are not supported yet"]),
        (
            {"nameSingular": "workspace"},
            ['This name is reserved. Use a different name or the system will add "Custom" suffix.'],
        ),
        ({"isLabelSyncedWithName": True}, []),
        ({"isLabelSyncedWithName": True, "labelSingular": "Other"}, ["Names are not synced with labels"]),
        ({"isLabelSyncedWithName": True, "labelPlural": "Rocket", "labelSingular": "Rocket"}, []),
        ({"isLabelSyncedWithName": True, "labelSingular": "!"}, ['Invalid label: "!"']),
    ],
)
def test_rules_of_new_objects(input: dict[str, Any], expected: list[str] | None) -> None:
    draft = new_draft()
    new_object(draft, **input)
    result = problems(draft)
    if expected is None:
        assert "The singular and plural names cannot be the same for an object" in result
    else:
        assert result == expected
    assert {failure.name for failure in failures(draft)} <= {"objectMetadata"}


def test_the_report() -> None:
    draft = new_draft()
    new_object(draft, nameSingular="A", namePlural="companies")
    error = MetadataValidationError("Multiple validation errors occurred while creating object", failures(draft))
    assert error.summary == {"totalErrors": 1, "objectMetadata": 1}
    assert error.detail == "Validation failed for 1 objectMetadata"
    [item] = error.errors["objectMetadata"]
    assert item["type"] == "create" and item["metadataName"] == "objectMetadata" and item["status"] == "fail"
    assert item["flatEntityMinimalInformation"]["nameSingular"] == "A"
    assert [entry["code"] for entry in item["errors"]] == ["INVALID_OBJECT_INPUT", "OBJECT_ALREADY_EXISTS"]
    assert error.friendly == item["errors"][0]["userFriendlyMessage"]
    assert error.status == 400


def test_many_failures_have_one_friendly_text() -> None:
    draft, rocket = with_rocket()
    new_field(draft, rocket, name="a.b".replace(".", "_"))
    new_field(draft, rocket, name="C")
    error = MetadataValidationError("x", failures(draft))
    assert error.friendly == "Many validation errors"
    assert error.detail == "Validation failed for 2 fieldMetadatas"


# ---------------------------------------------------------------------- update


def test_custom_objects_change_freely_and_ignore_other_keys() -> None:
    draft, rocket = with_rocket()
    after = update(
        draft,
        rocket,
        labelSingular="ship",
        description="d",
        isActive=False,
        shortcut="X",
        color="red",
        openRecordIn="RECORD_PAGE",
    )
    assert (after.label_singular, after.description, after.is_active, after.color) == ("Ship", "d", False, "red")
    assert after.shortcut is None and after.open_record_in == "RECORD_PAGE"
    assert problems(draft) == []


def test_shipped_objects_keep_what_they_came_with() -> None:
    draft = new_draft()
    after = update(draft, COMPANY, labelSingular="Firm", icon="IconX", isSearchable=False)
    assert (after.label_singular, after.display("labelSingular"), after.display("icon")) == ("Company", "Firm", "IconX")
    assert after.overrides == {"labelSingular": "Firm", "icon": "IconX"}
    after = update(again(draft), after, labelSingular="Company")
    assert after.overrides == {"icon": "IconX"}


@pytest.mark.parametrize(
    ("input", "message"),
    [
        (
            {"nameSingular": "firm", "namePlural": "firms"},
            "Cannot edit standard object metadata properties: nameSingular, namePlural",
        ),
        ({"isLabelSyncedWithName": True}, "Cannot edit standard object metadata properties: isLabelSyncedWithName"),
    ],
)
def test_shipped_objects_refuse(input: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidObjectInput, match=message):
        update(new_draft(), COMPANY, **input)


def test_system_objects_take_presentation_only() -> None:
    system = STANDARD.by_singular["noteTarget"]
    with pytest.raises(InvalidObjectInput, match="System objects cannot be updated directly"):
        update(new_draft(), system, isSearchable=True)
    assert not update(new_draft(), system, isActive=False).is_active


def test_unknown_objects() -> None:
    draft = new_draft()
    with pytest.raises(ObjectNotFound, match="Object to update not found") as missing:
        objects.update_object(draft, WORKSPACE, {})
    assert (missing.value.status, missing.value.sub_code) == (404, "OBJECT_METADATA_NOT_FOUND")
    with pytest.raises(EntityNotFound, match="Could not find flat entity in maps"):
        objects.delete_object(draft, WORKSPACE)


def test_label_identifiers() -> None:
    draft, rocket = with_rocket()
    code = new_field(draft, rocket)
    mass = new_field(draft, rocket, "NUMBER", "mass")
    draft = again(draft)
    after = update(draft, rocket, labelIdentifierFieldMetadataId=code.id)
    assert problems(draft) == [] and code.id in after.search_field_ids
    for value, message in (
        (mass.id, "labelIdentifierFieldMetadataId validation failed: field type not compatible"),
        (WORKSPACE, "labelIdentifierFieldMetadataId validation failed: related field metadata not found"),
        (None, "labelIdentifierFieldMetadataId cannot be null"),
    ):
        again_ = again(draft)
        update(again_, rocket, labelIdentifierFieldMetadataId=value)
        assert problems(again_) == [message]


def test_renames_follow_into_morph_groups_and_indexes() -> None:
    draft, rocket = with_rocket()
    before = rocket.indexes[0].name
    after = update(draft, rocket, nameSingular="ship", namePlural="ships")
    assert problems(draft) == []
    assert after.indexes[0].name != before
    attachment = draft.object(STANDARD.by_singular["attachment"].id)
    assert attachment.by_name["targetShip"].input_name == "targetShipId"
    assert "targetRocket" not in attachment.by_name


# ---------------------------------------------------------------------- delete


def test_deleting_an_object_takes_what_leads_to_it() -> None:
    draft, rocket = with_rocket()
    objects.delete_object(draft, rocket.id)
    assert problems(draft) == []
    model = draft.model()
    assert rocket.id not in model.by_id
    assert [obj.name_singular for obj in model.objects] == [obj.name_singular for obj in STANDARD.objects]
    for obj in model.objects:
        assert set(obj.by_id) == set(STANDARD.by_id[obj.id].by_id)
        assert {index.id for index in obj.indexes} == {index.id for index in STANDARD.by_id[obj.id].indexes}


@pytest.mark.parametrize(
    ("name", "message"),
    [("company", "Standard objects cannot be deleted"), ("noteTarget", "System objects cannot be deleted")],
)
def test_shipped_objects_stay(name: str, message: str) -> None:
    with pytest.raises(IcosaError, match=message) as refused:
        objects.delete_object(new_draft(), STANDARD.by_singular[name].id)
    assert (refused.value.status, refused.value.sub_code) == (400, "INVALID_OBJECT_INPUT")


def test_codes() -> None:
    draft = new_draft()
    new_object(draft, "company")
    assert ("objectMetadata", "OBJECT_ALREADY_EXISTS") in codes(draft)
