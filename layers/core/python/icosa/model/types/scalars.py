"""TEXT, NUMBER, NUMERIC, BOOLEAN, DATE, DATE_TIME, UUID, POSITION, and TS_VECTOR, which has no value of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from ...errors import InvalidData
from ..inspect import inspect
from . import graphql_types, json_schema, values
from .base import Field, FieldType, Kind, Leaf, Mode, Stored
from .common import ScalarType
from .graphql_types import TypeNames
from .kinds import Boolean, Date, DateTime, Number, Numeric, Text, Uuid
from .limits import EXACT_INTEGERS, JSON_INTEGERS
from .rules import FieldTypeRules

_ORDINARY = FieldTypeRules()
_TAKES_NOW = FieldTypeRules(default_functions=frozenset({"now"}))


class PlainType(ScalarType):
    """A scalar that depends on nothing but its value: a kind, a check, a schema."""

    def __init__(
        self,
        name: str,
        kind: Kind,
        read: Callable[[str, Any], Stored],
        schema: json_schema.Schema,
        *,
        example: Any,
        input_schema: json_schema.Schema | None = None,
        functions: tuple[str, ...] = (),
        empty: Any = None,
        rules: FieldTypeRules = _ORDINARY,
    ) -> None:
        self.name = name
        self._kind = kind
        self._read = read
        self._schema = schema
        self._input_schema = input_schema or schema
        self._example = example
        self._functions = functions
        self._empty = empty
        self.rules = rules

    def kind(self, field: Field) -> Kind:
        return self._kind

    def read(self, field: Field, value: Any) -> Stored:
        return self._read(field.name, value)

    def render(self, field: Field, value: Stored) -> Any:
        return self._empty if value is None else value

    def openapi(self, field: Field, *, response: bool) -> Mapping[str, Any]:
        return self._schema if response else self._input_schema

    def example(self, field: Field) -> Any:
        return self._example

    def leaf_functions(self, field: Field) -> tuple[tuple[str, str | None], ...]:
        return tuple((function, None) for function in self._functions)


TEXT = PlainType(
    "TEXT",
    Text(),
    values.text,
    json_schema.STRING,
    example="Some text",
    empty="",
    rules=FieldTypeRules(can_be_label_identifier=True),
)
NUMERIC = PlainType(
    "NUMERIC",
    Numeric(),
    values.decimal,
    json_schema.STRING,
    example="12.50",
    input_schema=json_schema.DECIMAL,
    rules=FieldTypeRules(creation_error="Field type NUMERIC is not supported for field creation. Use NUMBER instead."),
)
BOOLEAN = PlainType(
    "BOOLEAN", Boolean(), values.boolean, json_schema.BOOLEAN, example=True, functions=("countTrue", "countFalse")
)
DATE = PlainType(
    "DATE", Date(), values.day, json_schema.DATE, example="2026-01-31", functions=("min", "max"), rules=_TAKES_NOW
)
DATE_TIME = PlainType(
    "DATE_TIME",
    DateTime(),
    values.instant,
    json_schema.DATE_TIME,
    example="2026-01-31T12:00:00.000Z",
    functions=("min", "max"),
    rules=_TAKES_NOW,
)
UUID = PlainType(
    "UUID",
    Uuid(),
    values.uuid,
    json_schema.UUID,
    example="0b6f3f4e-6a0b-4bd0-a6c5-1f1f1f1f0001",
    rules=FieldTypeRules(default_functions=frozenset({"uuid"}), can_be_label_identifier=True),
)


#: Of integers, by ``settings.dataType``.
_BITS: Mapping[str, int] = {"int": 32, "bigint": 64}


class NumberType(ScalarType):
    """Double precision, or integers of 32 or 64 bits by ``settings.dataType`` (docs/wire/metadata.md#settings)."""

    name = "NUMBER"
    _KIND = Number()
    #: By ``settings.dataType``.
    _KINDS: ClassVar[Mapping[str, Kind]] = {
        "int": Number(scalar=graphql_types.INT),
        "bigint": Number(scalar=graphql_types.BIG_INT),
    }

    def kind(self, field: Field) -> Kind:
        return self._KINDS.get((field.settings or {}).get("dataType", ""), self._KIND)

    def read(self, field: Field, value: Any) -> Stored:
        return values.number(field.name, value, bits=_BITS.get((field.settings or {}).get("dataType", "")))

    def render(self, field: Field, value: Stored) -> Any:
        return value if _is_bigint(field) else json_number(value)

    def openapi(self, field: Field, *, response: bool) -> Mapping[str, Any]:
        """Without settings fractions are taken, though documents speak of integers: answers may hold them."""
        if _is_bigint(field):
            return json_schema.LONG
        settings = field.settings or {}
        has_fractions = bool(settings.get("decimals")) or settings.get("dataType") == "float"
        return json_schema.NUMBER if has_fractions or response else json_schema.INTEGER

    def example(self, field: Field) -> Any:
        return 12

    def leaf_functions(self, field: Field) -> tuple[tuple[str, str | None], ...]:
        return (("min", None), ("max", None), ("avg", None), ("sum", None))


class PositionType(ScalarType):
    """A record's place in hand-sorted lists. ``first`` and ``last`` are resolved by the engine
    (docs/wire/rest.md#position).
    """

    name = "POSITION"
    rules = FieldTypeRules(only_name="position")
    is_groupable: ClassVar[bool] = False
    _KIND = Number("POSITION")

    def kind(self, field: Field) -> Kind:
        return self._KIND

    def parse(self, field: Field, value: Any, *, old: Stored = None, mode: Mode = "create") -> Stored:
        return self.read(field, value)

    def read(self, field: Field, value: Any) -> Stored:
        try:
            return values.number(field.name, value)
        except InvalidData as error:
            raise InvalidData(f'Invalid position value {inspect(value)} for field "{field.name}"') from error

    def render(self, field: Field, value: Stored) -> Any:
        return json_number(value)

    def graphql(self, field: Field, enum: str) -> TypeNames:
        return graphql_types.plain("Position", self._KIND.scalar.filter)

    def default(self, field: Field, *, now: str) -> Stored:
        """None: a record without position comes first, which depends on the others."""
        return None

    def unique_subfields(self) -> Sequence[str | None]:
        return ()

    def openapi(self, field: Field, *, response: bool) -> Mapping[str, Any]:
        return json_schema.NUMBER if response else {"anyOf": [json_schema.NUMBER, json_schema.enum(("first", "last"))]}

    def example(self, field: Field) -> Any:
        return "last"


class TsVectorType(FieldType):
    """The search vector. Search has rows of its own; nothing is stored, read or written under the field's name."""

    name = "TS_VECTOR"
    rules = FieldTypeRules(
        creation_error="TS Vector is not supported for field creation",
        is_refused_at_once=True,
        has_default=False,
        supports_gin=True,
    )
    is_stored: ClassVar[bool] = False
    is_groupable: ClassVar[bool] = False

    def leaves(self, field: Field) -> tuple[Leaf, ...]:
        return ()

    def parse(self, field: Field, value: Any, *, old: Stored = None, mode: Mode = "create") -> Stored:
        raise InvalidData(f"{field.name} TS_VECTOR-typed field does not support write operations")

    def render(self, field: Field, value: Stored) -> Any:
        return None

    def unique_subfields(self) -> Sequence[str | None]:
        return ()

    def openapi(self, field: Field, *, response: bool) -> Mapping[str, Any]:
        return json_schema.STRING

    def graphql(self, field: Field, enum: str) -> TypeNames:
        return graphql_types.plain("TSVector", "TSVectorFilter")

    def aggregates(self, field: Field) -> Mapping[str, tuple[str, Leaf | None]]:
        return {}


def json_number(value: Stored) -> Any:
    """A double as JSON shows it: without a fraction as digits, up to the 64 bits at which JSON libraries stop."""
    if value is None or -EXACT_INTEGERS < value < EXACT_INTEGERS:
        return value
    return int(value) if -JSON_INTEGERS <= value <= JSON_INTEGERS else float(value)


def _is_bigint(field: Field) -> bool:
    return bool(field.settings) and field.settings.get("dataType") == "bigint"
