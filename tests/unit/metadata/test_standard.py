"""The shipped data: whole, consistent, and of known types."""

import re
from collections import Counter
from itertools import chain

import pytest

from icosa.access.permissions import SETTINGS_FLAGS
from icosa.metadata.standard import standard_model
from icosa.model.model import Field, Model, Object
from icosa.model.types.registry import by_name
from icosa.shipped import load

WORKSPACE = "11111111-1111-4111-8111-111111111111"
SYSTEM_FIELDS = {"id", "createdAt", "updatedAt", "deletedAt", "createdBy", "updatedBy", "position", "searchVector"}


@pytest.fixture(scope="module")
def model() -> Model:
    return standard_model(WORKSPACE)


def every_field(model: Model) -> list[tuple[Object, Field]]:
    return [(obj, field) for obj in model.objects for field in obj.fields]


def test_names_of_objects_are_unique_and_well_formed(model: Model) -> None:
    names = [name for obj in model.objects for name in (obj.name_singular, obj.name_plural)]
    assert len(names) == len(set(names))
    assert all(re.fullmatch("[a-z][a-zA-Z0-9]*", name) for name in names)
    assert all(obj.label_singular and obj.label_plural and obj.icon and obj.description for obj in model.objects)


def test_names_of_fields_are_unique_also_among_join_columns(model: Model) -> None:
    for obj in model.objects:
        joins = [field.input_name for field in obj.fields if field.input_name != field.name]
        names = [field.name for field in obj.fields] + joins
        assert [name for name, count in Counter(names).items() if count > 1] == []
        assert all(re.fullmatch("[a-z][a-zA-Z0-9]*", name) for name in names)


def test_ids_and_keys_are_unique(model: Model) -> None:
    fields = [field for _, field in every_field(model)]
    ids = (
        [obj.id for obj in model.objects]
        + [field.id for field in fields]
        + [option.id for field in fields for option in field.options]
    )
    assert len(ids) == len(set(ids))
    universal = [obj.universal_identifier for obj in model.objects] + [field.universal_identifier for field in fields]
    assert len(universal) == len(set(universal))
    assert [obj.key for obj in model.objects] == [f"o{number}" for number in range(1, len(model.objects) + 1)]
    for obj in model.objects:
        numbers = [int(key[1:]) for key in chain((f.key for f in obj.fields), (c.key for c in obj.unique_constraints))]
        assert numbers == list(range(1, obj.next_key))


def test_only_universal_identifiers_are_the_same_in_two_workspaces(model: Model) -> None:
    other = standard_model("22222222-2222-4222-8222-222222222222")
    for (obj, field), (other_obj, other_field) in zip(every_field(model), every_field(other), strict=True):
        assert (obj.universal_identifier, field.universal_identifier) == (
            other_obj.universal_identifier,
            other_field.universal_identifier,
        )
        assert obj.id != other_obj.id
        assert field.id != other_field.id
        assert field.key == other_field.key


def test_every_object_has_the_system_fields(model: Model) -> None:
    for obj in model.objects:
        assert {name for name in SYSTEM_FIELDS if obj.by_name[name].is_system} == SYSTEM_FIELDS


def test_label_identifiers_are_of_a_type_that_can_name_a_record(model: Model) -> None:
    for obj in model.objects:
        assert obj.label_identifier_field_id is not None
        assert obj.by_id[obj.label_identifier_field_id].type.name in {"TEXT", "FULL_NAME", "UUID"}
        assert obj.image_identifier_field_id is None or obj.image_identifier_field_id in obj.by_id


def test_every_relation_has_its_inverse(model: Model) -> None:
    for obj, field in every_field(model):
        if field.relation is None:
            assert field.type.name not in {"RELATION", "MORPH_RELATION"}
            continue
        inverse = model.inverse_of(field)
        assert inverse.relation is not None
        assert model.by_id[inverse.relation.target_object_id] is obj
        assert inverse.relation.target_field_id == field.id
        assert {field.relation.kind, inverse.relation.kind} == {"MANY_TO_ONE", "ONE_TO_MANY"}
        holds_id = field.relation.kind == "MANY_TO_ONE"
        assert (field.relation.on_delete is not None) is holds_id
        assert field.relation.join_column == (f"{field.name}Id" if holds_id else None)


