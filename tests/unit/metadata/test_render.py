"""Objects, fields and indexes in wire form (docs/wire/metadata.md#objects-in-answers, docs/wire/metadata.md#types)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from icosa.metadata.render import field_members, fields_by_id, index_members, object_members, without_nulls
from icosa.metadata.standard import standard_model
from icosa.model.model import Field, Index, IndexMember, Object
from tests.support.crm import WORKSPACE, crm

OBJECT_KEYS = frozenset(
    (
        *(
            "id",
            "universalIdentifier",
            "applicationId",
            "nameSingular",
            "namePlural",
            "labelSingular",
            "labelPlural",
            "description",
            "icon",
            "color",
            "shortcut",
        ),
        *(
            "overrides",
            "isCustom",
            "isRemote",
            "isActive",
            "isSystem",
            "isUIEditable",
            "isUICreatable",
            "isUIReadOnly",
            "isSearchable",
            "isLabelSyncedWithName",
        ),
        *(
            "workspaceId",
            "labelIdentifierFieldMetadataId",
            "imageIdentifierFieldMetadataId",
            "duplicateCriteria",
            "createdAt",
            "updatedAt",
        ),
        *("openRecordIn", "readability", "readabilityParentFieldUniversalIdentifiers", "writability"),
    )
)
FIELD_KEYS = frozenset(
    (
        *(
            "id",
            "universalIdentifier",
            "applicationId",
            "type",
            "name",
            "label",
            "description",
            "icon",
            "overrides",
            "isCustom",
            "isActive",
            "isSystem",
            "isUIEditable",
        ),
        *(
            "isUIReadOnly",
            "isNullable",
            "isUnique",
            "defaultValue",
            "options",
            "settings",
            "workspaceId",
            "objectMetadataId",
            "isLabelSyncedWithName",
        ),
        *("morphId", "createdAt", "updatedAt", "writability", "isSearchable", "isAuditLogged", "status"),
    )
)


def _object(plural: str) -> Object:
    return crm().by_plural[plural]


def _field(plural: str, name: str, **changes: Any) -> dict[str, Any]:
    """The members of a field, changed and shown as one of a fresh object."""
    obj = _object(plural)
    field: Field = replace(obj.by_name[name], **changes)
    return dict(field_members(crm(), replace(obj), field))


def test_an_object_has_every_key() -> None:
    assert set(object_members(crm(), _object("companies"))) == OBJECT_KEYS


def test_a_field_has_every_key() -> None:
    for field in _object("companies").fields:
        assert set(field_members(crm(), _object("companies"), field)) == FIELD_KEYS


def test_members_of_an_object() -> None:
    obj = _object("people")
    rendered = object_members(crm(), obj)

    assert rendered["nameSingular"] == "person"
    assert rendered["isUIReadOnly"] is not rendered["isUIEditable"]
    assert rendered["workspaceId"] == WORKSPACE
    assert rendered["labelIdentifierFieldMetadataId"] == obj.by_name["name"].id
    assert ["nameFirstName", "nameLastName"] in rendered["duplicateCriteria"]


def test_shipped_and_custom_entities_have_different_owners() -> None:
    shipped = object_members(crm(), _object("people"))["applicationId"]
    custom = object_members(crm(), _object("rockets"))["applicationId"]

    assert shipped != custom
    assert field_members(crm(), _object("people"), _object("people").by_name["name"])["applicationId"] == shipped


def test_overrides_are_shown_instead_of_the_base_and_beside_it() -> None:
    obj = replace(_object("people"), overrides={"labelPlural": "Humans", "icon": None})
    rendered = object_members(crm(), obj)

    assert (rendered["labelPlural"], rendered["labelSingular"], rendered["icon"]) == ("Humans", "Person", None)
    assert rendered["overrides"] == {"labelPlural": "Humans", "icon": None}
    assert _field("people", "jobTitle", overrides={"label": "Role"})["label"] == "Role"


def test_options_have_no_empty_colours() -> None:
    options = _field("rockets", "grade")["options"]

    assert [option["value"] for option in options] == [f"RATING_{i}" for i in range(1, 6)]
    assert all(set(option) == {"id", "value", "label", "position"} for option in options)


def test_what_options_are_called_in_the_store_is_nobodys_business() -> None:
    field = _object("rockets").by_name["colour"]
    renamed = tuple(replace(option, stored="OLD") for option in field.options)

    assert all("stored" not in option for option in _field("rockets", "colour", options=renamed)["options"])


def test_settings_of_a_relation_are_those_of_its_side() -> None:
    assert _field("people", "company")["settings"] == {
        "relationType": "MANY_TO_ONE",
        "onDelete": "SET_NULL",
        "joinColumnName": "companyId",
    }
    assert _field("companies", "people")["settings"] == {"relationType": "ONE_TO_MANY"}
    assert _field("rockets", "serial")["settings"] == {"dataType": "bigint"}
    assert _field("rockets", "name")["settings"] is None


def test_a_field_is_searchable_when_the_search_of_its_object_covers_it() -> None:
    obj = _object("companies")
    searchable = {field.id for field in obj.fields if field_members(crm(), obj, field)["isSearchable"]}

    assert searchable == set(obj.search_field_ids)


def test_nulls_are_left_out_but_for_those_to_keep() -> None:
    assert without_nulls({"a": None, "b": None, "c": False, "d": 0}, keep=frozenset("b")) == {
        "b": None,
        "c": False,
        "d": 0,
    }


def test_every_field_is_found_by_its_id() -> None:
    model = standard_model(WORKSPACE)
    result = fields_by_id(model)

    assert len(result) == sum(len(obj.fields) for obj in model.objects)
    assert all(field_id == field.id and obj.by_id[field_id] is field for field_id, (obj, field) in result.items())


def test_an_index_lists_its_members_in_their_order() -> None:
    members = (IndexMember(id="m1", field_id="f1"), IndexMember(id="m2", field_id="f2", sub="firstName"))
    index = Index(id="i", name="IDX_1", members=members, is_custom=True, created_at="t1", updated_at="t2")
    rendered = index_members(index)

    assert (rendered["indexType"], rendered["isUnique"], rendered["isCustom"], rendered["status"]) == (
        "BTREE",
        False,
        True,
        "READY",
    )
    assert [
        (item["fieldMetadataId"], item["order"], item["subFieldName"]) for item in rendered["indexFieldMetadataList"]
    ] == [
        ("f1", 0, None),
        ("f2", 1, "firstName"),
    ]
