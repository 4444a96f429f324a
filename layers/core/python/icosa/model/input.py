"""From the body of a create or an update to stored values, and to the relations that it connects, clears or creates.

Pure: what a ``connect`` finds, which position is first and who the caller is, the engine knows. Rules and texts:
docs/wire/rest.md#bodies, docs/wire/rest.md#partial-composites, docs/wire/rest.md#relations-in-bodies;
docs/wire/graphql.md#data, docs/wire/graphql.md#relations-in-data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NoReturn

import orjson

from ..errors import InvalidData, PayloadTooLarge
from ..identifiers import camel_case
from .inspect import as_text, inspect
from .model import Field, Model, Object, UniqueConstraint
from .problems import Problem
from .types.base import Item, Leaf, Mode, Stored
from .types.defaults import is_volatile

_ID = "id"
_POSITION = "position"
_STAMPED = frozenset({"createdBy", "updatedBy"})
_OPERATIONS = ("create", "connect", "disconnect")


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect:
    """Let ``field`` point at the one live record of ``target`` that holds the values of ``where``.

    ``where`` is shaped like a record item and holds normalised values: those of ``constraint``, or the id when
    ``constraint`` is None. ``description`` shows them in the message for a record that is not there, ``sent`` is the
    ``where`` as it was sent.
    """

    field: Field
    target: Object
    constraint: UniqueConstraint | None
    where: Mapping[str, Stored]
    description: str
    sent: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnect:
    """Let ``field`` point at nothing."""

    field: Field


@dataclass(frozen=True, slots=True, kw_only=True)
class NestedCreate:
    """Create a record of ``target`` from ``data`` (unchecked) and let ``field`` point at it."""

    field: Field
    target: Object
    data: Mapping[str, Any]


Link = Connect | Disconnect | NestedCreate


@dataclass(frozen=True, slots=True)
class ParsedInput:
    """A checked body.

    ``values`` holds stored values by field key, None for null, for the fields that the body mentions. ``position`` is
    set when the body asks for a place rather than a number. ``mentioned`` are the names of all fields that it writes.
    ``unfit`` says why the body does for an existing record only, if so.
    """

    values: dict[str, Stored]
    position: Literal["first", "last"] | None
    links: tuple[Link, ...]
    mentioned: frozenset[str]
    unfit: Sequence[Problem] = ()


def parse_input(
    model: Model,
    obj: Object,
    data: Mapping[str, Any],
    *,
    mode: Mode,
    now: str,
    old: Item | None = None,
    may_exist: bool = False,
    problems: list[Problem] | None = None,
) -> ParsedInput:
    """Check and normalise a request body for one record.

    ``old`` is the record that an update changes: composites keep what the body does not name, and ``id`` may be
    repeated. ``now`` is the time of the request, for defaults. Raises InvalidData, and PayloadTooLarge.

    With ``problems`` it goes on after a key that cannot be taken, and adds what is wrong there to them: the values are
    those of the other keys.

    With ``may_exist`` the record of a create may turn out to be there: what only a new one would not take is left out
    of the values and kept as ``unfit``.
    """
    parse = _Parse(model, obj, data, mode, now, old, may_exist)
    entries = obj.cached(_entries)
    mentioned = []
    for name, value in data.items():
        entry = entries.get(name)
        try:
            if entry is None:
                raise InvalidData(f'Object {obj.name_singular} doesn\'t have any "{name}" field.')
            read, field = entry
            read(parse, field, value)
            mentioned.append(field.name)
        except (InvalidData, PayloadTooLarge) as error:
            if problems is None:
                raise
            problems += _faults(parse, entry, name, error)
    return ParsedInput(parse.values, parse.position, tuple(parse.links), frozenset(mentioned), parse.unfit)


def _faults(
    parse: _Parse, entry: tuple[_Reader, Field] | None, name: str, raised: InvalidData | PayloadTooLarge
) -> Sequence[Problem]:
    """All that is wrong under one key of a body, for which reading it has raised an error."""
    value = parse.data[name]
    if entry is None or entry[0] is not _Parse.composite or value is None:
        return (Problem(error=raised, field=name, value=value),)
    field = entry[1]
    before = parse.old if parse.mode == "update" else parse.obj.cached(_member_defaults, parse.now)
    old = None if before is None else before.get(field.key)
    return field.type.faults(field, value, raised, old=old, mode=parse.mode)


def defaults(obj: Object, now: str) -> dict[str, Stored]:
    """The stored values, by field key, of a new record whose body is empty. Nested values are shared: do not change
    them.
    """
    fixed, volatile = obj.cached(_defaults, now)
    values = dict(fixed)
    for field in volatile:
        value = field.type.default(field, now=now)
        if value is not None:
            values[field.key] = value
    return values


def _defaults(obj: Object, now: str) -> tuple[dict[str, Stored], tuple[Field, ...]]:
    """Stored defaults that are the same for every record, and the fields whose default is another for each."""
    fields = [field for field in obj.stored_fields if field.default_value is not None]
    fixed = {field.key: field.type.default(field, now=now) for field in fields if not is_volatile(field.default_value)}
    return (
        {key: value for key, value in fixed.items() if value is not None},
        tuple(field for field in fields if is_volatile(field.default_value)),
    )


class _Parse:
    """What the readers of a body's keys share, and what they fill."""

    __slots__ = ("data", "links", "may_exist", "mode", "model", "now", "obj", "old", "position", "unfit", "values")

    def __init__(
        self,
        model: Model,
        obj: Object,
        data: Mapping[str, Any],
        mode: Mode,
        now: str,
        old: Item | None,
        may_exist: bool,
    ) -> None:
        self.model = model
        self.obj = obj
        self.data = data
        self.mode: Mode = mode
        self.now = now
        self.old = old
        self.may_exist = may_exist
        self.unfit: list[Problem] = []
        self.values: dict[str, Stored] = {}
        self.position: Literal["first", "last"] | None = None
        self.links: list[Link] = []

    def value(self, field: Field, value: Any) -> None:
        """The value of a field under its own name, or an id under the name of the join column."""
        self._set(field, None if value is None else self._parsed(field, value))

    def composite(self, field: Field, value: Any) -> None:
        """A value whose members that the body does not name stay what they are, or take their defaults."""
        if value is None:
            self.value(field, None)
        elif self.mode == "check":
            field.type.check(field, value)
        elif self.mode == "update":
            self._set(field, self._parsed(field, value))
        elif self.may_exist:
            field.type.check(field, value)
            try:
                self._new_composite(field, value)
            except InvalidData as error:
                old = self.obj.cached(_member_defaults, self.now).get(field.key)
                self.unfit += field.type.faults(field, value, error, old=old)
        else:
            self._new_composite(field, value)

    def _parsed(self, field: Field, value: Any) -> Stored:
        """The stored form of a value. What is on record can be sent back, whatever rules have come since."""
        before = None if self.old is None else self.old.get(field.key)
        try:
            return field.type.parse(field, value, old=before, mode=self.mode)
        except InvalidData:
            if before is not None and _is_same(value, field.type.render(field, before)):
                return before
            raise

    def _new_composite(self, field: Field, value: Any) -> None:
        before = self.obj.cached(_member_defaults, self.now).get(field.key)
        self._set(field, field.type.parse(field, value, old=before, mode=self.mode))

    def _set(self, field: Field, stored: Stored) -> None:
        """Null is refused where it may not be, also as ``""``, ``[]`` or ``{}``, which are null, unless it is there
        already; of actors the engine knows better.
        """
        if stored is None and self.mode == "create" and field.name in _STAMPED:
            return
        if stored is None and not field.is_nullable:
            if self.mode == "update" and self.old is not None and self.old.get(field.key) is None:
                return
            _refuse_null(field)
        self.values[field.key] = stored

    def id(self, field: Field, value: Any) -> None:
        record_id = field.type.parse(field, value)
        if record_id is None:
            raise InvalidData(f'Invalid UUID value null for field "{field.name}"')
        if self.mode == "create":
            self.values[field.key] = record_id
        elif self.old is None or self.old.get(field.key) != record_id:
            raise InvalidData(f"The id of a record cannot be changed, but the data has another one: {inspect(value)}")

    def place(self, field: Field, value: Any) -> None:
        if value == "first" or value == "last":
            self.position = value
        else:
            self.values[field.key] = field.type.parse(field, value)

    def refused(self, field: Field, value: Any) -> None:
        """A field without a value of its own: its type says why it cannot be written."""
        field.type.parse(field, value)

    def relation(self, field: Field, value: Any) -> None:
        """A relation by its own name: an object with one operation; null clears it."""
        if field.input_name in self.data:
            raise InvalidData(f"{field.name} and {field.input_name} cannot be both provided.")
        if value is None:
            self.links.append(Disconnect(field=field))
            return
        operations = [name for name in _OPERATIONS if name in value] if isinstance(value, Mapping) else []
        if not operations or len(operations) < len(value):
            raise InvalidData(f'Relation "{field.name}" requires create, connect, or disconnect operation')
        if len(operations) > 1:
            raise InvalidData(
                f"Cannot have both {operations[0]} and {operations[1]} for the same field on {self.obj.name_singular}."
            )
        operation = operations[0]
        operand = value[operation]
        target = self.model.target_of(field)
        if operation == "connect":
            self.links.append(_connect(field, target, operand))
        elif operation == "create" and isinstance(operand, Mapping):
            self.links.append(NestedCreate(field=field, target=target, data=operand))
        elif operation == "disconnect" and isinstance(operand, bool):
            if operand:
                self.links.append(Disconnect(field=field))
        else:
            raise InvalidData(f'Relation "{field.name}" requires create, connect, or disconnect operation')


