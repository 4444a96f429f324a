"""Bodies of creates and updates (docs/wire/rest.md#bodies, docs/wire/rest.md#relations-in-bodies,
docs/wire/graphql.md#data, docs/wire/graphql.md#relations-in-data).
"""

from __future__ import annotations

from typing import Any

import pytest

from icosa.errors import InvalidData
from icosa.model.input import Connect, Disconnect, Link, NestedCreate, ParsedInput, defaults, parse_input
from icosa.model.types.base import Item, Mode
from tests.unit.model.fields import ID, NOW, OTHER_ID, make_field, make_model, make_object, many_to_one, one_to_many

COMPANY = make_object(
    "company",
    make_field("TEXT", "name", "f10"),
    make_field("LINKS", "domainName", "f11"),
    make_field("PHONES", "phones", "f12"),
    one_to_many("people", "person", "f13"),
    key="o1",
    unique=("domainName", "phones"),
)
PERSON = make_object(
    "person",
    make_field("FULL_NAME", "name", "f10"),
    make_field("TEXT", "city", "f11", default_value="'Paris'"),
    make_field("SELECT", "stage", "f12", is_nullable=False, default_value="'RED'"),
    make_field("TEXT", "code", "f13", is_nullable=False),
    make_field("CURRENCY", "fee", "f14", default_value={"amountMicros": None, "currencyCode": "'EUR'"}),
    make_field("EMAILS", "emails", "f15"),
    many_to_one("company", "company", "f16"),
    many_to_one("targetCompany", "company", "f17", is_nullable=False),
    one_to_many("notes", "company", "f18"),
    key="o2",
    unique=("emails",),
)
MODEL = make_model(COMPANY, PERSON)
OLD: Item = {"f1": ID, "f10": {"firstName": "Ada", "lastName": "L"}, "f14": {"currencyCode": "USD"}}
#: A record that has what it must have.
WHOLE: Item = {**OLD, "f4": {"source": "API"}, "f12": "RED", "f13": "x", "f17": ID}


def parse(data: dict[str, Any], mode: Mode = "create", old: Item | None = None) -> ParsedInput:
    return parse_input(MODEL, PERSON, data, mode=mode, now=NOW, old=old)


#: data, values
TAKEN: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {}),
    ({"name": {"firstName": "Ada"}}, {"f10": {"firstName": "Ada"}}),
    ({"city": ""}, {"f11": None}),
    ({"city": None}, {"f11": None}),
    ({"id": ID.upper()}, {"f1": ID}),
    ({"createdAt": "2020-01-01", "deletedAt": None}, {"f2": "2020-01-01T00:00:00.000Z", "f3": None}),
    ({"companyId": ID.upper()}, {"f16": ID}),
    ({"companyId": None}, {"f16": None}),
    ({"position": 2.5}, {"f5": 2.5}),
    # Members that the body does not name take their defaults; those of actors are the engine's.
    ({"fee": {"amountMicros": 5}}, {"f14": {"amountMicros": "5", "currencyCode": "EUR"}}),
    ({"fee": None}, {"f14": None}),
    ({"createdBy": {"source": "EMAIL"}}, {"f4": {"source": "EMAIL"}}),
    ({"createdBy": {}}, {}),
    ({"createdBy": None}, {}),
]


@pytest.mark.parametrize(("data", "values"), TAKEN)
def test_create(data: dict[str, Any], values: dict[str, Any]) -> None:
    result = parse(data)
    assert result.values == values
    assert (result.position, result.links) == (None, ())


def test_update() -> None:
    data = {"name": {"lastName": "B"}, "fee": {"amountMicros": 1}, "id": ID.upper()}
    assert parse(data, "update", OLD).values == {
        "f10": {"firstName": "Ada", "lastName": "B"},
        "f14": {"amountMicros": "1", "currencyCode": "USD"},
    }
    assert OLD["f10"] == {"firstName": "Ada", "lastName": "L"}
    assert parse({"fee": {"amountMicros": 1}}, "update", {"f1": ID}).values == {"f14": {"amountMicros": "1"}}


@pytest.mark.parametrize("place", ["first", "last"])
def test_places(place: str) -> None:
    result = parse({"position": place})
    assert (result.position, result.values) == (place, {})


def test_mentioned_fields() -> None:
    result = parse(
        {"companyId": None, "targetCompany": {"disconnect": True}, "name": {}, "position": "first", "city": "x"}
    )
    assert result.mentioned == {"company", "targetCompany", "name", "position", "city"}


