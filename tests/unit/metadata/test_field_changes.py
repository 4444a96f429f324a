"""docs/wire/metadata.md#fields, docs/wire/metadata.md#names, docs/wire/metadata.md#relations."""

from __future__ import annotations

from typing import Any

import pytest

from icosa.metadata import fields, objects
from icosa.metadata.draft import Draft
from icosa.metadata.rules import failures
from icosa.model.model import Field, Object
from icosa.validation.errors import FieldMutationNotAllowed, FieldNotFound, MetadataValidationError
from tests.unit.metadata.drafts import (
    STANDARD,
    WORKSPACE,
    again,
    codes,
    message_of,
    new_field,
    new_object,
    problems,
    update_field,
    with_rocket,
)

COMPANY = STANDARD.by_singular["company"]


def option(value: str, position: int, **more: Any) -> dict[str, Any]:
    return {"value": value, "label": value.title(), "position": position, **more}


OPTIONS = [option("RED", 0), option("GREEN", 1)]


def created(type_name: str, **input: Any) -> tuple[Field, list[str]]:
    draft, rocket = with_rocket()
    field = new_field(draft, rocket, type_name, **input)
    return draft.field(field.id), problems(draft)


# ---------------------------------------------------------------------- creation and defaults


@pytest.mark.parametrize(
    ("type_name", "default"),
    [
        ("TEXT", "'a'"),
        ("NUMBER", 5),
        ("BOOLEAN", False),
        ("DATE", "now"),
        ("DATE_TIME", "'2026-01-01T00:00:00Z'"),
        ("UUID", "uuid"),
        ("RATING", "'RATING_3'"),
        ("ARRAY", ["'a'"]),
        ("RAW_JSON", {"a": 1}),
        ("CURRENCY", {"amountMicros": 1000000, "currencyCode": "'USD'"}),
    ],
)
def test_defaults(type_name: str, default: Any) -> None:
    field, result = created(type_name, defaultValue=default)
    assert result == []
    assert field.default_value == default
    assert field.type.default(field, now="2026-01-01T00:00:00.000Z") is not None


@pytest.mark.parametrize(
    ("type_name", "default"),
    [
        ("TEXT", "a"),
        ("TEXT", "now"),
        ("DATE", "uuid"),
        ("NUMBER", "'x'"),
        ("BOOLEAN", "'yes'"),
        ("UUID", "'x'"),
        ("DATE_TIME", "'x'"),
        ("FULL_NAME", {"firstName": "Ada"}),
        ("FULL_NAME", {"name": "'Ada'"}),
    ],
)
def test_defaults_that_no_record_can_have(type_name: str, default: Any) -> None:
    [message] = created(type_name, defaultValue=default)[1]
    assert message.startswith("Invalid default value ")


def test_empty_composites_have_no_default() -> None:
    assert created("FULL_NAME", defaultValue={"firstName": "''", "lastName": ""})[0].default_value is None
    filled = created("FULL_NAME", defaultValue={"firstName": "'Ada'"})[0]
    assert filled.default_value == {"firstName": "'Ada'", "lastName": None}
    assert created("ACTOR")[0].default_value["source"] == "'MANUAL'"
    assert created("TEXT")[0].default_value is None


