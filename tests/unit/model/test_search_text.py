"""Words of records and of search inputs (docs/wire/graphql.md#search)."""

from __future__ import annotations

import string
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from icosa.model.phone_typing import calling_code
from icosa.model.record import Record
from icosa.model.search_text import (
    LONGEST,
    MOST_TERMS,
    MOST_TOKENS,
    first_token,
    fold,
    search_fields,
    serving_leaves,
    terms,
    tokens,
)
from icosa.store.derive import Rows
from tests.support.crm import crm
from tests.unit.model.fields import make_field

PERSON = crm().by_singular["person"]
NOTE = crm().by_singular["note"]


def _item(obj: Any = PERSON, **values: Any) -> Record:
    return Record.of({obj.by_name[name].key: value for name, value in values.items()}, id="i")


def _tokens(obj: Any = PERSON, **values: Any) -> set[str]:
    return set(tokens(search_fields(obj), _item(obj, **values)))


def _finds(text: str, obj: Any = PERSON, **values: Any) -> bool:
    """Whether every term of an input begins a token of the record."""
    known = _tokens(obj, **values)
    return all(any(token.startswith(term) for token in known) for term in terms(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ann Lovelace", {"ann", "lovelace"}),
        ("Anne-Marie O'Brien", {"anne-marie", "marie", "o'brien", "brien"}),
        ("Zoë JOSÉ", {"zoe", "jose"}),
        ("Straße", {"strasse"}),
        ("ﬁne Ⅷ", {"fine", "viii"}),
        ("東京 タワー", {"東京", "京", "タワー", "ワー", "ー"}),
        ("  ", set()),
        ("!?", set()),
        ("a\x01b\tc", {"a", "b", "c"}),
        ("(St. Gallen)", {"st", "gallen"}),
    ],
)
def test_words(text: str, expected: set[str]) -> None:
    assert _tokens(jobTitle=text) == expected


def test_addresses_are_found_from_their_parts_on() -> None:
    emails = {"primaryEmail": "ann.lovelace@acme.com", "additionalEmails": ["ann@home.example"]}

    assert _tokens(emails=emails) == {
        *("ann.lovelace@acme.com", "lovelace@acme.com", "acme.com"),
        *("ann@home.example", "home.example", "example"),
    }


def test_phones_are_found_with_and_without_calling_code() -> None:
    phones = {
        "primaryPhoneNumber": "610203040",
        "primaryPhoneCountryCode": "FR",
        "primaryPhoneCallingCode": "+33",
        "additionalPhones": [{"number": "2079460958", "countryCode": "GB", "callingCode": "+44"}],
    }

    assert _tokens(phones=phones) == {"610203040", "33610203040", "2079460958", "442079460958"}


def test_documents_are_found_by_their_text_not_by_their_blocks() -> None:
    assert _tokens(NOTE, bodyV2={"blocknote": '[{"type":"paragraph"}]', "markdown": "Budget"}) == {"budget"}


def test_links_are_found_by_their_host() -> None:
    company = crm().by_singular["company"]

    assert _finds("acme.com", company, domainName={"primaryLinkUrl": "https://www.acme.com/about"})
    assert _finds("https://acme.com", company, domainName={"primaryLinkUrl": "http://acme.com"})


@pytest.mark.parametrize("text", ["zoë", "ZOE", "jos", "o'br", "brien", "ann@ac", "acme", "33610", "+33 610"])
def test_beginnings_are_found(text: str) -> None:
    assert _finds(
        text,
        name={"firstName": "Zoë", "lastName": "José-O'Brien"},
        emails={"primaryEmail": "ann@acme.com"},
        phones={"primaryPhoneNumber": "610203040", "primaryPhoneCallingCode": "+33"},
    )


def test_fields_that_have_a_token_are_named() -> None:
    name, title = PERSON.by_name["name"].key, PERSON.by_name["jobTitle"].key

    result = tokens(search_fields(PERSON), _item(name={"firstName": "Ann"}, jobTitle="Ann Driver"))

    assert result == {"ann": f"{name},{title}", "driver": title}


def test_custom_objects_are_found_by_their_label() -> None:
    rocket = crm().by_singular["rocket"]
    assert search_fields(rocket) == ()

    labelled = replace(rocket, label_identifier_field_id=rocket.by_name["name"].id)
    assert search_fields(labelled) == (rocket.by_name["name"],)


def test_objects_that_are_not_searchable_have_no_rows() -> None:
    target = crm().by_singular["noteTarget"]

    assert not target.is_searchable
    assert Rows(crm(), target).tokens(Record.of(id="i")) == {}


def test_the_trash_has_no_rows() -> None:
    rows = Rows(crm(), PERSON)
    item = _item(jobTitle="Taxi driver")

    assert any("#T#" in key[0] for key in rows.derive(item, live=True))
    assert not any("#T#" in key[0] for key in rows.derive(item, live=False))


#: With few digits: of many, terms are also what a phone number would be on record.
_TEXTS = st.text(alphabet=string.ascii_letters + string.digits + " .-@'/äöüéñç東京\x01\u0301", max_size=80).filter(
    lambda text: sum(character.isdigit() for character in text) < 7
)


