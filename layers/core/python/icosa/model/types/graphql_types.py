"""Names of GraphQL types of values (docs/wire/graphql.md#types-of-fields, docs/wire/graphql.md#schema), as
``json_schema`` has their OpenAPI schemas.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

DIRECTION = "OrderByDirection"
FLAG = "Boolean"
CALENDAR = "GroupByDateGranularityInput"
CALENDAR_ORDER = "OrderByDateGranularityInput"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """The type of a kind's values, and the input type that filters them."""

    name: str
    filter: str
    #: Lists of operands may hold null: ``[UUID]`` instead of ``[Float!]``.
    has_nullable_items: bool = False
    #: The filter lists operators as the kind does, not comparisons by name and ``is`` at the end.
    keeps_order: bool = False

    def renamed(self, name: str) -> Scalar:
        """The same for an enum of its own."""
        return replace(self, name=name, filter=f"{name}Filter")


STRING = Scalar(name="String", filter="StringFilter")
UUID = Scalar(name="UUID", filter="UUIDFilter", has_nullable_items=True)
FLOAT = Scalar(name="Float", filter="FloatFilter")
INT = Scalar(name="Int", filter="IntFilter")
BIG_INT = Scalar(name="BigInt", filter="BigIntFilter")
BIG_FLOAT = Scalar(name="BigFloat", filter="BigFloatFilter")
DATE = Scalar(name="Date", filter="DateFilter")
DATE_TIME = Scalar(name="DateTime", filter="DateTimeFilter")
BOOLEAN = Scalar(name="Boolean", filter="BooleanFilter")
#: The members of a list of texts.
TEXTS = Scalar(name="String", filter="ArrayFilter")
JSON = Scalar(name="JSON", filter="RawJsonFilter", keeps_order=True)
#: Options are enums, each named after its field (``renamed``).
OPTION = Scalar(name="String", filter="StringFilter", has_nullable_items=True, keeps_order=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeNames:
    """The types of a field, without nullability. ``members`` are the fields of an output type that is an object."""

    output: str
    create: str
    update: str
    filter: str
    order: str = DIRECTION
    group: str = FLAG
    group_order: str = DIRECTION
    members: tuple[str, ...] = ()


def plain(name: str, filter: str) -> TypeNames:
    """Of a field whose values are the same in answers and inputs."""
    return TypeNames(output=name, create=name, update=name, filter=filter)


def composite(name: str) -> TypeNames:
    """Of a composite type, which has inputs of its own: ``FullNameCreateInput``."""
    return TypeNames(
        output=name,
        create=f"{name}CreateInput",
        update=f"{name}UpdateInput",
        filter=f"{name}FilterInput",
        order=f"{name}OrderByInput",
        group=f"{name}GroupByInput",
        group_order=f"{name}OrderByInput",
    )


def type_part(name: str) -> str:
    """``FULL_NAME`` is ``FullName``."""
    return "".join(part.capitalize() for part in name.split("_"))
