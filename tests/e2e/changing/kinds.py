"""Field types as a client knows them: values to write, what is read back, how to filter, order and select them.

Values are in the form in which answers show them. Texts are lower-case words, so that every collation orders them
alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

Value = Any
Make = Callable[[Random, Sequence[str]], Value]

_WORDS = ("ant", "bee", "cat", "dog", "eel", "fox", "gnu", "hen", "ibis", "jay", "kite", "lynx")
_UUIDS = tuple(f"7c1b6b6e-3a3e-4f61-8b64-0a5a0d6a00{number:02}" for number in range(12))


def _same(value: Value) -> Value:
    return value


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """The scalar of a value that filters and orders speak about; ``member`` names it inside a composite.

    ``equals`` is the comparator for "is this value" where there is one, ``ranged`` whether ``gte`` compares as Python
    does.
    """

    member: str | None = None
    equals: str | None = "eq"
    ranged: bool = False
    orders: bool = True

    def of(self, value: Value) -> Value:
        """None for null."""
        actual = value[self.member] if self.member is not None and value is not None else value
        return None if actual in ("", []) else actual

    def path(self, name: str) -> str:
        return name if self.member is None else f"{name}.{self.member}"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """``make`` gets the values of the field's options. ``empty`` is null as it is shown, ``initial`` the default that
    the type has by itself. ``seen`` is what of an answer is compared. ``members`` is the selection of the value in
    GraphQL.
    """

    type: str
    make: Make
    empty: Value
    leaf: Leaf = field(default_factory=Leaf)
    settings: Mapping[str, Any] = field(default_factory=dict)
    send: Callable[[Value], Any] = _same
    seen: Callable[[Value], Value] = _same
    members: str = ""
    initial: Value = None
    takes_default: bool = True
    can_be_unique: bool = False
    has_options: bool = False
    is_grouped: bool = False

    def default(self, value: Value) -> Any:
        """A value in the grammar of defaults."""
        return _quoted(self.send(value))


def _quoted(value: Any) -> Any:
    """Texts with quotes of their own; empty ones are nulls."""
    if isinstance(value, str):
        return f"'{value}'" if value else None
    if isinstance(value, list):
        return [_quoted(field) for field in value]
    if isinstance(value, dict):
        return {name: _quoted(field) for name, field in value.items()}
    return value


def _one_of(*values: Value) -> Make:
    return lambda rng, _: rng.choice(values)


def _some(rng: Random, values: Sequence[str]) -> list[str]:
    return rng.sample(list(values), k=rng.randint(1, min(3, len(values))))


def _word(rng: Random, _: Sequence[str]) -> str:
    return rng.choice(_WORDS)


def _without(*members: str) -> Callable[[Value], Value]:
    def strip(value: Value) -> Value:
        return {name: field for name, field in value.items() if name not in members} if value is not None else None

    return strip


def _address(rng: Random, _: Sequence[str]) -> Value:
    return {
        **_NOWHERE,
        "addressCity": rng.choice(_WORDS),
        "addressPostcode": str(rng.randint(1000, 1005)),
        "addressLat": rng.choice((None, 1.5)),
    }


def _files(rng: Random, _: Sequence[str]) -> Value:
    return [{"fileId": rng.choice(_UUIDS), "label": f"{rng.choice(_WORDS)}.pdf", "extension": "pdf", "url": None}]


def _email(rng: Random, _: Sequence[str]) -> Value:
    return {
        "primaryEmail": f"{rng.choice(_WORDS)}@a.example",
        "additionalEmails": rng.choice(([], ["other@b.example"])),
    }


def _link(rng: Random, _: Sequence[str]) -> Value:
    return {
        "primaryLinkLabel": rng.choice(("", "site")),
        "primaryLinkUrl": f"https://{rng.choice(_WORDS)}.example",
        "secondaryLinks": rng.choice(([], [{"label": "more", "url": "https://more.example"}])),
    }


def _phone(rng: Random, _: Sequence[str]) -> Value:
    number = f"1234567{rng.randint(10, 30)}"
    return {**_NOBODY, "primaryPhoneNumber": number, "primaryPhoneCountryCode": "FR", "primaryPhoneCallingCode": "+33"}


def _actor(rng: Random, _: Sequence[str]) -> Value:
    return {
        "source": rng.choice(("MANUAL", "IMPORT")),
        "workspaceMemberId": None,
        "name": rng.choice(_WORDS),
        "context": {},
    }


_NOWHERE = {
    **dict.fromkeys(
        ("addressStreet1", "addressStreet2", "addressCity", "addressPostcode", "addressState", "addressCountry"), ""
    ),
    "addressLat": None,
    "addressLng": None,
}
_NOBODY = {
    "primaryPhoneNumber": "",
    "primaryPhoneCountryCode": "",
    "primaryPhoneCallingCode": "",
    "additionalPhones": [],
}
_RANGED = Leaf(ranged=True)
_OPAQUE = Leaf(equals=None, orders=False)

TEXT = Kind(type="TEXT", make=_word, empty="", leaf=_RANGED, can_be_unique=True, is_grouped=True)

#: Every type that users may give to a field, but relations.
KINDS: tuple[Kind, ...] = (
    TEXT,
    Kind(
        type="NUMBER",
        make=_one_of(-3, 0, 1.5, 2.25, 7, 1_000_000),
        empty=None,
        settings={"dataType": "float", "decimals": 2},
        leaf=_RANGED,
        can_be_unique=True,
    ),
    Kind(
        type="NUMBER",
        make=_one_of(-9_007_199_254_740_993, -1, 0, 12, 9_007_199_254_740_993),
        empty=None,
        settings={"dataType": "bigint"},
        leaf=_RANGED,
        can_be_unique=True,
    ),
    Kind(type="BOOLEAN", make=_one_of(True, False), empty=None, is_grouped=True),
    Kind(
        type="DATE",
        make=_one_of("2024-02-29", "2025-12-31", "2026-01-01"),
        empty=None,
        leaf=_RANGED,
        can_be_unique=True,
    ),
    Kind(
        type="DATE_TIME",
        make=_one_of("2024-02-29T23:30:00.000Z", "2025-12-31T08:00:00.123Z", "2026-01-01T00:00:00.000Z"),
        empty=None,
        leaf=_RANGED,
        can_be_unique=True,
    ),
    Kind(type="UUID", make=_one_of(*_UUIDS), empty=None, leaf=_RANGED, can_be_unique=True),
    Kind(type="SELECT", make=lambda rng, values: rng.choice(values), empty=None, has_options=True, is_grouped=True),
    Kind(type="MULTI_SELECT", make=_some, empty=[], leaf=Leaf(equals="containsAny", orders=False), has_options=True),
    Kind(type="RATING", make=_one_of(*(f"RATING_{number}" for number in range(1, 6))), empty=None, is_grouped=True),
    Kind(type="ARRAY", make=lambda rng, _: _some(rng, _WORDS), empty=[], leaf=_OPAQUE),
    Kind(type="RAW_JSON", make=_one_of({"a": 1}, {"a": {"b": 2}}), empty=None, leaf=_OPAQUE),
    Kind(
        type="CURRENCY",
        make=lambda rng, _: {
            "amountMicros": rng.choice((0, 5_000_000, 7_250_000)),
            "currencyCode": rng.choice(("EUR", "USD")),
        },
        empty={"amountMicros": None, "currencyCode": None},
        leaf=Leaf(member="amountMicros", ranged=True),
        members="{ amountMicros currencyCode }",
    ),
    Kind(
        type="FULL_NAME",
        make=lambda rng, _: {"firstName": rng.choice(_WORDS), "lastName": rng.choice(("", *_WORDS))},
        empty={"firstName": "", "lastName": ""},
        leaf=Leaf(member="lastName", ranged=True),
        members="{ firstName lastName }",
    ),
    Kind(
        type="ADDRESS",
        make=_address,
        empty=_NOWHERE,
        leaf=Leaf(member="addressPostcode", ranged=True),
        members=f"{{ {' '.join(_NOWHERE)} }}",
    ),
    Kind(
        type="LINKS",
        make=_link,
        empty={"primaryLinkLabel": "", "primaryLinkUrl": "", "secondaryLinks": []},
        leaf=Leaf(member="primaryLinkUrl"),
        members="{ primaryLinkLabel primaryLinkUrl secondaryLinks }",
        can_be_unique=True,
    ),
    Kind(
        type="EMAILS",
        make=_email,
        empty={"primaryEmail": "", "additionalEmails": []},
        leaf=Leaf(member="primaryEmail"),
        members="{ primaryEmail additionalEmails }",
        can_be_unique=True,
    ),
    Kind(
        type="PHONES",
        make=_phone,
        empty=_NOBODY,
        leaf=Leaf(member="primaryPhoneNumber"),
        members=f"{{ {' '.join(_NOBODY)} }}",
        can_be_unique=True,
    ),
    Kind(
        type="RICH_TEXT",
        make=lambda rng, _: {"markdown": rng.choice(_WORDS)},
        empty={"markdown": ""},
        seen=_without("blocknote"),
        leaf=Leaf(member="markdown", equals=None, orders=False),
        members="{ markdown }",
    ),
    Kind(
        type="ACTOR",
        make=_actor,
        empty=None,
        initial={"source": "MANUAL", "workspaceMemberId": None, "name": "System", "context": {}},
        leaf=Leaf(member="name"),
        members="{ source workspaceMemberId name context }",
        takes_default=False,
    ),
    Kind(
        type="FILES",
        make=_files,
        empty=[],
        settings={"maxNumberOfValues": 3},
        send=lambda files: [_without("extension", "url")(file) for file in files],
        leaf=_OPAQUE,
        members="{ fileId label extension url }",
        takes_default=False,
    ),
)