def _is_same(sent: Any, shown: Any) -> bool:
    """Whether two values are the same in JSON, where ``true`` is not 1."""
    try:
        return orjson.dumps(sent, option=orjson.OPT_SORT_KEYS) == orjson.dumps(shown, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # no text, number of 64 bits, or depth that JSON can hold: nothing that is shown
        return False


def _member_defaults(obj: Object, now: str) -> Mapping[str, Stored]:
    """What members of composites are in a new record when the body names others only. The engine stamps actors."""
    composites = {field.key for field in obj.stored_fields if field.type.is_composite and field.name not in _STAMPED}
    return {key: value for key, value in defaults(obj, now).items() if key in composites}


_Reader = Callable[[_Parse, Field, Any], None]


def _entries(obj: Object) -> Mapping[str, tuple[_Reader, Field]]:
    """How each key of a body is read."""
    entries: dict[str, tuple[_Reader, Field]] = {}
    for field in obj.fields:
        if field.is_many_to_one:
            entries[field.name] = (_Parse.relation, field)
        entries[field.input_name] = (_reader(field), field)
    return entries


def _reader(field: Field) -> _Reader:
    if field.name == _ID:
        return _Parse.id
    if field.name == _POSITION:
        return _Parse.place
    if not field.leaves:
        return _Parse.refused
    return _Parse.composite if field.type.is_composite else _Parse.value


def _refuse_null(field: Field) -> NoReturn:
    reason = "is not nullable." if field.default_value is not None else "is not nullable and has no default value."
    raise InvalidData(f"Field {field.input_name} {reason}", friendly="A required field is missing.")


# ---------------------------------------------------------------------- connect


def _connect(field: Field, target: Object, operand: Any) -> Connect:
    where = operand.get("where") if isinstance(operand, Mapping) else None
    if where is not None and not isinstance(where, Mapping):
        raise InvalidData(f'Invalid object value {inspect(where)} for field "{field.name}.connect.where"')
    paths = [path for name, value in (where or {}).items() for path in _paths(field, target, name, value)]
    id_leaf = target.leaves[(_ID,)]
    by_leaves = {constraint.leaves: constraint for constraint in reversed(target.unique_constraints)}
    constraints = [(None, (id_leaf,)), *((constraint, leaves) for leaves, constraint in reversed(by_leaves.items()))]
    full = [(constraint, leaves) for constraint, leaves in constraints if all(leaf.path in paths for leaf in leaves)]
    missing = InvalidData(
        f"Missing required fields: at least one unique constraint have to be fully populated for '{field.name}'."
    )
    if not full:
        raise missing
    constraint, leaves = full[0]
    if len(full) > 1 or len(paths) > len(leaves):
        raise InvalidData(f"Expected exactly one unique constraint in the where of '{field.name}'.")
    values = _normalised(leaves, where or {})
    if any(leaf.get(values) is None for leaf in leaves):
        raise missing
    description = " and ".join(f"{camel_case(leaf.path)} = {as_text(leaf.get(values))}" for leaf in leaves)
    return Connect(field=field, target=target, constraint=constraint, where=values, description=description, sent=where)


def _paths(field: Field, target: Object, name: str, value: Any) -> list[tuple[str, ...]]:
    """The paths under one key of a ``where`` that have a value. Each must belong to a unique constraint or
    be the id.
    """
    unique = {leaf.path for constraint in target.unique_constraints for leaf in constraint.leaves} | {(_ID,)}
    is_nested = isinstance(value, Mapping)
    paths: dict[tuple[str, ...], Any] = (
        {(name, subfield): raw for subfield, raw in value.items()} if is_nested else {(name,): value}
    )
    for path in paths:
        is_prefix = any(len(known) > len(path) and known[: len(path)] == path for known in unique)
        if path not in unique and not is_prefix:
            raise InvalidData(f"Field {'.'.join(path)} is not a unique constraint field for '{field.name}'.")
    return [
        path for path, path_value in paths.items() if path in unique and path_value is not None and path_value != ""
    ]


def _normalised(leaves: Sequence[Leaf], where: Mapping[str, Any]) -> dict[str, Stored]:
    """An item with the values that ``where`` names, as a record would hold them."""
    fields = {leaf.field.key: leaf.field for leaf in leaves}
    return {key: field.type.parse(field, where[field.input_name]) for key, field in fields.items()}
