"""The contracts that every field type fulfils.

A **field type** knows everything about its type: how input is checked and normalised, what is stored, how it is shown,
which leaves it has, its aggregates, its GraphQL and OpenAPI types. A **kind** is the scalar behaviour of one leaf:
operators, comparison, and an order-preserving text encoding for index keys. TEXT has one leaf of the text kind;
FULL_NAME has two; MULTI_SELECT has one whose kind is not indexed. Nothing outside this package branches on a type's
name.

Stored values are what DynamoDB holds and what the engine computes with. ``None`` (absent) is the only null:
empty text, empty lists and ``{}`` are normalised to it on write (Twenty's null equivalence) and rendered back on read.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from ..operators import Operator, Predicate
from .graphql_types import Scalar, TypeNames
from .json_schema import Schema

if TYPE_CHECKING:
    from ..model import Field

Stored = Any
"""A normalised, non-null value as stored in a record item: str, int, float, bool, list or dict; None means null."""

Item = Mapping[str, Any]
"""A record item: attribute names are field keys."""


@dataclass(frozen=True, slots=True)
class KeyRange:
    """A contiguous part of an index, over encoded values.

    Bounds are encoded values; ``None`` is open. ``low``/``high`` are inclusive as their flags say. ``prefix`` marks
    that ``low`` is a prefix that all values share (``high`` is None then).
    """

    low: str | None = None
    high: str | None = None
    include_low: bool = True
    include_high: bool = True
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Ranges:
    """The index ranges that contain every non-null value for which an operator holds.

    ``exact`` is true when every value in the ranges satisfies the operator, so that counting rows is counting matches.
    When false the ranges are a superset and each row must be checked against its record (or its exact text).
    """

    ranges: tuple[KeyRange, ...]
    exact: bool


class Kind(ABC):
    """Scalar behaviour of a leaf. Instances are immutable and may depend on the field's options or settings."""

    #: Name of the type in operator errors ("TEXT", "DATE_TIME").
    name: str
    #: Filter operators by name, in the order in which error messages list them (spec/rest-core.md §2.7.4).
    operators: Mapping[str, Operator]
    #: What the GraphQL filter input names, where it is not just ``operators``: as Twenty's, it may name more.
    declared: tuple[Operator, ...] = ()
    #: The GraphQL type of values, for a list that of its members; options have enums instead (``is_choice``).
    scalar: Scalar
    #: Whether values are options of a list, in the order of their positions.
    is_choice: ClassVar[bool] = False
    options: tuple[str, ...] = ()
    #: Whether rows for this leaf exist in the index (lists, JSON and rich text have none).
    is_indexed: ClassVar[bool] = True
    #: Whether the leaf may be ordered by.
    is_sortable: ClassVar[bool] = True
    #: Whether ``detail`` can be anything but None.
    has_detail: ClassVar[bool] = False
    #: Empty text, empty list: a filter value that also stands for null (spec/rest-core.md §2.7.7). None if there is
    #: none.
    null_equivalent: ClassVar[Any] = None
    #: Whether groupBy accepts the leaf (JSON is not).
    is_groupable: ClassVar[bool] = True
    #: "day" for calendar days (``YYYY-MM-DD``), "instant" for points in time (ISO 8601): groupBy sorts both into
    #: calendar buckets.
    calendar: ClassVar[Literal["day", "instant"] | None] = None
    #: Values are lists: groupBy can make a group for each member (``unnest``).
    is_list: ClassVar[bool] = False
    #: Numbers are decimals (PostgreSQL's numeric) rather than floating point: aggregates are exact, and text in REST.
    is_exact: ClassVar[bool] = False

    @abstractmethod
    def operand(self, field_name: str, operator: Operator, raw: Any) -> Any:
        """Check and normalise a filter operand.

        ``field_name`` is the dotted path as shown in messages. ``raw`` is text from REST or any JSON value from GraphQL
        (numeric text is fine for numbers in filters). ``operator`` is one of ``operators``.
        Raises InvalidFilter with the texts of spec/rest-core.md §2.7.5 and graphql-core.md §4.5.
        """

    @abstractmethod
    def predicate(self, operator: Operator, operand: Any) -> Predicate:
        """The test of values that are not null; what holds for null is decided before (``Operator.state``)."""

    @abstractmethod
    def encode(self, value: Stored) -> str:
        r"""Text whose UTF-8 byte order is the sort order of values. Holds no ``\x01`` and is at most 128 bytes.

        Must be deterministic and total on stored values. May be lossy (text is folded to lower case and cut).
        """

    def is_cut(self, encoded: str) -> bool:
        """Whether ``encoded`` may stand for several values that sort differently, because the value was cut at 128
        bytes.
        """
        return False

    def detail(self, value: Stored) -> str | None:
        """What ``encode`` loses: stored beside the key in the index row (``e``) when not None (the exact
        text of TEXT).
        """
        return None

    def decode(self, encoded: str, detail: str | None) -> Stored:
        """The value of an index row, for reads that need no record. Raises ValueError when the row does not hold it
        all.
        """
        raise ValueError("not decodable")

    @abstractmethod
    def sort_key(self, value: Stored) -> Any:
        """A comparable whose order is that of the *full* values (``encode`` order, and beyond where
        ``encode`` cuts).
        """

    def ranges(self, operator: Operator, operand: Any) -> Ranges | None:
        """Where matching non-null values stand in the index, or None when only a scan can tell."""
        return None

    def cursor_value(self, value: Stored) -> Any:
        """JSON form in cursors and in dimensions of groups (default: the stored value)."""
        return value

    def from_cursor(self, raw: Any) -> Stored:
        """Inverse of ``cursor_value``. Raises ValueError on a value that no cursor of ours holds."""
        return raw


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """A scalar inside a field.

    ``path`` are the wire names (``("name", "firstName")``, ``("companyId",)``). ``key`` names the index
    (``f3`` or ``f3.firstName``); ``sub`` is the member inside a composite or None.
    """

    field: Field
    path: tuple[str, ...]
    key: str
    sub: str | None
    kind: Kind

    @property
    def has_index(self) -> bool:
        """Whether the leaf's index answers reads: it has rows, for every live record (``id`` is the key and needs
        none).
        """
        return self.kind.is_indexed and self.field.has_index and self.path not in (("id",), ("deletedAt",))

    @property
    def dotted(self) -> str:
        return ".".join(self.path)

    def get(self, item: Item) -> Stored:
        """The leaf's stored value in a record item, None when null."""
        value = item.get(self.field.key)
        if value is None or self.sub is None:
            return value
        return value.get(self.sub)


