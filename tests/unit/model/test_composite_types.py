"""Composites in bodies: members, partial updates, read defaults, merging (docs/wire/rest.md#partial-composites,
docs/wire/rest.md#merge).
"""

from __future__ import annotations

import re
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from icosa.errors import InvalidData
from tests.unit.model.fields import ID, make_field

FR = {"primaryPhoneNumber": "610203040", "primaryPhoneCountryCode": "FR", "primaryPhoneCallingCode": "+33"}
NO_PHONE = {
    "primaryPhoneNumber": "",
    "primaryPhoneCountryCode": "",
    "primaryPhoneCallingCode": "",
    "additionalPhones": [],
}
NO_ADDRESS = {
    "addressStreet1": "",
    "addressStreet2": "",
    "addressCity": "",
    "addressPostcode": "",
    "addressState": "",
    "addressCountry": "",
    "addressLat": None,
    "addressLng": None,
}

#: type, input, stored, shown
TAKEN: list[tuple[str, Any, Any, Any]] = [
    ("FULL_NAME", {"firstName": "Ada"}, {"firstName": "Ada"}, {"firstName": "Ada", "lastName": ""}),
    ("FULL_NAME", {"firstName": "", "lastName": None}, None, {"firstName": "", "lastName": ""}),
    ("FULL_NAME", {}, None, {"firstName": "", "lastName": ""}),
    ("FULL_NAME", None, None, {"firstName": "", "lastName": ""}),
    (
        "CURRENCY",
        {"amountMicros": 1500000000, "currencyCode": "EUR"},
        {"amountMicros": "1500000000", "currencyCode": "EUR"},
        ...,
    ),
    ("CURRENCY", {"amountMicros": "5"}, {"amountMicros": "5"}, {"amountMicros": 5, "currencyCode": None}),
    ("CURRENCY", {"amountMicros": 5.0}, {"amountMicros": "5"}, {"amountMicros": 5, "currencyCode": None}),
    ("CURRENCY", {"currencyCode": " eur "}, {"currencyCode": "EUR"}, {"amountMicros": None, "currencyCode": "EUR"}),
    ("CURRENCY", {"currencyCode": "DEM"}, {"currencyCode": "DEM"}, {"amountMicros": None, "currencyCode": "DEM"}),
    ("CURRENCY", {"currencyCode": ""}, None, {"amountMicros": None, "currencyCode": None}),
    (
        "ADDRESS",
        {"addressCity": "Lyon", "addressLat": 48.8566, "addressLng": "-2"},
        {"addressCity": "Lyon", "addressLat": "48.8566", "addressLng": "-2"},
        {**NO_ADDRESS, "addressCity": "Lyon", "addressLat": 48.8566, "addressLng": -2},
    ),
    (
        "LINKS",
        {"primaryLinkUrl": "https://WWW.Example.COM/Path", "primaryLinkLabel": "lbl", "secondaryLinks": []},
        {"primaryLinkUrl": "https://www.example.com/Path", "primaryLinkLabel": "lbl"},
        {"primaryLinkUrl": "https://www.example.com/Path", "primaryLinkLabel": "lbl", "secondaryLinks": []},
    ),
    (
        "LINKS",
        {
            "primaryLinkUrl": "",
            "secondaryLinks": [{"url": "", "label": "no"}, {"label": "B", "url": "b.com"}, {"url": "https://C.com/"}],
        },
        {"primaryLinkUrl": "b.com", "primaryLinkLabel": "B", "secondaryLinks": [{"label": "", "url": "https://c.com"}]},
        ...,
    ),
    ("LINKS", {"secondaryLinks": '[{"url": "a.com", "label": null}]'}, {"primaryLinkUrl": "a.com"}, ...),
    (
        "LINKS",
        {"primaryLinkLabel": "only"},
        {"primaryLinkLabel": "only"},
        {"primaryLinkUrl": "", "primaryLinkLabel": "only", "secondaryLinks": []},
    ),
    (
        "EMAILS",
        {"primaryEmail": "Ada@Example.ORG", "additionalEmails": ["B@example.org"]},
        {"primaryEmail": "ada@example.org", "additionalEmails": ["b@example.org"]},
        {"primaryEmail": "ada@example.org", "additionalEmails": ["b@example.org"]},
    ),
    ("EMAILS", {"primaryEmail": "", "additionalEmails": "[]"}, None, {"primaryEmail": "", "additionalEmails": []}),
    ("PHONES", {"primaryPhoneNumber": "+33610203040"}, FR, {**FR, "additionalPhones": []}),
    ("PHONES", {"primaryPhoneNumber": "06 10 20 30 40", "primaryPhoneCountryCode": "FR"}, FR, ...),
    (
        "PHONES",
        {"primaryPhoneNumber": "610203040", "primaryPhoneCallingCode": "+33", "additionalPhones": None},
        FR,
        ...,
    ),
    ("PHONES", {"primaryPhoneNumber": "", "primaryPhoneCountryCode": "FR"}, {"primaryPhoneCountryCode": "FR"}, ...),
    (
        "PHONES",
        {"additionalPhones": [{"number": "+33611223344"}, {"number": "", "countryCode": None}]},
        {"additionalPhones": [{"number": "611223344", "callingCode": "+33", "countryCode": "FR"}]},
        {**NO_PHONE, "additionalPhones": [{"number": "611223344", "callingCode": "+33", "countryCode": "FR"}]},
    ),
    (
        "ACTOR",
        {"source": "EMAIL", "workspaceMemberId": ID.upper(), "name": "Ada", "context": {"provider": "google"}},
        {"source": "EMAIL", "workspaceMemberId": ID, "name": "Ada", "context": '{"provider":"google"}'},
        {"source": "EMAIL", "workspaceMemberId": ID, "name": "Ada", "context": {"provider": "google"}},
    ),
    ("ACTOR", {"source": "API", "context": {}}, {"source": "API"}, ...),
    ("ACTOR", None, None, None),
    ("RICH_TEXT", None, None, {"blocknote": None, "markdown": ""}),
    ("RICH_TEXT", {"blocknote": None, "markdown": ""}, None, {"blocknote": None, "markdown": ""}),
    (
        "RICH_TEXT",
        {"blocknote": "[]", "markdown": "m"},
        {"blocknote": "[]", "markdown": "m"},
        {"blocknote": "[]", "markdown": "m"},
    ),
    ("RICH_TEXT", {"blocknote": "[]"}, {"blocknote": "[]"}, {"blocknote": "[]", "markdown": ""}),
]


