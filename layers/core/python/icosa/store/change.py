"""Changes of records: a record before and after a write, and the operations that take the store from one to the other.

A change concerns the record's own row, the rows derived from it (``store.derive``), the guards of its unique values and
the counter of its object's live records. Each kind of row has a function here that gives its operations;
``store.commit`` puts them into transactions.
"""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ..model.model import Model, Object, UniqueConstraint
from ..model.record import Record
from . import keys
from .copies import ATTRIBUTES as COPY_ATTRIBUTES
from .copies import has_copy, marked, without_copy
from .derive import CREATED, TWO_VALUES, WRITTEN, Attributes, Rows, constraint_value
from .keys import Key
from .ops import EXISTS, NOT_EXISTS, CheckItem, DeleteItem, Op, PutItem, UpdateItem
from .places import place
from .record import HIDDEN, RECOUNT, RECOUNT_NAMES, VERSION, pack, pack_moved
from .vacancy import IS_RECENT_ENOUGH

#: Condition for the place that a record moves to: nothing is there, or a hidden row that a batch has left (see
#: ``record.current_state``).
_NO_VISIBLE_ROW = f"{NOT_EXISTS} OR attribute_exists(#h)", {"#h": HIDDEN}

#: Condition for the target of a reference. A hidden row does not count: it may be what keeps an id for a record to
#: come, or what is left of one that is gone.
_VISIBLE = f"{EXISTS} AND attribute_not_exists(#h)"


FailureKind = Literal["once", "version", "register", "model", "id", "row", "target", "guard"]
"""What a failed condition says.

* ``once``: another request with the same Idempotency-Key has been made (``store.once``).
* ``version``: the record is no longer as it was read.
* ``register``: the batch was given up by another writer.
* ``model``: the first records of an object must be made by a later version of the model (``store.vacancy``).
* ``id``: a record with this id exists.
* ``row``: an index row that should be new or unchanged is not.
* ``target``: the record that a foreign key names does not exist.
* ``guard``: another record has the unique value.
"""


@dataclass(frozen=True, slots=True)
class FailureReason:
    """What a failed condition says, and about what: the basis of an error for the client, or of another attempt."""

    kind: FailureKind
    change: Change | None = None
    constraint: UniqueConstraint | None = None
    key: Key | None = None


ConditionalOp = tuple[Op, FailureReason | None]
"""An operation and the reason that its failure means; None where failing says nothing to the client."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One record's change. ``before`` None creates, ``after`` None destroys.

    ``*_live`` says whether the state belongs to the live records or to the trash.
    """

    obj: Object
    before: Record | None = None
    before_live: bool = True
    after: Record | None = None
    after_live: bool = True
    #: The id came from the client: it may exist already, in either partition.
    id_is_given: bool = False
    #: The id follows from what the record tells of, so others may be about to make the same one.
    id_is_derived: bool = False

    @property
    def id(self) -> str:
        record = self.before if self.after is None else self.after
        assert record is not None
        return record.id

    @property
    def is_nothing(self) -> bool:
        """Whether the record stays as it is: nothing is written of it."""
        return self.before is not None and self.after is self.before

    @property
    def live_delta(self) -> int:
        """How the count of live records changes."""
        return int(self.after is not None and self.after_live) - int(self.before is not None and self.before_live)

    @property
    def moves(self) -> bool:
        """Whether the record goes from the live records to the trash or back."""
        return self.before is not None and self.after is not None and self.before_live != self.after_live

    @property
    def reserves(self) -> bool:
        """Whether the id of a new record must be kept from others until the record is there."""
        return self.before is None and self.id_is_given

    @property
    def is_unknown(self) -> bool:
        """Whether nobody else knows the record: it is new, and the request has drawn its id."""
        return self.before is None and not self.id_is_given and not self.id_is_derived

    def other_place(self, model: Model) -> Key:
        """Where the record would be if it were in the trash instead of live, or the other way round, after
        the change.
        """
        return place(model.workspace_id, self.obj, self.id, live=not self.after_live)


def first_version() -> int:
    """The version of a new record: milliseconds since the epoch, higher than any that a destroyed record of the same id
    has had.

    Otherwise a writer that has read the destroyed one could take the new one for it.
    """
    return time.time_ns() // 1_000_000


def new_state(
    model: Model, obj: Object, record_id: str, values: Mapping[str, Any], *, live: bool, version: int
) -> Record:
    """A record ready to be written."""
    partition, _ = place(model.workspace_id, obj, record_id, live=live)
    return Record.of(values, id=record_id, partition=partition, version=version)