def test_morph_groups(model: Model) -> None:
    """The members of one group stand on one object and point at different ones."""
    for obj in model.objects:
        groups = Counter(field.morph_id for field in obj.fields if field.morph_id)
        assert all(count > 1 for count in groups.values())
        for field in obj.fields:
            assert (field.morph_id is not None) is (field.type.name == "MORPH_RELATION")
        targets = [(f.morph_id, f.relation.target_object_id) for f in obj.fields if f.morph_id and f.relation]
        assert len(targets) == len(set(targets))


def test_defaults_are_allowed_values(model: Model) -> None:
    for _, field in every_field(model):
        default = field.type.default(field, now="2026-01-01T00:00:00.000Z")
        assert (default is None) or field.default_value is not None
        if field.options and default is not None:
            assert default in field.option_values


def test_options(model: Model) -> None:
    for _, field in every_field(model):
        assert bool(field.options) is (field.type.name in {"SELECT", "MULTI_SELECT"})
        assert [option.position for option in field.options] == list(range(len(field.options)))
        assert len(field.option_values) == len(field.options)
        assert all(re.fullmatch("[A-Z][A-Z0-9]*(_[A-Z0-9]+)*", option.value) for option in field.options)


def test_unique_constraints(model: Model) -> None:
    """docs/wire/rest.md#duplicate-values."""
    result = {
        (obj.name_singular, leaf.dotted) for obj in model.objects for c in obj.unique_constraints for leaf in c.leaves
    }
    assert result == {
        ("company", "domainName.primaryLinkUrl"),
        ("person", "emails.primaryEmail"),
        ("workspaceMember", "userEmail"),
    }


def test_duplicate_criteria_and_search_fields_name_what_is_there(model: Model) -> None:
    for obj in model.objects:
        assert all(path in obj.leaves for paths in obj.duplicate_criteria for path in paths)
        assert all(field_id in obj.by_id for field_id in obj.search_field_ids)
        assert len(obj.search_field_ids) == len(set(obj.search_field_ids))
    assert model.by_singular["person"].duplicate_criteria == (
        (("name", "firstName"), ("name", "lastName")),
        (("linkedinLink", "primaryLinkUrl"),),
        (("emails", "primaryEmail"),),
    )


def test_exceptions_to_permissions(model: Model) -> None:
    """docs/wire/access.md#object-permissions."""
    workflows = dict.fromkeys(("read", "update", "soft_delete", "destroy"), "WORKFLOWS")
    members = dict.fromkeys(("update", "soft_delete", "destroy"), "WORKSPACE_MEMBERS") | {"read": None}
    assert {obj.name_singular: dict(obj.right_flags) for obj in model.objects if obj.right_flags} == {
        "workflow": workflows,
        "workflowVersion": workflows,
        "workflowRun": workflows,
        "workspaceMember": members,
    }
    assert all(flag in SETTINGS_FLAGS for obj in model.objects for flag in obj.right_flags.values() if flag)


def test_the_defaults_of_custom_objects_are_of_known_types_and_targets(model: Model) -> None:
    spec = load("custom-object")
    assert all(field["type"] in by_name for field in spec["fields"])
    assert {field["name"] for field in spec["fields"]} == SYSTEM_FIELDS | {spec["labelIdentifier"]}
    for relation in spec["relations"]:
        target = model.by_singular[relation["relation"]["object"]]
        assert any(field.name.startswith(spec["morphGroup"]) and field.morph_id for field in target.fields)


def test_shipped_roles() -> None:
    """docs/wire/access.md#shipped-roles."""
    roles = {role["label"]: role for role in load("roles") + load("demo/roles")}
    assert list(roles) == ["Admin", "Member", "Guest"]
    assert [label for label, role in roles.items() if role["canBeAssignedToApiKeys"]] == ["Admin"]
    assert [label for label, role in roles.items() if role.get("isDefault")] == ["Member"]
    assert [label for label, role in roles.items() if not role["isEditable"]] == ["Admin"]
