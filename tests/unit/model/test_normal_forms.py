"""Links, e-mail addresses and phone numbers in the form in which they are stored."""

from __future__ import annotations

import pytest
from email_validator import validate_email
from hypothesis import given
from hypothesis import strategies as st

from icosa.errors import InvalidData
from icosa.model import email_address, phone_number, web_link
from icosa.model.phone_number import PhoneNumber

LINKS = {
    "htTps://wwW.exAmple.coM/TEST?Param=Value": "https://www.example.com/TEST?Param=Value",
    "https://www.example.com/": "https://www.example.com",
    "https://www.example.com/a/": "https://www.example.com/a",
    "HTTPS://Acme.com/About/": "https://acme.com/About",
    "http://example.com:8080/x": "http://example.com:8080/x",
    "http://localhost:3000": "http://localhost:3000",
    "http://[::1]:3000/x": "http://[::1]:3000/x",
    "https://User:Pw@Example.com/x": "https://User:Pw@example.com/x",
    "https://münchen.de/Über?q=Ä#Ö": "https://xn--mnchen-3ya.de/Über?q=Ä#Ö",
    "https://example.com?x=1": "https://example.com?x=1",
    "ftp://files.example.com/a": "ftp://files.example.com/a",
    "example.com": "example.com",
    "Example.COM/Path/": "Example.COM/Path/",
    "www.subdomain.example.com": "www.subdomain.example.com",
    "192.168.2.0": "192.168.2.0",
    "3.com": "3.com",
    "münchen.de": "münchen.de",
    " example.com ": "example.com",
}
NO_LINKS = [
    "?o",
    "\\",
    "wwwexamplecom",
    "lydia,com",
    "2/toto",
    "2",
    "nope",
    ".",
    "a..com",
    "ada@example.com",
    "mailto:ada@example.com",
    "javascript:alert(1)",
    "javascript://example.com/%0aalert(1)",
    "data:text/html,x.y",
    "file:///etc/passwd",
    "https://",
    "https:///example.com",
    "https://exa mple.com",
    "https://nodots",
    "https://a..b.com",
    "https://example.com:99999",
    "https://lydia,com",
    "two words.com",
]


@pytest.mark.parametrize(("link", "stored"), LINKS.items())
def test_links(link: str, stored: str) -> None:
    assert web_link.normalise(link) == stored
    assert web_link.normalise(stored) == stored


@pytest.mark.parametrize("text", NO_LINKS)
def test_no_links(text: str) -> None:
    assert web_link.normalise(text) is None


@given(st.text() | st.text("ahtps:/.@?#[]\\é%1 ", max_size=20))
def test_any_text_is_a_link_or_not(text: str) -> None:
    stored = web_link.normalise(text)
    if stored is not None:
        assert web_link.normalise(stored) in (stored, stored.removesuffix("/"))


ADDRESSES = {
    "Ada@Example.ORG": "ada@example.org",
    " ada@example.org ": "ada@example.org",
    "ada@example.org.": "ada@example.org",
    "ada@acme.test": "ada@acme.test",
    "ada+tag.x_y-z@mail.example.co.uk": "ada+tag.x_y-z@mail.example.co.uk",
    "o'neil@example.com": "o'neil@example.com",
    "a!b@example.com": "a!b@example.com",
    "ada@MÜNSTER.example": "ada@xn--mnster-3ya.example",
    "ada@xn--mnster-3ya.example": "ada@xn--mnster-3ya.example",
    "ada@example。org": "ada@example.org",
    "ada@example．org": "ada@example.org",
    "José@example.fr": "josé@example.fr",
}
NO_ADDRESSES = [
    "",
    "not-an-email",
    "@example.com",
    "ada@",
    "ada@localhost",
    "a b@example.com",
    "a..b@example.com",
    ".a@example.com",
    "ada@-x.com",
    "ada@x-.com",
    "ada@foo_bar.com",
    "ada@example..com",
    "ada@" + "x" * 64 + ".com",
    "x" * 65 + "@example.com",
    "ada@example.com,bob@example.com",
    "ada@[1.2.3.4]",
    "x" * 400 + "@example.com",
]