@dataclass(frozen=True, slots=True)
class RowDiff:
    """What a change does to the rows derived from its record: those to add, those to remove, those that keep their key
    while their attributes change (before, after), and those of which only the copy of the record changes. ``version``
    is that of the record after the change, None where nobody else knows it.
    """

    added: Mapping[Key, Attributes]
    removed: tuple[Key, ...] = ()
    altered: Mapping[Key, tuple[Attributes, Attributes]] = field(default_factory=dict)
    copied: Mapping[Key, Attributes] = field(default_factory=dict)
    version: int | None = None

    @property
    def size(self) -> int:
        return len(self.added) + len(self.removed) + len(self.altered) + len(self.copied)

    @property
    def unsure(self) -> frozenset[Key]:
        """The rows that keep their key while their content changes, or may take the place of others."""
        staged = (key for key, attributes in self.added.items() if has_copy(attributes))
        return frozenset((*self.altered, *self.copied, *staged))

    def of_batch(self, since_ms: int) -> RowDiff:
        """The same as a batch writes it that began at a time (``store.copies``)."""
        return RowDiff(
            {key: marked(attributes, since_ms) for key, attributes in self.added.items()},
            self.removed,
            {key: (before, marked(after, since_ms)) for key, (before, after) in self.altered.items()},
            {key: marked(attributes, since_ms) for key, attributes in self.copied.items()},
            self.version,
        )

    def ops(self) -> Iterator[Op]:
        """The whole difference, for the transaction that also writes the record."""
        yield from (put_row(key, attributes, self.version) for key, attributes in self.added.items())
        yield from (put_row(key, after, self.version) for key, (_, after) in self.altered.items())
        yield from (put_row(key, attributes, self.version) for key, attributes in self.copied.items())
        yield from map(DeleteItem, self.removed)


def put_row(key: Key, attributes: Attributes, version: int | None) -> PutItem:
    """Put a row of a record in a version, which the same transaction makes sure of."""
    return PutItem(row_of(key, attributes, version))


def row_of(key: Key, attributes: Attributes, version: int | None) -> dict[str, Any]:
    """The item of a row."""
    if version is None:
        return keys.item_at(key, **attributes)
    return keys.item_at(key, **attributes, **{WRITTEN: version})


def carry(key: Key, attributes: Attributes) -> UpdateItem | None:
    """Let a row of version 0.2 carry what it would if it were written now; None for rows that carry nothing.

    The condition leaves alone what has been written since, so the record's version need not be checked: what is carried
    only changes where its rows are written anew.
    """
    if CREATED not in attributes:
        return None
    condition = f"{EXISTS} AND attribute_not_exists(#c) AND attribute_not_exists(#b)"
    names = {"#c": CREATED, "#b": TWO_VALUES}
    return UpdateItem(key, "SET #c = :c", condition, names, {":c": attributes[CREATED]})


def recopy(key: Key, attributes: Attributes, since_ms: int) -> UpdateItem | None:
    """Let a row hold the copy of its record that it would if it were written now: a release before 0.3 writes records
    and leaves their copies as they are. None for rows that hold none.

    Who writes the record meanwhile gives the row a later copy, or removes it, and the condition leaves both alone.
    """
    if not has_copy(attributes):
        return None
    copy = {name: value for name, value in marked(attributes, since_ms).items() if name in COPY_ATTRIBUTES}
    names = {f"#{name}": name for name in (*copy, TWO_VALUES)}
    condition = f"{EXISTS} AND attribute_not_exists(#{TWO_VALUES}) AND (attribute_not_exists(#v) OR #v < :v)"
    sets = ", ".join(f"#{name} = :{name}" for name in copy)
    return UpdateItem(key, f"SET {sets}", condition, names, {f":{name}": value for name, value in copy.items()})


def row_diff(model: Model, change: Change) -> RowDiff:
    rows = Rows.of(model, change.obj)
    before = rows.derive(change.before, live=change.before_live) if change.before is not None else {}
    after = rows.derive(change.after, live=change.after_live) if change.after is not None else {}
    version = None if change.after is None or change.is_unknown else change.after.version
    if not before:
        return RowDiff(after, version=version)
    altered: dict[Key, tuple[Attributes, Attributes]] = {}
    copied: dict[Key, Attributes] = {}
    for key, attributes in after.items():
        if key in before and (known := before[key]) != attributes:
            if without_copy(known) == without_copy(attributes):
                copied[key] = attributes
            else:
                altered[key] = known, attributes
    return RowDiff(
        {key: attributes for key, attributes in after.items() if key not in before},
        tuple(key for key in before if key not in after),
        altered,
        copied,
        version,
    )


def record_ops(model: Model, change: Change) -> Iterator[ConditionalOp]:
    """The record itself, in one transaction: conditional on the version that was read."""
    before, after = change.before, change.after
    version = FailureReason("version", change)
    if before is None:
        assert after is not None
        yield PutItem(pack(after, change.obj.stored_form), NOT_EXISTS), FailureReason("id", change)
        if change.reserves:
            yield CheckItem(change.other_place(model), NOT_EXISTS), FailureReason("id", change)
        return
    as_read = "#v = :v", {"#v": VERSION}, {":v": before.version}
    if after is None:
        yield DeleteItem(before.key, *as_read), version
    elif change.moves:
        # In this order, so that a stream that keeps it tells of the move before the removal.
        yield PutItem(pack_moved(after, change.obj.stored_form, before), *_NO_VISIBLE_ROW), version
        yield DeleteItem(before.key, *as_read), version
    else:
        yield PutItem(pack(after, change.obj.stored_form), *as_read), version


