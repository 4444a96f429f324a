"""Types with members: what they share, and the two that are nothing but their members."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import orjson

from ...errors import IcosaError, InvalidData, PayloadTooLarge
from ...limits import LIST_MEMBERS, Limit
from ..inspect import inspect
from ..problems import Problem
from . import graphql_types, json_schema, values
from .base import Field, Kind, Leaf, Mode, Stored
from .common import Counted, ParsedDefault
from .decimals import to_number
from .graphql_types import TypeNames
from .kinds import Numeric, Text
from .rules import FieldTypeRules

_TEXT = Text()
_NUMERIC = Numeric()


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member of a composite.

    ``read`` checks a value that is not null; ``show`` renders one; ``empty`` is null rendered. ``schema`` describes
    answers, ``input_schema`` request bodies when they take more; nulls are left out of both. ``is_declared`` is False
    for members that GraphQL's input types do not name; ``is_read``, ``is_essential`` and ``scale`` as in ``Leaf``.
    """

    name: str
    kind: Kind
    read: Callable[[str, Any], Stored]
    schema: json_schema.Schema
    input_schema: json_schema.Schema | None = None
    empty: Any = None
    show: Callable[[Stored], Any] | None = None
    is_declared: bool = True
    is_read: bool = True
    is_essential: bool = False
    scale: int = 1


def text_member(name: str, *, empty: str | None = "", is_declared: bool = True) -> Member:
    return Member(
        name=name, kind=_TEXT, read=values.text, schema=json_schema.STRING, empty=empty, is_declared=is_declared
    )


def decimal_member(name: str) -> Member:
    return Member(
        name=name,
        kind=_NUMERIC,
        read=values.decimal,
        schema=json_schema.NUMBER,
        input_schema=json_schema.DECIMAL,
        show=to_number,
    )


class CompositeType(ParsedDefault, Counted):
    """A type whose stored value is a dict of its members that are not null; None when there are none."""

    is_composite: ClassVar[bool] = True
    #: The type in "Invalid subfield x for … field".
    words: ClassVar[str]
    members: ClassVar[tuple[Member, ...]]
    sample: ClassVar[Mapping[str, Any]]

    _by_name: Mapping[str, Member]
    _template: Mapping[str, Any]
    _renderers: tuple[tuple[str, Callable[[Stored], Any]], ...]

    def __init__(self) -> None:
        self._by_name = {member.name: member for member in self.members}
        self._template = {member.name: member.empty for member in self.members}
        self._renderers = tuple((member.name, member.show) for member in self.members if member.show)

    def leaves(self, field: Field) -> tuple[Leaf, ...]:
        return tuple(
            Leaf(
                field=field,
                path=(field.name, member.name),
                key=field.leaf_key(member.name),
                subfield=member.name,
                kind=member.kind,
                is_read=member.is_read,
                is_essential=member.is_essential,
                scale=member.scale,
            )
            for member in self.members
        )

    def parse(self, field: Field, value: Any, *, old: Stored = None, mode: Mode = "create") -> Stored:
        if value is None:
            return None
        self.check_form(field, value)
        return self.combine(field, value, old or {}) or None

    def check(self, field: Field, value: Any) -> None:
        """Each member for itself: whether they fit together depends on those that are not sent."""
        self.check_form(field, value)
        for name, raw in value.items():
            self.member(field, name, raw)

    def faults(
        self, field: Field, value: Any, raised: IcosaError, *, old: Stored = None, mode: Mode = "create"
    ) -> Sequence[Problem]:
        """Members that the type does not have, those with wrong values, and whether the others fit together."""
        if not isinstance(value, Mapping):
            return super().faults(field, value, raised)
        found: list[Problem] = []
        fitting: dict[str, Any] = {}
        for name, raw in value.items():
            try:
                self.check_form(field, {name: raw})
                self.member(field, name, raw)
                fitting[name] = raw
            except (InvalidData, PayloadTooLarge) as error:
                found.append(Problem(error=error, field=f"{field.name}.{name}", value=raw))
        blamed = self.joint_members[0] if self.joint_members else None
        if not found or blamed in fitting:
            try:
                self.parse(field, fitting, old=old, mode=mode)
            except (InvalidData, PayloadTooLarge) as error:
                path = field.name if blamed is None else f"{field.name}.{blamed}"
                found.append(Problem(error=error, field=path, value=value if blamed is None else value.get(blamed)))
        return found or super().faults(field, value, raised)

    def check_form(self, field: Field, value: Any) -> None:
        """Refuse what is not an object, and members that the type does not have."""
        if not isinstance(value, Mapping):
            raise InvalidData(f'Invalid object value {inspect(value)} for field "{field.name}"')
        for name in value:
            if name not in self._by_name:
                raise InvalidData(f'Invalid subfield {name} for {self.words} field "{field.name}"')

    def combine(self, field: Field, value: Mapping[str, Any], old: Mapping[str, Stored]) -> dict[str, Stored]:
        """The members that are not null: those sent, and those of ``old`` that were not
        (docs/wire/rest.md#partial-composites). What is sent back as it is stored is not read again: rules may have
        become stricter since.
        """
        combined = dict(old)
        for name, raw in value.items():
            if name in old and raw == old[name] and self._by_name[name].show is None:
                continue
            stored = self.member(field, name, raw)
            if stored is None:
                combined.pop(name, None)
            else:
                combined[name] = stored
        return combined

    def member(self, field: Field, name: str, raw: Any) -> Stored:
        """One member's stored form. Raises InvalidData."""
        return None if raw is None else self._by_name[name].read(f"{field.name}.{name}", raw)

    def render(self, field: Field, value: Stored) -> Any:
        if value is None:
            return dict(self._template)
        rendered = {**self._template, **value}
        for name, show in self._renderers:
            if name in value:
                rendered[name] = show(value[name])
        return rendered

    def demands(self, value: Any) -> Iterator[tuple[Limit, int]]:
        """The members of lists: each is brought into its form by a library."""
        lists = (
            (value.get(member.name) for member in self.members if member.empty == [])
            if isinstance(value, Mapping)
            else ()
        )
        yield LIST_MEMBERS, sum(map(_length, lists))

    def unique_subfields(self) -> Sequence[str | None]:
        return ()

    def graphql(self, field: Field, enum: str) -> TypeNames:
        return graphql_types.composite(graphql_types.type_part(self.name))

    def openapi(self, field: Field, *, response: bool) -> Mapping[str, Any]:
        """Answers have every member. Bodies have those that they name, and null for "none"."""
        if not response:
            taken = {member.name: json_schema.nullable(member.input_schema or member.schema) for member in self.members}
            return json_schema.object_of(taken, closed=True)
        properties = {m.name: json_schema.nullable(m.schema) if m.empty is None else m.schema for m in self.members}
        return {**json_schema.object_of(properties), "required": list(properties)}

    def example(self, field: Field) -> Any:
        return self.sample


