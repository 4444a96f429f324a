"""Projections: from the selections of a document to what the engine reads, and to how its results are rendered.

A projection is made for one request, from its document and the model, without building a schema: the walk over the
selections that decides what to read is also what checks them and puts the renderers together (docs/graphql.md has the
measurements).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ...documents.graphql.type_names import members_of, output_name
from ...model.graphql_names import type_name
from ...model.model import Field, Model, Object
from ...model.types.base import Leaf
from ...model.types.decimals import to_number
from ...model.types.graphql_types import JSON
from ...query.aggregates import TOTAL_COUNT, aggregates_of
from ...query.cursors import cursor_of
from ...query.filters import resolve_filter
from ...query.operation import Connection, Dimension, Group, Node, Order, RelationSelection, Selection
from ...query.orders import resolve_order
from ...settings import Settings
from . import arguments
from .budget import Budget
from .language import SelectionSetNode
from .leniency import Leniency
from .rendering import (
    PAGE_INFO,
    Column,
    GroupConnection,
    RecordRenderer,
    aggregate_of,
    column,
    constant,
    dimension_value,
    dimension_values,
    each_node,
    ignoring_input,
    node_of,
    null_without,
    projection,
    related,
    total_count_of,
)
from .selections import TYPENAME, FieldCollector, Selected


@dataclass(frozen=True, slots=True)
class RecordProjection:
    """``selection`` is what to read, ``render`` makes a record's answer."""

    selection: Selection
    render: Callable[[Node], dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionProjection:
    """``record`` is None when no record is shown. ``needs_page`` says whether any part of the page itself
    is looked at.
    """

    record: RecordProjection | None
    total_count: bool
    aggregates: frozenset[str]
    needs_page: bool
    render: Callable[[Connection], dict[str, Any]]

    @property
    def selection(self) -> Selection:
        return _ONLY_ID if self.record is None else self.record.selection


@dataclass(frozen=True, slots=True)
class GroupProjection:
    connection: ConnectionProjection
    render: Callable[[Group], dict[str, Any]]


_ONLY_ID = Selection(fields=("id",))
#: What every list of records has, and every place in one.
_OF_CONNECTIONS = ("edges", "pageInfo", TOTAL_COUNT, TYPENAME)
_OF_EDGES = ("node", "cursor", TYPENAME)


@dataclass(frozen=True, slots=True)
class SelectionContext:
    """Where a selection stands: relations above it, and how many records it may concern."""

    depth: int
    parents: int
    #: Records of a one-to-many list below that has neither ``first`` nor ``last``.
    children: int

    def below(self, records: int) -> SelectionContext:
        return SelectionContext(self.depth + 1, self.parents * max(records, 1), self.children)


class Projector:
    """Makes the projections of one request."""

    def __init__(
        self, model: Model, collector: FieldCollector, budget: Budget, settings: Settings, leniency: Leniency
    ) -> None:
        self._model = model
        self._selector = collector
        self._leniency = leniency
        self._budget = budget
        self._settings = settings
        self._slots = 0

    @property
    def collector(self) -> FieldCollector:
        """What tells the fields that a selection selects."""
        return self._selector

    # ------------------------------------------------------------------ records

    def record(self, obj: Object, sets: Iterable[SelectionSetNode], context: SelectionContext) -> RecordProjection:
        """A projection of an object's records.

        Raises Invalid, TooMuchAsked, and BadRequest for arguments of nested connections.
        """
        name = type_name(obj)
        columns: list[tuple[str, Column]] = []
        fields: dict[str, None] = {}
        relations: dict[str, RelationSelection] = {}
        joins: list[tuple[str, Field]] = []
        for selected in self._selector.fields(name, sets):
            present = obj.present_name(selected.name)
            field = obj.by_input_name.get(present)
            if field is not None:
                selected.require_no_arguments(name)
                columns.append((selected.key, self._stored(obj, field, selected)))
                if field.type.is_stored:
                    fields[field.name] = None
                if field.is_many_to_one:
                    joins.append((selected.key, field))
            elif selected.name == TYPENAME:
                columns.append((selected.key, constant(name)))
            elif (relation := obj.by_name.get(present)) is not None and relation.relation is not None:
                slot = self._new_slot(relation)
                column, relations[slot] = self._relation(obj, relation, slot, selected, context)
                columns.append((selected.key, column))
            else:
                self._leniency.unknown(selected, name, partial(self._leniency.fields_of, obj))
                columns.append((selected.key, constant(None)))
        self._hide_ids_of_hidden(obj, columns, joins, relations)
        render = RecordRenderer(columns, self._budget)
        return RecordProjection(Selection(fields=tuple(fields), relations=relations), render)

    @staticmethod
    def _hide_ids_of_hidden(
        obj: Object,
        columns: list[tuple[str, Column]],
        joins: list[tuple[str, Field]],
        relations: Mapping[str, RelationSelection],
    ) -> None:
        """A record that points at one in the trash shows neither it nor, where it is selected, its id
        (docs/wire/quirks.md#a-relation-to-the-trash).
        """
        slots = {part.relation: slot for slot, part in relations.items()}
        for key, field in joins:
            if (slot := slots.get(field.name)) is not None:
                position = next(i for i, (name, _) in enumerate(columns) if name == key)
                columns[position] = (key, null_without(slot, columns[position][1]))

    def _stored(self, obj: Object, field: Field, selected: Selected) -> Column:
        output = partial(field.type.render, field)
        members = members_of(obj, field)
        if members:
            inner = self._members(output_name(obj, field), members, field.leaves, selected)
            return column(field.key, lambda value: inner(output(value)))
        if not field.leaves:
            selected.require_leaf(output_name(obj, field))
            return constant(output(None))
        kind = field.leaves[0].kind
        if kind.scalar is JSON:
            inner = self._json(selected)
            return column(field.key, lambda value: inner(output(value)))
        selected.require_leaf(output_name(obj, field))
        if kind.is_exact:
            return column(field.key, lambda value: None if value is None else to_number(value))
        return column(field.key, output)

    def _members(
        self, name: str, members: Sequence[str], leaves: Sequence[Leaf], selected: Selected
    ) -> Callable[[Any], Any]:
        """Shows a composite, or each of a list of objects."""
        if not selected.sets:
            self._leniency.bare(selected, name)
            return projection([(member, member, None) for member in members])
        kinds = {leaf.subfield: leaf.kind for leaf in leaves}
        parts: list[tuple[str, str, Callable[[Any], Any] | None]] = []
        for member in self._selector.fields(name, selected.sets):
            if member.name == TYPENAME:
                member.require_no_arguments(name)
                parts.append((member.key, "", ignoring_input(name)))
                continue
            if member.name not in members:
                self._leniency.unknown(member, name, lambda: members)
                parts.append((member.key, "", ignoring_input(None)))
                continue
            member.require_no_arguments(name)
            if member.name in kinds and kinds[member.name].scalar is JSON:
                parts.append((member.key, member.name, self._json(member) if member.sets else None))
            else:
                member.require_leaf("String")
                parts.append((member.key, member.name, None))
        return projection(parts)

    def _json(self, selected: Selected) -> Callable[[Any], Any]:
        """Shows JSON: as it is, or cut to a selection, which clients of typed list members send
        (docs/wire/graphql.md#json-members).
        """
        if not selected.sets:
            return lambda value: value
        parts = [
            (part.key, part.name, self._json(part) if part.sets else None)
            for part in self._selector.fields("JSON", selected.sets)
        ]
        return projection(parts)

    # ------------------------------------------------------------------ relations

    def _new_slot(self, relation: Field) -> str:
        """A name of its own for every use of a relation: aliases may select different parts of it."""
        self._slots += 1
        return f"{relation.name}.{self._slots}"

    def _relation(
        self, obj: Object, relation: Field, slot: str, selected: Selected, context: SelectionContext
    ) -> tuple[Column, RelationSelection]:
        self._budget.check_depth(context.depth + 1)
        target = self._model.target_of(relation)
        if relation.is_many_to_one:
            selected.require_no_arguments(type_name(obj))
            selected.require_selection(type_name(target))
            self._budget.to_one(context.parents)
            record = self.record(target, selected.sets, context.below(1))
            return related(slot, record.render), RelationSelection(selection=record.selection, relation=relation.name)
        selected.require_selection(f"{type_name(target)}Connection")
        self._budget.to_many(context.parents)
        checked = arguments.read(arguments.FIND_MANY, self._selector.variables.arguments(selected.arguments))
        order = resolve_order(self._model, target, checked.get("orderBy"))
        page = arguments.page(checked, order, default=context.children, most=self._settings.page_limit)
        projection = self.connection(target, selected.sets, context.below(page.limit))
        self._budget.demand.listed(order, projection.aggregates, page)
        relation_selection = RelationSelection(
            selection=projection.selection,
            relation=relation.name,
            filter=resolve_filter(self._model, target, checked.get("filter"), self._budget.demand),
            order=order,
            page=page,
            total_count=projection.total_count,
            aggregates=projection.aggregates,
            records=projection.needs_page,
        )
        return related(slot, projection.render), relation_selection

    # ------------------------------------------------------------------ connections

    def connection(
        self, obj: Object, sets: Iterable[SelectionSetNode], context: SelectionContext
    ) -> ConnectionProjection:
        """A projection of a list of records; ``context`` is that of its records."""
        return self._connection(obj, f"{type_name(obj)}Connection", sets, context, {})

    def groups(
        self,
        obj: Object,
        sets: Iterable[SelectionSetNode],
        dimensions: Sequence[Dimension],
        order: Order,
        context: SelectionContext,
    ) -> GroupProjection:
        """A projection of groups; ``order`` is that of the records inside them."""
        projection = self._connection(
            obj, f"{type_name(obj)}GroupByConnection", sets, context, {"groupByDimensionValues": dimension_values}
        )

        def render(group: Group) -> dict[str, Any]:
            values = [dimension_value(d, value) for d, value in zip(dimensions, group.dimensions, strict=True)]
            total = group.aggregates.get(TOTAL_COUNT)
            return projection.render(
                GroupConnection(
                    nodes=group.records, order=order, total_count=total, aggregates=group.aggregates, dimensions=values
                )
            )

        return GroupProjection(projection, render)

    def _connection(
        self,
        obj: Object,
        name: str,
        sets: Iterable[SelectionSetNode],
        context: SelectionContext,
        more: Mapping[str, Callable[[Connection], Any]],
    ) -> ConnectionProjection:
        known = aggregates_of(obj)
        parts: list[tuple[str, Callable[[Connection], Any]]] = []
        aggregates: set[str] = set()
        record: RecordProjection | None = None
        total_count = needs_page = False
        for selected in self._selector.fields(name, sets):
            if selected.name not in _OF_CONNECTIONS and selected.name not in known and selected.name not in more:
                names = partial(self._names_of_connection, obj, more)
                self._leniency.unknown(selected, name, names)
                parts.append((selected.key, ignoring_input(None)))
                continue
            selected.require_no_arguments(name)
            match selected.name:
                case "edges":
                    edge, record_projection = self._edge(obj, selected, context)
                    record = _merged(record, record_projection)
                    parts.append((selected.key, each_node(edge)))
                    needs_page = True
                case "pageInfo":
                    parts.append((selected.key, self._page_info(obj, selected)))
                    needs_page = True
                case "totalCount":
                    selected.require_leaf("Int")
                    parts.append((selected.key, total_count_of))
                    total_count = True
                case "__typename":
                    parts.append((selected.key, ignoring_input(name)))
                case aggregate if aggregate in known:
                    selected.require_leaf("Float")
                    parts.append((selected.key, aggregate_of(known[aggregate])))
                    aggregates.add(aggregate)
                case other:
                    selected.require_leaf("JSON")
                    parts.append((selected.key, more[other]))
        budget = self._budget

        def render(connection: Connection) -> dict[str, Any]:
            budget.count(len(parts))
            return {key: part(connection) for key, part in parts}

        return ConnectionProjection(
            record=record,
            total_count=total_count,
            aggregates=frozenset(aggregates),
            needs_page=needs_page,
            render=render,
        )

    def _names_of_connection(self, obj: Object, more: Iterable[str]) -> list[str]:
        return [*_OF_CONNECTIONS, *more, *self._leniency.aggregates_of(obj)]

    def _edge(
        self, obj: Object, selected: Selected, context: SelectionContext
    ) -> tuple[Callable[[Connection, Node], Any], RecordProjection | None]:
        name = f"{type_name(obj)}Edge"
        selected.require_selection(f"[{name}!]!")
        parts: list[tuple[str, Callable[[Connection, Node], Any]]] = []
        record: RecordProjection | None = None
        for part in self._selector.fields(name, selected.sets):
            if part.name not in _OF_EDGES:
                self._leniency.unknown(part, name, lambda: _OF_EDGES)
                parts.append((part.key, lambda connection, node: None))
                continue
            part.require_no_arguments(name)
            match part.name:
                case "node":
                    part.require_selection(f"{type_name(obj)}!")
                    projection = self.record(obj, part.sets, context)
                    record = _merged(record, projection)
                    parts.append((part.key, node_of(projection.render)))
                case "cursor":
                    part.require_leaf("Cursor!")
                    parts.append((part.key, lambda connection, node: cursor_of(obj, connection.order, node)))
                case _:
                    parts.append((part.key, lambda connection, node: name))
        if len(parts) == 1:
            [(key, single)] = parts
            return (lambda connection, node: {key: single(connection, node)}), record
        return (lambda connection, node: {key: part(connection, node) for key, part in parts}), record

    def _page_info(self, obj: Object, selected: Selected) -> Callable[[Connection], Any]:
        selected.require_selection("PageInfo!")
        parts: list[tuple[str, Callable[[Connection], Any]]] = []
        for part in self._selector.fields("PageInfo", selected.sets):
            render = PAGE_INFO.get(part.name)
            if render is None:
                self._leniency.unknown(part, "PageInfo", lambda: PAGE_INFO)
                parts.append((part.key, ignoring_input(None)))
                continue
            part.require_no_arguments("PageInfo")
            part.require_leaf("ConnectionCursor")
            parts.append((part.key, partial(render, obj)))
        return lambda connection: {key: render(connection) for key, render in parts}


def _merged(first: RecordProjection | None, second: RecordProjection | None) -> RecordProjection | None:
    """What to read for two projections of the same records (``edges`` under two aliases)."""
    if first is None or second is None:
        return first or second
    left, right = first.selection, second.selection
    fields = tuple(dict.fromkeys((*(left.fields or ()), *(right.fields or ()))))
    return RecordProjection(Selection(fields=fields, relations={**left.relations, **right.relations}), first.render)