@pytest.mark.parametrize(
    ("type_name", "input", "expected"),
    [
        ("NUMERIC", {}, ["Field type NUMERIC is not supported for field creation. Use NUMBER instead."]),
        (
            "POSITION",
            {},
            ['Field type POSITION must be named "position", got "code"', "Field type POSITION must be a system field"],
        ),
        (
            "FILES",
            {},
            [
                "maxNumberOfValues must be defined in settings and be a number greater than 0 and less than or equal "
                "to 60"
            ],
        ),
        ("FILES", {"settings": {"maxNumberOfValues": 60}}, []),
        ("TEXT", {"name": "name"}, ['Name "name" is not available as it is already used by another field']),
        ("TEXT", {"name": "createdBySource"}, ['Name "createdBySource" is reserved composite field name']),
        (
            "TEXT",
            {"name": "link"},
            ['This name is reserved. Use a different name or the system will add "Custom" suffix.'],
        ),
        ("TEXT", {"isLabelSyncedWithName": True, "label": "Code"}, []),
        ("TEXT", {"isLabelSyncedWithName": True, "label": "Other"}, ["Name is not synced with label"]),
        ("SELECT", {}, ["Options are required for enum fields"]),
        ("CURRENCY", {"isUnique": True}, ["Unique index cannot be created for field code of type CURRENCY"]),
        (
            "TEXT",
            {"isUnique": True, "defaultValue": "'a'"},
            ["Unique index cannot be created for field code of type TEXT"],
        ),
        (
            "FILES",
            {"isUnique": True, "settings": {"maxNumberOfValues": 1}},
            ["Files field is not supported for unique fields"],
        ),
        ("EMAILS", {"isUnique": True}, []),
    ],
)
def test_rules_of_new_fields(type_name: str, input: dict[str, Any], expected: list[str]) -> None:
    assert created(type_name, **input)[1] == expected


def test_uniqueness_is_reported_under_its_index() -> None:
    draft, rocket = with_rocket()
    new_field(draft, rocket, "ADDRESS", isUnique=True)
    assert codes(draft) == [("index", "INDEX_FIELD_INVALID_TYPE_FOR_UNIQUE")]
    [failure] = failures(draft)
    assert failure.problems[0].friendly == "ADDRESS fields cannot be unique."


@pytest.mark.parametrize(
    ("input", "message"),
    [
        ({"type": "TS_VECTOR"}, "TS Vector is not supported for field creation"),
        ({"objectMetadataId": WORKSPACE}, "Provided object metadata id does not exist"),
        ({"isRemoteCreation": True}, "Remote fields aren't supported"),
    ],
)
def test_input_that_no_field_can_be_made_from(input: dict[str, Any], message: str) -> None:
    draft, rocket = with_rocket()
    with pytest.raises(
        MetadataValidationError, match=r"Multiple validation errors occurred while creating field$"
    ) as refused:
        fields.create_field(
            draft, {"objectMetadataId": rocket.id, "type": "TEXT", "name": "code", "label": "c", **input}
        )
    assert message_of(refused.value) == message


def test_a_unique_field_has_a_constraint_and_an_index() -> None:
    draft, rocket = with_rocket()
    field = draft.field(new_field(draft, rocket, "PHONES", isUnique=True).id)
    obj = draft.object(rocket.id)
    [constraint] = obj.unique_constraints
    assert [leaf.subfield for leaf in constraint.leaves] == [
        "primaryPhoneNumber",
        "primaryPhoneCountryCode",
        "primaryPhoneCallingCode",
    ]
    index = next(index for index in obj.indexes if index.is_unique)
    assert index.constraint_key == constraint.key and index.name.startswith("IDX_UNIQUE_") and field.is_unique


# ---------------------------------------------------------------------- options


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": "x"}, "Option id is invalid"),
        ({"label": None}, "Option label is required"),
        ({"label": ""}, "Option label must be a string of at least one character"),
        ({"label": "a,b"}, "Label must not contain a comma"),
        ({"label": "x" * 64}, "Option label exceeds 63 characters"),
        ({"value": None}, "Option value is required"),
        ({"value": 5}, "Option value must be a string of at least one character"),
        ({"value": "A" * 64}, "Option value exceeds 63 characters"),
        ({"value": "red"}, 'Value must be in UPPER_CASE and follow snake_case "red"'),
        ({"value": "A__B"}, 'Value must be in UPPER_CASE and follow snake_case "A__B"'),
        ({"position": 1}, "Duplicated option position"),
        ({"value": "GREEN"}, "Duplicated option value"),
    ],
)
def test_options(change: dict[str, Any], message: str) -> None:
    assert created("SELECT", options=[{**OPTIONS[0], **change}, OPTIONS[1]])[1] == [message]


