"""The records that benchmarks work with: the same ones for the same numbers, believable, people linked to companies.

Most values grow with the number of records. Three do not, so that a query for them has the same result at any size:
people with the title RARE_TITLE or a surname with RARE_PREFIX, and those created since RECENT, all among the first
people.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

Record = dict[str, Any]

#: The smallest number of people that has all the rare ones.
SMALLEST = 500
RARE_TITLE = "Notary"
RARE_PREFIX = "Zyl"
COMMON_TITLE = "Account manager"
#: 120 people were created since.
RECENT = "2026-10-30T12:01:00.000Z"

_NEWEST = datetime(2026, 10, 31, 12, tzinfo=UTC)
_BETWEEN = timedelta(minutes=12)

_FIRST = (
    *(
        "Amara",
        "Anton",
        "Ben",
        "Bianca",
        "Carlos",
        "Chloe",
        "Dana",
        "Daniel",
        "Elif",
        "Emeka",
        "Farid",
        "Grace",
        "Hugo",
        "Ines",
    ),
    *(
        "Jamal",
        "Jonas",
        "Katya",
        "Liam",
        "Mina",
        "Noah",
        "Olga",
        "Pedro",
        "Quinn",
        "Rosa",
        "Sven",
        "Tara",
        "Umar",
        "Vera",
        "Wen",
    ),
    *("Ximena", "Yusuf", "Zoe"),
)
_LAST = (
    *(
        "Abara",
        "Bergström",
        "Castellano",
        "Dimitrov",
        "Eriksen",
        "Fontaine",
        "Grünwald",
        "Haddad",
        "Ivanova",
        "Jansen",
        "Kowalski",
    ),
    *(
        "Laurent",
        "Moreno",
        "Nakamura",
        "Oyelaran",
        "Petrov",
        "Quiroga",
        "Rossi",
        "Silva",
        "Tanaka",
        "Ueda",
        "Varga",
        "Winther",
        "Xu",
    ),
    *("Yilmaz", "Zieliński", "O'Brien", "Lindqvist", "Mbeki"),
)
_LEVELS = ("Junior", "Senior", "Lead", "Chief", "Deputy", "Regional", "Head")
_ROLES = ("accountant", "buyer", "designer", "engineer", "lawyer", "planner", "researcher")
#: Fifty titles: each is two per cent of the people.
TITLES = (COMMON_TITLE, *(f"{level} {role}" for level in _LEVELS for role in _ROLES))
_TRADES = (
    *(
        "Analytics",
        "Bakery",
        "Ceramics",
        "Dairy",
        "Elevators",
        "Foods",
        "Gardens",
        "Hotels",
        "Insurance",
        "Joinery",
        "Kitchens",
    ),
    *("Lighting", "Maps", "Optics", "Press", "Rail", "Sails", "Textiles", "Utilities"),
)
_PLACES = (
    *(
        "Amber",
        "Birch",
        "Cobalt",
        "Driftwood",
        "Ember",
        "Falcon",
        "Granite",
        "Harbour",
        "Ironbridge",
        "Juniper",
        "Kestrel",
        "Larkspur",
    ),
    *(
        "Meridian",
        "Northwind",
        "Orchard",
        "Papertrail",
        "Quarry",
        "Ravenswood",
        "Saffron",
        "Thistle",
        "Umber",
        "Vantage",
        "Westerly",
    ),
)
_CITIES = (
    "Bergen",
    "Cork",
    "Dresden",
    "Espoo",
    "Faro",
    "Ghent",
    "Graz",
    "Haarlem",
    "Leeds",
    "Lyon",
    "Malmö",
    "Porto",
    "Turin",
)


def company(number: int) -> Record:
    """The body of a company's creation."""
    name = f"{_PLACES[number % len(_PLACES)]} {_TRADES[number // len(_PLACES) % len(_TRADES)]} {number + 1}"
    slug = name.lower().replace(" ", "-")
    return {
        "name": name,
        "domainName": {"primaryLinkUrl": f"https://{slug}.example", "primaryLinkLabel": name},
        "address": {
            "addressStreet1": f"{1 + number % 200} High Street",
            "addressCity": _CITIES[number % len(_CITIES)],
            "addressPostcode": f"{10000 + number % 80000}",
            "addressCountry": "Ireland",
        },
        "linkedinLink": {"primaryLinkUrl": f"https://social.example/company/{slug}"},
        "annualRevenue": {"amountMicros": (1 + number * 7919 % 9000) * 1_000_000_000, "currencyCode": "EUR"},
        "createdAt": _created(number),
    }


def person(number: int, companies: list[str]) -> Record:
    """The body of a person's creation; ``companies`` are ids of what people work for, evenly."""
    first, last, title = (
        _FIRST[number % len(_FIRST)],
        _LAST[number // len(_FIRST) % len(_LAST)],
        TITLES[number * 31 % len(TITLES)],
    )
    if number < SMALLEST:
        last = f"{RARE_PREFIX}stra" if number % 5 == 0 else last
        title = RARE_TITLE if number % 4 == 1 else title
    record = {
        "name": {"firstName": first, "lastName": last},
        "emails": {"primaryEmail": f"{first}.{number}@mail.example".lower()},
        "jobTitle": title,
        "linkedinLink": {"primaryLinkUrl": f"https://social.example/in/{first}-{number}".lower()},
        "createdAt": _created(number),
    }
    if number % 3:
        record["phones"] = {
            "primaryPhoneNumber": f"20{79460000 + number % 1000}",
            "primaryPhoneCountryCode": "GB",
            "primaryPhoneCallingCode": "+44",
        }
    if companies:
        record["companyId"] = companies[number % len(companies)]
    return record


def _created(number: int) -> str:
    """The higher the number, the older."""
    return (_NEWEST - number * _BETWEEN).isoformat(timespec="milliseconds").replace("+00:00", "Z")