@pytest.mark.parametrize(("name", "value", "stored", "rendered"), TAKEN)
def test_taken(name: str, value: Any, stored: Any, rendered: Any) -> None:
    field = make_field(name)
    assert field.type.parse(field, value) == stored
    if rendered is not ...:
        assert field.type.render(field, stored) == rendered


def test_what_is_shown_can_be_sent_back() -> None:
    for name, value, stored, _ in TAKEN:
        field = make_field(name)
        assert field.type.parse(field, field.type.render(field, field.type.parse(field, value))) == stored


#: type, input, message
REFUSED: list[tuple[str, Any, str]] = [
    ("FULL_NAME", "x", "Invalid object value 'x' for field \"f\""),
    ("FULL_NAME", [], 'Invalid object value [] for field "f"'),
    ("FULL_NAME", {"nickname": "x"}, 'Invalid subfield nickname for full name field "f"'),
    ("FULL_NAME", {"firstName": 1}, 'Invalid string value 1 for text field "f.firstName"'),
    ("ADDRESS", "Paris", "Invalid object value 'Paris' for field \"f\""),
    ("ADDRESS", {"city": "x"}, 'Invalid subfield city for address field "f"'),
    ("ADDRESS", {"addressLat": "abc"}, 'Invalid number value NaN for field "f.addressLat"'),
    ("CURRENCY", {"amountMicros": "abc"}, 'Invalid number value NaN for field "f.amountMicros"'),
    ("CURRENCY", {"x": 1}, 'Invalid subfield x for currency field "f"'),
    ("LINKS", {"foo": 1}, 'Invalid subfield foo for links field "f"'),
    ("LINKS", {"primaryLinkUrl": "?o"}, "The URL of the link is not valid"),
    ("LINKS", {"primaryLinkUrl": 1}, 'Invalid string value 1 for text field "f.primaryLinkUrl"'),
    ("LINKS", {"secondaryLinks": [{"label": "x", "url": "nope"}]}, "The URL of the link is not valid"),
    ("LINKS", {"secondaryLinks": "x"}, "Invalid object value 'x' for field \"f.secondaryLinks\""),
    ("LINKS", {"secondaryLinks": [1]}, 'Invalid object value 1 for field "f.secondaryLinks"'),
    (
        "EMAILS",
        {"primaryEmail": "not-an-email"},
        "Invalid string value 'not-an-email' for email field \"f.primaryEmail\"",
    ),
    ("EMAILS", {"primaryEmail": 1}, 'Invalid string value 1 for email field "f.primaryEmail"'),
    (
        "EMAILS",
        {"additionalEmails": ["a@b.org", "x"]},
        "Invalid string value 'x' for email field \"f.additionalEmails\"",
    ),
    ("EMAILS", {"additionalEmails": [""]}, "Invalid string value '' for email field \"f.additionalEmails\""),
    ("EMAILS", {"additionalEmails": "x"}, "Invalid string value 'x' for email field \"f.additionalEmails\""),
    ("EMAILS", {"x": 1}, 'Invalid subfield x for emails field "f"'),
    ("PHONES", {"primaryPhoneNumber": "610203040"}, "Provided phone number is invalid 610203040"),
    ("PHONES", {"primaryPhoneCountryCode": "XX"}, "Invalid country code XX"),
    ("PHONES", {"additionalPhones": [{"number": "1"}]}, "Provided phone number is invalid 1"),
    (
        "PHONES",
        {"additionalPhones": ["+33610203040"]},
        "Invalid object value '+33610203040' for field \"f.additionalPhones\"",
    ),
    ("PHONES", {"x": 1}, 'Invalid subfield x for phones field "f"'),
    (
        "ACTOR",
        {"source": "X"},
        'Invalid value "X" for field "f.source". Valid values are: '
        "EMAIL, CALENDAR, WORKFLOW, AGENT, API, IMPORT, MANUAL, SYSTEM, WEBHOOK, APPLICATION",
    ),
    ("ACTOR", {"workspaceMemberId": "x"}, "Invalid UUID value 'x' for field \"f.workspaceMemberId\""),
    ("ACTOR", {"context": "x"}, "Invalid object value 'x' for field \"f.context\""),
    ("ACTOR", {"x": 1}, 'Invalid subfield x for actor field "f"'),
    ("RICH_TEXT", "x", "Invalid rich text v2 value 'x' for field \"f\" - Should be an object"),
    ("RICH_TEXT", {"x": 1}, 'Invalid subfield x for rich text field "f"'),
    ("RICH_TEXT", {"blocknote": "{"}, 'Invalid blocknote value for field "f.blocknote" - must contain valid JSON'),
    (
        "RICH_TEXT",
        {"blocknote": "{}"},
        'Invalid blocknote value for field "f.blocknote" - must be a JSON array of blocks',
    ),
    (
        "RICH_TEXT",
        {"blocknote": "[" * 70 + "]" * 70},
        'Invalid blocknote value for field "f.blocknote" - must not be nested deeper than 64 levels',
    ),
    (
        "RICH_TEXT",
        {"blocknote": '[{"content": [{"type": "link", "href": " java\\nScript:alert(1)"}]}]'},
        'Dangerous URL protocol in blocknote content for field "f.blocknote"',
    ),
    ("RICH_TEXT", {"markdown": 1}, 'Invalid string value 1 for text field "f.markdown"'),
]