@pytest.mark.parametrize(
    ("type_name", "default", "messages"),
    [
        ("SELECT", "'RED'", []),
        ("SELECT", '"RED"', []),
        ("SELECT", ["'RED'"], ["Default value for select must be a string got [\"'RED'\"]"]),
        ("SELECT", "RED", ["Default value should be as quoted string"]),
        ("SELECT", "'BLUE'", ["Default value \"'BLUE'\" must be one of the option values"]),
        ("MULTI_SELECT", ["'RED'", "'GREEN'"], []),
        ("MULTI_SELECT", "'RED'", ["Default value for multi-select must be an array got 'RED'"]),
        ("MULTI_SELECT", [], ["If defined default value must contain at least one value"]),
        ("MULTI_SELECT", ["'RED'", "'RED'"], ["Default values must be unique"]),
        ("RATING", "'RATING_6'", ["Default value \"'RATING_6'\" must be one of the option values"]),
    ],
)
def test_defaults_of_options(type_name: str, default: Any, messages: list[str]) -> None:
    assert created(type_name, options=OPTIONS, defaultValue=default)[1] == messages


def test_ratings_have_their_own_options_and_no_settings() -> None:
    field, result = created("RATING", options=[option("A", 0)], settings={"a": 1})
    assert result == []
    assert [(o.value, o.label, o.position, o.color) for o in field.options] == [
        (f"RATING_{i}", str(i), i - 1, None) for i in range(1, 6)
    ]
    assert field.settings == {}


def test_option_edits_keep_what_records_hold() -> None:
    draft, rocket = with_rocket()
    field = draft.field(new_field(draft, rocket, "SELECT", options=OPTIONS, defaultValue="'RED'").id)
    red, green = ({"id": o.id, "value": o.value, "label": o.label, "position": o.position} for o in field.options)
    after = update_field(draft, field, options=[{**red, "value": "CRIMSON"}], defaultValue="'CRIMSON'")
    assert problems(draft) == []
    assert [(o.value, o.in_store) for o in after.options] == [("CRIMSON", "RED")]
    assert [(o.stored, o.fallback) for o in after.retired] == [("GREEN", "RED")]
    assert after.index_generation == 1
    again_ = update_field(draft, after, options=[{**red, "value": "CRIMSON", "label": "!"}, {**green, "id": None}])
    assert [(o.value, o.in_store) for o in again_.options] == [("CRIMSON", "RED"), ("GREEN", "GREEN~2")]
    assert again_.index_generation == 1, "no value of a record has changed"


# ---------------------------------------------------------------------- update


def test_custom_fields() -> None:
    draft, rocket = with_rocket()
    field = new_field(draft, rocket)
    after = update_field(
        draft, field, name="number", label="N", description="d", isNullable=False, isSystem=True, isActive=False
    )
    assert (after.name, after.label, after.description, after.is_active) == ("number", "N", "d", False)
    assert after.is_nullable and not after.is_system
    assert problems(draft) == []


def test_shipped_fields() -> None:
    draft, _ = with_rocket()
    name = COMPANY.by_name["name"]
    after = update_field(draft, name, label="Firm", settings={"displayedMaxRows": 2})
    assert (after.label, after.display("label"), after.overrides) == ("Name", "Firm", {"label": "Firm"})
    assert update_field(draft, after, label="Name").overrides == {}
    with pytest.raises(
        FieldMutationNotAllowed, match="Cannot edit standard field metadata properties: name, isLabelSyncedWithName"
    ) as refused:
        update_field(draft, name, isLabelSyncedWithName=True, name="firm")
    assert (refused.value.status, refused.value.sub_code) == (403, "FIELD_MUTATION_NOT_ALLOWED")


def test_shipped_uniqueness_stays() -> None:
    draft, _ = with_rocket()
    update_field(draft, COMPANY.by_name["domainName"], isUnique=False)
    assert problems(draft) == [
        "Cannot delete unique index that have not been created by the workspace custom application"
    ]