#: data, mode, message
REFUSED: list[tuple[dict[str, Any], Mode, str]] = [
    ({"foo": 1}, "create", 'Object person doesn\'t have any "foo" field.'),
    ({"id": None}, "create", 'Invalid UUID value null for field "id"'),
    ({"id": "x"}, "create", "Invalid UUID value 'x' for field \"id\""),
    ({"id": OTHER_ID}, "update", f"The id of a record cannot be changed, but the data has another one: '{OTHER_ID}'"),
    ({"code": None}, "create", "Field code is not nullable and has no default value."),
    ({"code": ""}, "update", "Field code is not nullable and has no default value."),
    ({"code": None}, "update", "Field code is not nullable and has no default value."),
    ({"targetCompanyId": None}, "update", "Field targetCompanyId is not nullable and has no default value."),
    ({"stage": None}, "update", "Field stage is not nullable."),
    ({"createdBy": None}, "update", "Field createdBy is not nullable."),
    ({"position": None}, "create", 'Invalid position value null for field "position"'),
    ({"position": "middle"}, "create", "Invalid position value 'middle' for field \"position\""),
    ({"searchVector": "x"}, "create", "searchVector TS_VECTOR-typed field does not support write operations"),
    ({"notes": []}, "create", "One-to-many relation notes field does not support write operations."),
    ({"notes": None}, "update", "One-to-many relation notes field does not support write operations."),
    ({"name": "x"}, "create", "Invalid object value 'x' for field \"name\""),
    ({"companyId": "x"}, "create", "Invalid UUID value 'x' for field \"companyId\""),
    ({"company": {}}, "create", 'Relation "company" requires create, connect, or disconnect operation'),
    ({"company": ID}, "create", 'Relation "company" requires create, connect, or disconnect operation'),
    ({"company": {"link": {}}}, "create", 'Relation "company" requires create, connect, or disconnect operation'),
    (
        {"company": {"disconnect": "yes"}},
        "create",
        'Relation "company" requires create, connect, or disconnect operation',
    ),
    ({"company": {"create": []}}, "create", 'Relation "company" requires create, connect, or disconnect operation'),
    ({"company": None, "companyId": None}, "create", "company and companyId cannot be both provided."),
    (
        {"company": {"connect": {}, "disconnect": True}},
        "create",
        "Cannot have both connect and disconnect for the same field on person.",
    ),
]


@pytest.mark.parametrize(("data", "mode", "message"), REFUSED)
def test_refused(data: dict[str, Any], mode: Mode, message: str) -> None:
    with pytest.raises(InvalidData) as caught:
        parse(data, mode, WHOLE if mode == "update" else None)
    assert caught.value.message == message
    assert caught.value.sub_code == "INVALID_ARGS_DATA"


def test_what_a_record_lacks_may_be_sent_back_and_nothing_changes_nothing() -> None:
    """Fields can become required when there are records already."""
    unchanged: tuple[dict[str, Any], ...] = (
        {"code": None},
        {"code": ""},
        {"createdBy": {}},
        {"targetCompanyId": None},
        {"stage": None},
    )
    for data in unchanged:
        assert parse(data, "update", OLD).values == {}
    kept: dict[str, Any] = {"createdBy": {}, "name": {}, "fee": {}}
    assert parse(kept, "update", WHOLE).values == {"f4": WHOLE["f4"], "f10": WHOLE["f10"], "f14": WHOLE["f14"]}
    with pytest.raises(InvalidData, match="createdBy is not nullable"):
        parse({"createdBy": {"source": None}}, "update", WHOLE)


def test_what_is_on_record_can_be_sent_back_after_rules_have_changed() -> None:
    old = {**WHOLE, "f12": "GONE", "f15": {"primaryEmail": "no address", "additionalEmails": ["nor this"]}}
    sent = {"stage": "GONE", "emails": {"primaryEmail": "no address", "additionalEmails": ["nor this"]}}
    assert parse(sent, "update", old).values == {"f12": "GONE", "f15": old["f15"]}
    for data in ({"stage": True}, {"stage": "WRONG"}, {"emails": {"primaryEmail": "wrong"}}, {"stage": "\ud800"}):
        with pytest.raises(InvalidData):
            parse(data, "update", old)


def test_what_no_record_would_take_is_found_without_one() -> None:
    for data in ({"emails": {"primaryEmail": "x"}}, {"code": None}, {"name": {"x": 1}}, {"name": 1}, {"city": 1}):
        with pytest.raises(InvalidData):
            parse(data, "check", {"f1": ID})
    assert parse({"name": {"firstName": ""}, "id": ID}, "check", {"f1": ID}).values == {}


def test_what_an_existing_record_would_take() -> None:
    def draft(data: dict[str, Any]) -> ParsedInput:
        return parse_input(MODEL, COMPANY, data, mode="create", now=NOW, may_exist=True)

    parsed = draft({"phones": {"primaryPhoneNumber": "0610203040"}})
    [unfit] = parsed.unfit
    assert (parsed.values, unfit.field) == ({}, "phones.primaryPhoneNumber")
    assert str(unfit.error) == "Provided phone number is invalid 0610203040"
    assert not draft({"phones": {"primaryPhoneNumber": "+33610203040"}}).unfit
    with pytest.raises(InvalidData, match="Invalid subfield x"):
        draft({"phones": {"x": "0610203040"}})


