"""PHONES."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from ...errors import InvalidData
from .. import phone_number, phone_typing
from ..inspect import inspect
from ..phone_number import PhoneNumber
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
        parts = [_part(f"{name}.{key}", phone.get(key)) or "" for key in _PHONE]
        if any(parts):
            read = _normalise(dict(zip(_PHONE, parts, strict=True)))
            phones.append({"number": read.number, "callingCode": read.calling_code, "countryCode": read.country})
    return phones or None


def _part(name: str, value: Any) -> str | None:
    """Text without the blanks around it; None for null and when nothing remains."""
    return None if value is None else (values.text(name, value) or "").strip() or None


class Phones(CompositeType):
    """A primary number with its codes, and more."""

    name = "PHONES"
    words = "phones"
    joint_members = _PRIMARY
    members = (
        *(replace(text_member(name), read=_part) for name in _PRIMARY),
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
        combined = super().combine(field, value, old)
        primary = _parts(combined)
        if primary == _parts(old):
            return combined
        if NUMBER not in value or not primary["number"]:
            if any(primary.values()):
                _normalise(primary)
            return combined
        sent = _parts({name: combined[name] for name in combined if name in value})
        read = _read(primary, sent)
        rest = {name: stored for name, stored in combined.items() if name not in _PRIMARY}
        members = {NUMBER: read.number, COUNTRY: read.country, CALLING: read.calling_code}
        return {**{name: part for name, part in members.items() if part}, **rest}

    is_searched_by_digits = True

    def calling_code(self, value: Stored) -> str | None:
        number, code = value.get(NUMBER, ""), value.get(CALLING, "").removeprefix("+")
        is_told = number.isascii() and number.isdigit() and phone_typing.calling_code(code) == code
        return code if is_told and code else None

    def search_texts(self, value: Stored) -> Iterator[str]:
        """Each number as it is dialled in its country, and from abroad."""
        for phone in (_parts(value), *value.get(ADDITIONAL, ())):
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


def _parts(members: Mapping[str, Stored]) -> dict[str, str]:
    """The primary phone, with "" for what it lacks."""
    return {part: members.get(name, "") for part, name in zip(_PHONE, _PRIMARY, strict=True)}


def _read(known: Mapping[str, str], sent: Mapping[str, str]) -> PhoneNumber:
    """A new number. Codes on record tell how to read it, unless it or the codes beside it say otherwise
    (docs/wire/rest.md#phones).
    """
    if known != sent:
        with contextlib.suppress(InvalidData):
            return _normalise(known)
    return _normalise(sent)


def _normalise(phone: Mapping[str, str]) -> PhoneNumber:
    return phone_number.normalise(
        number=phone["number"], country=phone["countryCode"], calling_code=phone["callingCode"]
    )
