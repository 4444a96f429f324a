"""EMAILS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from ...errors import InvalidData
from .. import email_address
from ..inspect import inspect
from . import json_schema, values
from .base import Field, Stored
from .composite import CompositeType, Member, united
from .kinds import EmailText, RawJson

PRIMARY, ADDITIONAL = "primaryEmail", "additionalEmails"


def _address(name: str, value: Any) -> str | None:
    if value == "":
        return None
    address = email_address.normalise(value) if isinstance(value, str) else None
    if address is None:
        raise InvalidData(f'Invalid string value {inspect(value)} for email field "{name}"')
    return address


def _addresses(name: str, value: Any) -> list[str] | None:
    try:
        members = values.json_list(name, value)
    except InvalidData as error:
        raise InvalidData(f'Invalid string value {inspect(value)} for email field "{name}"') from error
    addresses = [_address(name, member) for member in members]
    if None in addresses:
        raise InvalidData(f"Invalid string value '' for email field \"{name}\"")
    return addresses or None  # type: ignore[return-value]


class Emails(CompositeType):
    """A primary address and more."""

    name = "EMAILS"
    words = "emails"
    has_host = True
    members = (
        Member(
            name=PRIMARY,
            kind=EmailText(),
            read=_address,
            schema=json_schema.STRING,
            input_schema=json_schema.EMAIL,
            empty="",
        ),
        Member(
            name=ADDITIONAL,
            kind=RawJson(),
            read=_addresses,
            schema=json_schema.array(json_schema.STRING),
            input_schema=json_schema.array(json_schema.EMAIL),
            empty=[],
        ),
    )
    sample: ClassVar[Mapping[str, Any]] = {PRIMARY: "ada@engines.example", ADDITIONAL: ["ada@home.example"]}

    def unique_subfields(self) -> Sequence[str | None]:
        return (PRIMARY,)

    def merge(self, field: Field, values: Sequence[Stored], priority: Stored) -> Stored:
        primary, additional = united(
            values,
            priority,
            lambda record: record.get(PRIMARY),
            lambda record: record.get(ADDITIONAL, ()),
            lambda address: address,
        )
        merged: dict[str, Stored] = {} if primary is None else {PRIMARY: primary}
        return {**merged, ADDITIONAL: additional} if additional else merged