@pytest.mark.parametrize(("name", "value", "message"), REFUSED)
def test_refused(name: str, value: Any, message: str) -> None:
    field = make_field(name)
    with pytest.raises(InvalidData) as caught:
        field.type.parse(field, value)
    assert caught.value.message == message


ADA = {"primaryEmail": "ada@example.org", "additionalEmails": ["a2@example.org"]}
#: Stored under rules that have changed since: today they would be refused.
MORE_PHONES = [{"number": "1", "callingCode": "+33", "countryCode": "FR"}]
TWO_PHONES = {**FR, "additionalPhones": MORE_PHONES}
US = {"primaryPhoneNumber": "4155552671", "primaryPhoneCountryCode": "US", "primaryPhoneCallingCode": "+1"}
US_PHONE = {"number": "4155552671", "countryCode": "US", "callingCode": "+1"}
DOCUMENT = {"markdown": "a", "blocknote": "[1]"}
SITES = {"primaryLinkUrl": "a.com", "primaryLinkLabel": "A", "secondaryLinks": [{"label": "B", "url": "b.com"}]}

#: type, stored before, input of an update, stored after
UPDATED: list[tuple[str, Any, Any, Any]] = [
    ("FULL_NAME", {"firstName": "Ada", "lastName": "L"}, {"lastName": "B"}, {"firstName": "Ada", "lastName": "B"}),
    ("FULL_NAME", {"firstName": "Ada"}, {"firstName": ""}, None),
    ("FULL_NAME", {"firstName": "Ada"}, None, None),
    (
        "CURRENCY",
        {"amountMicros": "1", "currencyCode": "EUR"},
        {"amountMicros": 2},
        {"amountMicros": "2", "currencyCode": "EUR"},
    ),
    (
        "ADDRESS",
        {"addressCity": "Lyon", "addressCountry": "F"},
        {"addressCity": "Nice"},
        {"addressCity": "Nice", "addressCountry": "F"},
    ),
    ("ACTOR", {"source": "API", "name": "k"}, {"source": "EMAIL"}, {"source": "EMAIL", "name": "k"}),
    ("ACTOR", {"source": "API", "name": "k"}, {"name": None}, {"source": "API"}),
    ("RICH_TEXT", DOCUMENT, {"blocknote": "[]"}, {"blocknote": "[]"}),
    ("RICH_TEXT", DOCUMENT, {"markdown": "a"}, DOCUMENT),
    ("RICH_TEXT", DOCUMENT, {"markdown": None}, None),
    ("LINKS", SITES, {"primaryLinkLabel": "Z"}, {**SITES, "primaryLinkLabel": "Z"}),
    ("LINKS", SITES, {"primaryLinkUrl": "z.com"}, {**SITES, "primaryLinkUrl": "z.com"}),
    ("LINKS", SITES, {"secondaryLinks": []}, {"primaryLinkUrl": "a.com", "primaryLinkLabel": "A"}),
    ("LINKS", SITES, {"secondaryLinks": None}, {"primaryLinkUrl": "a.com", "primaryLinkLabel": "A"}),
    (
        "LINKS",
        SITES,
        {"secondaryLinks": [{"url": "c.com"}]},
        {**SITES, "secondaryLinks": [{"label": "", "url": "c.com"}]},
    ),
    ("LINKS", SITES, {"primaryLinkLabel": None}, {k: v for k, v in SITES.items() if k != "primaryLinkLabel"}),
    ("LINKS", SITES, {"primaryLinkUrl": None}, {"primaryLinkUrl": "b.com", "primaryLinkLabel": "B"}),
    ("LINKS", {"primaryLinkUrl": "a.com", "primaryLinkLabel": "A"}, {"primaryLinkUrl": ""}, {"primaryLinkLabel": "A"}),
    (
        "LINKS",
        None,
        {"secondaryLinks": [{"url": "c.com", "label": "C"}]},
        {"primaryLinkUrl": "c.com", "primaryLinkLabel": "C"},
    ),
    ("EMAILS", ADA, {"additionalEmails": ["b@example.org"]}, {**ADA, "additionalEmails": ["b@example.org"]}),
    ("EMAILS", ADA, {"primaryEmail": "b@example.org"}, {**ADA, "primaryEmail": "b@example.org"}),
    ("EMAILS", ADA, {"primaryEmail": None}, {"additionalEmails": ["a2@example.org"]}),
    ("EMAILS", ADA, {"additionalEmails": None}, {"primaryEmail": "ada@example.org"}),
    # Codes follow the number; those on record tell how to read a national one.
    ("PHONES", TWO_PHONES, {"primaryPhoneNumber": "+33611223344"}, {**TWO_PHONES, "primaryPhoneNumber": "611223344"}),
    ("PHONES", TWO_PHONES, {"primaryPhoneNumber": "06 11 22 33 44"}, {**TWO_PHONES, "primaryPhoneNumber": "611223344"}),
    ("PHONES", TWO_PHONES, {"primaryPhoneNumber": "+1 415 555 2671"}, {**US, "additionalPhones": MORE_PHONES}),
    ("PHONES", FR, {"primaryPhoneNumber": "4155552671", "primaryPhoneCountryCode": "US"}, US),
    ("PHONES", FR, {"primaryPhoneNumber": "4155552671", "primaryPhoneCallingCode": "+1"}, US),
    ("PHONES", US, {"primaryPhoneNumber": "+1 555 555 0100"}, {**US, "primaryPhoneNumber": "5555550100"}),
    ("PHONES", FR, {"additionalPhones": []}, FR),
    ("PHONES", TWO_PHONES, {"additionalPhones": None}, FR),
    ("PHONES", FR, {"additionalPhones": [{"number": "+14155552671"}]}, {**FR, "additionalPhones": [US_PHONE]}),
    ("PHONES", FR, {"primaryPhoneNumber": ""}, {"primaryPhoneCountryCode": "FR", "primaryPhoneCallingCode": "+33"}),
    ("PHONES", FR, {"primaryPhoneCountryCode": None}, {k: v for k, v in FR.items() if k != "primaryPhoneCountryCode"}),
    (
        "PHONES",
        FR,
        {"primaryPhoneNumber": "+80012345678"},
        {"primaryPhoneNumber": "12345678", "primaryPhoneCallingCode": "+800"},
    ),
]


