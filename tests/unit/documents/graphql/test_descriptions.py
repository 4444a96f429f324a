"""What the schema says about itself: of everything something, in the workspace's own words where it has some."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from graphql import build_client_schema, build_schema, validate_schema

from icosa.access.permissions import Permissions
from icosa.access.roles import Role
from icosa.documents.graphql.definitions import Argument, FieldDefinition, TypeDefinition
from icosa.documents.graphql.document import introspection, schema
from icosa.documents.graphql.text import write
from icosa.documents.graphql.wording import LONGEST, own
from icosa.model.model import Model
from icosa.model.operators import OPERATORS, UNSUPPORTED
from icosa.model.types.composite import CompositeType
from icosa.model.types.registry import by_own_name
from icosa.shipped import load
from tests.support.crm import crm
from tests.support.descriptions import undescribed
from tests.support.generated import generated_model


@pytest.mark.parametrize("model", [crm(), generated_model("w", objects=40, fields=900)], ids=["crm", "generated"])
def test_nothing_is_without_a_description(model: Model) -> None:
    assert list(undescribed(introspection(model))) == []


def _members(definition: TypeDefinition) -> list[FieldDefinition | Argument]:
    return [*definition.fields, *definition.inputs]


def test_every_description_is_a_sentence() -> None:
    """Options have their labels, unique inputs their alternatives (docs/wire/graphql.md#type-names)."""
    for definition in schema(crm()).values():
        if definition.kind == "ENUM" or definition.name.endswith("WhereUniqueInput"):
            continue
        texts = [definition.description, *(member.description for member in _members(definition))]
        texts += [argument.description for field in definition.fields for argument in field.arguments]
        for text in texts:
            assert text, definition.name
            assert text.endswith("."), text
            assert "{" not in text.replace("{label, url}", "").replace("{number, countryCode, callingCode}", ""), text


def test_words_are_there_for_all_that_has_a_name() -> None:
    words = load("graphql/wording")
    composites = {name: type_ for name, type_ in by_own_name.items() if isinstance(type_, CompositeType)}

    assert set(words["fields"]) == set(by_own_name)
    assert set(words["composites"]) == set(composites)
    assert set(words["members"]) == {member.name for type_ in composites.values() for member in type_.members}
    assert set(words["operators"]) >= {operator.name for operator in (*OPERATORS, *UNSUPPORTED)}


@pytest.mark.parametrize(
    ("type_", "member", "text"),
    [
        ("CompanyEdge", None, "A place in a list of Companies: a record and its cursor."),
        ("Company", "createdAt", "Creation date: a point in time, ISO 8601 in UTC."),
        ("Company", "accountOwner", "Account Owner: one of the Workspace Members."),
        ("Company", "accountOwnerId", "Account Owner: the id of one of the Workspace Members."),
        ("Company", "people", "People: the People whose Company is this record."),
        ("PersonConnection", "edges", "The People of the page, in their order."),
        ("PersonConnection", "totalCount", "How many People match, on all pages."),
        ("OpportunityConnection", "avgAmountAmountMicros", "Average of Amount (amountMicros), empty values left out."),
        ("OpportunityConnection", "percentageEmptyStage", "Share of the records in which Stage is empty, from 0 to 1."),
        ("Query", "people", "People, page by page, and figures about all that match."),
        ("Mutation", "createPeople", "Creates several People: all of them or none."),
        ("Mutation", "deletePerson", "Moves one Person to the trash."),
        ("PersonFilterInput", "company", "Conditions on the record that Company points at."),
        ("StringFilter", "ilike", "Matches this pattern, whatever the case: % stands for any characters, _ for one."),
    ],
)
def test_what_it_says(type_: str, member: str | None, text: str) -> None:
    definition = schema(crm())[type_]
    texts: dict[str | None, str | None] = {found.name: found.description for found in _members(definition)}
    texts[None] = definition.description

    assert texts[member] == text


# ------------------------------------------------------------------ the workspace's texts


HOSTILE = (
    'Quotes " and """ and \\ and \\u0000\x00\x1b[31m <script>alert(1)</script> {field} %s %(x)s\n\n'
    "# type Query { x: Int }"
)


def test_texts_of_users_stay_texts() -> None:
    model = crm()
    company = model.by_singular["company"]
    field = dataclasses.replace(company.by_name["name"], description=HOSTILE, label=HOSTILE)
    fields = tuple(field if known.name == "name" else known for known in company.fields)
    changed = dataclasses.replace(company, fields=fields, label_plural=HOSTILE, description=HOSTILE)
    objects = tuple(changed if obj is company else obj for obj in model.objects)
    hostile = dataclasses.replace(model, objects=objects)

    data: Any = introspection(hostile)
    from_text, from_data = build_schema(write(schema(hostile))), build_client_schema(data)
    assert validate_schema(from_text) == validate_schema(from_data) == []
    types = set(build_schema(write(schema(model))).type_map)
    for built in (from_text, from_data):
        assert set(built.type_map) == types
    [shown] = [type_ for type_ in data["__schema"]["types"] if type_["name"] == "Company"]
    assert '"""' in shown["description"]
    assert "\x00" not in shown["description"]


def test_long_texts_are_cut() -> None:
    assert own("x" * LONGEST) == "x" * LONGEST
    assert own("x" * 100_000) == "x" * (LONGEST - 1) + "…"
    assert own(None) == own("  ") == ""


def test_hidden_fields_are_not_described() -> None:
    model = crm()
    company = model.by_singular["company"]
    secret = company.by_name["annualRevenue"]
    rights = Permissions(Role(id="r", rights=frozenset({"read"}), hidden_fields={company.id: frozenset({secret.id})}))

    assert "Annual Revenue" in str(introspection(model))
    assert "Annual Revenue" not in str(introspection(model, rights))
