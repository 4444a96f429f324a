"""The types of one object (docs/wire/graphql.md#schema)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from ...access.check import is_relation_readable
from ...identifiers import capitalised
from ...model.graphql_names import enum_name, type_name, where_name
from ...model.model import Field, Model, Object, Right
from ...model.types.graphql_types import DIRECTION, TypeNames
from ...query.aggregates import TOTAL_COUNT, Aggregate, aggregates_of
from ...query.groups import is_groupable
from .definitions import Argument, EnumValue, FieldDefinition, TypeDefinition, enum, inputs, output
from .filters import filter_input
from .type_names import types_of

#: Arguments of a connection, at the root and nested.
_PAGE = (("first", "Int"), ("last", "Int"), ("offset", "Int"), ("before", "String"), ("after", "String"))


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
        self._name = type_name(obj)
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
        name, obj = self._name, self._obj
        yield output(name, list(self._record()), obj.display("description"))
        yield output(f"{name}Edge", [FieldDefinition("node", f"{name}!"), FieldDefinition("cursor", "Cursor!")])
        connection = list(self._connection())
        yield output(f"{name}Connection", connection)
        yield output(f"{name}GroupByConnection", [*connection, FieldDefinition("groupByDimensionValues", "JSON!")])
        yield inputs(f"{name}CreateInput", list(self._written(creates=True)))
        yield inputs(f"{name}UpdateInput", list(self._written(creates=False)))
        yield inputs(f"{name}FilterInput", list(self._filters()))
        yield inputs(f"{name}OrderByInput", list(self._orders()))
        yield inputs(f"{name}GroupByInput", list(self._groups()))
        yield inputs(f"{name}OrderByWithGroupByInput", list(self._group_orders()))
        aggregates = [Argument(aggregate.name, DIRECTION) for aggregate in self._aggregates()]
        yield inputs(f"{name}OrderByWithGroupByAggregateInput", aggregates)
        yield from self._connect()
        yield from self._enums()

    # ------------------------------------------------------------------ outputs

    def _record(self) -> Iterator[FieldDefinition]:
        for field in self._fields:
            description = field.display("description")
            if field.relation is not None:
                target = type_name(self._model.target_of(field))
                if field.is_one_to_many:
                    yield FieldDefinition(
                        field.name, f"{target}Connection", tuple(connection_arguments(target)), description
                    )
                    continue
                yield FieldDefinition(field.name, target, (), description)
                yield FieldDefinition(field.input_name, self._types(field).output, (), description)
            else:
                yield FieldDefinition(
                    field.name, _nullable(self._types(field).output, field.is_nullable), (), description
                )

    def _connection(self) -> Iterator[FieldDefinition]:
        yield FieldDefinition("edges", f"[{self._name}Edge!]!")
        yield FieldDefinition("pageInfo", "PageInfo!")
        for aggregate in self._aggregates():
            yield FieldDefinition(aggregate.name, _aggregate_type(aggregate))

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
            types, description = self._types(field), field.display("description")
            if field.is_many_to_one:
                target = type_name(self._model.target_of(field))
                yield Argument(field.name, f"{target}RelationInput", description)
                yield Argument(field.input_name, types.create, description)
                continue
            required = creates and not field.is_nullable and field.default_value is None and not field.is_system
            yield Argument(field.name, _nullable(types.create if creates else types.update, not required), description)

    def _filters(self) -> Iterator[Argument]:
        own = f"{self._name}FilterInput"
        yield Argument("and", f"[{own}]")
        yield Argument("or", f"[{own}]")
        yield Argument("not", own)
        for field in self._fields:
            if field.relation is not None:
                yield Argument(field.name, f"{type_name(self._model.target_of(field))}FilterInput")
            if not field.is_one_to_many:
                yield Argument(field.input_name, self._types(field).filter)

    def _orders(self) -> Iterator[Argument]:
        for field in self._stored:
            if field.is_many_to_one:
                yield Argument(field.name, f"{type_name(self._model.target_of(field))}OrderByInput")
            yield Argument(field.input_name, self._types(field).order)

    def _groups(self) -> Iterator[Argument]:
        for field in self._stored:
            if not is_groupable(field):
                continue
            if field.is_many_to_one:
                yield Argument(field.name, f"{type_name(self._model.target_of(field))}GroupByInput")
            yield Argument(field.input_name, self._types(field).group)

    def _group_orders(self) -> Iterator[Argument]:
        yield Argument("aggregate", f"{self._name}OrderByWithGroupByAggregateInput")
        for field in self._stored:
            if not is_groupable(field):
                continue
            if field.is_many_to_one:
                yield Argument(field.name, f"{type_name(self._model.target_of(field))}OrderByWithGroupByInput")
            yield Argument(field.input_name, self._types(field).group_order)

    def _connect(self) -> Iterator[TypeDefinition]:
        """Inputs with which records of other objects choose one of this object."""
        name = self._name
        yield inputs(
            f"{name}RelationInput", [Argument("connect", f"{name}ConnectInput"), Argument("disconnect", "Boolean")]
        )
        yield inputs(f"{name}ConnectInput", [Argument("where", f"{name}WhereUniqueInput")])
        members = [Argument("id", "ID")]
        alternatives = ["id"]
        for constraint in self._obj.unique_constraints:
            alternatives.append(" and ".join(leaf.dotted for leaf in constraint.leaves))
            for field_id in constraint.field_ids:
                field = self._obj.by_id[field_id]
                if any(member.name == field.input_name for member in members):
                    continue
                if field.type.is_composite:
                    inner = where_name(self._obj, field)
                    leaves = [leaf for leaf in constraint.leaves if leaf.field is field and leaf.subfield is not None]
                    yield inputs(inner, [Argument(leaf.subfield or "", leaf.kind.scalar.name) for leaf in leaves])
                    members.append(Argument(field.name, inner))
                else:
                    members.append(Argument(field.input_name, self._types(field).create))
        yield inputs(f"{name}WhereUniqueInput", members, " or ".join(alternatives))

    def _enums(self) -> Iterator[TypeDefinition]:
        for field in self._stored:
            if not field.options:
                continue
            name = enum_name(self._obj, field)
            options = sorted(field.options, key=lambda option: option.position)
            yield enum(name, tuple(EnumValue(option.value, option.label) for option in options), field.display("label"))
            kind = field.leaves[0].kind
            yield filter_input(kind.scalar.renamed(name), kind)

    def _types(self, field: Field) -> TypeNames:
        return types_of(self._obj, field)

    # ------------------------------------------------------------------ root fields

    def queries(self) -> Iterator[FieldDefinition]:
        """Root fields of Query."""
        if not self._can("read"):
            return
        name, obj = self._name, self._obj
        filter = Argument("filter", f"{name}FilterInput")
        yield FieldDefinition(obj.name_plural, f"{name}Connection", tuple(connection_arguments(name)))
        yield FieldDefinition(obj.name_singular, name, (Argument("filter", f"{name}FilterInput!"),))
        if obj.duplicate_criteria:
            either = (Argument("ids", "[UUID]"), Argument("data", f"[{name}CreateInput]"))
            yield FieldDefinition(f"{obj.name_singular}Duplicates", f"[{name}Connection!]", either)
        yield FieldDefinition(
            f"{obj.name_plural}GroupBy",
            f"[{name}GroupByConnection!]",
            (
                Argument("groupBy", f"[{name}GroupByInput!]!"),
                filter,
                Argument("orderBy", f"[{name}OrderByWithGroupByInput]"),
                Argument("orderByForRecords", f"[{name}OrderByInput]"),
                Argument("viewId", "UUID"),
                Argument("limit", "Int"),
                Argument("offsetForRecords", "Int"),
            ),
        )

    def mutations(self) -> Iterator[FieldDefinition]:
        """Root fields of Mutation; each answers with records, so all need the right to read."""
        if not self._can("read"):
            return
        name, obj = self._name, self._obj
        singular, plural = capitalised(obj.name_singular), capitalised(obj.name_plural)
        record, records = name, f"[{name}!]"
        by_id, by_filter = Argument("id", "UUID!"), Argument("filter", f"{name}FilterInput!")
        if self._can("update"):
            data = Argument("data", f"{name}UpdateInput!")
            options = (Argument("upsert", "Boolean"), Argument("shareWith", "[ShareWithInput]"))
            yield FieldDefinition(f"create{singular}", record, (Argument("data", f"{name}CreateInput!"), *options))
            yield FieldDefinition(f"create{plural}", records, (Argument("data", f"[{name}CreateInput!]!"), *options))
            yield FieldDefinition(f"update{singular}", record, (by_id, data))
            yield FieldDefinition(f"update{plural}", records, (data, by_filter))
        verbs: tuple[tuple[str, Right], ...] = (
            ("delete", "soft_delete"),
            ("destroy", "destroy"),
            ("restore", "soft_delete"),
        )
        for verb, right in verbs:
            if self._can(right):
                yield FieldDefinition(f"{verb}{singular}", record, (by_id,))
                yield FieldDefinition(f"{verb}{plural}", records, (by_filter,))
        if obj.duplicate_criteria and self._can("update") and self._can("soft_delete"):
            yield FieldDefinition(
                f"merge{plural}",
                record,
                (Argument("ids", "[UUID!]!"), Argument("conflictPriorityIndex", "Int!"), Argument("dryRun", "Boolean")),
            )


def connection_arguments(name: str) -> Iterator[Argument]:
    """Arguments of a list of the type ``name``."""
    yield from (Argument(*argument) for argument in _PAGE)
    yield Argument("filter", f"{name}FilterInput")
    yield Argument("orderBy", f"[{name}OrderByInput]")


def _nullable(type_: str, is_nullable: bool) -> str:
    if is_nullable:
        return type_
    return f"[{type_[1:-1]}!]!" if type_.startswith("[") else f"{type_}!"


def _aggregate_type(aggregate: Aggregate) -> str:
    if aggregate.leaf is not None and aggregate.leaf.kind.calendar is not None:
        return "DateTime"
    return "Int" if aggregate.function.startswith("count") else "Float"
