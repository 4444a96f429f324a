"""docs/wire/metadata.md#indexes."""

from __future__ import annotations

from typing import Any

import pytest

from icosa.errors import IcosaError
from icosa.metadata import bodies, fields, indexes
from icosa.metadata.draft import Draft
from icosa.model.model import Index, Object
from icosa.validation.errors import IndexLimitReached, MetadataValidationError
from tests.unit.metadata.drafts import STANDARD, WORKSPACE, message_of, new_field, with_rocket


def create(draft: Draft, obj: Object, *columns: tuple[str, str | None], **more: Any) -> Index:
    members = [{"fieldMetadataId": field_id, "subFieldName": sub} for field_id, sub in columns]
    return indexes.create_index(draft, bodies.read_index({"objectMetadataId": obj.id, "fields": members, **more}))


def test_an_index_is_custom_and_not_unique() -> None:
    draft, rocket = with_rocket()
    pilot = new_field(draft, rocket, "FULL_NAME", "pilot")
    index = create(draft, rocket, (rocket.by_name["name"].id, None), (pilot.id, "lastName"))
    assert index.is_custom and not index.is_unique and index.type == "BTREE"
    assert [(member.field_id, member.sub) for member in index.members] == [
        (rocket.by_name["name"].id, None),
        (pilot.id, "lastName"),
    ]
    with pytest.raises(MetadataValidationError, match="Validation errors occurred while creating index") as refused:
        create(draft, rocket, (rocket.by_name["name"].id, None), (pilot.id, "lastName"))
    assert message_of(refused.value) == "Index with same name already exists"
    fields.delete_field(draft, pilot.id)
    [left] = [item for item in draft.object(rocket.id).indexes if item.id == index.id]
    assert len(left.members) == 1 and left.name != index.name
    assert indexes.delete_index(draft, index.id).id == index.id


def test_refusals() -> None:
    draft, rocket = with_rocket()
    pilot = new_field(draft, rocket, "FULL_NAME", "pilot")
    name, notes = rocket.by_name["name"].id, rocket.by_name["noteTargets"].id
    count = new_field(draft, rocket, "NUMBER", "count").id
    for columns, more, message in (
        ([(name, None), (name, None)], {}, "Duplicate field+sub-field in index field list"),
        ([(WORKSPACE, None)], {}, f"Field {WORKSPACE} not found on object {rocket.id}"),
        ([(notes, None)], {}, "Field noteTargets is a non-MANY_TO_ONE relation and has no join column to index"),
        ([(pilot.id, None)], {}, "Composite field pilot requires a sub-field selection"),
        ([(pilot.id, "x")], {}, "Unknown sub-field x on composite field pilot"),
        ([(name, "x")], {}, "Field name is not composite — subFieldName must not be set"),
        ([(count, None)], {"indexType": "GIN"}, "GIN index does not support field count of type NUMBER"),
    ):
        with pytest.raises(IcosaError) as refused:
            create(draft, rocket, *columns, **more)
        assert (refused.value.message, refused.value.status) == (message, 400)


def test_unknown_things() -> None:
    draft, rocket = with_rocket()
    gone = {"objectMetadataId": WORKSPACE, "fields": [{"fieldMetadataId": WORKSPACE}]}
    with pytest.raises(IcosaError, match=f"Object metadata {WORKSPACE} not found") as refused:
        indexes.create_index(draft, bodies.read_index(gone))
    assert refused.value.status == 404
    with pytest.raises(IcosaError, match=f"Index {WORKSPACE} not found"):
        indexes.delete_index(draft, WORKSPACE)
    system = rocket.indexes[0]
    with pytest.raises(IcosaError, match=f"Index {system.id} is a system index and cannot be deleted") as forbidden:
        indexes.delete_index(draft, system.id)
    assert forbidden.value.status == 403


def test_the_limit() -> None:
    draft, rocket = with_rocket()
    made = [new_field(draft, rocket, name=f"field{number}") for number in range(11)]
    for field in made[:10]:
        create(draft, rocket, (field.id, None))
    with pytest.raises(IndexLimitReached, match=f"Custom index limit of 10 reached for object {rocket.id}") as refused:
        create(draft, rocket, (made[10].id, None))
    assert refused.value.status == 409


def test_shipped_indexes() -> None:
    person = STANDARD.by_singular["person"]
    assert {(index.type, index.is_unique) for index in person.indexes} == {
        ("BTREE", True),
        ("BTREE", False),
        ("GIN", False),
    }
    assert all(index.is_shipped and not index.is_custom and index.universal_identifier for index in person.indexes)
    assert len({index.name for index in person.indexes}) == len(person.indexes)