def test_system_fields() -> None:
    draft, rocket = with_rocket()
    created_at = rocket.by_name["createdAt"]
    assert not update_field(draft, created_at, isActive=False).is_active
    update_field(draft, created_at, label="x", defaultValue=None)
    expected = (
        "System fields only allow updating: universalSettings, isActive. Forbidden properties: label, defaultValue"
    )
    assert problems(draft) == [expected]


def test_unknown_fields_are_reported() -> None:
    draft, _ = with_rocket()
    with pytest.raises(MetadataValidationError, match="Validation errors occurred while updating field") as refused:
        fields.update_field(draft, WORKSPACE, {})
    assert message_of(refused.value) == "Field metadata to update not found"
    with pytest.raises(FieldNotFound, match="Field to delete not found"):
        fields.delete_field(draft, WORKSPACE)


def test_the_label_identifier_stays() -> None:
    draft, rocket = with_rocket()
    update_field(draft, rocket.by_name["name"], isActive=False)
    assert codes(draft) == [("fieldMetadata", "LABEL_IDENTIFIER_FIELD_METADATA_ID_NOT_FOUND")]
    with pytest.raises(
        MetadataValidationError, match="Multiple validation errors occurred while deleting field"
    ) as refused:
        fields.delete_field(draft, rocket.by_name["name"].id)
    assert message_of(refused.value) == "Cannot delete, please update the label identifier field first"


@pytest.mark.parametrize("name", ["name", "createdAt"])
def test_shipped_fields_stay(name: str) -> None:
    draft, _ = with_rocket()
    with pytest.raises(FieldMutationNotAllowed, match=f'Cannot delete standard field "{name}"'):
        fields.delete_field(draft, COMPANY.by_name[name].id)


def test_names_and_labels_in_step_after_updates() -> None:
    draft, rocket = with_rocket()
    field = new_field(draft, rocket)
    draft = again(draft)
    update_field(draft, field, isLabelSyncedWithName=True, label="Other")
    assert codes(draft) == [("fieldMetadata", "FIELD_MUTATION_NOT_ALLOWED")]
    assert problems(draft) == ["Name is not synced with label."]


def test_a_default_that_must_not_be_null() -> None:
    draft, rocket = with_rocket()
    field = new_field(draft, rocket, isNullable=False, defaultValue="'a'")
    draft = again(draft)
    update_field(draft, field, defaultValue=None)
    assert problems(draft) == ["Default value cannot be null for non-nullable fields"]


# ---------------------------------------------------------------------- relations


def relate(draft: Draft, source: Object, target: Object, name: str = "maker", **payload: Any) -> Field:
    wanted = {
        "type": "MANY_TO_ONE",
        "targetObjectMetadataId": target.id,
        "targetFieldLabel": "Rockets",
        "targetFieldIcon": "IconX",
        **payload,
    }
    return new_field(draft, source, "RELATION", name, relationCreationPayload=wanted)


def test_a_relation_is_two_fields_and_an_index() -> None:
    draft, rocket = with_rocket()
    field = relate(draft, rocket, COMPANY)
    inverse = draft.model().inverse_of(field)
    assert problems(draft) == []
    assert (inverse.name, inverse.label, inverse.icon, inverse.is_one_to_many) == ("rockets", "Rockets", "IconX", True)
    assert (field.input_name, field.icon, field.description) == (
        "makerId",
        "IconRelationOneToMany",
        "Rockets tied to the Company",
    )
    assert inverse.description == "Companies Rocket"
    assert any(index.members[0].field_id == field.id and index.is_custom for index in draft.object(rocket.id).indexes)


def test_names_of_both_sides_must_be_free() -> None:
    draft, rocket = with_rocket()
    new_field(draft, rocket, name="makerId")
    relate(draft, rocket, COMPANY, targetFieldLabel="People")
    assert sorted(problems(draft)) == [
        'Name "makerId" is not available as it is already used by another field',
        'Name "makerId" is not available as it is already used by another join column name',
        'Name "people" is not available as it is already used by another field',
    ]