def target_ops(targets: Mapping[Key, bool]) -> Iterator[ConditionalOp]:
    """The conditions that records exist which others are to refer to.

    Where the value is true the record's version is counted up besides (for the same units): whoever has read the record
    in order to destroy or move it fails at their commit, and sees the new reference when they read again. These come
    first.
    """
    for key in sorted(targets, key=lambda key: not targets[key]):
        reason = FailureReason("target", key=key)
        if targets[key]:
            yield UpdateItem(key, RECOUNT, _VISIBLE, {**RECOUNT_NAMES, "#h": HIDDEN}, {":one": 1}), reason
        else:
            yield CheckItem(key, _VISIBLE, {"#h": HIDDEN}), reason


def guard_ops(model: Model, changes: Sequence[Change]) -> Iterator[ConditionalOp]:
    """The guards of all changes together: a unique value may pass from one record of the request to another.

    Raises SameValue when two records of the request claim the same value.
    """
    released: dict[Key, str] = {}
    claimed: dict[Key, Change] = {}
    for change in changes:
        rows = Rows.of(model, change.obj)
        before = rows.guards(change.before) if change.before is not None else {}
        after = rows.guards(change.after) if change.after is not None else {}
        for key in before.keys() - after.keys():
            released[key] = change.id
        for key in (after.keys() - before.keys()) | _unfinished_guards(model, change):
            if key in claimed:
                raise SameValue(change, _constraint_of(model, change, key))
            claimed[key] = change
    for key, change in claimed.items():
        reason = FailureReason("guard", change, _constraint_of(model, change, key), key)
        owner = released.pop(key, change.id)
        assert change.after is not None
        yield claim(key, change.id, change.after.version, owner=owner), reason
    for key, owner in released.items():
        yield release(key, owner), None


def claim(key: Key, record_id: str, version: int, *, owner: str) -> PutItem:
    """Let a guard stand for a record in a version, unless it belongs to another one than ``owner``."""
    return PutItem(guard_of(key, record_id, version), f"{NOT_EXISTS} OR id = :owner", values={":owner": owner})


def guard_of(key: Key, record_id: str, version: int) -> dict[str, Any]:
    """The item of a guard."""
    return keys.item_at(key, id=record_id, **{WRITTEN: version})


def release(key: Key, owner: str) -> DeleteItem:
    """Remove a record's guard; that of another record makes the transaction fail."""
    return DeleteItem(key, f"{NOT_EXISTS} OR id = :owner", values={":owner": owner})


def _unfinished_guards(model: Model, change: Change) -> set[Key]:
    """Guards that a record may lack although its values are not new, because their constraint is being built.

    A record that moves may escape those who build it; one that stays in its place they find.
    """
    if not change.obj.unfinished_constraints or change.after is None or not change.moves:
        return set()
    guards: set[Key] = set()
    for constraint in change.obj.unique_constraints:
        value = constraint_value(constraint, change.after)
        if constraint.key in change.obj.unfinished_constraints and value is not None:
            guards.add(keys.unique(model.workspace_id, change.obj.key, constraint.key, value))
    return guards


class SameValue(Exception):
    """Two records of one request claim the same unique value."""

    def __init__(self, change: Change, constraint: UniqueConstraint) -> None:
        super().__init__(constraint.key)
        self.change = change
        self.constraint = constraint


def _constraint_of(model: Model, change: Change, key: Key) -> UniqueConstraint:
    for constraint in change.obj.unique_constraints:
        value = constraint_value(constraint, change.after or {})
        if value is not None and keys.unique(model.workspace_id, change.obj.key, constraint.key, value) == key:
            return constraint
    raise LookupError(key)


def counter_ops(model: Model, changes: Iterable[Change]) -> Iterator[ConditionalOp]:
    """One counter update for each object whose number of live records changes."""
    outdated = FailureReason("model")
    deltas: dict[str, int] = defaultdict(int)
    for change in changes:
        deltas[change.obj.key] += change.live_delta
    for obj_key, delta in deltas.items():
        if not delta:
            continue
        key = keys.counter(model.workspace_id, obj_key), str(random.randrange(model.by_key[obj_key].counters))
        if delta < 0:
            yield UpdateItem(key, "ADD n :n", values={":n": delta}), None
        else:
            values = {":n": delta, ":model": model.version}
            yield UpdateItem(key, "ADD n :n", IS_RECENT_ENOUGH, values=values), outdated
