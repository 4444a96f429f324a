"""docs/wire/metadata.md#collisions: no name may break what is generated from the model."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from graphql import build_client_schema
from hypothesis import given, settings
from hypothesis import strategies as st

from icosa.documents.graphql.common import BUILT_IN, common_types
from icosa.documents.graphql.document import introspection
from icosa.documents.graphql.objects import ObjectTypes
from icosa.metadata.collisions import own_names
from icosa.metadata.names import RESERVED
from icosa.model.graphql_names import derived_queries, types_of_field, types_of_object
from icosa.model.model import Model
from icosa.shipped import folder
from tests.support.soak import examples
from tests.unit.metadata.drafts import STANDARD, again, new_draft, new_field, new_object, problems, update_field

OPTIONS = [{"value": "A", "label": "A", "position": 0, "color": "red"}]
#: Names that generated types, fields and arguments are made of: what a name may collide with is built from these.
WORDS = sorted({*own_names("types"), *own_names("queries"), *own_names("paths")})


def generated(model: Model) -> Counter[str]:
    """How often each type is defined, the product's own included."""
    names = Counter([*common_types(), *BUILT_IN, "Mutation", "Subscription"])
    for obj in model.objects:
        names.update(definition.name for definition in ObjectTypes(model, obj, None).all())
    return names


def root_fields(model: Model) -> Counter[str]:
    names: Counter[str] = Counter(query.name for query in common_types()["Query"].fields)
    for obj in model.objects:
        types = ObjectTypes(model, obj, None)
        names.update(field.name for field in (*types.queries(), *types.mutations()))
    return names


def doubles(model: Model) -> set[str]:
    return {name for names in (generated(model), root_fields(model)) for name, count in names.items() if count > 1}


def test_the_products_own_names_are_those_of_the_generator() -> None:
    """After a change of the schema, write the new names into schemas/generated-names.json."""
    shipped = json.loads((folder() / "generated-names.json").read_text(encoding="utf-8"))
    assert shipped["types"] == sorted({*common_types(), *BUILT_IN, "Mutation", "Subscription"})
    assert shipped["queries"] == sorted(field.name for field in common_types()["Query"].fields)


def test_the_names_of_objects_are_those_of_the_generator() -> None:
    draft = new_draft()
    obj = new_object(draft)
    new_field(draft, obj, "SELECT", "grade", options=OPTIONS)
    new_field(draft, obj, "PHONES", "line", isUnique=True)
    model = draft.model()
    assert doubles(model) == set()
    for obj in model.objects:
        types = ObjectTypes(model, obj, None)
        expected = {*types_of_object(obj), *(name for field in obj.fields for name in types_of_field(obj, field))}
        assert {definition.name for definition in types.all()} == expected
        queries = {query.name for query in types.queries()}
        assert queries <= {obj.name_singular, obj.name_plural, *derived_queries(obj)}
        assert queries >= {obj.name_singular, obj.name_plural, *derived_queries(obj)[1:]}


@pytest.mark.parametrize(
    ("singular", "plural"),
    [
        *((name[0].lower() + name[1:], "collected") for name in sorted(own_names("types"))),
        ("personFilterInput", "collected"),
        ("personDuplicates", "collected"),
        ("opportunityStageEnum", "collected"),
        ("opportunityStageEnumFilter", "collected"),
        ("companyDomainNameWhereInput", "collected"),
        ("companyOrderByWithGroupByAggregateInput", "collected"),
        ("any", "peopleGroupBy"),
        ("any", "personDuplicates"),
        ("peopleGroupBy", "collected"),
        ("foo", "fooDuplicates"),
        ("foosGroupBy", "foos"),
        *(("any", name) for name in sorted(own_names("paths"))),
    ],
)
def test_objects_that_would_take_a_name(singular: str, plural: str) -> None:
    draft = new_draft()
    new_object(draft, singular, namePlural=plural)
    assert RESERVED in problems(draft)


@pytest.mark.parametrize("name", ["email", "strings", "personView", "opportunityStage", "pageInfos", "personFilter"])
def test_names_beside_them_are_free(name: str) -> None:
    draft = new_draft()
    new_object(draft, name, namePlural=f"{name}List")
    assert problems(draft) == []


def test_an_object_whose_types_another_object_names() -> None:
    draft = new_draft()
    new_object(draft, "rocketEdge")
    draft = again(draft)
    new_object(draft, "rocket")
    assert problems(draft) == [RESERVED]


def test_a_renamed_object_is_looked_at() -> None:
    from icosa.metadata import bodies, objects

    draft = new_draft()
    rocket = new_object(draft)
    draft = again(draft)
    objects.update_object(draft, rocket.id, bodies.named_members(bodies.UpdateObject, {"nameSingular": "personEdge"}))
    assert problems(draft) == [RESERVED]


def test_enums_of_two_objects() -> None:
    draft = new_draft()
    foo, foo_baz = new_object(draft, "foo"), new_object(draft, "fooBaz")
    new_field(draft, foo_baz, "SELECT", "bar", options=OPTIONS)
    draft = again(draft)
    new_field(draft, foo, "SELECT", "bazBar", options=OPTIONS)
    assert problems(draft) == [RESERVED]


def test_a_composite_that_becomes_unique() -> None:
    draft = new_draft()
    foo = new_object(draft, "foo")
    new_object(draft, "fooLineWhereInput")
    line = new_field(draft, foo, "PHONES", "line")
    draft = again(draft)
    update_field(draft, line, isUnique=True)
    assert RESERVED in problems(draft)


def test_labels_in_step_with_reserved_names() -> None:
    """As for other reserved words the name that a label gives has Custom behind it, and can be used."""
    draft = new_draft()
    input: dict[str, Any] = {"labelSingular": "Phones", "labelPlural": "Metadata", "isLabelSyncedWithName": True}
    new_object(draft, "phonesCustom", namePlural="metadataCustom", **input)
    assert problems(draft) == []


@st.composite
def _names(draw: st.DrawFn) -> str:
    obj = draw(st.sampled_from(STANDARD.objects))
    model_names = [*types_of_object(obj), *derived_queries(obj), obj.name_singular, obj.name_plural]
    name = draw(st.sampled_from([*model_names, *WORDS]))
    name = name[0].lower() + name[1:]
    return name + draw(st.sampled_from(["", "", "Edge", "Duplicates", "GroupBy", "s", "Enum", "FilterInput"]))


@settings(max_examples=examples(12))
@given(st.lists(st.tuples(_names(), _names()), min_size=1, max_size=3))
def test_what_is_accepted_makes_a_schema(names: list[tuple[str, str]]) -> None:
    draft = new_draft()
    for singular, plural in names:
        if len(singular) > 63 or len(plural) > 63:
            continue
        next_draft = again(draft)
        obj = new_object(next_draft, singular, namePlural=plural)
        new_field(next_draft, obj, "SELECT", "stage", options=OPTIONS)
        if not problems(next_draft):
            draft = next_draft
    model = draft.model()
    assert doubles(model) == set()
    if len(model.objects) > len(STANDARD.objects):
        build_client_schema(introspection(model))  # type: ignore[arg-type]