@given(_TEXTS, _TEXTS, st.sampled_from(("ann@acme.com", "Jo.Doe@mail.acme.com", "x@y.z", None)))
def test_what_has_no_row_is_found_by_an_index_row(title: str, last: str, email: str | None) -> None:
    emails = None if email is None else {"primaryEmail": email}
    item = _item(jobTitle=title or None, name={"lastName": last} if last else None, emails=emails)
    rows = {sort.partition("\x01")[0] for _, sort in Rows(crm(), PERSON).tokens(item)}
    leaves = [leaf for leaves in serving_leaves(PERSON).values() for leaf in leaves]
    values = {leaf: leaf.kind.encode(value) for leaf in leaves if (value := leaf.get(item)) is not None}

    for token, fields in tokens(search_fields(PERSON), item).items():
        if token in rows:
            continue
        host = (email or "").partition("@")[2].lower()
        for field in fields.split(","):  # whoever may read one of the fields finds it
            found = any(value.startswith(token) for leaf, value in values.items() if leaf.field.key == field)
            assert found or (token != host and host.endswith(token))


def test_a_person_has_rows_for_what_no_index_tells() -> None:
    item = _item(
        name={"firstName": "Zoë", "lastName": "Ivanova"},
        emails={"primaryEmail": "zoe@mail.acme.com"},
        jobTitle="Sales lead",
        phones={"primaryPhoneNumber": "2079460000", "primaryPhoneCallingCode": "+44"},
    )
    rows = {sort.partition("\x01")[0] for _, sort in Rows(crm(), PERSON).tokens(item)}

    # The accent, the host, the second word; not the number as dialled from abroad.
    assert rows == {"zoe", "mail.acme.com", "lead"}


@pytest.mark.parametrize(
    ("phones", "expected"),
    [
        ({"primaryPhoneNumber": "2079460000", "primaryPhoneCallingCode": "+44"}, set()),
        # No country has this code, and letters are no digits to be dialled.
        ({"primaryPhoneNumber": "2079460000", "primaryPhoneCallingCode": "+4420"}, {"44202079460000"}),
        ({"primaryPhoneNumber": "20abc", "primaryPhoneCallingCode": "+44"}, {"4420abc"}),
        ({"primaryPhoneNumber": "2079460000"}, set()),
        (
            {
                "primaryPhoneNumber": "2079460000",
                "primaryPhoneCallingCode": "+44",
                "additionalPhones": [{"number": "610203040", "callingCode": "+33", "countryCode": "FR"}],
            },
            {"610203040", "33610203040"},
        ),
    ],
)
def test_numbers_whose_calling_code_is_not_told_have_rows(phones: dict[str, Any], expected: set[str]) -> None:
    rows = {sort.partition("\x01")[0] for _, sort in Rows(crm(), PERSON).tokens(_item(phones=phones))}

    assert rows == expected


def test_calling_codes_begin_no_other_one() -> None:
    codes = map(str, COUNTRY_CODE_TO_REGION_CODE)

    assert all(calling_code(code + rest) == code for code in codes for rest in ("", "0", "9999"))


@pytest.mark.parametrize(("text", "token"), [("ann lee", "ann"), ("(o'brien, x", "o'brien"), ("", ""), ("?! a", "")])
def test_the_first_word_of_a_text(text: str, token: str) -> None:
    assert first_token(text) == token


@given(_TEXTS)
def test_folding_is_idempotent(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(_TEXTS)
def test_every_term_of_a_text_finds_it(text: str) -> None:
    known = _tokens(jobTitle=text)

    for term in terms(text):
        assert any(token.startswith(term) for token in known) or len(known) == MOST_TOKENS


@given(_TEXTS, st.integers(1, 8))
def test_every_beginning_of_a_term_finds_it(text: str, length: int) -> None:
    known = _tokens(jobTitle=text)

    for term in terms(text):
        for beginning in terms(term[:length]):
            assert any(token.startswith(beginning) for token in known)


@given(st.lists(_TEXTS | st.text("0123456789 +-()", max_size=30), max_size=60))
def test_bounds(texts: list[str]) -> None:
    known = _tokens(jobTitle=" ".join(texts))

    assert len(known) <= MOST_TOKENS
    assert all(0 < len(token) <= LONGEST for token in known)
    assert len(terms(" ".join(texts))) <= MOST_TERMS
    assert all(not set(token) & set(" \x01") for token in known)


#: What people type who look for +33 6 10 20 30 40, +1 415 555 2671, +44 20 7946 0000, +7 912 345 67 89.
TYPED = {
    "FR": ("0610203040", "06 10 20 30 40", "06-10-20-30-40", "06.10.20.30.40", "+33610203040", "+33 6 10 20 30 40"),
    "FR again": ("+33 (0)6 10 20 30 40", "0033 6 10 20 30 40", "(06) 10203040", "610203040"),
    "US": ("(415) 555-2671", "415-555-2671", "415 555 2671", "+1 (415) 555-2671", "1 415 555 2671", "4155552671"),
    "GB": ("020 7946 0000", "02079460000", "+44 20 7946 0000", "020-7946-0000"),
    "RU": ("8 912 345-67-89", "89123456789", "+7 912 3456789"),
}
NUMBERS = {
    "FR": ("+33", "610203040"),
    "US": ("+1", "4155552671"),
    "GB": ("+44", "2079460000"),
    "RU": ("+7", "9123456789"),
}


@pytest.mark.parametrize("country", TYPED)
def test_phones_are_found_as_people_type_them(country: str) -> None:
    calling_code, number = NUMBERS[country[:2]]
    phones = make_field("PHONES")
    stored = {"primaryPhoneNumber": number, "primaryPhoneCallingCode": calling_code}
    known = tokens((phones,), {phones.key: stored})
    for typed in TYPED[country]:
        assert any(token.startswith(term) for token in known for term in terms(typed)), typed


def test_years_are_no_phone_number() -> None:
    assert terms("2024 2025") == ("2024", "2025")
    assert terms("2024-05-12") == ("2024-05-12", "20240512")
    assert terms("call 06 10 20 30 40 now") == ("call", "0610203040", "610203040", "06", "10", "20", "30", "40")
