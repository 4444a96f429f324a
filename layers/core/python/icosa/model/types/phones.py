"""PHONES."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from ...errors import InvalidData
from .. import phone_number
from ..inspect import inspect
from . import json_schema, values
from .base import Field, Stored
from .composite import CompositeType, Member, text_member, united
from .kinds import RawJson

NUMBER, COUNTRY, CALLING = "primaryPhoneNumber", "primaryPhoneCountryCode", "primaryPhoneCallingCode"
ADDITIONAL = "additionalPhones"
_PRIMARY = (NUMBER, COUNTRY, CALLING)
_PHONE = ("number", "countryCode", "callingCode")


def _phones(name: str, value: Any) -> list[dict[str, str]] | None:
    """Phones as ``{"number", "callingCode", "countryCode"}``; those without any part are dropped."""
    phones = []
    for phone in values.json_list(name, value):
        if not isinstance(phone, Mapping):
            raise InvalidData(f'Invalid object value {inspect(phone)} for field "{name}"')
        number, country, calling = (_part(f"{name}.{key}", phone.get(key)) for key in _PHONE)
        if number or country or calling:
            read = phone_number.normalise(number=number, country=country, calling_code=calling)
            phones.append({"number": read.number, "callingCode": read.calling_code, "countryCode": read.country})
    return phones or None


def _part(name: str, value: Any) -> str:
    return "" if value is None else (values.text(name, value) or "").strip()


class Phones(CompositeType):
    """A primary number and more. A write without ``additionalPhones`` clears them; other members keep their values."""

    name = "PHONES"
    words = "phones"
    joint_members = _PRIMARY
    members = (
        text_member(NUMBER),
        text_member(COUNTRY),
        text_member(CALLING),
        Member(
            name=ADDITIONAL,
            kind=RawJson(),
            read=_phones,
            schema=json_schema.array(json_schema.object_of(dict.fromkeys(_PHONE, json_schema.STRING))),
            empty=[],
        ),
    )
    sample: ClassVar[Mapping[str, Any]] = {
        NUMBER: "06 10 20 30 40",
        COUNTRY: "FR",
        CALLING: "+33",
        ADDITIONAL: [{"number": "020 7946 0958", "countryCode": "GB", "callingCode": "+44"}],
    }

    def combine(self, field: Field, value: Mapping[str, Any], old: Mapping[str, Stored]) -> dict[str, Stored]:
        members = super().combine(field, value, {name: old[name] for name in _PRIMARY if name in old})
        sent = {name: _part(f"{field.name}.{name}", value.get(name)) for name in _PRIMARY}
        if any(sent.values()):
            # Codes on record are not consulted: a national number needs its country beside it
            # (docs/wire/quirks.md#phone-codes-on-record).
            read = phone_number.normalise(number=sent[NUMBER], country=sent[COUNTRY], calling_code=sent[CALLING])
            if sent[NUMBER]:
                rest = {name: members[name] for name in members if name not in _PRIMARY}
                primary = {NUMBER: read.number, COUNTRY: read.country, CALLING: read.calling_code}
                return {**{name: part for name, part in primary.items() if part}, **rest}
        return members

    def search_texts(self, value: Stored) -> Iterator[str]:
        """Each number as it is dialled in its country, and from abroad."""
        primary = {part: value.get(name, "") for part, name in zip(_PHONE, _PRIMARY, strict=True)}
        for phone in (primary, *value.get(ADDITIONAL, ())):
            yield phone["number"]
            yield phone["callingCode"] + phone["number"]

    def unique_subfields(self) -> Sequence[str | None]:
        return _PRIMARY

    def merge(self, field: Field, values: Sequence[Stored], priority: Stored) -> Stored:
        primary, additional = united(
            values,
            priority,
            _primary,
            lambda record: record.get(ADDITIONAL, ()),
            lambda phone: (phone["callingCode"], phone["number"]),
        )
        if primary is None:
            merged = {name: part for name, part in (priority or {}).items() if name in _PRIMARY}
        else:
            merged = {name: primary[key] for name, key in zip(_PRIMARY, _PHONE, strict=True) if primary[key]}
        return ({**merged, ADDITIONAL: additional} if additional else merged) or None


def _primary(record: Mapping[str, Stored]) -> dict[str, str] | None:
    if NUMBER not in record:
        return None
    return {"number": record[NUMBER], "callingCode": record.get(CALLING, ""), "countryCode": record.get(COUNTRY, "")}
