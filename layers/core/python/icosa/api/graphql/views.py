"""Selections of records, connections and groups: what is to be read for them, and how they are shown.

A view is made for one request, from its document and the model, without building a schema: the walk over the selection
that decides what to read is also what checks it and what arranges the answer (docs/graphql.md has the measurements).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from ...documents.graphql.type_names import members_of, output_name, type_name
from ...model.model import Field, Model, Object
from ...model.types.base import Leaf
from ...model.types.decimals import to_number
from ...model.types.graphql_types import JSON
from ...query.aggregates import TOTAL_COUNT, Aggregate, aggregates_of
from ...query.cursors import cursor_of
from ...query.filters import resolve_filter
from ...query.operation import Connection, Dimension, Group, Node, Order, RelationSelection, Selection
from ...query.orders import resolve_order
from ...settings import Settings
from . import arguments
from .budget import Budget
from .failures import Invalid
from .language import SelectionSetNode
from .selections import TYPENAME, Selected, Selector

#: From a node to the value of one of its fields.
Column = Callable[[Node], Any]


@dataclass(frozen=True, slots=True)
class RecordView:
    """``selection`` is what to read, ``show`` makes a record's answer."""

    selection: Selection
    show: Callable[[Node], dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionView:
    """``record`` is None when no record is shown. ``needs_page`` says whether any part of the page itself
    is looked at.
    """

    record: RecordView | None
    total_count: bool
    aggregates: frozenset[str]
    needs_page: bool
    show: Callable[[Connection], dict[str, Any]]

    @property
    def selection(self) -> Selection:
        return _ONLY_ID if self.record is None else self.record.selection


@dataclass(frozen=True, slots=True)
class GroupsView:
    connection: ConnectionView
    show: Callable[[Group], dict[str, Any]]


@dataclass(slots=True, kw_only=True)
class _ShownGroup(Connection):
    """A group as a connection of its records."""

    dimensions: list[Any]


_ONLY_ID = Selection(fields=("id",))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a selection stands: relations above it, and how many records it may concern."""

    depth: int
    parents: int
    #: Records of a one-to-many list below that has neither ``first`` nor ``last``.
    children: int

    def below(self, records: int) -> Place:
        return Place(self.depth + 1, self.parents * max(records, 1), self.children)


class Views:
    """Makes the views of one request."""

    def __init__(self, model: Model, selector: Selector, budget: Budget, settings: Settings) -> None:
        self._model = model
        self._selector = selector
        self._budget = budget
        self._settings = settings
        self._slots = 0

    # ------------------------------------------------------------------ records

    def record(self, obj: Object, sets: Iterable[SelectionSetNode], place: Place) -> RecordView:
        """A view of an object's records. Raises Invalid, TooComplex, BadRequest for arguments of nested connections."""
        name = type_name(obj)
        columns: list[tuple[str, Column]] = []
        fields: dict[str, None] = {}
        relations: dict[str, RelationSelection] = {}
        joins: list[tuple[str, Field]] = []
        for selected in self._selector.fields(name, sets):
            field = obj.by_input_name.get(selected.name)
            if field is not None:
                selected.require_no_arguments(name)
                columns.append((selected.key, self._stored(obj, field, selected)))
                if field.type.is_stored:
                    fields[field.name] = None
                if field.is_many_to_one:
                    joins.append((selected.key, field))
            elif selected.name == TYPENAME:
                columns.append((selected.key, _constant(name)))
            elif (relation := obj.by_name.get(selected.name)) is not None and relation.relation is not None:
                slot = self._new_slot(relation)
                column, relations[slot] = self._relation(obj, relation, slot, selected, place)
                columns.append((selected.key, column))
            else:
                raise Invalid(f'Cannot query field "{selected.name}" on type "{name}".')
        self._hide_ids_of_hidden(obj, columns, joins, relations)
        show = _Record(columns, self._budget)
        return RecordView(Selection(fields=tuple(fields), relations=relations), show)

    @staticmethod
    def _hide_ids_of_hidden(
        obj: Object,
        columns: list[tuple[str, Column]],
        joins: list[tuple[str, Field]],
        relations: Mapping[str, RelationSelection],
    ) -> None:
        """A record that points at one in the trash shows neither it nor, where it is selected, its id (spec/observed.md
        2).
        """
        slots = {part.relation: slot for slot, part in relations.items()}
        for key, field in joins:
            if (slot := slots.get(field.name)) is not None:
                position = next(i for i, (name, _) in enumerate(columns) if name == key)
                columns[position] = (key, _only_with(slot, columns[position][1]))

    def _stored(self, obj: Object, field: Field, selected: Selected) -> Column:
        render = partial(field.type.render, field)
        members = members_of(obj, field)
        if members:
            inner = self._members(output_name(obj, field), members, field.leaves, selected)
            return _column(field.key, lambda value: inner(render(value)))
        if not field.leaves:
            selected.require_leaf(output_name(obj, field))
            return _constant(render(None))
        kind = field.leaves[0].kind
        if kind.scalar is JSON:
            inner = self._json(selected)
            return _column(field.key, lambda value: inner(render(value)))
        selected.require_leaf(output_name(obj, field))
        if kind.is_exact:
            return _column(field.key, lambda value: None if value is None else to_number(value))
        return _column(field.key, render)

    def _members(
        self, name: str, members: Sequence[str], leaves: Sequence[Leaf], selected: Selected
    ) -> Callable[[Any], Any]:
        """Shows a composite, or each of a list of objects."""
        selected.require_selection(name)
        kinds = {leaf.subfield: leaf.kind for leaf in leaves}
        parts: list[tuple[str, str, Callable[[Any], Any] | None]] = []
        for member in self._selector.fields(name, selected.sets):
            member.require_no_arguments(name)
            if member.name == TYPENAME:
                parts.append((member.key, "", _always(name)))
            elif member.name not in members:
                raise Invalid(f'Cannot query field "{member.name}" on type "{name}".')
            elif member.name in kinds and kinds[member.name].scalar is JSON:
                parts.append((member.key, member.name, self._json(member) if member.sets else None))
            else:
                member.require_leaf("String")
                parts.append((member.key, member.name, None))
        return _projection(parts)

    def _json(self, selected: Selected) -> Callable[[Any], Any]:
        """Shows JSON: as it is, or cut to a selection, which clients of typed list members send (spec/graphql-core.md
        §3.8).
        """
        if not selected.sets:
            return lambda value: value
        parts = [
            (part.key, part.name, self._json(part) if part.sets else None)
            for part in self._selector.fields("JSON", selected.sets)
        ]
        return _projection(parts)

    # ------------------------------------------------------------------ relations

    def _new_slot(self, relation: Field) -> str:
        """A name of its own for every use of a relation: aliases may select different parts of it."""
        self._slots += 1
        return f"{relation.name}.{self._slots}"

    def _relation(
        self, obj: Object, relation: Field, slot: str, selected: Selected, place: Place
    ) -> tuple[Column, RelationSelection]:
        self._budget.check_depth(place.depth + 1)
        target = self._model.target_of(relation)
        if relation.is_many_to_one:
            selected.require_no_arguments(type_name(obj))
            selected.require_selection(type_name(target))
            self._budget.to_one(place.parents)
            record = self.record(target, selected.sets, place.below(1))
            return _related(slot, record.show), RelationSelection(selection=record.selection, relation=relation.name)
        selected.require_selection(f"{type_name(target)}Connection")
        self._budget.to_many(place.parents)
        given = arguments.read(arguments.FIND_MANY, self._selector.variables.arguments(selected.arguments))
        order = resolve_order(self._model, target, given.get("orderBy"))
        page = arguments.page(given, order, default=place.children, most=self._settings.page_limit)
        view = self.connection(target, selected.sets, place.below(page.limit))
        wanted = RelationSelection(
            selection=view.selection,
            relation=relation.name,
            filter=resolve_filter(self._model, target, given.get("filter")),
            order=order,
            page=page,
            total_count=view.total_count,
            aggregates=view.aggregates,
            records=view.needs_page,
        )
        return _related(slot, view.show), wanted

    # ------------------------------------------------------------------ connections

    def connection(self, obj: Object, sets: Iterable[SelectionSetNode], place: Place) -> ConnectionView:
        """A view of a list of records; ``place`` is that of its records."""
        return self._connection(obj, f"{type_name(obj)}Connection", sets, place, {})

    def groups(
        self, obj: Object, sets: Iterable[SelectionSetNode], dimensions: Sequence[Dimension], order: Order, place: Place
    ) -> GroupsView:
        """A view of groups; ``order`` is that of the records inside them."""
        view = self._connection(
            obj, f"{type_name(obj)}GroupByConnection", sets, place, {"groupByDimensionValues": _dimensions}
        )

        def show(group: Group) -> dict[str, Any]:
            values = [dimension_value(d, value) for d, value in zip(dimensions, group.dimensions, strict=True)]
            total = group.aggregates.get(TOTAL_COUNT)
            return view.show(
                _ShownGroup(
                    nodes=group.records, order=order, total_count=total, aggregates=group.aggregates, dimensions=values
                )
            )

        return GroupsView(view, show)

    def _connection(
        self,
        obj: Object,
        name: str,
        sets: Iterable[SelectionSetNode],
        place: Place,
        more: Mapping[str, Callable[[Connection], Any]],
    ) -> ConnectionView:
        known = aggregates_of(obj)
        parts: list[tuple[str, Callable[[Connection], Any]]] = []
        aggregates: set[str] = set()
        record: RecordView | None = None
        total_count = needs_page = False
        for selected in self._selector.fields(name, sets):
            selected.require_no_arguments(name)
            match selected.name:
                case "edges":
                    edge, record_view = self._edge(obj, selected, place)
                    record = _merged(record, record_view)
                    parts.append((selected.key, _each(edge)))
                    needs_page = True
                case "pageInfo":
                    parts.append((selected.key, self._page_info(obj, selected)))
                    needs_page = True
                case "totalCount":
                    selected.require_leaf("Int")
                    parts.append((selected.key, _total_count))
                    total_count = True
                case "__typename":
                    parts.append((selected.key, _always(name)))
                case aggregate if aggregate in known:
                    selected.require_leaf("Float")
                    parts.append((selected.key, _aggregate(known[aggregate])))
                    aggregates.add(aggregate)
                case other if other in more:
                    selected.require_leaf("JSON")
                    parts.append((selected.key, more[other]))
                case _:
                    raise Invalid(f'Cannot query field "{selected.name}" on type "{name}".')
        budget = self._budget

        def show(connection: Connection) -> dict[str, Any]:
            budget.show(len(parts))
            return {key: part(connection) for key, part in parts}

        return ConnectionView(
            record=record, total_count=total_count, aggregates=frozenset(aggregates), needs_page=needs_page, show=show
        )

    def _edge(
        self, obj: Object, selected: Selected, place: Place
    ) -> tuple[Callable[[Connection, Node], Any], RecordView | None]:
        name = f"{type_name(obj)}Edge"
        selected.require_selection(f"[{name}!]!")
        parts: list[tuple[str, Callable[[Connection, Node], Any]]] = []
        record: RecordView | None = None
        for part in self._selector.fields(name, selected.sets):
            part.require_no_arguments(name)
            match part.name:
                case "node":
                    part.require_selection(f"{type_name(obj)}!")
                    view = self.record(obj, part.sets, place)
                    record = _merged(record, view)
                    parts.append((part.key, _node(view)))
                case "cursor":
                    part.require_leaf("Cursor!")
                    parts.append((part.key, lambda connection, node: cursor_of(obj, connection.order, node)))
                case "__typename":
                    parts.append((part.key, lambda connection, node: name))
                case _:
                    raise Invalid(f'Cannot query field "{part.name}" on type "{name}".')
        if len(parts) == 1:
            [(key, only)] = parts
            return (lambda connection, node: {key: only(connection, node)}), record
        return (lambda connection, node: {key: part(connection, node) for key, part in parts}), record

    def _page_info(self, obj: Object, selected: Selected) -> Callable[[Connection], Any]:
        selected.require_selection("PageInfo!")
        parts: list[tuple[str, Callable[[Connection], Any]]] = []
        for part in self._selector.fields("PageInfo", selected.sets):
            part.require_no_arguments("PageInfo")
            part.require_leaf("ConnectionCursor")
            show = _PAGE_INFO.get(part.name)
            if show is None:
                raise Invalid(f'Cannot query field "{part.name}" on type "PageInfo".')
            parts.append((part.key, partial(show, obj)))
        return lambda connection: {key: show(connection) for key, show in parts}


# ------------------------------------------------------------------ parts of answers


class _Record:
    __slots__ = ("_budget", "_columns", "_width")

    def __init__(self, columns: Sequence[tuple[str, Column]], budget: Budget) -> None:
        self._columns = columns
        self._width = len(columns)
        self._budget = budget

    def __call__(self, node: Node) -> dict[str, Any]:
        self._budget.show(self._width)
        return {key: column(node) for key, column in self._columns}


def _column(key: str, show: Callable[[Any], Any]) -> Column:
    null = show(None)

    def column(node: Node) -> Any:
        value = node.item.get(key)
        return null if value is None else show(value)

    return column


def _constant(value: Any) -> Column:
    return lambda node: value


def _always(value: Any) -> Callable[[Any], Any]:
    return lambda _: value


def _only_with(slot: str, column: Column) -> Column:
    return lambda node: None if node.related.get(slot) is None else column(node)


def _related(slot: str, show: Callable[[Any], Any]) -> Column:
    def column(node: Node) -> Any:
        related = node.related.get(slot)
        return None if related is None else show(related)

    return column


def _projection(parts: Sequence[tuple[str, str, Callable[[Any], Any] | None]]) -> Callable[[Any], Any]:
    """Cuts an object, or each of a list of objects, to some members; what is not there is null."""

    def one(value: Any) -> Any:
        if not isinstance(value, Mapping):
            return None
        return {key: value.get(name) if inner is None else inner(value.get(name)) for key, name, inner in parts}

    return lambda value: [one(member) for member in value] if isinstance(value, list) else one(value)


def _each(show: Callable[[Connection, Node], Any]) -> Callable[[Connection], Any]:
    return lambda connection: [show(connection, node) for node in connection.nodes]


def _node(view: RecordView) -> Callable[[Connection, Node], Any]:
    show = view.show
    return lambda connection, node: show(node)


def _merged(one: RecordView | None, other: RecordView | None) -> RecordView | None:
    """What to read for two views of the same records (``edges`` under two aliases)."""
    if one is None or other is None:
        return one or other
    left, right = one.selection, other.selection
    fields = tuple(dict.fromkeys((*(left.fields or ()), *(right.fields or ()))))
    return RecordView(Selection(fields=fields, relations={**left.relations, **right.relations}), one.show)


def _dimensions(connection: Connection) -> list[Any]:
    assert isinstance(connection, _ShownGroup)
    return connection.dimensions


def _total_count(connection: Connection) -> int | None:
    return connection.total_count


def _aggregate(aggregate: Aggregate) -> Callable[[Connection], Any]:
    return lambda connection: number_of(connection.aggregates.get(aggregate.name), aggregate.leaf)


def number_of(value: Any, leaf: Leaf | None) -> Any:
    """The JSON form of an aggregate: numbers, also where REST has text (spec/observed.md 9); dates as records show
    them.
    """
    if isinstance(value, Decimal):
        whole = int(value)
        return whole if whole == value else float(value)
    if value is None or leaf is None or isinstance(value, int | float):
        return value
    return to_number(value) if leaf.kind.is_exact else leaf.kind.cursor_value(value)


def dimension_value(dimension: Dimension, value: Any) -> Any:
    """Buckets are the first day of their period, or names; other values as records show them (spec/graphql-core.md
    §4.9).
    """
    if isinstance(value, date):
        return value.isoformat()
    if value is None or dimension.unnest or dimension.granularity != "NONE":
        return value
    return to_number(value) if dimension.leaf.kind.is_exact else dimension.leaf.kind.cursor_value(value)


_PAGE_INFO: Mapping[str, Callable[[Object, Connection], Any]] = {
    "hasNextPage": lambda obj, connection: connection.has_next_page,
    "hasPreviousPage": lambda obj, connection: connection.has_previous_page,
    "startCursor": lambda obj, connection: (
        cursor_of(obj, connection.order, connection.nodes[0]) if connection.nodes else None
    ),
    "endCursor": lambda obj, connection: (
        cursor_of(obj, connection.order, connection.nodes[-1]) if connection.nodes else None
    ),
    TYPENAME: lambda obj, connection: "PageInfo",
}
