"""The language that REST and GraphQL share: what a request asks for, with every name resolved against the model.

All classes are immutable and pure. Parsers in ``api/`` produce them, ``engine/`` executes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, Literal

from ..model.model import Field, Object
from ..model.operators import Operator, State
from ..model.problems import Problem
from ..model.record import Record
from ..model.types.base import Leaf

# ------------------------------------------------------------------ filters


@dataclass(frozen=True, slots=True)
class Compare:
    """One operator on one leaf. ``operand`` is normalised by the leaf's kind; for ``is`` it is "NULL" or "NOT_NULL"."""

    leaf: Leaf
    operator: Operator
    operand: Any

    @property
    def state(self) -> State | None:
        """``NULL`` or ``NOT_NULL`` when that is all that is asked for; None when values decide."""
        return self.operator.state(self.operand, self.leaf.kind.null_equivalent)


@dataclass(frozen=True, slots=True)
class Related:
    """A filter on the record that a many-to-one field points at (left join: without one, all its values are null)."""

    field: Field
    target: Object
    filter: Filter


@dataclass(frozen=True, slots=True)
class RelatedAny:
    """At least one live record of a one-to-many field satisfies the filter; ``And(())`` holds for each."""

    field: Field
    target: Object
    filter: Filter


@dataclass(frozen=True, slots=True)
class And:
    items: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Or:
    items: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Not:
    item: Filter


Filter = Compare | Related | RelatedAny | And | Or | Not

# ------------------------------------------------------------------ order

Direction = Literal["AscNullsFirst", "AscNullsLast", "DescNullsFirst", "DescNullsLast"]


@dataclass(frozen=True, slots=True)
class OrderTerm:
    """One sort criterion. ``relation`` is set when the leaf belongs to the target of a many-to-one field."""

    leaf: Leaf
    direction: Direction
    relation: Field | None = None

    @property
    def descending(self) -> bool:
        return self.direction.startswith("Desc")

    @property
    def nulls_first(self) -> bool:
        return self.direction.endswith("First")

    @property
    def path(self) -> tuple[str, ...]:
        return (self.relation.name, *self.leaf.path) if self.relation else self.leaf.path


Order = tuple[OrderTerm, ...]
"""The user's criteria without the tie-break: ``id`` ascending is always the last criterion unless ``id`` is among them.
"""


@dataclass(frozen=True, slots=True)
class Cursor:
    """A position in an ordered list: the ordered values of a record, one per criterion (None is null), and its id."""

    values: tuple[Any, ...]
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which slice of an ordered list is wanted. ``before`` pages backward; at most one of the cursors is set.

    ``from_end`` asks for the last records; it goes without cursors.
    """

    limit: int = 60
    after: Cursor | None = None
    before: Cursor | None = None
    offset: int = 0
    from_end: bool = False

    @property
    def backward(self) -> bool:
        return self.before is not None or self.from_end


# ------------------------------------------------------------------ selection


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationSelection:
    """What to load of a relation field. The list arguments concern one-to-many fields only (GraphQL nested
    connections).

    ``relation`` is the field's name where the selection is kept under another one. ``records`` is False when only the
    total and aggregates are wanted.
    """

    selection: Selection
    relation: str | None = None
    filter: Filter | None = None
    order: Order = ()
    page: Page = Page()
    total_count: bool = False
    aggregates: frozenset[str] = frozenset()
    records: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which fields of a record the answer shows.

    ``fields`` are the stored fields (by ``Field.name``, or an older name where that is what the answer shows) in output
    order, None for all that the caller may read;
    ``relations`` maps a relation's field name to what is loaded of it; a relation that is loaded several times in
    different ways has several names (``RelationSelection.relation``).
    """

    fields: tuple[str, ...] | None = None
    relations: Mapping[str, RelationSelection] = field(default_factory=dict)


# ------------------------------------------------------------------ operations


@dataclass(frozen=True, slots=True, kw_only=True)
class Precondition:
    """What must hold for the record that a write names by its id, at the moment of the write.

    ``revisions``: it has one of these (``Record.revision``); None for any. ``filter`` looks at nothing but the record.
    """

    revisions: frozenset[int] | None = None
    filter: Filter | None = None


NO_PRECONDITION = Precondition()