@pytest.mark.parametrize(("name", "before", "value", "after"), UPDATED)
def test_updates_of_members(name: str, before: Any, value: Any, after: Any) -> None:
    field = make_field(name)
    kept = orjson.dumps(before)
    assert field.type.parse(field, value, old=before, mode="update") == after
    assert orjson.dumps(before) == kept, "stored values are shared"


@pytest.mark.parametrize(("name", "before", "value", "after"), UPDATED)
def test_what_is_on_record_can_be_sent_back_and_nothing_changes_nothing(
    name: str, before: Any, value: Any, after: Any
) -> None:
    field = make_field(name)
    for stored in (before, after):
        shown = field.type.render(field, stored)
        assert field.type.parse(field, shown, old=stored, mode="update") == stored
        assert field.type.parse(field, {}, old=stored, mode="update") == stored
        for member in shown or ():
            assert field.type.parse(field, {member: shown[member]}, old=stored, mode="update") == stored


#: stored before, input of an update, message
REFUSED_PHONES = [
    (FR, {"primaryPhoneCountryCode": "US"}, "Provided country code and calling code are conflicting"),
    (FR, {"primaryPhoneCallingCode": "+44"}, "Provided country code and calling code are conflicting"),
    (US, {"primaryPhoneCountryCode": "CA"}, "Provided and inferred country code are conflicting"),
    (
        FR,
        {"primaryPhoneCountryCode": None, "primaryPhoneCallingCode": ""},
        "Provided phone number is invalid 610203040",
    ),
    (FR, {"primaryPhoneNumber": "+14155552671", "primaryPhoneCountryCode": "FR"}, "Provided and inferred country code"),
    (FR, {"primaryPhoneNumber": "none"}, "Provided phone number is invalid none"),
    (None, {"primaryPhoneNumber": "611223344"}, "Provided phone number is invalid 611223344"),
]