@pytest.mark.parametrize(("address", "stored"), ADDRESSES.items())
def test_addresses(address: str, stored: str) -> None:
    assert email_address.normalise(address) == stored
    assert email_address.normalise(stored) == stored


@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_no_addresses(text: str) -> None:
    assert email_address.normalise(text) is None


LOCAL = st.text("ab1-._+'", min_size=1, max_size=6)
LABEL = st.text("ab1-_", min_size=1, max_size=5)


@given(
    st.text("ab1-._+'", min_size=1, max_size=6),
    st.lists(LABEL | st.just("xn"), min_size=1, max_size=3),
    st.sampled_from(["com", "c", "c1", "-"]),
)
def test_the_short_cut_takes_only_what_the_library_takes(local: str, labels: list[str], last: str) -> None:
    address = f"{local}@{'.'.join(labels)}.{last}"
    if email_address._PLAIN.fullmatch(address):
        checked = validate_email(address, check_deliverability=False, globally_deliverable=False, strict=True)
        assert f"{checked.local_part}@{checked.ascii_domain}" == address


@pytest.mark.parametrize(
    ("number", "country", "calling_code", "expected"),
    [
        ("+33610203040", "", "", ("610203040", "FR", "+33")),
        ("06 10 20 30 40", "FR", "", ("610203040", "FR", "+33")),
        ("610203040", "", "+33", ("610203040", "FR", "+33")),
        ("610203040", "FR", "+33", ("610203040", "FR", "+33")),
        ("+44 20 7946 0000", "", "", ("2079460000", "GB", "+44")),
        ("(202) 555-0123", "US", "", ("2025550123", "US", "+1")),
        ("+390236618300", "", "", ("0236618300", "IT", "+39")),
        ("+80012345678", "", "", ("12345678", "", "+800")),
        ("", "FR", "+33", ("", "FR", "+33")),
        ("", "FR", "", ("", "FR", "")),
    ],
)
def test_phone_numbers(number: str, country: str, calling_code: str, expected: tuple[str, str, str]) -> None:
    result = phone_number.normalise(number=number, country=country, calling_code=calling_code)
    assert result == PhoneNumber(number=expected[0], country=expected[1], calling_code=expected[2])
    again = phone_number.normalise(number=result.number, country=result.country, calling_code=result.calling_code)
    assert again == result


@pytest.mark.parametrize(
    ("number", "country", "calling_code", "message", "sub_code"),
    [
        ("610203040", "", "", "Provided phone number is invalid 610203040", "INVALID_PHONE_NUMBER"),
        ("abc", "FR", "", "Provided phone number is invalid abc", "INVALID_PHONE_NUMBER"),
        ("610203040", "XX", "", "Invalid country code XX", "INVALID_PHONE_COUNTRY_CODE"),
        ("610203040", "fr", "", "Invalid country code fr", "INVALID_PHONE_COUNTRY_CODE"),
        ("610203040", "", "+999", "Invalid calling code +999", "INVALID_PHONE_CALLING_CODE"),
        ("610203040", "", "x", "Invalid calling code x", "INVALID_PHONE_CALLING_CODE"),
        (
            "610203040",
            "FR",
            "+1",
            "Provided country code and calling code are conflicting",
            "CONFLICTING_PHONE_CALLING_CODE_AND_COUNTRY_CODE",
        ),
        (
            "+33610203040",
            "US",
            "",
            "Provided and inferred country code are conflicting",
            "CONFLICTING_PHONE_COUNTRY_CODE",
        ),
        (
            "+33610203040",
            "",
            "+1",
            "Provided and inferred calling code are conflicting",
            "CONFLICTING_PHONE_CALLING_CODE",
        ),
    ],
)
def test_refused_phone_numbers(number: str, country: str, calling_code: str, message: str, sub_code: str) -> None:
    with pytest.raises(InvalidData) as caught:
        phone_number.normalise(number=number, country=country, calling_code=calling_code)
    assert (caught.value.message, caught.value.sub_code) == (message, sub_code)
