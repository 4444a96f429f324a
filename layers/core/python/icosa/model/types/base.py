"""Fields, and the contracts of what they consist of: types, leaves and kinds, which refer to each other.

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
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Literal

from ...errors import IcosaError
from ...limits import Limit
from ..operators import Operator, Predicate
from ..problems import Problem
from .graphql_types import Scalar, TypeNames
from .json_schema import Schema
from .rules import FieldTypeRules

RelationKind = Literal["MANY_TO_ONE", "ONE_TO_MANY"]
OnDelete = Literal["CASCADE", "RESTRICT", "SET_NULL", "NO_ACTION"]
#: Whether the backfill of what grows with the data is complete: index rows of a field, guards of a unique constraint.
#: BUILDING rows are written by everybody and must not answer a read; FAILED is a unique index that existing records
#: contradict.
Status = Literal["READY", "BUILDING", "FAILED"]

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
    #: Filter operators by name, in the order in which error messages list them (docs/wire/rest.md#operators).
    operators: Mapping[str, Operator]
    #: What the GraphQL filter input names, where it is not just ``operators``: as Twenty's, it may name more.
    declared: tuple[Operator, ...] = ()
    #: The GraphQL type of values, for a list that of its members; options have enums instead (``is_choice``).
    scalar: Scalar
    #: Whether values are options of a list, in the order of their positions.
    is_choice: ClassVar[bool] = False
    options: tuple[str, ...] = ()
    #: The operator that says "contains", where the kind has such: with a pattern, or with options.
    contains: ClassVar[Operator | None] = None
    #: Whether values are numbers.
    is_number: ClassVar[bool] = False
    #: Whether rows for this leaf exist in the index (lists, JSON and rich text have none).
    is_indexed: ClassVar[bool] = True
    #: Whether the leaf may be ordered by.
    is_sortable: ClassVar[bool] = True
    #: Whether ``detail`` can be anything but None.
    has_detail: ClassVar[bool] = False
    #: Empty text, empty list: a filter value that also stands for null (docs/wire/rest.md#nulls-in-filters). None if
    #: there is none.
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
        Raises InvalidFilter with the texts of docs/wire/rest.md#operands and docs/wire/graphql.md#filters-in-graphql.
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

    #: Whether values that are written differently may be one where they must be unique.
    is_compared_otherwise: ClassVar[bool] = False

    def compared(self, value: Stored) -> Stored:
        """The form in which values are compared where they must be unique."""
        return value

    def cursor_value(self, value: Stored) -> Any:
        """JSON form in cursors and in dimensions of groups (default: the stored value)."""
        return value

    def from_cursor(self, raw: Any) -> Stored:
        """Inverse of ``cursor_value``. Raises ValueError on a value that no cursor of ours holds."""
        return raw


_WITHOUT_ROWS = (("id",), ("deletedAt",))

#: Which live records have an index row of a leaf: all, those with a value, those without, or none.
IndexedRecords = Literal["ALL", "VALUES", "NULLS", "NONE"]
#: Whether index rows of a leaf hold copies of their records: every write keeps them unless it is NONE, and reads use
#: them when they are READY.
Copies = Literal["NONE", "BUILDING", "READY"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafIndex:
    """The index of one leaf (docs/storage.md#which-leaves-have-an-index).

    ``NULLS`` is for relations: edges tell which records point at a record, the rows which point at none. ``VALUES``
    answers equality and ranges, but neither an order nor what asks for nulls. Rows that are
    made anew stand under the next ``generation``, so that nothing which still removes the old ones meets them; while
    they are ``BUILDING`` every write makes them and no read trusts them. ``serves_search``: search looks for the
    beginnings of its values, which therefore have no tokens; such an index stays. ``tells_codes``: the rows of phone
    numbers say their calling codes, so numbers as dialled from abroad have no tokens either. ``copies``: each row holds
    its record as well, if that is small enough (docs/storage.md#rows-that-hold-their-record).
    """

    records: IndexedRecords = "ALL"
    status: Status = "READY"
    generation: int = 0
    serves_search: bool = False
    tells_codes: bool = False
    copies: Copies = "NONE"
    #: The day of its last change, ``2026-11-29``; None while it is as it began.
    since: str | None = None
    #: The day on which somebody dropped it; None once it is built again.
    dropped_on: str | None = None


#: That of a leaf for which nothing else is said.
FULL_INDEX = LeafIndex()
#: How many times more a row that holds its record costs to read than another.
_COPIED = 5


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """A scalar inside a field.

    ``path`` are the wire names (``("name", "firstName")``, ``("companyId",)``). ``key`` names the index
    (``f3`` or ``f3.firstName``); ``subfield`` is the member of a composite or None.
    """

    field: Field
    path: tuple[str, ...]
    key: str
    subfield: str | None
    kind: Kind
    #: Whether people read it: nobody looks for words in what is written for machines.
    is_read: bool = True
    #: Whether the field is empty without it, whatever its other members hold.
    is_essential: bool = False
    #: How many units of the value are one unit in the filters of a view (amounts are stored in millionths).
    scale: int = 1

    @property
    def may_have_rows(self) -> bool:
        """Whether there can be an index of the leaf alone: ``id`` needs none (it is the key), nor ``deletedAt`` (null
        in every live record).
        """
        return self.kind.is_indexed and self.field.is_indexed and self.path not in _WITHOUT_ROWS

    @property
    def index(self) -> LeafIndex:
        return self.field.leaf_indexes.get(self.subfield or "", FULL_INDEX)

    @property
    def has_rows(self) -> bool:
        """Whether live records have index rows of the leaf, or are getting them; which ones says ``index.records``."""
        return self.may_have_rows and self.index.records != "NONE"

    @property
    def has_index(self) -> bool:
        """Whether the leaf's index answers reads and is complete: every live record has its row."""
        return self._answers(("ALL",))

    @property
    def has_copies(self) -> bool:
        """Whether writes put a copy of the record into each index row."""
        return self.index.copies != "NONE" and self.index.records == "ALL" and self.has_rows

    @property
    def row_weight(self) -> int:
        """How many other index rows a row of the leaf costs to read, about."""
        return _COPIED if self.has_copies else 1

    @property
    def tells_records(self) -> bool:
        """Whether the index answers reads, and its rows hold their records."""
        return self.has_index and self.index.copies == "READY"

    @property
    def tells_values(self) -> bool:
        """Whether index rows tell which live records have a value, and which."""
        return self._answers(("ALL", "VALUES"))

    @property
    def tells_nulls(self) -> bool:
        """Whether index rows tell which live records have no value."""
        return self._answers(("ALL", "NULLS"))

    def _answers(self, records: Sequence[IndexedRecords]) -> bool:
        index = self.index
        return index.records in records and index.status == "READY" and self.may_have_rows and self.field.has_index

    @property
    def index_keys(self) -> tuple[str, ...]:
        """The names of the partitions of its index rows."""
        return (self.key,)

    @property
    def dotted(self) -> str:
        return ".".join(self.path)

    def is_at(self, item: Item, encoded: str | None) -> bool:
        """Whether a record has an index row of this encoded value, None for null."""
        value = self.get(item)
        return encoded is None if value is None else self.kind.encode(value) == encoded

    def get(self, item: Item) -> Stored:
        """The leaf's stored value in a record item, None when null."""
        value = item.get(self.field.key)
        if value is None or self.subfield is None:
            return value
        return value.get(self.subfield)


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A choice of a SELECT, MULTI_SELECT or RATING field.

    ``stored`` is what records hold when it is not ``value`` any more: renaming an option rewrites no record.
    """

    id: str
    value: str
    label: str
    position: int
    color: str | None = None
    stored: str | None = None

    @property
    def in_store(self) -> str:
        return self.value if self.stored is None else self.stored


@dataclass(frozen=True, slots=True, kw_only=True)
class RetiredOption:
    """An option that was removed: records that still hold ``stored`` read as ``fallback``.

    ``fallback`` is in stored form, like ``stored``: the text of an option, for lists a list that takes the place of a
    list which held nothing else, None for null.
    """

    stored: str
    fallback: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """The relation side of a RELATION or MORPH_RELATION field.

    ``target_object_id`` and ``target_field_id`` are metadata ids. ``join_column`` (``companyId``) and ``on_delete``
    exist on the MANY_TO_ONE side only: that side holds the target's id. With ``follows_to_trash`` the records of that
    side go to the trash with the record that they point at, and come back with it.
    """

    kind: RelationKind
    target_object_id: str
    target_field_id: str
    on_delete: OnDelete | None = None
    join_column: str | None = None
    follows_to_trash: bool = False


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field of an object.

    ``key`` is the field's short id (``f7``): the attribute name in record items and the path in index keys. It never
    changes and is never used again, so a rename touches no record. ``default_value`` is in metadata grammar
    (``"'NEW'"``, ``"now"``, ``7``): ``FieldType.default`` evaluates it.
    """

    id: str
    key: str
    name: str
    type: FieldType
    label: str = ""
    description: str | None = None
    icon: str | None = None
    is_nullable: bool = True
    is_unique: bool = False
    is_system: bool = False
    is_active: bool = True
    is_custom: bool = False
    is_ui_editable: bool = True
    is_label_synced_with_name: bool = False
    default_value: Any = None
    options: tuple[Option, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    relation: Relation | None = None
    morph_id: str | None = None
    #: The same in every workspace for shipped fields (docs/wire/metadata.md#owners).
    universal_identifier: str | None = None
    is_audit_logged: bool = True
    #: What a workspace changes about the presentation of a shipped field, by wire name (``label``, ``description``,
    #: ``icon``).
    overrides: Mapping[str, Any] = field(default_factory=dict)
    created_at: str = ""
    updated_at: str = ""
    #: False where records have no index rows for the field: what points at custom objects from attachments, notes and
    #: the like would cost each of these a row for every custom object. Edges answer for equality.
    is_indexed: bool = True
    #: Whether index rows of the field may answer reads.
    status: Status = "READY"
    #: The indexes of leaves by the names of members, "" in a field without: those that differ from ``LeafIndex()``.
    leaf_indexes: Mapping[str, LeafIndex] = field(default_factory=dict)
    #: Part of the index's name: when encoded values change as a whole, the index is built anew under the next number.
    index_generation: int = 0
    #: The stored value of records that were written before the field existed; they are not rewritten.
    #: ``stored_form.EACH_ITS_OWN`` stands for a UUID of each record's own.
    fill: Stored = None
    retired: tuple[RetiredOption, ...] = ()

    @property
    def index_key(self) -> str:
        """The name of the field's index in keys."""
        return f"{self.key}~{self.index_generation}" if self.index_generation else self.key

    def leaf_key(self, subfield: str | None) -> str:
        """The name of the index of one of its leaves."""
        generation = self.leaf_indexes.get(subfield or "", FULL_INDEX).generation
        name = self.index_key if subfield is None else f"{self.index_key}.{subfield}"
        return f"{name}~{generation}" if generation else name

    @property
    def has_index(self) -> bool:
        """Whether every live record has its index rows for the field."""
        return self.is_indexed and self.status == "READY"

    def display(self, name: str) -> Any:
        """``label``, ``description`` or ``icon`` as the workspace sees it."""
        return self.overrides.get(name, getattr(self, name))

    @cached_property
    def leaves(self) -> tuple[Leaf, ...]:
        """The scalar values of this field that filters, orders and indexes speak about."""
        return self.type.leaves(self)

    @cached_property
    def option_values(self) -> frozenset[str]:
        return frozenset(option.value for option in self.options)

    @property
    def is_many_to_one(self) -> bool:
        return self.relation is not None and self.relation.kind == "MANY_TO_ONE"

    @property
    def is_one_to_many(self) -> bool:
        return self.relation is not None and self.relation.kind == "ONE_TO_MANY"

    @property
    def input_name(self) -> str:
        """The name under which the stored value is read and written: the join column for many-to-one relations."""
        if self.relation is not None and self.relation.join_column:
            return self.relation.join_column
        return self.name


#: "check": an update of a record that is not known, of which only what holds for every record can be said.
Mode = Literal["create", "update", "check"]


class FieldType(ABC):
    """A field type. One instance per type, in ``registry``; everything specific to a field comes in as ``field``."""

    name: str
    #: What metadata demands of fields of the type.
    rules: FieldTypeRules = FieldTypeRules()
    #: False for types without a value in the record item (TS_VECTOR).
    is_stored: ClassVar[bool] = True
    #: True for types with members (FULL_NAME …).
    is_composite: ClassVar[bool] = False
    #: Whether groupBy accepts the field.
    is_groupable: ClassVar[bool] = True
    #: Whether nothing but digits is looked for at the beginnings of its values (phone numbers).
    is_searched_by_digits: ClassVar[bool] = False
    #: Whether its values are at a host that search finds by its beginning only (e-mail addresses).
    has_host: ClassVar[bool] = False
    #: Members that must fit together: whether some of them are taken may follow from the others on record.
    joint_members: ClassVar[Sequence[str]] = ()

    @abstractmethod
    def leaves(self, field: Field) -> tuple[Leaf, ...]:
        """The filterable and sortable scalars of a field of this type."""

    @abstractmethod
    def parse(self, field: Field, value: Any, *, old: Stored = None, mode: Mode = "create") -> Stored:
        """Check and normalise a value from a request body into its stored form; None for null.

        ``value`` is never the Python object of a missing key (the caller skips those). For ``mode="update"`` ``old`` is
        the stored value, so that composites can keep members that the body does not name
        (docs/wire/rest.md#partial-composites). Raises InvalidData with the exact texts of docs/wire/rest.md#field-types
        and docs/wire/graphql.md#data.
        """

    def check(self, field: Field, value: Any) -> None:
        """Check of a value, not null, what does not depend on the record that it changes. Raises InvalidData."""
        self.parse(field, value, mode="check")

    def faults(
        self, field: Field, value: Any, raised: IcosaError, *, old: Stored = None, mode: Mode = "create"
    ) -> Sequence[Problem]:
        """All that is wrong with a value for which ``parse`` or ``check`` has raised an error."""
        return (Problem(error=raised, field=field.input_name, value=value),)

    @abstractmethod
    def render(self, field: Field, value: Stored) -> Any:
        """The JSON value of a stored value (None included): null equivalents and missing members filled in."""

    def default(self, field: Field, *, now: str) -> Stored:
        """The stored value for a field that a create does not mention: ``field.default_value`` evaluated, or None."""
        return None

    def own_options(self, new_id: Callable[[], str]) -> tuple[Option, ...]:
        """The options of every field of a type that does not take any from requests; ``new_id`` makes their ids."""
        return ()

    def unique_subfields(self) -> Sequence[str | None]:
        """Members that a unique index on such a field covers; ``(None,)`` for scalars, empty when it cannot
        be unique.
        """
        return (None,)

    def merge(self, field: Field, values: Sequence[Stored], priority: Stored) -> Stored:
        """The merged value of several records (docs/wire/rest.md#merge).

        ``values`` are the stored values of all records in request order (None included), ``priority`` the surviving
        record's. Zero or one non-null value is handled by the caller.
        """
        return priority

    def demands(self, value: Any) -> Iterator[tuple[Limit, int]]:
        """What a value of a request body counts for limits of the whole request, before it is checked."""
        return iter(())

    def calling_code(self, value: Stored) -> str | None:
        """The digits of the calling code of a stored value, where search finds it by them and a number in digits."""
        return None

    def search_texts(self, value: Stored) -> Iterator[str]:
        """The texts of a stored value by which search finds its record: all that it holds, unless a type says
        otherwise.
        """
        return _texts(value)

    # What documents say about the type; used by ``documents`` when it builds OpenAPI and GraphQL.
    @abstractmethod
    def openapi(self, field: Field, *, response: bool) -> Schema:
        """JSON Schema of a value that is not null, in an answer or in a request body
        (docs/wire/rest.md#schemas-in-the-document).

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
        field as a whole), ``min, max, avg, sum, countTrue, countFalse`` (on a leaf). Spec:
        docs/wire/graphql.md#aggregate-fields.
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