@pytest.mark.parametrize(("before", "value", "message"), REFUSED_PHONES)
def test_parts_of_a_phone_must_fit_together(before: Any, value: Any, message: str) -> None:
    field = make_field("PHONES")
    with pytest.raises(InvalidData, match=re.escape(message)):
        field.type.parse(field, value, old=before, mode="update")


def test_rich_text_derives_the_other_member() -> None:
    field = make_field("RICH_TEXT")
    stored = field.type.parse(field, {"markdown": "# Title"})
    [heading] = orjson.loads(stored["blocknote"])
    assert (heading["type"], heading["content"]) == ("heading", [{"type": "text", "text": "Title", "styles": {}}])
    blocks = (
        '[{"id":"1","type":"paragraph","props":{},"content":[{"type":"text","text":"Hi","styles":{}}],"children":[]}]'
    )
    assert field.type.parse(field, {"blocknote": blocks}) == {"blocknote": blocks, "markdown": "Hi"}


def test_an_actor_that_must_be_there_is_shown_with_defaults() -> None:
    required = make_field("ACTOR", is_nullable=False)
    assert required.type.render(required, None) == {
        "source": "MANUAL",
        "workspaceMemberId": None,
        "name": "",
        "context": {},
    }
    assert required.type.render(required, {"source": "API"})["name"] == ""
    optional = make_field("ACTOR")
    assert optional.type.render(optional, {"context": "{}"}) is None