# ``is_write``: whether running it may change records, so that a response that cannot be sent says what happened.


@dataclass(frozen=True, slots=True, kw_only=True)
class FindOne:
    is_write: ClassVar[bool] = False
    object: Object
    filter: Filter | None = None
    id: str | None = None
    selection: Selection = Selection()


@dataclass(frozen=True, slots=True, kw_only=True)
class FindMany:
    is_write: ClassVar[bool] = False
    object: Object
    filter: Filter | None = None
    order: Order = ()
    page: Page = Page()
    selection: Selection = Selection()
    total_count: bool = True
    aggregates: frozenset[str] = frozenset()
    #: False when only the total and aggregates are wanted.
    records: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FindDestroyed:
    """Which records of an object were destroyed: since a moment (a stored DATE_TIME), or after a place."""

    is_write: ClassVar[bool] = False
    object: Object
    since: str | None = None
    after: str | None = None
    limit: int = 60
    selection: Selection = Selection()


@dataclass(frozen=True, slots=True)
class DestroyedRecord:
    """The id of a record that is gone, when it was destroyed, and its place among all."""

    id: str
    destroyed_at: str
    cursor: str


@dataclass(frozen=True, slots=True)
class DestroyedPage:
    records: list[DestroyedRecord]
    has_next_page: bool
    has_previous_page: bool
    end_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindDuplicates:
    is_write: ClassVar[bool] = False
    object: Object
    ids: tuple[str, ...] | None = None
    data: tuple[Mapping[str, Any], ...] | None = None
    selection: Selection = Selection()
    #: Of the duplicates of each input.
    aggregates: frozenset[str] = frozenset()
    #: Keys of fields whose values do not count for the caller.
    ignored: frozenset[str] = frozenset()


Granularity = Literal[
    "DAY", "WEEK", "MONTH", "QUARTER", "YEAR", "DAY_OF_THE_WEEK", "MONTH_OF_THE_YEAR", "QUARTER_OF_THE_YEAR", "NONE"
]

