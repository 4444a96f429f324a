"""Objects and fields survive the way into items and back."""

import json
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icosa.catalog.constraints import unique_constraint
from icosa.catalog.loader import MetadataState
from icosa.catalog.rows import (
    build_model,
    field_item,
    in_rows_of_their_own,
    index_item,
    model_items,
    object_item,
)
from icosa.metadata.draft import Draft
from icosa.metadata.standard import standard_model
from icosa.model.model import Field, Model, Object, Option, Relation
from icosa.model.types.registry import by_name
from icosa.store import keys

WORKSPACE = "11111111-1111-4111-8111-111111111111"

texts = st.text(max_size=12)
maybe = st.none() | texts
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
options = st.builds(Option, id=texts, value=texts, label=texts, position=st.integers(0, 99), color=maybe)
relations = st.builds(
    Relation,
    kind=st.sampled_from(["MANY_TO_ONE", "ONE_TO_MANY"]),
    target_object_id=texts,
    target_field_id=texts,
    on_delete=st.none() | st.sampled_from(["CASCADE", "RESTRICT", "SET_NULL", "NO_ACTION"]),
    join_column=maybe,
)


@st.composite
def some_fields(draw: st.DrawFn) -> tuple[Field, ...]:
    numbers = draw(st.lists(st.integers(1, 10_000), unique=True, max_size=4).map(sorted))
    return tuple(
        Field(
            id=f"field-{number}",
            key=f"f{number}",
            name=draw(texts),
            type=draw(st.sampled_from(sorted(set(by_name.values()), key=lambda type_: type_.name))),
            label=draw(texts),
            description=draw(maybe),
            icon=draw(maybe),
            is_nullable=draw(st.booleans()),
            is_unique=draw(st.booleans()),
            is_system=draw(st.booleans()),
            is_active=draw(st.booleans()),
            is_custom=draw(st.booleans()),
            is_ui_editable=draw(st.booleans()),
            is_label_synced_with_name=draw(st.booleans()),
            default_value=draw(json_values),
            options=tuple(draw(st.lists(options, max_size=2))),
            settings=draw(st.dictionaries(texts, json_values, max_size=2)),
            relation=draw(st.none() | relations),
            morph_id=draw(maybe),
            universal_identifier=draw(maybe),
        )
        for number in numbers
    )


@st.composite
def some_objects(draw: st.DrawFn, number: int) -> Object:
    fields = draw(some_fields())
    plain = [field for field in fields if field.type.name in ("TEXT", "NUMBER", "EMAILS", "PHONES")]
    flags: dict[str, Any] = {
        name: draw(st.booleans())
        for name in (
            "is_custom",
            "is_system",
            "is_active",
            "is_remote",
            "is_searchable",
            "is_ui_editable",
            "is_ui_creatable",
        )
    }
    return Object(
        id=f"object-{number}",
        key=f"o{number}",
        name_singular=draw(texts),
        name_plural=draw(texts),
        fields=fields,
        label_singular=draw(texts),
        label_plural=draw(texts),
        description=draw(maybe),
        icon=draw(maybe),
        shortcut=draw(maybe),
        color=draw(maybe),
        is_audit_logged=draw(st.booleans()),
        is_label_synced_with_name=draw(st.booleans()),
        label_identifier_field_id=draw(maybe),
        image_identifier_field_id=draw(maybe),
        duplicate_criteria=tuple(
            draw(st.lists(st.lists(st.lists(texts, max_size=2).map(tuple), max_size=2).map(tuple), max_size=2))
        ),
        search_field_ids=tuple(draw(st.lists(texts, max_size=2))),
        unique_constraints=(unique_constraint("u7", plain),) if plain else (),
        universal_identifier=draw(maybe),
        right_flags=draw(st.dictionaries(st.sampled_from(["read", "update", "soft_delete", "destroy"]), maybe)),
        next_key=draw(st.integers(1, 99)),
        **flags,
    )


@st.composite
def models(draw: st.DrawFn) -> Model:
    numbers = draw(st.lists(st.integers(1, 10_000), unique=True, max_size=3).map(sorted))
    return Model(
        workspace_id=WORKSPACE, version=draw(st.integers(1, 99)), objects=tuple(draw(some_objects(n)) for n in numbers)
    )


def comparable(model: Model) -> Any:
    """A model without its constraints' leaves, which compare by identity."""
    constraints = [
        [(c.key, c.field_ids, [leaf.path for leaf in c.leaves]) for c in o.unique_constraints] for o in model.objects
    ]
    objects = tuple(
        replace(o, unique_constraints=(), indexes=tuple(sorted(o.indexes, key=lambda i: (i.created_at, i.id))))
        for o in model.objects
    )
    return replace(model, objects=objects), constraints