def link(number: int, *more: int) -> dict[str, Any]:
    result: dict[str, Any] = {"primaryLinkUrl": f"{number}.com", "primaryLinkLabel": str(number)}
    if more:
        result["secondaryLinks"] = [{"label": str(n), "url": f"{n}.com"} for n in more]
    return result


MERGED: list[tuple[str, list[Any], int, Any]] = [
    (
        "EMAILS",
        [{"primaryEmail": "a@x.org"}, None, {"primaryEmail": "b@x.org", "additionalEmails": ["c@x.org", "a@x.org"]}],
        0,
        {"primaryEmail": "a@x.org", "additionalEmails": ["b@x.org", "c@x.org"]},
    ),
    ("EMAILS", [{"primaryEmail": "a@x.org"}, {"primaryEmail": "a@x.org"}], 1, {"primaryEmail": "a@x.org"}),
    (
        "EMAILS",
        [{"additionalEmails": ["c@x.org"]}, {"primaryEmail": "b@x.org"}],
        0,
        {"primaryEmail": "b@x.org", "additionalEmails": ["c@x.org"]},
    ),
    (
        "EMAILS",
        [{"additionalEmails": ["a@x.org"]}, {"additionalEmails": ["b@x.org"]}],
        1,
        {"additionalEmails": ["b@x.org", "a@x.org"]},
    ),
    ("LINKS", [link(1), link(2)], 1, link(2, 1)),
    ("LINKS", [link(1, 3), link(2, 1)], 0, link(1, 2, 3)),
    (
        "PHONES",
        [FR, {"primaryPhoneNumber": "2025550123", "primaryPhoneCountryCode": "US", "primaryPhoneCallingCode": "+1"}],
        0,
        {**FR, "additionalPhones": [{"number": "2025550123", "callingCode": "+1", "countryCode": "US"}]},
    ),
    (
        "PHONES",
        [{"primaryPhoneCountryCode": "FR"}, {"primaryPhoneCountryCode": "US"}],
        1,
        {"primaryPhoneCountryCode": "US"},
    ),
    ("FULL_NAME", [{"firstName": "a"}, {"lastName": "b"}, None], 1, {"lastName": "b"}),
    ("FULL_NAME", [{"firstName": "a"}, {"lastName": "b"}, None], 2, None),
]


