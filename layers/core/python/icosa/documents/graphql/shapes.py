"""How fields look in GraphQL (spec/graphql-core.md §3.3, §3.8): names of types, derived from the kinds of their leaves.

Only types that their leaves do not explain have an entry of their own in ``_EXCEPTIONS``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ...identifiers import capitalised
from ...model.model import Field, Object
from ...model.types.base import Kind
from ...model.types.kinds import (
    Array,
    Boolean,
    Date,
    DateTime,
    MultiSelect,
    Number,
    Numeric,
    RawJson,
    Select,
    Text,
    Uuid,
)

DIRECTION = "OrderByDirection"
FLAG = "Boolean"
CALENDAR = "GroupByDateGranularityInput"
CALENDAR_ORDER = "OrderByDateGranularityInput"
#: Members of a file in answers.
FILE_MEMBERS = ("fileId", "label", "extension", "url")


@dataclass(frozen=True, slots=True)
class Scalar:
    """A scalar as answers show it and as filters take it. ``is_list`` values are lists of it, ``is_enum`` ones have
    options.
    """

    name: str
    filter: str
    is_list: bool = False
    is_enum: bool = False


#: By the class of a kind or of one that it is derived from.
_KINDS: Mapping[type[Kind], Scalar] = {
    Text: Scalar("String", "StringFilter"),
    Number: Scalar("Float", "FloatFilter"),
    Numeric: Scalar("BigFloat", "BigFloatFilter"),
    Boolean: Scalar("Boolean", "BooleanFilter"),
    Date: Scalar("Date", "DateFilter"),
    DateTime: Scalar("DateTime", "DateTimeFilter"),
    Uuid: Scalar("UUID", "UUIDFilter"),
    Select: Scalar("", "", is_enum=True),
    MultiSelect: Scalar("", "", is_enum=True, is_list=True),
    Array: Scalar("String", "ArrayFilter", is_list=True),
    RawJson: Scalar("JSON", "RawJsonFilter"),
}
#: What ``settings.dataType`` makes of a number.
_NUMBERS: Mapping[str, Scalar] = {"int": Scalar("Int", "IntFilter"), "bigint": Scalar("BigInt", "BigIntFilter")}
#: The enum of a member that has options (the source of an actor).
_MEMBER_ENUM = "{}{}Enum"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A field's types without nullability. ``members`` are the fields of an output type that is an object."""

    output: str
    create: str
    update: str
    filter: str
    order: str = DIRECTION
    group: str = FLAG
    group_order: str = DIRECTION
    members: tuple[str, ...] = ()


_FILES = Shape(
    output="[FileObject]",
    create="[FileItemInput]",
    update="[FileItemInput]",
    filter="RawJsonFilter",
    members=FILE_MEMBERS,
)
_POSITION = Shape(output="Position", create="Position", update="Position", filter="FloatFilter")
_TS_VECTOR = Shape(output="TSVector", create="TSVector", update="TSVector", filter="TSVectorFilter")
_EXCEPTIONS: Mapping[str, Shape] = {"FILES": _FILES, "POSITION": _POSITION, "TS_VECTOR": _TS_VECTOR}
_ID = Shape(output="UUID", create="ID", update="ID", filter="UUIDFilter")
_JOIN_COLUMN = Shape(output="ID", create="ID", update="ID", filter="UUIDFilter")


def scalar_of(kind: Kind) -> Scalar:
    """The scalar of a kind. Raises KeyError for a kind that no table knows."""
    for base in type(kind).__mro__:
        if (found := _KINDS.get(base)) is not None:
            return found
    raise KeyError(type(kind).__name__)


def shape_of(obj: Object, field: Field) -> Shape:
    """The types of a stored field or of a join column (``companyId``)."""
    if field.is_many_to_one:
        return _JOIN_COLUMN
    if field.name == "id":
        return _ID
    if (exception := _EXCEPTIONS.get(field.type.name)) is not None:
        return exception
    if field.type.is_composite:
        return _composite(type_part(field.type.name))
    return _scalar(obj, field)


def members_of(obj: Object, field: Field) -> tuple[str, ...]:
    """What can be selected inside a field: the members of a composite or of a file; nothing for scalars."""
    if field.type.is_composite:
        return tuple(leaf.sub for leaf in field.leaves if leaf.sub is not None)
    return shape_of(obj, field).members


def output_name(obj: Object, field: Field) -> str:
    """The name of the type that a field's values have, without list brackets."""
    return shape_of(obj, field).output.strip("[]")


def type_part(name: str) -> str:
    """``FULL_NAME`` is ``FullName``."""
    return "".join(part.capitalize() for part in name.split("_"))


def enum_name(obj: Object, field: Field) -> str:
    """``OpportunityStageEnum``."""
    return f"{type_name(obj)}{capitalised(field.name)}Enum"


def member_enum_name(composite: str, member: str) -> str:
    """``ActorSourceEnum``."""
    return _MEMBER_ENUM.format(composite, capitalised(member))


def type_name(obj: Object) -> str:
    """``Company``: the name of the record type, with which those of all other types of the object begin."""
    return capitalised(obj.name_singular)


def _composite(name: str) -> Shape:
    return Shape(
        output=name,
        create=f"{name}CreateInput",
        update=f"{name}UpdateInput",
        filter=f"{name}FilterInput",
        order=f"{name}OrderByInput",
        group=f"{name}GroupByInput",
        group_order=f"{name}OrderByInput",
    )


def _scalar(obj: Object, field: Field) -> Shape:
    leaf = field.leaves[0]
    scalar = scalar_of(leaf.kind)
    if scalar.is_enum:
        enum = enum_name(obj, field)
        scalar = replace(scalar, name=enum, filter=f"{enum}Filter")
    elif scalar.name == "Float":
        scalar = _NUMBERS.get((field.settings or {}).get("dataType", ""), scalar)
    name = f"[{scalar.name}]" if scalar.is_list else scalar.name
    calendar = leaf.kind.calendar is not None
    return Shape(
        output=name,
        create=name,
        update=name,
        filter=scalar.filter,
        group=CALENDAR if calendar else FLAG,
        group_order=CALENDAR_ORDER if calendar else DIRECTION,
    )