def _length(members: Any) -> int:
    """Of a list, given as such or as JSON text; 0 for what will be refused."""
    if isinstance(members, str):
        try:
            members = orjson.loads(members)
        except orjson.JSONDecodeError:
            return 0
    return len(members) if isinstance(members, list) else 0


def united[T](
    values: Sequence[Stored],
    priority: Stored,
    primary: Callable[[Stored], T | None],
    additional: Callable[[Stored], Sequence[T]],
    key: Callable[[T], Any],
) -> tuple[T | None, list[T]]:
    """The parts of several records' values, each once: the first primary part, then the other primary parts, then all
    additional ones, beginning with the surviving record (docs/wire/rest.md#merge)."""
    records = [value for value in (priority, *(value for value in values if value is not priority)) if value]
    primaries = [part for part in map(primary, records) if part is not None]
    parts: dict[Any, T] = {}
    for part in (*primaries, *(part for record in records for part in additional(record))):
        parts.setdefault(key(part), part)
    rest = list(parts.values())
    return (rest.pop(0) if primaries else None), rest


class FullName(CompositeType):
    name = "FULL_NAME"
    rules = FieldTypeRules(can_be_label_identifier=True)
    words = "full name"
    members = (text_member("firstName"), text_member("lastName"))
    sample: ClassVar[Mapping[str, Any]] = {"firstName": "Ada", "lastName": "Lovelace"}


class Address(CompositeType):
    name = "ADDRESS"
    words = "address"
    members = (
        text_member("addressStreet1"),
        text_member("addressStreet2"),
        text_member("addressCity"),
        text_member("addressPostcode"),
        text_member("addressState"),
        text_member("addressCountry"),
        decimal_member("addressLat"),
        decimal_member("addressLng"),
    )
    sample: ClassVar[Mapping[str, Any]] = {
        "addressStreet1": "12 St James's Square",
        "addressCity": "London",
        "addressPostcode": "SW1Y 4JH",
        "addressCountry": "United Kingdom",
        "addressLat": 51.5073,
        "addressLng": -0.1352,
    }