@pytest.mark.parametrize(("name", "values", "priority", "merged"), MERGED)
def test_merging(name: str, values: list[Any], priority: int, merged: Any) -> None:
    field = make_field(name)
    assert field.type.merge(field, values, values[priority]) == merged


def test_unique_members() -> None:
    subs = {
        name: tuple(make_field(name).type.unique_subfields())
        for name in ("EMAILS", "LINKS", "PHONES", "ADDRESS", "ACTOR", "TEXT")
    }
    assert subs == {
        "EMAILS": ("primaryEmail",),
        "LINKS": ("primaryLinkUrl",),
        "PHONES": ("primaryPhoneNumber", "primaryPhoneCountryCode", "primaryPhoneCallingCode"),
        "ADDRESS": (),
        "ACTOR": (),
        "TEXT": (None,),
    }


def test_documents_are_not_indexed() -> None:
    assert {
        leaf.subfield
        for name in ("RICH_TEXT", "EMAILS", "LINKS")
        for leaf in make_field(name).leaves
        if leaf.kind.is_indexed
    } == {
        "primaryEmail",
        "primaryLinkUrl",
        "primaryLinkLabel",
    }


WORDS = st.text("ab", max_size=2) | st.none()


@given(
    st.dictionaries(st.sampled_from(["firstName", "lastName"]), WORDS),
    st.dictionaries(st.sampled_from(["firstName", "lastName"]), WORDS),
)
def test_an_update_is_a_create_of_what_is_shown_with_the_changes(first: dict[str, Any], second: dict[str, Any]) -> None:
    field = make_field("FULL_NAME")
    before = field.type.parse(field, first)
    after = field.type.parse(field, second, old=before, mode="update")
    assert after == field.type.parse(field, {**first, **second})


_URLS = st.sampled_from(["a.com", "HTTPS://B.com/", "https://c.com/x", "", None])
_NUMBERS = ["+33610203040", "0610203040", "610203040", "+14155552671", "415 555 2671", "+390236618300", "", None]
_CODES = st.sampled_from(["FR", "US", "IT", "GB", "", None])
_CALLING = st.sampled_from(["+33", "+1", "+39", "+44", "", None])
_LINKS = st.lists(st.fixed_dictionaries({"url": _URLS, "label": st.sampled_from(["L", "", None])}), max_size=3)
_PHONES = st.lists(
    st.fixed_dictionaries({"number": st.sampled_from(_NUMBERS), "countryCode": _CODES, "callingCode": _CALLING}),
    max_size=2,
)
_ADDRESSES = st.sampled_from(["a@x.org", "B@X.org", "c@x.org"])
_TEXTS = st.sampled_from(["x", " y", "", None])
_DECIMALS = st.sampled_from([0, -1.5, "2.50", 10**20, "", None])

#: Values of every member, most of which are taken.
MEMBERS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "FULL_NAME": {"firstName": _TEXTS, "lastName": _TEXTS},
    "CURRENCY": {"amountMicros": _DECIMALS, "currencyCode": st.sampled_from(["EUR", "usd", "EURO", "", None])},
    "ADDRESS": {
        **dict.fromkeys([name for name in NO_ADDRESS if name not in ("addressLat", "addressLng")], _TEXTS),
        "addressLat": _DECIMALS,
        "addressLng": _DECIMALS,
    },
    "LINKS": {"primaryLinkLabel": _TEXTS, "primaryLinkUrl": _URLS, "secondaryLinks": _LINKS | st.none()},
    "EMAILS": {
        "primaryEmail": _ADDRESSES | st.just("") | st.none(),
        "additionalEmails": st.lists(_ADDRESSES, max_size=3) | st.none(),
    },
    "PHONES": {
        "primaryPhoneNumber": st.sampled_from(_NUMBERS),
        "primaryPhoneCountryCode": _CODES,
        "primaryPhoneCallingCode": _CALLING,
        "additionalPhones": _PHONES | st.none(),
    },
    "ACTOR": {
        "source": st.sampled_from(["API", "EMAIL", "", None]),
        "workspaceMemberId": st.sampled_from([ID, None]),
        "name": _TEXTS,
        "context": st.sampled_from([{"a": [1, True]}, {}, None]),
    },
}
#: Members that may change with others that are sent.
FOLLOWING: dict[str, dict[str, set[str]]] = {
    "LINKS": {
        "primaryLinkUrl": {"primaryLinkLabel", "secondaryLinks"},
        "secondaryLinks": {"primaryLinkUrl", "primaryLinkLabel"},
    },
    "PHONES": {"primaryPhoneNumber": {"primaryPhoneCountryCode", "primaryPhoneCallingCode"}},
}


