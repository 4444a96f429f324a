"""Whether a role may run an operation, for both APIs (docs/wire/access.md#how-operations-are-checked,
docs/wire/rest.md#permissions, docs/wire/graphql.md#rights-in-graphql).

What a request names itself (selected fields and relations, conditions, order criteria, groups, data) must be allowed,
or the request is refused as a whole. What it leaves open ("all fields") is narrowed to what the role may read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from ..errors import Forbidden, IcosaError, InvalidData, PermissionDenied
from ..model.model import Field, Model, Object, Right
from ..model.problems import Problem, Problems
from ..query.aggregates import aggregates_of
from ..query.operation import (
    SURVIVOR_FIELDS,
    And,
    Compare,
    Create,
    Delete,
    Dimension,
    Filter,
    FindDestroyed,
    FindDuplicates,
    FindMany,
    FindOne,
    GroupBy,
    Merge,
    Not,
    Operation,
    Or,
    Order,
    Related,
    RelatedAny,
    RelationSelection,
    Restore,
    Search,
    Selection,
    Update,
)
from .disclosing_values import hidden_unique_values, parts_of_hidden_values

#: Records created inside one another (``{"company": {"create": {…}}}``) may nest this deep
#: (docs/wire/rest.md#relations-in-bodies).
MAX_NESTED_CREATES = 5


class ReadRights(Protocol):
    """What a role may read."""

    def can(self, obj: Object, right: Right) -> bool: ...
    def unreadable_fields(self, obj: Object) -> frozenset[str]: ...


class TombstonesHidden(Forbidden):
    """Destroyed records of an object of which the caller may not see all."""

    def __init__(self, plural: str) -> None:
        super().__init__(
            f"Which {plural} were destroyed is told to roles that see all of them. Others read the feed of events",
            sub_code="PERMISSION_DENIED",
            friendly="You do not see all of these records, so you cannot see which were destroyed.",
        )


class RecordRights(ReadRights, Protocol):
    """What a role may do; ``permissions.Permissions``."""

    def masked_fields(self, obj: Object) -> frozenset[str]: ...
    def unwritable_fields(self, obj: Object) -> frozenset[str]: ...
    def unset_fields(self, obj: Object) -> frozenset[str]: ...
    def sees_every_record(self, obj: Object) -> bool: ...


def authorize(rights: RecordRights, operation: Operation, model: Model) -> Operation:
    """The operation with its selection narrowed to what the role may read. Raises PermissionDenied."""
    check = _Check(rights, model)
    if isinstance(operation, Search):
        return check.search(operation)
    obj = operation.object
    for right in _needed(operation):
        check.require(obj, right)
    match operation:
        case FindOne():
            check.filter(obj, operation.filter)
        case Delete() | Restore():
            check.filter(obj, operation.filter)
            check.filter(obj, operation.precondition.filter)
        case Update():
            check.filter(obj, operation.filter)
            check.filter(obj, operation.precondition.filter)
            check.data(obj, (operation.data,), may_exist=True)
            operation = check.patching(obj, operation)
            Problems(check.denied).raise_any()
        case FindMany():
            check.filter(obj, operation.filter)
            check.order(obj, operation.order)
            check.aggregates(obj, operation.aggregates)
        case Create():
            check.data(obj, operation.data, is_new=not operation.upsert, may_exist=operation.upsert)
            operation = check.patching(obj, operation)
            operation = replace(operation, refused=tuple(check.denied)) if check.denied else operation
        case FindDestroyed():
            check.destroyed(obj)
        case FindDuplicates():
            check.names(obj, (name for record in operation.data or () for name in record))
            check.aggregates(obj, operation.aggregates)
            operation = check.duplicates(obj, operation)
        case Merge():
            operation = check.merge(obj, operation)
    if isinstance(operation, GroupBy):
        return check.group_by(obj, operation)
    selection = check.selection(obj, operation.selection)
    return operation if selection is operation.selection else replace(operation, selection=selection)


def is_relation_readable(rights: ReadRights, model: Model, obj: Object, relation: Field) -> bool:
    """Whether answers may show the records of a relation: the field itself and records of the target can be read. A
    list also shows which records point here, so the field that does must be readable, too.
    """
    target = model.target_of(relation)
    if relation.id in rights.unreadable_fields(obj) or not rights.can(target, "read"):
        return False
    return not relation.is_one_to_many or model.inverse_of(relation).id not in rights.unreadable_fields(target)


def _needed(operation: Operation) -> tuple[Right, ...]:
    match operation:
        case Create() | Update():
            return ("read", "update")
        case Delete(destroy=True):
            return ("read", "destroy")
        case Delete() | Restore():
            return ("read", "soft_delete")
        case Merge():  # the losers go to the trash
            return ("read", "update", "soft_delete")
    return ("read",)


@dataclass(frozen=True, slots=True)
class _Body:
    """What a request writes of one record: at a place of its data, or inside that at ``path``, so many records deep."""

    obj: Object
    record: Mapping[str, Any]
    index: int
    path: str = ""
    depth: int = 0


class _Check:
    def __init__(self, rights: RecordRights, model: Model) -> None:
        self._rights = rights
        self._model = model
        #: What of the data may not be written.
        self.denied: list[Problem] = []

    def require(self, obj: Object, right: Right) -> None:
        if not self._rights.can(obj, right):
            raise PermissionDenied

    def readable(self, obj: Object, field: Field) -> None:
        """A field that decides what is in an answer may be read, and all of it."""
        if field.id in self._rights.unreadable_fields(obj) or field.id in self._rights.masked_fields(obj):
            raise PermissionDenied

    def names(self, obj: Object, names: Iterable[str]) -> None:
        """Fields by the names of a request body; unknown names are the engine's to refuse."""
        hidden = self._rights.unreadable_fields(obj)
        if hidden and any(field.id in hidden for name in names if (field := _named(obj, name)) is not None):
            raise PermissionDenied

    def filter(self, obj: Object, filter: Filter | None) -> None:
        match filter:
            case Compare(leaf=leaf):
                self.readable(obj, leaf.field)
            case And(items=items) | Or(items=items):
                for item in items:
                    self.filter(obj, item)
            case Not(item=item):
                self.filter(obj, item)
            case (
                Related(field=field, target=target, filter=inner) | RelatedAny(field=field, target=target, filter=inner)
            ):
                self.relation(obj, field)
                self.filter(target, inner)

    def relation(self, obj: Object, relation: Field) -> None:
        if not is_relation_readable(self._rights, self._model, obj, relation):
            raise PermissionDenied

    def order(self, obj: Object, order: Order) -> None:
        for term in order:
            self._leaf(obj, term.relation, term.leaf.field)

    def _leaf(self, obj: Object, relation: Field | None, field: Field) -> None:
        if relation is None:
            self.readable(obj, field)
        else:
            self.relation(obj, relation)
            self.readable(self._model.target_of(relation), field)

    def aggregates(self, obj: Object, names: Iterable[str]) -> None:
        known = aggregates_of(obj)
        for name in names:
            if (field := known[name].field) is not None:
                self.readable(obj, field)

    def group_by(self, obj: Object, operation: GroupBy) -> GroupBy:
        self.filter(obj, operation.filter)
        for dimension in operation.dimensions:
            self._dimension(obj, dimension)
        self.aggregates(obj, operation.aggregates)
        self.aggregates(obj, (order.aggregate for order in operation.order if order.aggregate is not None))
        self.order(obj, operation.records_order)
        if operation.records is None:
            return operation
        return replace(operation, records=self.selection(obj, operation.records))

    def search(self, operation: Search) -> Search:
        """What the caller may not read is left out silently (docs/wire/graphql.md#search)."""
        objects = tuple(obj for obj in operation.objects if self._rights.can(obj, "read"))
        for obj in objects:
            self.filter(obj, operation.filters.get(obj.id))
        hidden = {obj.id: self._rights.unreadable_fields(obj) for obj in objects}
        ignored = {
            obj.id: frozenset(obj.by_id[i].key for i in hidden[obj.id] if i in obj.by_id)
            for obj in objects
            if hidden[obj.id]
        }
        return replace(operation, objects=objects, ignored=ignored)

    def destroyed(self, obj: Object) -> None:
        """Nobody can tell any more whether a record that is gone was one that the role's rules of rows show."""
        if not self._rights.sees_every_record(obj):
            raise TombstonesHidden(obj.name_plural)

    def duplicates(self, obj: Object, operation: FindDuplicates) -> FindDuplicates:
        """Criteria with values that the caller may not read find nothing (docs/wire/rest.md#duplicates)."""
        hidden = self._rights.unreadable_fields(obj)
        ignored = frozenset(field.key for field in obj.stored_fields if field.id in hidden)
        return replace(operation, ignored=ignored) if ignored else operation

    def merge(self, obj: Object, operation: Merge) -> Merge:
        """What the merge may not change is looked at when its records are known. Whether a value would change that the
        caller may neither read nor update is not theirs to know, so such a merge is always refused.
        """
        locked = self._rights.unwritable_fields(obj)
        fields = [field for field in obj.stored_fields if field.id in locked and field.name not in SURVIVOR_FIELDS]
        for field in fields:
            self.readable(obj, field)
        fixed = frozenset(
            (owner.key, relation.key)
            for owner, relation in self._model.references[obj.id]
            if not self._rights.can(owner, "update") or relation.id in self._rights.unwritable_fields(owner)
        )
        if not fields and not fixed:
            return operation
        return replace(operation, locked=frozenset(field.key for field in fields), fixed_references=fixed)

    def patching[O: (Update, Create)](self, obj: Object, operation: O) -> O:
        """The operation, which does not tell whether a value that the caller may not read stays the same."""
        hidden = self._rights.unreadable_fields(obj) | self._rights.masked_fields(obj)
        if not hidden:
            return operation
        keys = frozenset(field.key for field in obj.stored_fields if field.id in hidden)
        return replace(operation, patching=replace(operation.patching, hidden=keys))

    def _dimension(self, obj: Object, dimension: Dimension) -> None:
        self._leaf(obj, dimension.relation, dimension.leaf.field)

    # ------------------------------------------------------------------ data

    def data(
        self, obj: Object, records: Iterable[Mapping[str, Any]], *, is_new: bool = False, may_exist: bool = False
    ) -> None:
        """Look whether every field that a body names may be written, and read where the answer tells what records have,
        of which ``may_exist`` says whether the body may be for one of them; whether what it connects may be read, and
        what it creates beside may be created. ``is_new`` says that the body is for a new record for certain, as that of
        an upsert is not. What is not allowed is added to ``denied``.
        """
        for index, record in enumerate(records):
            body = _Body(obj, record, index)
            self._body(body, is_new=is_new, may_exist=may_exist)

    def _body(self, body: _Body, *, is_new: bool, may_exist: bool = False) -> None:
        obj, record = body.obj, body.record
        locked = self._rights.unset_fields(obj) if is_new else self._rights.unwritable_fields(obj)
        hidden = self._rights.unreadable_fields(obj)
        if hidden:
            names = hidden_unique_values(obj, record, hidden)
            if may_exist:
                names |= parts_of_hidden_values(obj, record, hidden)
            self._deny(body, sorted(names))
        for name, value in record.items():
            field = _named(obj, name)
            if field is None:
                continue
            if field.id in locked:
                self._deny(body, (name,))
            if field.is_many_to_one and name == field.name and isinstance(value, Mapping):
                self._nested(body, field, value)

    def _deny(self, body: _Body, names: Iterable[str], error: IcosaError | None = None) -> None:
        self.denied += [
            Problem(error=error or PermissionDenied(), field=name).inside(body.index, body.path) for name in names
        ]

    def _nested(self, body: _Body, relation: Field, value: Mapping[str, Any]) -> None:
        target = self._model.target_of(relation)
        if "connect" in value:
            connected = value["connect"]
            where = connected.get("where") if isinstance(connected, Mapping) else None
            hidden = self._rights.unreadable_fields(target)
            fields = [_named(target, name) for name in (where if isinstance(where, Mapping) else ())]
            if not self._rights.can(target, "read") or any(
                field is not None and field.id in hidden for field in fields
            ):
                self._deny(body, (relation.name,))
        created = value.get("create")
        if isinstance(created, Mapping):
            if body.depth >= MAX_NESTED_CREATES:
                text = f"Records cannot be created more than {MAX_NESTED_CREATES} levels deep"
                self._deny(body, (relation.name,), InvalidData(text))
            elif not self._rights.can(target, "update"):
                self._deny(body, (relation.name,))
            else:
                path = f"{body.path}{relation.name}.create."
                self._body(_Body(target, created, body.index, path, body.depth + 1), is_new=True)

    # ------------------------------------------------------------------ selection

    def selection(self, obj: Object, selection: Selection) -> Selection:
        """The selection with "all fields" narrowed, the same one when nothing is hidden. Raises PermissionDenied."""
        hidden = self._rights.unreadable_fields(obj)
        fields = selection.fields
        if hidden:
            if fields is None:
                fields = tuple(name for name in obj.stored_names_shown if obj.field_called(name).id not in hidden)
            elif any(obj.field_called(name).id in hidden for name in fields):
                raise PermissionDenied
        relations = {name: self._relation_selection(obj, name, part) for name, part in selection.relations.items()}
        if fields is selection.fields and all(relations[name] is part for name, part in selection.relations.items()):
            return selection
        return Selection(fields=fields, relations=relations)

    def _relation_selection(self, obj: Object, name: str, part: RelationSelection) -> RelationSelection:
        relation = obj.by_name[part.relation or name]
        self.relation(obj, relation)
        target = self._model.target_of(relation)
        self.filter(target, part.filter)
        self.order(target, part.order)
        self.aggregates(target, part.aggregates)
        selection = self.selection(target, part.selection)
        return part if selection is part.selection else replace(part, selection=selection)


def _named(obj: Object, name: str) -> Field | None:
    present = obj.present_name(name)
    return obj.by_input_name.get(present) or obj.by_name.get(present)