WeekStartDay = Literal["MONDAY", "SUNDAY", "SATURDAY"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """One element of ``group_by``. ``relation`` as in OrderTerm."""

    leaf: Leaf
    relation: Field | None = None
    granularity: Granularity = "NONE"
    time_zone: str | None = None
    week_start_day: WeekStartDay = "MONDAY"
    unnest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupOrder:
    """A criterion on groups: an aggregate by name, or a dimension by its position in ``dimensions``."""

    direction: Direction
    aggregate: str | None = None
    dimension: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupBy:
    is_write: ClassVar[bool] = False
    object: Object
    dimensions: tuple[Dimension, ...]
    aggregates: tuple[str, ...] = ()
    filter: Filter | None = None
    order: tuple[GroupOrder, ...] = ()
    limit: int = 50
    #: How many groups are passed over.
    offset: int = 0
    records: Selection | None = None
    records_limit: int = 10
    records_offset: int = 0
    records_order: Order = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Patching:
    """How new values are given to a record. ``takes_updated_at``: an ``updatedAt`` among them counts; else the server
    sets it. A value of one of the fields ``hidden`` (keys) counts as another than before: who may not read the field
    must not learn whether it is.
    """

    takes_updated_at: bool = False
    hidden: frozenset[str] = frozenset()


PATCHING: Final = Patching()


@dataclass(frozen=True, slots=True, kw_only=True)
class Create:
    """Create one or many records. ``data`` are request bodies, unchecked: the engine validates all before it writes."""

    is_write: ClassVar[bool] = True
    object: Object
    data: tuple[Mapping[str, Any], ...]
    upsert: bool = False
    #: For records that an upsert finds.
    patching: Patching = PATCHING
    #: What of the data the caller may not write (``access.check``): these records are refused.
    refused: tuple[Problem, ...] = ()
    #: Records with problems are left out, and the others are written; else none is.
    is_partial: bool = False
    #: Whether the request names a list, of however many records.
    is_list: bool = False
    selection: Selection = Selection()


def change_limit_error(maximum: int) -> str:
    """What a change of more records than one may touch is told."""
    return f"limit of a change must be a whole number from 1 to {maximum} records"


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """Patch one record (``id``) or all that match ``filter``."""

    is_write: ClassVar[bool] = True
    object: Object
    data: Mapping[str, Any]
    id: str | None = None
    filter: Filter | None = None
    #: Of the records that match so many at most; None: all of them.
    limit: int | None = None
    precondition: Precondition = NO_PRECONDITION
    patching: Patching = PATCHING
    selection: Selection = Selection()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete:
    """Soft-delete (``destroy=False``) or destroy one record or all that match ``filter``."""

    is_write: ClassVar[bool] = True
    object: Object
    destroy: bool
    id: str | None = None
    filter: Filter | None = None
    limit: int | None = None
    precondition: Precondition = NO_PRECONDITION
    selection: Selection = Selection()


@dataclass(frozen=True, slots=True, kw_only=True)
class Restore:
    is_write: ClassVar[bool] = True
    object: Object
    id: str | None = None
    filter: Filter | None = None
    limit: int | None = None
    precondition: Precondition = NO_PRECONDITION
    selection: Selection = Selection()


#: Fields that belong to the surviving record of a merge whatever the others hold.
SURVIVOR_FIELDS = ("id", "createdAt", "updatedAt", "deletedAt", "createdBy", "updatedBy", "position", "searchVector")


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """Make several records one. ``locked`` (keys of fields of the survivor) and ``fixed_references`` (keys of objects
    with keys of fields that point at the others) are what the caller may not update.
    """

    is_write: ClassVar[bool] = True
    object: Object
    ids: tuple[str, ...]
    priority_index: int
    dry_run: bool = False
    locked: frozenset[str] = frozenset()
    fixed_references: frozenset[tuple[str, str]] = frozenset()
    selection: Selection = Selection()


@dataclass(frozen=True, slots=True)
class SearchCursor:
    """A position in search results: the ranks of the last one, and by object name the last id with these ranks."""

    rank_all: float
    rank_any: float
    last_ids: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Find records of several objects by words. ``filters`` are by object id; ``ignored`` too, with the keys of fields
    whose words do not count for the caller.
    """

    is_write: ClassVar[bool] = False
    text: str
    objects: tuple[Object, ...]
    filters: Mapping[str, Filter] = field(default_factory=dict)
    limit: int = 60
    after: SearchCursor | None = None
    ignored: Mapping[str, frozenset[str]] = field(default_factory=dict)


Operation = (
    FindOne | FindMany | FindDestroyed | FindDuplicates | GroupBy | Create | Update | Delete | Restore | Merge | Search
)

# ------------------------------------------------------------------ results


@dataclass(slots=True)
class Node:
    """A record in a result and the relations that were asked for.

    ``related`` maps the names of ``Selection.relations`` to a Node, None, or a Connection. ``ordered`` are the values
    of the list's order, one per term; set when a term goes through a relation, where the item does not hold them.
    """

    item: Record
    related: dict[str, Node | Connection | None] = field(default_factory=dict)
    ordered: tuple[Any, ...] | None = None


@dataclass(slots=True, kw_only=True)
class Connection:
    """A page of records. Cursors are those of the first and last record; the renderer encodes them."""

    nodes: list[Node]
    order: Order = ()
    total_count: int | None = None
    has_next_page: bool = False
    has_previous_page: bool = False
    aggregates: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Group:
    """One group. ``dimensions`` hold buckets as dates or names, other values as stored (query/buckets.py); aggregates
    are Python numbers, Decimals or stored values (query/aggregates.py). Renderers choose the wire forms.
    """

    dimensions: tuple[Any, ...]
    aggregates: Mapping[str, Any]
    records: list[Node] = field(default_factory=list)


class Groups(list[Group]):
    """A page of groups; ``total`` is how many there are on all pages, ``offset`` how many come before this one."""

    def __init__(self, groups: Iterable[Group], *, total: int, offset: int = 0) -> None:
        super().__init__(groups)
        self.total = total
        self.offset = offset

    @property
    def next_offset(self) -> int | None:
        """Where the next page begins, None at the end."""
        following = self.offset + len(self)
        return following if self and following < self.total else None


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that search found. ``rank_all`` is above 0 when it has all terms, ``rank_any`` counts each of them."""

    object: Object
    item: Record
    rank_all: float = 0.0
    rank_any: float = 0.0


@dataclass(slots=True, kw_only=True)
class SearchPage:
    hits: list[Hit]
    has_next_page: bool = False