@pytest.mark.parametrize("name", MEMBERS)
@given(st.data())
def test_any_row_of_partial_updates_loses_nothing(name: str, data: st.DataObject) -> None:
    field = make_field(name)
    stored: Any = None
    for part in data.draw(st.lists(st.fixed_dictionaries({}, optional=MEMBERS[name]), max_size=5)):
        try:
            after = field.type.parse(field, part, old=stored, mode="update")
        except InvalidData:
            continue
        may_change = set(part).union(*(FOLLOWING.get(name, {}).get(member, set()) for member in part))
        # Secondary links move up only where there is no primary one.
        if name == "LINKS" and (stored or {}).get("primaryLinkUrl") and part.get("primaryLinkUrl", "x"):
            may_change = set(part)
        for member in MEMBERS[name]:
            if member not in may_change:
                assert (after or {}).get(member) == (stored or {}).get(member), (stored, part, after)
        stored = after
        shown = field.type.render(field, stored)
        # What is shown stays: an actor without a source shows one, and has it when that is sent back.
        parts = [shown or {}, {}, *({member: value} for member, value in (shown or {}).items())]
        for sent in parts:
            again = field.type.parse(field, sent, old=stored, mode="update")
            assert field.type.render(field, again) == shown, (stored, sent)
        if name == "LINKS" and stored:
            assert "secondaryLinks" not in stored or "primaryLinkUrl" in stored


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"amountMicros": 29.5}, 'Invalid number value 29.5 for field "price.amountMicros" - It must be an integer.'),
        ({"amountMicros": 1e-1}, 'Invalid number value 0.1 for field "price.amountMicros" - It must be an integer.'),
        (
            {"currencyCode": "EURO"},
            "Invalid currency code 'EURO' for field \"price.currencyCode\" - It must be one of ISO 4217, such as EUR.",
        ),
    ],
)
def test_amounts_and_currencies(value: dict[str, Any], message: str) -> None:
    field = make_field("CURRENCY", name="price")
    with pytest.raises(InvalidData) as raised:
        field.type.parse(field, value)
    assert raised.value.message == message
    on_record = {"amountMicros": "29.5", "currencyCode": "EURO"}
    shown = field.type.render(field, on_record)
    assert field.type.parse(field, {"currencyCode": "EURO"}, old=on_record, mode="update") == on_record
    assert shown == {"amountMicros": 29.5, "currencyCode": "EURO"}


def test_a_default_from_before_codes_were_checked() -> None:
    field = make_field("CURRENCY", default_value={"amountMicros": "0.5", "currencyCode": "'EURO'"})
    assert field.type.default(field, now="") == {"amountMicros": "0.5", "currencyCode": "EURO"}


def test_extensions_of_phone_numbers() -> None:
    field = make_field("PHONES")
    for number in ("(201) 555-0123 x12", "+12015550123 ext. 12", "tel:+1-201-555-0123;ext=12"):
        stored = field.type.parse(field, {"primaryPhoneNumber": number, "primaryPhoneCountryCode": "US"})
        assert stored["primaryPhoneNumber"] == "2015550123 ext. 12"
        assert field.type.parse(field, field.type.render(field, stored)) == stored
    assert next(iter(field.type.search_texts(stored))) == "2015550123 ext. 12"