def test_relations_to_itself() -> None:
    draft, rocket = with_rocket()
    relate(draft, rocket, rocket, "booster", targetFieldLabel="Boosted")
    assert problems(draft) == []
    relate(draft, rocket, rocket, "twin", targetFieldLabel="Twin")
    assert set(problems(draft)) == {'Name "twin" is not available as it is already used by another field'}


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (None, "Relation creation payload is required"),
        (
            {"targetObjectMetadataId": "x"},
            "Relation creation payload is invalid: targetObjectMetadataId must be a UUID",
        ),
        (
            {"type": "x"},
            "Relation creation payload is invalid: type must be one of the following values: MANY_TO_ONE, ONE_TO_MANY",
        ),
        ({"targetFieldLabel": 1}, "Relation creation payload is invalid: targetFieldLabel must be a string"),
        ({"targetFieldIcon": None}, "Relation creation payload is invalid: targetFieldIcon must be a string"),
        (
            {"targetObjectMetadataId": WORKSPACE},
            "Object metadata relation target not found for relation creation payload",
        ),
    ],
)
def test_malformed_payloads(payload: dict[str, Any] | None, message: str) -> None:
    draft, rocket = with_rocket()
    with pytest.raises(MetadataValidationError) as refused:
        if payload is None:
            new_field(draft, rocket, "RELATION")
        else:
            relate(draft, rocket, COMPANY, **payload)
    assert message_of(refused.value) == message


def test_an_empty_label_gives_no_name() -> None:
    draft, rocket = with_rocket()
    relate(draft, rocket, COMPANY, targetFieldLabel="  ")
    assert problems(draft)[0] == "Name is too short"


def test_relations_allow_few_updates() -> None:
    draft, rocket = with_rocket()
    field = relate(draft, rocket, COMPANY)
    after = update_field(draft, field, name="owner", settings={"onDelete": "CASCADE"}, isActive=False)
    assert (after.input_name, after.relation.on_delete if after.relation else None) == ("ownerId", "CASCADE")
    assert not draft.model().inverse_of(after).is_active
    assert draft.model().inverse_of(after).name == "rockets"
    update_field(draft, field, defaultValue="'a'", isUnique=True)
    assert problems(draft) == ["Forbidden updated properties for relation field metadata: defaultValue"]
    draft = again(draft)
    inverse = draft.model().inverse_of(after)
    update_field(draft, inverse, settings={"onDelete": "CASCADE"})
    assert problems(draft) == ["On delete action is only supported for many to one relations"]


def test_junctions() -> None:
    draft, rocket = with_rocket()
    ride = new_object(draft, "ride")
    through = relate(draft, ride, rocket, "rocket", targetFieldLabel="Rides")
    far = relate(draft, ride, COMPANY, "passenger", targetFieldLabel="Rides")
    rides = draft.model().inverse_of(through)
    assert update_field(draft, rides, settings={"junctionTargetFieldId": far.id}).settings == {
        "junctionTargetFieldId": far.id
    }
    assert problems(draft) == []
    for target, message in (
        (WORKSPACE, f"Junction target field not found: {WORKSPACE}"),
        (rocket.by_name["name"].id, f"Junction target field {rocket.by_name['name'].id} is not on the junction object"),
        (ride.by_name["name"].id, f"Junction target field {ride.by_name['name'].id} is not a relation field"),
    ):
        next_ = again(draft)
        update_field(next_, rides, settings={"junctionTargetFieldId": target})
        assert problems(next_) == [message]


# ---------------------------------------------------------------------- morph relations


def morph(*targets: Object, **payload: Any) -> list[dict[str, Any]]:
    common = {"type": "MANY_TO_ONE", "targetFieldLabel": "Owned rockets", "targetFieldIcon": "IconX", **payload}
    return [{**common, "targetObjectMetadataId": target.id} for target in targets]


PERSON = STANDARD.by_singular["person"]


