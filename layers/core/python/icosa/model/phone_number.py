"""Phone numbers: libphonenumber's reading of them, with the checks of docs/wire/rest.md#phones."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from ..errors import InvalidData


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneNumber:
    """``number`` is the national significant number, with its extension; ``country`` as ``FR``, ``calling_code`` as
    ``+33``. "" when unknown.
    """

    number: str
    country: str
    calling_code: str


@lru_cache(maxsize=4096)
def normalise(*, number: str, country: str, calling_code: str) -> PhoneNumber:
    """The number in national form with the codes that it implies. Empty text means not given.

    Without a number the codes are only checked. Raises InvalidData.
    """
    # Reading the library's metadata costs 200 ms: only requests with a phone number pay for it.
    import phonenumbers

    if country and country not in phonenumbers.SUPPORTED_REGIONS:
        raise InvalidData(f"Invalid country code {country}", sub_code="INVALID_PHONE_COUNTRY_CODE")
    regions = phonenumbers.region_codes_for_country_code(_digits(calling_code)) if calling_code else ()
    if calling_code and not regions:
        raise InvalidData(f"Invalid calling code {calling_code}", sub_code="INVALID_PHONE_CALLING_CODE")
    if country and calling_code and country not in regions:
        raise InvalidData(
            "Provided country code and calling code are conflicting",
            sub_code="CONFLICTING_PHONE_CALLING_CODE_AND_COUNTRY_CODE",
        )
    if not number:
        return PhoneNumber(number="", country=country, calling_code=calling_code)
    region = country or (regions[0] if regions else None)
    if region == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY and not number.startswith("+"):
        number = f"+{_digits(calling_code)}{number}"
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException as error:
        raise InvalidData(f"Provided phone number is invalid {number}", sub_code="INVALID_PHONE_NUMBER") from error
    inferred_country = _real(phonenumbers.region_code_for_number(parsed))
    if country and inferred_country and country != inferred_country:
        raise InvalidData(
            "Provided and inferred country code are conflicting", sub_code="CONFLICTING_PHONE_COUNTRY_CODE"
        )
    if calling_code and parsed.country_code != _digits(calling_code):
        raise InvalidData(
            "Provided and inferred calling code are conflicting", sub_code="CONFLICTING_PHONE_CALLING_CODE"
        )
    number = phonenumbers.national_significant_number(parsed)
    return PhoneNumber(
        number=f"{number} ext. {parsed.extension}" if parsed.extension else number,
        country=country
        or inferred_country
        or _only(regions or phonenumbers.region_codes_for_country_code(parsed.country_code or 0)),
        calling_code=f"+{parsed.country_code}",
    )


def _digits(calling_code: str) -> int:
    digits = calling_code.removeprefix("+")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 4 else 0


def _real(region: str | None) -> str:
    """``region`` when it is a country: 001 stands for numbers of no country."""
    return region if region and region.isalpha() else ""


def _only(regions: tuple[str, ...]) -> str:
    """The country when no other shares its calling code."""
    return _real(regions[0]) if len(regions) == 1 else ""