def test_an_id_in_a_change_of_many_records_is_refused() -> None:
    with pytest.raises(InvalidData, match="The id of a record cannot be changed"):
        parse({"id": ID}, "update")


def only(links: tuple[Link, ...]) -> Link:
    [link] = links
    return link


def test_disconnect() -> None:
    assert only(parse({"company": {"disconnect": True}}).links) == Disconnect(field=PERSON.by_name["company"])
    assert only(parse({"company": None}).links) == Disconnect(field=PERSON.by_name["company"])
    assert parse({"company": {"disconnect": False}}).links == ()


def test_nested_create() -> None:
    link = only(parse({"targetCompany": {"create": {"name": "x"}}}).links)
    assert isinstance(link, NestedCreate)
    assert (link.field.name, link.target.name_singular, link.data) == ("targetCompany", "company", {"name": "x"})


@pytest.mark.parametrize(
    ("where", "constraint", "values", "description"),
    [
        ({"id": ID.upper()}, None, {"f1": ID}, f"id = {ID}"),
        (
            {"domainName": {"primaryLinkUrl": "https://ACME.test/"}},
            "u0",
            {"f11": {"primaryLinkUrl": "https://acme.test"}},
            "domainNamePrimaryLinkUrl = https://acme.test",
        ),
        (
            {
                "phones": {
                    "primaryPhoneNumber": "+33 6 10 20 30 40",
                    "primaryPhoneCountryCode": "FR",
                    "primaryPhoneCallingCode": "+33",
                }
            },
            "u1",
            {
                "f12": {
                    "primaryPhoneNumber": "610203040",
                    "primaryPhoneCountryCode": "FR",
                    "primaryPhoneCallingCode": "+33",
                }
            },
            "phonesPrimaryPhoneNumber = 610203040 and phonesPrimaryPhoneCountryCode = FR and "
            "phonesPrimaryPhoneCallingCode = +33",
        ),
    ],
)
def test_connect(where: dict[str, Any], constraint: str | None, values: dict[str, Any], description: str) -> None:
    link = only(parse({"company": {"connect": {"where": where}}}, "update", OLD).links)
    assert isinstance(link, Connect)
    assert (link.field.name, link.target.name_singular) == ("company", "company")
    assert (link.constraint.key if link.constraint else None) == constraint
    assert (link.where, link.description) == (values, description)


@pytest.mark.parametrize(
    ("operand", "message"),
    [
        ({}, "Missing required fields: at least one unique constraint have to be fully populated for 'company'."),
        (None, "Missing required fields: at least one unique constraint have to be fully populated for 'company'."),
        (
            {"where": {}},
            "Missing required fields: at least one unique constraint have to be fully populated for 'company'.",
        ),
        (
            {"where": {"id": None}},
            "Missing required fields: at least one unique constraint have to be fully populated for 'company'.",
        ),
        (
            {"where": {"domainName": {"primaryLinkUrl": " "}}},
            "Missing required fields: at least one unique constraint have to be fully populated for 'company'.",
        ),
        (
            {"where": {"phones": {"primaryPhoneNumber": "+33610203040"}}},
            "Missing required fields: at least one unique constraint have to be fully populated for 'company'.",
        ),
        ({"where": {"name": "x"}}, "Field name is not a unique constraint field for 'company'."),
        (
            {"where": {"domainName": {"primaryLinkLabel": "x"}}},
            "Field domainName.primaryLinkLabel is not a unique constraint field for 'company'.",
        ),
        (
            {"where": {"id": ID, "domainName": {"primaryLinkUrl": "a.com"}}},
            "Expected exactly one unique constraint in the where of 'company'.",
        ),
        ({"where": {"domainName": {"primaryLinkUrl": "?o"}}}, "The URL of the link is not valid"),
        ({"where": {"id": "x"}}, "Invalid UUID value 'x' for field \"id\""),
        ({"where": 1}, 'Invalid object value 1 for field "company.connect.where"'),
    ],
)
def test_refused_connects(operand: Any, message: str) -> None:
    with pytest.raises(InvalidData) as caught:
        parse({"company": {"connect": operand}})
    assert caught.value.message == message


def test_defaults() -> None:
    first, second = defaults(PERSON, NOW), defaults(PERSON, NOW)
    assert first.pop("f1") != second.pop("f1")
    assert first == {
        "f2": NOW,
        "f4": {"source": "MANUAL", "name": "System"},
        "f11": "Paris",
        "f12": "RED",
        "f14": {"currencyCode": "EUR"},
    }
    assert defaults(PERSON, "2030-01-01T00:00:00.000Z")["f2"] == "2030-01-01T00:00:00.000Z"