def test_a_morph_relation_is_a_field_for_each_target() -> None:
    draft, rocket = with_rocket()
    field = new_field(draft, rocket, "MORPH_RELATION", "owner", morphRelationsCreationPayload=morph(COMPANY, PERSON))
    assert problems(draft) == []
    members = {item.name: item for item in draft.object(rocket.id).fields if item.morph_id == field.morph_id}
    assert {name: item.input_name for name, item in members.items()} == {
        "ownerCompany": "ownerCompanyId",
        "ownerPerson": "ownerPersonId",
    }
    assert all(draft.model().inverse_of(item).type.name == "RELATION" for item in members.values())
    update_field(draft, field, label="Holder", name="holderCompany", isActive=False)
    after = {item.name: item for item in draft.object(rocket.id).fields if item.morph_id == field.morph_id}
    assert set(after) == {"holderCompany", "ownerPerson"}
    assert all(item.label == "Holder" and not item.is_active for item in after.values())
    fields.delete_field(draft, field.id)
    assert not any(item.morph_id == field.morph_id for item in draft.object(rocket.id).fields)
    assert "ownedRockets" not in draft.object(PERSON.id).by_name


def test_one_to_many_morphs_are_named_after_the_plural() -> None:
    draft, rocket = with_rocket()
    field = new_field(
        draft, rocket, "MORPH_RELATION", "crew", morphRelationsCreationPayload=morph(PERSON, type="ONE_TO_MANY")
    )
    assert field.name == "crewPeople"


@pytest.mark.parametrize(
    ("payloads", "message"),
    [
        (None, "Relation creation payload is required"),
        ([], "Morph relation creation payloads are empty"),
        (
            [*morph(COMPANY), *morph(PERSON, type="ONE_TO_MANY")],
            "Morph relation creation payloads must have the same relation type",
        ),
        (
            morph(COMPANY, COMPANY),
            "Morph relation creation payloads must have only relation to the same object metadata",
        ),
        (morph(COMPANY, targetFieldLabel=None), "Morph relation input transpilation failed"),
    ],
)
def test_malformed_morph_payloads(payloads: Any, message: str) -> None:
    draft, rocket = with_rocket()
    with pytest.raises(MetadataValidationError) as refused:
        new_field(draft, rocket, "MORPH_RELATION", "owner", morphRelationsCreationPayload=payloads)
    assert message_of(refused.value) == message


def test_morphs_do_not_lead_back() -> None:
    draft, rocket = with_rocket()
    with pytest.raises(MetadataValidationError) as refused:
        new_field(draft, rocket, "MORPH_RELATION", "owner", morphRelationsCreationPayload=morph(rocket))
    assert message_of(refused.value) == "Source object cannot be the target object"


def test_a_clashing_target_is_reported() -> None:
    draft, rocket = with_rocket()
    field = new_field(draft, rocket, "MORPH_RELATION", "owner", morphRelationsCreationPayload=morph(COMPANY))
    draft = again(draft)
    update_field(draft, field, morphRelationsUpdatePayload=[{"targetObjectMetadataId": COMPANY.id}])
    assert ("fieldMetadata", "NOT_AVAILABLE") in codes(draft)


@pytest.mark.parametrize("name", list(fields.FIXED))
def test_what_an_update_may_only_repeat(name: str) -> None:
    draft, rocket = with_rocket()
    code = new_field(draft, rocket)
    draft = again(draft)
    same = fields.FIXED[name](draft.objects[rocket.id], code)
    fields.update_field(draft, code.id, {"label": "Same"}, fixed={name: same})
    assert problems(draft) == []
    other = not same if isinstance(same, bool) else "other"
    fields.update_field(draft, code.id, {"label": "Other"}, fixed={name: other})
    assert problems(draft) == [f"These properties of a field cannot be changed: {name}"]
    assert draft.field(code.id).label == "Same"


@pytest.mark.parametrize("name", list(objects.FIXED))
def test_what_an_update_of_an_object_may_only_repeat(name: str) -> None:
    draft, rocket = with_rocket()
    same = objects.FIXED[name](rocket)
    objects.update_object(draft, rocket.id, {}, fixed={name: same})
    assert problems(draft) == []
    objects.update_object(draft, rocket.id, {}, fixed={name: not same if isinstance(same, bool) else "other"})
    assert problems(draft) == [f"These properties of an object cannot be changed: {name}"]
