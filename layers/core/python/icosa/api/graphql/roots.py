"""The root fields of spec/graphql-core.md §2: what each asks of the engine, and how its result is shown.

``KINDS`` is the table of operations; names of root fields follow from it and the names of the objects.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ...identifiers import capitalised
from ...model.model import Model, Object
from ...query.aggregates import TOTAL_COUNT
from ...query.filters import resolve_filter
from ...query.groups import resolve_dimensions, resolve_group_order
from ...query.operation import (
    Create,
    Delete,
    Filter,
    FindDuplicates,
    FindMany,
    FindOne,
    GroupBy,
    Merge,
    Operation,
    Order,
    Restore,
    Update,
)
from ...query.orders import resolve_order
from ...settings import Settings
from ..view_filter import ViewFilter
from . import arguments
from .arguments import Arguments, Check
from .budget import Budget
from .selections import Selected
from .views import Place, RecordView, Views

OperationType = Literal["query", "mutation"]

#: Records of a one-to-many list inside the records of groups (spec/graphql-core.md §4.9).
_CHILDREN_IN_GROUPS = 5


@dataclass(frozen=True, slots=True)
class Step:
    """An operation to run, and how its result becomes the value of the root field."""

    operation: Operation
    show: Callable[[Any], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One root field of a request, its arguments checked."""

    object: Object
    arguments: Arguments
    selected: Selected
    model: Model
    views: Views
    budget: Budget
    settings: Settings
    view_filter: ViewFilter

    def filter(self) -> Filter | None:
        return resolve_filter(self.model, self.object, self.arguments.get("filter"))

    def order(self, name: str = "orderBy") -> Order:
        return resolve_order(self.model, self.object, self.arguments.get(name))

    def required_filter(self) -> Filter | None:
        """The filter of a mutation of many records. The engine refuses one without conditions."""
        arguments.require(self.arguments, "filter", "object")
        return self.filter()

    def id(self) -> str:
        found: str = arguments.require(self.arguments, "id", "UUID")
        return found

    def data(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = arguments.require(self.arguments, "data", "object")
        return found

    def record(self, records: int = 1, *, created: bool = False) -> RecordView:
        """The selection of the root field, whose value is one record or a list of ``records``."""
        settings = self.settings
        self.selected.require_selection(self.object.name_singular)
        self.budget.root()
        children = settings.relation_limit_create if created else settings.relation_limit
        return self.views.record(self.object, self.selected.sets, Place(0, records, children))

    def place(self, records: int) -> Place:
        return Place(0, records, self.settings.relation_limit)


def _one(view: RecordView) -> Callable[[Any], Any]:
    return lambda result: view.show(result if not isinstance(result, list) else result[0])


def _several(view: RecordView) -> Callable[[Any], Any]:
    return lambda result: [view.show(node) for node in result]


# ------------------------------------------------------------------ queries


def _find_many(ask: Ask) -> Step:
    ask.selected.require_selection(f"{ask.object.name_singular}Connection")
    settings = ask.settings
    order = ask.order()
    # Twenty's default is its maximum (spec/graphql-core.md §4.2).
    page = arguments.page(ask.arguments, order, default=settings.page_limit, most=settings.page_limit)
    ask.budget.root(sum(term.relation is not None for term in order))
    view = ask.views.connection(ask.object, ask.selected.sets, ask.place(page.limit))
    operation = FindMany(
        object=ask.object,
        filter=ask.filter(),
        order=order,
        page=page,
        selection=view.selection,
        total_count=view.total_count,
        aggregates=view.aggregates,
        records=view.needs_page,
    )
    return Step(operation, view.show)


def _find_one(ask: Ask) -> Step:
    given = arguments.require(ask.arguments, "filter", "object")
    filter = ask.filter() if given else None
    if filter is None:
        raise arguments.invalid("Missing filter argument")
    view = ask.record()
    return Step(FindOne(object=ask.object, filter=filter, selection=view.selection), _one(view))


def _find_duplicates(ask: Ask) -> Step:
    ask.selected.require_selection(f"{ask.object.name_singular}Connection")
    ids, data = ask.arguments.get("ids"), ask.arguments.get("data")
    inputs = min(max(len(ids or ()), len(data or ()), 1), ask.settings.batch_limit)
    for _ in range(inputs):
        ask.budget.root()
    view = ask.views.connection(ask.object, ask.selected.sets, ask.place(inputs))
    operation = FindDuplicates(
        object=ask.object,
        ids=ids,
        data=None if data is None else tuple(data),
        selection=view.selection,
        aggregates=view.aggregates,
    )
    return Step(operation, lambda result: [view.show(connection) for connection in result])


def _group_by(ask: Ask) -> Step:
    ask.selected.require_selection(f"{ask.object.name_singular}GroupByConnection")
    given, settings, model, obj = ask.arguments, ask.settings, ask.model, ask.object
    if "groupBy" not in given:
        raise arguments.invalid('"groupBy" must be an array.')
    wanted = given.get("limit", 0)
    limit = min(wanted, settings.group_limit) if wanted > 0 else settings.group_default
    dimensions = resolve_dimensions(model, obj, given["groupBy"])
    raw_filter = ask.view_filter(obj, given.get("filter"), given.get("viewId"))
    records_order = ask.order("orderByForRecords")
    ask.budget.root()
    place = Place(0, limit * settings.group_records, _CHILDREN_IN_GROUPS)
    view = ask.views.groups(obj, ask.selected.sets, dimensions, records_order, place)
    shown = view.connection
    operation = GroupBy(
        object=obj,
        dimensions=dimensions,
        aggregates=(*((TOTAL_COUNT,) if shown.total_count else ()), *sorted(shown.aggregates)),
        filter=resolve_filter(model, obj, raw_filter),
        order=resolve_group_order(model, obj, given.get("orderBy", ()), dimensions),
        limit=limit,
        records=shown.selection if shown.needs_page else None,
        records_limit=settings.group_records,
        records_offset=max(given.get("offsetForRecords", 0), 0),
        records_order=records_order,
    )
    return Step(operation, lambda result: [view.show(group) for group in result])


# ------------------------------------------------------------------ mutations


def _create_one(ask: Ask) -> Step:
    return _create(ask, (ask.data(),), _one)


def _create_many(ask: Ask) -> Step:
    return _create(ask, tuple(arguments.require(ask.arguments, "data", "array")), _several)


def _create(ask: Ask, data: Sequence[Mapping[str, Any]], show: Callable[[RecordView], Callable[[Any], Any]]) -> Step:
    view = ask.record(min(len(data), ask.settings.batch_limit), created=True)
    upsert = ask.arguments.get("upsert", False)
    return Step(Create(object=ask.object, data=tuple(data), upsert=upsert, selection=view.selection), show(view))


def _update_one(ask: Ask) -> Step:
    data, record_id = ask.data(), ask.id()
    view = ask.record()
    return Step(Update(object=ask.object, data=data, id=record_id, selection=view.selection), _one(view))


def _update_many(ask: Ask) -> Step:
    data, filter = ask.data(), ask.required_filter()
    view = ask.record(ask.settings.bulk_limit)
    return Step(Update(object=ask.object, data=data, filter=filter, selection=view.selection), _several(view))


def _delete_one(ask: Ask, *, destroy: bool = False) -> Step:
    record_id = ask.id()
    view = ask.record()
    return Step(Delete(object=ask.object, destroy=destroy, id=record_id, selection=view.selection), _one(view))


def _delete_many(ask: Ask, *, destroy: bool = False) -> Step:
    filter = ask.required_filter()
    view = ask.record(ask.settings.bulk_limit)
    return Step(Delete(object=ask.object, destroy=destroy, filter=filter, selection=view.selection), _several(view))


def _destroy_one(ask: Ask) -> Step:
    return _delete_one(ask, destroy=True)


def _destroy_many(ask: Ask) -> Step:
    return _delete_many(ask, destroy=True)


def _restore_one(ask: Ask) -> Step:
    record_id = ask.id()
    view = ask.record()
    return Step(Restore(object=ask.object, id=record_id, selection=view.selection), _one(view))


def _restore_many(ask: Ask) -> Step:
    filter = ask.required_filter()
    view = ask.record(ask.settings.bulk_limit)
    return Step(Restore(object=ask.object, filter=filter, selection=view.selection), _several(view))


def _merge(ask: Ask) -> Step:
    ids = arguments.require(ask.arguments, "ids", "array")
    index = arguments.require(ask.arguments, "conflictPriorityIndex", "number")
    view = ask.record()
    operation = Merge(
        object=ask.object,
        ids=ids,
        priority_index=index,
        dry_run=ask.arguments.get("dryRun", False),
        selection=view.selection,
    )
    return Step(operation, _one(view))


# ------------------------------------------------------------------ names


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """An operation that every object has. ``plural`` says which of the object's names the root field is made of."""

    operation: OperationType
    plan: Callable[[Ask], Step]
    arguments: Mapping[str, Check]
    prefix: str = ""
    suffix: str = ""
    plural: bool = False

    def name(self, obj: Object) -> str:
        """The name of the root field. Only the first letter of the object's name changes after a verb."""
        name = obj.name_plural if self.plural else obj.name_singular
        return f"{self.prefix}{capitalised(name) if self.prefix else name}{self.suffix}"


_BY_FILTER: Mapping[str, Check] = {"filter": arguments.needed("object", dict, arguments.object_)}
_BY_ID: Mapping[str, Check] = {"id": arguments.needed("UUID", str, arguments.record_id)}
_ONE: Mapping[str, Check] = {"data": arguments.needed("object", dict, arguments.object_)}
_MANY: Mapping[str, Check] = {"data": arguments.needed("array", (list, dict), arguments.objects)}
_CREATE: Mapping[str, Check] = {"upsert": arguments.flag, "shareWith": arguments.shares}

KINDS: tuple[Kind, ...] = (
    Kind(operation="query", plan=_find_many, arguments=arguments.FIND_MANY, plural=True),
    Kind(operation="query", plan=_find_one, arguments=_BY_FILTER),
    Kind(
        operation="query",
        plan=_find_duplicates,
        arguments={"ids": arguments.record_ids, "data": arguments.objects},
        suffix="Duplicates",
    ),
    Kind(
        operation="query",
        plan=_group_by,
        arguments={
            "groupBy": arguments.groups,
            "filter": arguments.object_,
            "orderBy": arguments.objects,
            "orderByForRecords": arguments.objects,
            "viewId": arguments.text,
            "includeRecords": arguments.flag,
            "limit": arguments.number,
            "offsetForRecords": arguments.number,
        },
        suffix="GroupBy",
        plural=True,
    ),
    Kind(operation="mutation", plan=_create_one, arguments={**_ONE, **_CREATE}, prefix="create"),
    Kind(operation="mutation", plan=_create_many, arguments={**_MANY, **_CREATE}, prefix="create", plural=True),
    Kind(operation="mutation", plan=_update_one, arguments={**_ONE, **_BY_ID}, prefix="update"),
    Kind(operation="mutation", plan=_update_many, arguments={**_ONE, **_BY_FILTER}, prefix="update", plural=True),
    Kind(operation="mutation", plan=_delete_one, arguments=_BY_ID, prefix="delete"),
    Kind(operation="mutation", plan=_delete_many, arguments=_BY_FILTER, prefix="delete", plural=True),
    Kind(operation="mutation", plan=_destroy_one, arguments=_BY_ID, prefix="destroy"),
    Kind(operation="mutation", plan=_destroy_many, arguments=_BY_FILTER, prefix="destroy", plural=True),
    Kind(operation="mutation", plan=_restore_one, arguments=_BY_ID, prefix="restore"),
    Kind(operation="mutation", plan=_restore_many, arguments=_BY_FILTER, prefix="restore", plural=True),
    Kind(
        operation="mutation",
        plan=_merge,
        arguments={
            "ids": arguments.needed("array", (list, str), arguments.record_ids),
            "conflictPriorityIndex": arguments.needed("number", (int, float), arguments.number),
            "dryRun": arguments.flag,
        },
        prefix="merge",
        plural=True,
    ),
)


def roots(model: Model) -> Mapping[tuple[OperationType, str], tuple[Kind, Object]]:
    """Every root field of a model by its name. Where names meet, the field of the object that was there
    first counts.
    """
    return model.cached(_roots)


def _roots(model: Model) -> Mapping[tuple[OperationType, str], tuple[Kind, Object]]:
    named: dict[tuple[OperationType, str], tuple[Kind, Object]] = {}
    for kind in KINDS:
        for obj in model.objects:
            named.setdefault((kind.operation, kind.name(obj)), (kind, obj))
    return named
