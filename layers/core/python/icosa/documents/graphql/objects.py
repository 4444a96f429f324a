"""The types of one object (docs/wire/graphql.md#schema)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from ...access.check import is_relation_readable
from ...identifiers import capitalised
from ...model.graphql_names import enum_name, type_name, where_name
from ...model.model import Field, Model, Object, Right
from ...model.types.base import Leaf
from ...model.types.graphql_types import DIRECTION, TypeNames
from ...query.aggregates import TOTAL_COUNT, Aggregate, aggregates_of
from ...query.groups import is_groupable
from . import wording
from .definitions import Argument, EnumValue, FieldDefinition, TypeDefinition, enum, inputs, output
from .filters import filter_input
from .type_names import types_of

#: Arguments of a connection, at the root and nested.
_PAGE = tuple(
    Argument(name, type_, wording.argument(name))
    for name, type_ in (("first", "Int"), ("last", "Int"), ("offset", "Int"), ("before", "String"), ("after", "String"))
)
_CURSOR = FieldDefinition(
    "cursor", "Cursor!", (), "Where the record is in the list: for the arguments after and before."
)
_OPTIONS = (
    Argument("upsert", "Boolean", wording.argument("upsert"), "false"),
    Argument("shareWith", "[ShareWithInput]", wording.argument("shareWith")),
)


class Rights(Protocol):
    """What a role may do; ``access.permissions.Permissions``."""

    def can(self, obj: Object, right: Right) -> bool: ...
    def sees_every_record(self, obj: Object) -> bool: ...
    def unreadable_fields(self, obj: Object) -> frozenset[str]: ...
    def unwritable_fields(self, obj: Object) -> frozenset[str]: ...
    def unset_fields(self, obj: Object) -> frozenset[str]: ...


class ObjectTypes:
    """Generates the types of one object as a role sees them: without what it may not read, and inputs without what it
    may not write.
    """

    def __init__(self, model: Model, obj: Object, rights: Rights | None) -> None:
        self._model = model
        self._obj = obj
        self._rights = rights
        self.name = type_name(obj)
        hidden = rights.unreadable_fields(obj) if rights else frozenset()
        self._locked = rights.unwritable_fields(obj) if rights else frozenset()
        self._unset = rights.unset_fields(obj) if rights else frozenset()
        self._fields = [field for field in obj.fields if field.id not in hidden and self._is_visible(field)]
        self._stored = [field for field in self._fields if not field.is_one_to_many]

    def _is_visible(self, field: Field) -> bool:
        """Relations end where the caller may not read."""
        if field.relation is None or self._rights is None:
            return True
        return is_relation_readable(self._rights, self._model, self._obj, field)

    def _can(self, right: Right) -> bool:
        return self._rights is None or self._rights.can(self._obj, right)

    def all(self) -> Iterator[TypeDefinition]:
        """Every type of the object."""
        name, one, many = self.name, wording.singular(self._obj), wording.plural(self._obj)
        yield output(name, self._record, wording.record(self._obj))
        yield output(f"{name}Edge", self._edge, f"A place in a list of {many}: a record and its cursor.")
        yield output(f"{name}Connection", self._connection, f"A page of {many}, and figures about all that match.")
        yield output(f"{name}GroupByConnection", self._group, f"A group of {many} that have values in common.")
        yield inputs(f"{name}CreateInput", lambda: self._written(creates=True), f"The values of a new {one}.")
        yield inputs(
            f"{name}UpdateInput",
            lambda: self._written(creates=False),
            f"New values for {many}. Fields that are left out stay as they are.",
        )
        yield inputs(f"{name}FilterInput", self._filters, f"Conditions on {many}; all of them must be met.")
        yield inputs(f"{name}OrderByInput", self._orders, f"What {many} are ordered by.")
        yield inputs(f"{name}GroupByInput", self._groups, f"Whose equal values make a group of {many}.")
        yield inputs(
            f"{name}OrderByWithGroupByInput",
            self._group_orders,
            f"What groups of {many} are ordered by: a figure, or what they are grouped by.",
        )
        yield inputs(
            f"{name}OrderByWithGroupByAggregateInput",
            self._aggregate_orders,
            f"The figure by which groups of {many} are ordered.",
        )
        yield from self._connect()
        yield from self._enums()

    # ------------------------------------------------------------------ outputs

    def _record(self) -> Iterator[FieldDefinition]:
        for field in self._fields:
            about = wording.value(self._model, field)
            if field.relation is None:
                yield FieldDefinition(field.name, _nullable(self._types(field).output, field.is_nullable), (), about)
                continue
            target = type_name(self._model.target_of(field))
            if field.is_one_to_many:
                yield FieldDefinition(field.name, f"{target}Connection", connection_arguments(target), about)
                continue
            join_column = wording.join_column(self._model, field)
            for name, id_name in self._obj.columns_shown(field):
                yield FieldDefinition(name, target, (), about)
                yield FieldDefinition(id_name, self._types(field).output, (), join_column)

    def _edge(self) -> Iterator[FieldDefinition]:
        yield FieldDefinition("node", f"{self.name}!", (), "The record itself.")
        yield _CURSOR

    def _connection(self) -> Iterator[FieldDefinition]:
        many = wording.plural(self._obj)
        yield FieldDefinition("edges", f"[{self.name}Edge!]!", (), f"The {many} of the page, in their order.")
        yield FieldDefinition("pageInfo", "PageInfo!", (), "Where the page begins and ends, and whether others follow.")
        for aggregate in self._aggregates():
            about = wording.aggregate(self._obj, aggregate)
            yield FieldDefinition(aggregate.name, _aggregate_type(aggregate), (), about)

    def _group(self) -> Iterator[FieldDefinition]:
        yield from self._connection()
        about = "The values that the records have in common, in the order of groupBy."
        yield FieldDefinition("groupByDimensionValues", "JSON!", (), about)

    def _aggregates(self) -> Iterator[Aggregate]:
        visible = {field.id for field in self._fields}
        for name, aggregate in aggregates_of(self._obj).items():
            if name == TOTAL_COUNT or (aggregate.field is not None and aggregate.field.id in visible):
                yield aggregate

    # ------------------------------------------------------------------ inputs

    def _written(self, *, creates: bool) -> Iterator[Argument]:
        for field in self._stored:
            if field.id in (self._unset if creates else self._locked):
                continue
            types = self._types(field)
            if field.is_many_to_one:
                target = type_name(self._model.target_of(field))
                connects = wording.relation_input(self._model, field)
                for name, id_name in self._obj.columns_shown(field):
                    yield Argument(name, f"{target}RelationInput", connects)
                    yield Argument(id_name, types.create, wording.join_column(self._model, field))
                continue
            required = creates and not field.is_nullable and field.default_value is None and not field.is_system
            type_ = _nullable(types.create if creates else types.update, not required)
            yield Argument(field.name, type_, wording.value(self._model, field))

    def _filters(self) -> Iterator[Argument]:
        own = f"{self.name}FilterInput"
        yield Argument("and", f"[{own}]", wording.operator("and"))
        yield Argument("or", f"[{own}]", wording.operator("or"))
        yield Argument("not", own, wording.operator("not"))
        for field in self._fields:
            about = wording.condition(self._model, field)
            if field.relation is None:
                yield Argument(field.name, self._types(field).filter, about)
                continue
            target = f"{type_name(self._model.target_of(field))}FilterInput"
            if field.is_one_to_many:
                yield Argument(field.name, target, about)
                continue
            for name, id_name in self._obj.columns_shown(field):
                yield Argument(name, target, about)
                yield Argument(id_name, self._types(field).filter, wording.id_condition(field))

    def _orders(self) -> Iterator[Argument]:
        for field in self._stored:
            yield from self._ordered(field, "OrderByInput", self._types(field).order)

    def _groups(self) -> Iterator[Argument]:
        for field in self._stored:
            if not is_groupable(field):
                continue
            label = wording.label(field)
            about = f"Whether records of a group have the same {label}."
            for name, id_name in self._obj.columns_shown(field):
                if field.is_many_to_one:
                    target = type_name(self._model.target_of(field))
                    yield Argument(name, f"{target}GroupByInput", f"A field of the record that {label} points at.")
                yield Argument(id_name, self._types(field).group, about)

    def _group_orders(self) -> Iterator[Argument]:
        figure = "A figure about the records of each group."
        yield Argument("aggregate", f"{self.name}OrderByWithGroupByAggregateInput", figure)
        for field in self._stored:
            if is_groupable(field):
                yield from self._ordered(field, "OrderByWithGroupByInput", self._types(field).group_order)

    def _ordered(self, field: Field, suffix: str, type_: str) -> Iterator[Argument]:
        label = wording.label(field)
        for name, id_name in self._obj.columns_shown(field):
            if field.is_many_to_one:
                target = type_name(self._model.target_of(field))
                yield Argument(name, f"{target}{suffix}", f"Order by a field of the record that {label} points at.")
            yield Argument(id_name, type_, f"Order by {label}.")

    def _aggregate_orders(self) -> Iterator[Argument]:
        for aggregate in self._aggregates():
            yield Argument(aggregate.name, DIRECTION, "Order groups by this figure.")

    def _connect(self) -> Iterator[TypeDefinition]:
        """Inputs with which records of other objects choose one of this object."""
        name, many = self.name, wording.plural(self._obj)
        relation = [
            Argument("connect", f"{name}ConnectInput", wording.argument("connect")),
            Argument("disconnect", "Boolean", wording.argument("disconnect")),
        ]
        yield inputs(f"{name}RelationInput", relation, f"Points a relation at one of the {many}, or at none.")
        where = [Argument("where", f"{name}WhereUniqueInput", wording.argument("where"))]
        yield inputs(f"{name}ConnectInput", where, f"One of the {many}, chosen by values that only it has.")
        members = [Argument("id", "ID", wording.argument("id"))]
        alternatives = ["id"]
        for constraint in self._obj.unique_constraints:
            alternatives.append(" and ".join(leaf.dotted for leaf in constraint.leaves))
            for field_id in constraint.field_ids:
                field = self._obj.by_id[field_id]
                if any(member.name == field.input_name for member in members):
                    continue
                about = wording.value(self._model, field)
                if field.type.is_composite:
                    inner = where_name(self._obj, field)
                    leaves = [leaf for leaf in constraint.leaves if leaf.field is field and leaf.subfield is not None]
                    parts = [_unique_part(leaf) for leaf in leaves]
                    yield inputs(inner, parts, f"{wording.label(field)}: the part of it that only one record has.")
                    members.append(Argument(field.name, inner, about))
                else:
                    members.append(Argument(field.input_name, self._types(field).create, about))
        yield inputs(f"{name}WhereUniqueInput", members, " or ".join(alternatives))

    def _enums(self) -> Iterator[TypeDefinition]:
        for field in self._stored:
            if not field.options:
                continue
            name, label = enum_name(self._obj, field), wording.label(field)
            options = sorted(field.options, key=lambda option: option.position)
            values = [EnumValue(option.value, wording.own(option.label) or option.value) for option in options]
            yield enum(name, values, label)
            kind = field.leaves[0].kind
            yield filter_input(kind.scalar.renamed(name), kind, f"Conditions on {label}; all of them must be met.")

    def _types(self, field: Field) -> TypeNames:
        return types_of(self._obj, field)

    # ------------------------------------------------------------------ root fields

    def queries(self) -> Iterator[FieldDefinition]:
        """Root fields of Query."""
        if not self._can("read"):
            return
        name, obj, one, many = self.name, self._obj, wording.singular(self._obj), wording.plural(self._obj)
        filter_type = f"{name}FilterInput"
        finds_many = f"{many}, page by page, and figures about all that match."
        yield FieldDefinition(obj.name_plural, f"{name}Connection", connection_arguments(name), finds_many)
        finds_one = f"The first {one}, in the order of ids, that meets the conditions; an error when none does."
        yield FieldDefinition(obj.name_singular, name, (_argument("filter", f"{filter_type}!"),), finds_one)
        yield FieldDefinition(
            f"destroyed{capitalised(obj.name_plural)}",
            "DestroyedRecordConnection",
            (_argument("since", "DateTime"), _argument("first", "Int"), _argument("after", "ConnectionCursor")),
            f"Which {many} were destroyed in the last 30 days, oldest first: for who keeps copies.",
        )
        if obj.duplicate_criteria:
            either = (_argument("ids", "[UUID]"), _argument("data", f"[{name}CreateInput]", "candidates"))
            likes = f"For each given record, the {many} that look like the same. Either ids or data."
            yield FieldDefinition(f"{obj.name_singular}Duplicates", f"[{name}Connection!]", either, likes)
        yield FieldDefinition(
            f"{obj.name_plural}GroupBy",
            f"[{name}GroupByConnection!]",
            (
                _argument("groupBy", f"[{name}GroupByInput!]!"),
                _argument("filter", filter_type),
                _argument("orderBy", f"[{name}OrderByWithGroupByInput]", "orderGroupsBy"),
                _argument("orderByForRecords", f"[{name}OrderByInput]"),
                _argument("viewId", "UUID"),
                _argument("limit", "Int"),
                _argument("offset", "Int", "groupOffset"),
                _argument("offsetForRecords", "Int"),
            ),
            f"{many} in groups that have values in common, and figures about each group.",
        )

    def mutations(self) -> Iterator[FieldDefinition]:
        """Root fields of Mutation; each answers with records, so all need the right to read."""
        if not self._can("read"):
            return
        name, obj, one, many = self.name, self._obj, wording.singular(self._obj), wording.plural(self._obj)
        singular, plural = capitalised(obj.name_singular), capitalised(obj.name_plural)
        record, records = name, f"[{name}!]"
        by_id, by_filter = _argument("id", "UUID!"), _argument("filter", f"{name}FilterInput!")
        some = _argument("limit", "Int", "changeLimit")
        if self._can("update"):
            new = _argument("data", f"{name}CreateInput!")
            several = _argument("data", f"[{name}CreateInput!]!", "dataOfMany")
            data = _argument("data", f"{name}UpdateInput!")
            yield FieldDefinition(f"create{singular}", record, (new, *_OPTIONS), f"Creates one {one}.")
            yield FieldDefinition(
                f"create{plural}", records, (several, *_OPTIONS), f"Creates several {many}: all of them or none."
            )
            yield FieldDefinition(f"update{singular}", record, (by_id, data), f"Changes one {one}.")
            yield FieldDefinition(
                f"update{plural}",
                records,
                (data, by_filter, some),
                f"Changes all {many} that meet the conditions, or none.",
            )
        for verb, right, does, whence in _VERBS:
            if self._can(right):
                yield FieldDefinition(f"{verb}{singular}", record, (by_id,), f"{does} one {one} {whence}.")
                bulk = f"{does} all {many} that meet the conditions {whence}, or none."
                yield FieldDefinition(f"{verb}{plural}", records, (by_filter, some), bulk)
        if obj.duplicate_criteria and self._can("update") and self._can("soft_delete"):
            merge = (
                _argument("ids", "[UUID!]!", "mergedIds"),
                _argument("conflictPriorityIndex", "Int!"),
                Argument("dryRun", "Boolean", wording.argument("dryRun"), "false"),
            )
            joins = f"Joins several {many} into one. The others go to the trash."
            yield FieldDefinition(f"merge{plural}", record, merge, joins)


#: Changes that need a right of their own, as sentences about what they do.
_VERBS: tuple[tuple[str, Right, str, str], ...] = (
    ("delete", "soft_delete", "Moves", "to the trash"),
    ("destroy", "destroy", "Removes", "for good, also from the trash"),
    ("restore", "soft_delete", "Takes", "out of the trash"),
)


def connection_arguments(name: str) -> tuple[Argument, ...]:
    """Arguments of a list of the type ``name``."""
    return (*_PAGE, _argument("filter", f"{name}FilterInput"), _argument("orderBy", f"[{name}OrderByInput]"))


def _argument(name: str, type_: str, meaning: str | None = None) -> Argument:
    return Argument(name, type_, wording.argument(meaning or name))


def _unique_part(leaf: Leaf) -> Argument:
    part = leaf.subfield or ""
    return Argument(part, leaf.kind.scalar.name, f"The record with this {part}.")


def _nullable(type_: str, is_nullable: bool) -> str:
    if is_nullable:
        return type_
    return f"[{type_[1:-1]}!]!" if type_.startswith("[") else f"{type_}!"


def _aggregate_type(aggregate: Aggregate) -> str:
    if aggregate.leaf is not None and aggregate.leaf.kind.calendar is not None:
        return "DateTime"
    return "Int" if aggregate.function.startswith("count") else "Float"
