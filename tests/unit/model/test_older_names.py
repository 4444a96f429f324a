"""Older names of relations (docs/compatibility.md#older-names)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from icosa.documents.openapi.core import core_members
from icosa.metadata.standard import standard_model
from icosa.model.model import Model, Object
from icosa.settings import Settings
from icosa.shipped import load
from tests.support.crm import field

WORKSPACE = "11111111-1111-4111-8111-111111111111"


@pytest.fixture(scope="module")
def model() -> Model:
    return standard_model(WORKSPACE)


@pytest.fixture(scope="module")
def note_target(model: Model) -> Object:
    return model.by_singular["noteTarget"]


def test_every_relation_to_any_object_has_one(model: Model) -> None:
    for obj in model.objects:
        morphs = {member.name for member in obj.many_to_one if member.morph_id is not None}
        assert set(obj.older_by_name) == morphs
        assert bool(morphs) is (obj.name_singular in load("older-names"))


def test_they_stand_for_relations_and_for_ids(note_target: Object) -> None:
    assert note_target.older_names == {
        "person": "targetPerson",
        "personId": "targetPersonId",
        "company": "targetCompany",
        "companyId": "targetCompanyId",
        "opportunity": "targetOpportunity",
        "opportunityId": "targetOpportunityId",
    }
    assert note_target.present_name("note") == "note"
    assert note_target.field_called("person") is note_target.by_name["targetPerson"]


@pytest.mark.parametrize("name", ["person", "personId"])
def test_a_field_takes_both_names(note_target: Object, name: str) -> None:
    names = replace(note_target, fields=(*note_target.fields, field(900, name, "TEXT"))).older_names
    assert {"person", "personId"}.isdisjoint(names)
    assert names["companyId"] == "targetCompanyId"


def test_custom_objects_have_none(note_target: Object) -> None:
    assert replace(note_target, is_custom=True).older_names == {}


def test_documents_show_them_where_answers_do(model: Model) -> None:
    names = {"person", "personId", "targetPerson", "targetPersonId"}
    for shown, expected in ((model, names - {"person", "personId"}), (standard_model(WORKSPACE, preset="2025"), names)):
        schemas = core_members(shown, Settings())["components"]["schemas"]
        for name in ("NoteTarget", "NoteTargetForUpdate", "NoteTargetForResponse"):
            assert names & schemas[name]["properties"].keys() == expected