Mode = Literal["create", "update"]


class FieldType(ABC):
    """A field type. One instance per type, in ``registry``; everything specific to a field comes in as ``field``."""

    name: ClassVar[str]
    #: False for types without a value in the record item (TS_VECTOR).
    is_stored: ClassVar[bool] = True
    #: True for types with members (FULL_NAME …).
    is_composite: ClassVar[bool] = False
    #: Whether groupBy accepts the field.
    is_groupable: ClassVar[bool] = True

    @abstractmethod
    def leaves(self, field: Field) -> tuple[Leaf, ...]:
        """The filterable and sortable scalars of a field of this type."""

    @abstractmethod
    def parse(self, field: Field, value: Any, *, old: Stored = None, mode: Mode = "create") -> Stored:
        """Check and normalise a value from a request body into its stored form; None for null.

        ``value`` is never the Python object of a missing key (the caller skips those). For ``mode="update"`` ``old`` is
        the stored value, so that composites can keep members that the body does not name (spec/rest-core.md §3.16).
        Raises InvalidData with the exact texts of spec/rest-core.md §3 and graphql-core.md §5.2.
        """

    @abstractmethod
    def render(self, field: Field, value: Stored) -> Any:
        """The JSON value of a stored value (None included): null equivalents and missing members filled in."""

    def default(self, field: Field, *, now: str) -> Stored:
        """The stored value for a field that a create does not mention: ``field.default_value`` evaluated, or None."""
        return None

    def unique_subs(self) -> Sequence[str | None]:
        """Members that a unique index on such a field covers; ``(None,)`` for scalars, empty when it cannot
        be unique.
        """
        return (None,)

    def merge(self, field: Field, values: Sequence[Stored], priority: Stored) -> Stored:
        """The merged value of several records (spec/rest-core.md §1.12).

        ``values`` are the stored values of all records in request order (None included), ``priority`` the surviving
        record's. Zero or one non-null value is handled by the caller.
        """
        return priority

    def search_texts(self, value: Stored) -> Iterator[str]:
        """The texts of a stored value by which search finds its record: all that it holds, unless a type says
        otherwise.
        """
        return _texts(value)

    # What documents say about the type; used by ``documents`` when it builds OpenAPI and GraphQL.
    @abstractmethod
    def openapi(self, field: Field, *, response: bool) -> Schema:
        """JSON Schema of a value that is not null, in an answer or in a request body (spec/rest-core.md §6.4).

        The same for all fields of a composite type.
        """

    @abstractmethod
    def graphql(self, field: Field, enum: str) -> TypeNames:
        """The names of its GraphQL types. ``enum`` is that of a field with options."""

    def example(self, field: Field) -> Any:
        """A value that a request body may hold, for documents; None when there is none to show."""
        return None

    @abstractmethod
    def aggregates(self, field: Field) -> Mapping[str, tuple[str, Leaf | None]]:
        """Aggregate names of the field → (function, leaf).

        Functions: ``countUniqueValues, countEmpty, countNotEmpty, percentageEmpty, percentageNotEmpty`` (leaf None: the
        field as a whole), ``min, max, avg, sum, countTrue, countFalse`` (on a leaf). Spec: graphql-core.md §3.7.
        """


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for member in value.values():
                yield from _texts(member)
        case list():
            for member in value:
                yield from _texts(member)