@pytest.mark.slow
@given(model=models(), seed=st.integers())
def test_any_model_survives_in_any_order_of_rows(model: Model, seed: int) -> None:
    items = json.loads(json.dumps(model_items(model)))
    Random(seed).shuffle(items)
    assert comparable(build_model(WORKSPACE, model.version, items)) == comparable(model)


def test_the_standard_model_survives() -> None:
    model = standard_model(WORKSPACE)
    assert comparable(build_model(WORKSPACE, 1, model_items(model))) == comparable(model)


def test_values_that_are_defaults_take_no_room() -> None:
    field = Field(id="i", key="f1", name="title", type=by_name["TEXT"])
    obj = Object(id="o", key="o1", name_singular="thing", name_plural="things", fields=(field,))
    pk = f"{WORKSPACE}#M"
    assert field_item(WORKSPACE, obj, field, revision=3) == {
        "PK": pk,
        "SK": "field#o#i",
        "rev": 3,
        "id": "i",
        "key": "f1",
        "name": "title",
        "type": "TEXT",
    }
    assert object_item(WORKSPACE, obj, revision=4) == {
        "PK": pk,
        "SK": "object#o",
        "rev": 4,
        "id": "o",
        "key": "o1",
        "name_singular": "thing",
        "name_plural": "things",
    }


revisions = st.dictionaries(st.integers(0, 9), st.integers(1, 5), max_size=8)


@given(before=revisions, touched=st.dictionaries(st.integers(0, 9), st.booleans(), min_size=1), data=st.data())
def test_a_half_seen_change_is_never_taken_for_a_model(
    before: dict[int, int], touched: dict[int, bool], data: st.DataObject
) -> None:
    """Rows by number with their revisions; a change writes (True) or removes (False) some of them."""
    version = 6
    after = {row: rev for row, rev in before.items() if row not in touched} | {
        row: version for row, kept in touched.items() if kept
    }
    seen = data.draw(st.sets(st.sampled_from(sorted(touched))))
    mixture = {
        row: rev
        for row in before.keys() | after.keys()
        if (rev := (after if row not in touched or row in seen else before).get(row)) is not None
    }

    def state(rows: dict[int, int]) -> MetadataState:
        return MetadataState.of(version, [{"rev": rev} for rev in rows.values()])

    assert (state(mixture) == state(after)) is (mixture == after)
    assert (state(mixture) == state(before)) is (mixture == before)


def with_indexes_inside(model: Model) -> list[dict[str, Any]]:
    """The rows of a model as they were before indexes had rows of their own."""
    items = [item for item in model_items(model) if keys.metadata_row(item)[0] != "index"]
    for item in items:
        if keys.metadata_row(item)[0] == "object":
            indexes = [
                index_item(WORKSPACE, o, i, revision=1) for o in model.objects if o.id == item["id"] for i in o.indexes
            ]
            item["indexes"] = [{k: v for k, v in index.items() if k not in ("PK", "SK", "rev")} for index in indexes]
    return items


def test_indexes_inside_the_rows_of_objects_are_read() -> None:
    model = standard_model(WORKSPACE)
    assert comparable(build_model(WORKSPACE, 1, with_indexes_inside(model))) == comparable(model)


def test_indexes_leave_the_rows_of_objects_with_the_first_change() -> None:
    before = standard_model(WORKSPACE)
    stored = {item["SK"]: item for item in with_indexes_inside(before)}
    draft = Draft(before, next_object_key=100, now="2026-01-01T00:00:00.000Z")
    company, person = (draft.base.by_singular[name] for name in ("company", "person"))
    gone, changed = company.indexes[0], company.indexes[1]
    draft.set_object(company.id, indexes=company.indexes[1:])
    draft.set_index(company.id, replace(changed, name="renamed"))
    draft.set_object(person.id, description="other")
    rows, after = draft.row_changes(), draft.model()
    put, removed = in_rows_of_their_own(stored, after, rows.put, rows.removed)
    assert removed == [], "what had no row cannot be removed"
    stored |= {item["SK"]: item for item in put}
    read = build_model(WORKSPACE, after.version, stored.values())
    assert comparable(read) == comparable(after)
    assert gone.id not in {index.id for index in read.by_id[company.id].indexes}
    assert {sk for sk, item in stored.items() if item.get("indexes")}.isdisjoint(
        {f"object#{company.id}", f"object#{person.id}"}
    )
