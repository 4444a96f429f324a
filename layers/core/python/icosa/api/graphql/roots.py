"""The root fields of docs/wire/graphql.md#root-fields: what each asks of the engine, and how its result is connection.

``ROOT_FIELDS`` is the table of operations; names of root fields follow from it and the names of the objects.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ...identifiers import capitalised
from ...model.model import Model, Object
from ...query.aggregates import TOTAL_COUNT
from ...query.filters import resolve_filter
from ...query.groups import group_limit_error, resolve_dimensions, resolve_group_order
from ...query.operation import (
    Create,
    Delete,
    Filter,
    FindDestroyed,
    FindDuplicates,
    FindMany,
    FindOne,
    GroupBy,
    Merge,
    Operation,
    Order,
    Restore,
    Update,
    change_limit_error,
)
from ...query.orders import resolve_order
from ...settings import Settings
from ..view_filter import ViewFilter
from . import arguments, destroyed
from .arguments import Arguments, Check
from .budget import Budget
from .projections import Projector, RecordProjection, SelectionContext
from .selections import Selected

OperationType = Literal["query", "mutation"]

#: Records of a one-to-many list inside the records of groups (docs/wire/graphql.md#groups-in-graphql).
_CHILDREN_IN_GROUPS = 5


@dataclass(frozen=True, slots=True)
class PlannedField:
    """An operation to run, and how its result becomes the value of the root field."""

    operation: Operation
    render: Callable[[Any], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class RootFieldRequest:
    """One root field of a request, its arguments checked."""

    object: Object
    arguments: Arguments
    selected: Selected
    model: Model
    projector: Projector
    budget: Budget
    settings: Settings
    view_filter: ViewFilter

    def filter(self) -> Filter | None:
        return resolve_filter(self.model, self.object, self.arguments.get("filter"), self.budget.demand)

    def order(self, name: str = "orderBy") -> Order:
        return resolve_order(self.model, self.object, self.arguments.get(name))

    def required_filter(self) -> Filter | None:
        """The filter of a mutation of many records. The engine refuses one without conditions."""
        arguments.require(self.arguments, "filter", "object")
        return self.filter()

    def change_limit(self) -> int | None:
        """How many of the records that match a change may touch, None for all of them."""
        limit: int | None = self.arguments.get("limit")
        if limit is not None and not 1 <= limit <= self.settings.bulk_limit:
            raise arguments.invalid(change_limit_error(self.settings.bulk_limit))
        return limit

    def id(self) -> str:
        record_id: str = arguments.require(self.arguments, "id", "UUID")
        return record_id

    def data(self) -> Mapping[str, Any]:
        data: Mapping[str, Any] = arguments.require(self.arguments, "data", "object")
        return data

    def record(self, records: int = 1, *, created: bool = False) -> RecordProjection:
        """The selection of the root field, whose value is one record or a list of ``records``."""
        settings = self.settings
        self.selected.require_selection(self.object.name_singular)
        self.budget.root()
        children = settings.relation_limit_create if created else settings.relation_limit
        return self.projector.record(self.object, self.selected.sets, SelectionContext(0, records, children))

    def context(self, records: int) -> SelectionContext:
        return SelectionContext(0, records, self.settings.relation_limit)


def _single(projection: RecordProjection) -> Callable[[Any], Any]:
    return lambda result: projection.render(result if not isinstance(result, list) else result[0])


def _list(projection: RecordProjection) -> Callable[[Any], Any]:
    return lambda result: [projection.render(node) for node in result]


# ------------------------------------------------------------------ queries


def _find_many(request: RootFieldRequest) -> PlannedField:
    request.selected.require_selection(f"{request.object.name_singular}Connection")
    settings = request.settings
    order = request.order()
    # Twenty's default is its maximum (docs/wire/graphql.md#pages).
    page = arguments.page(request.arguments, order, default=settings.page_limit, most=settings.page_limit)
    request.budget.root(sum(term.relation is not None for term in order))
    projection = request.projector.connection(request.object, request.selected.sets, request.context(page.limit))
    operation = FindMany(
        object=request.object,
        filter=request.filter(),
        order=order,
        page=page,
        selection=projection.selection,
        total_count=projection.total_count,
        aggregates=projection.aggregates,
        records=projection.needs_page,
    )
    return PlannedField(operation, projection.render)


def _find_one(request: RootFieldRequest) -> PlannedField:
    raw_filter = arguments.require(request.arguments, "filter", "object")
    filter = request.filter() if raw_filter else None
    if filter is None:
        raise arguments.invalid("Missing filter argument")
    projection = request.record()
    return PlannedField(
        FindOne(object=request.object, filter=filter, selection=projection.selection), _single(projection)
    )


def _find_destroyed(request: RootFieldRequest) -> PlannedField:
    settings, values = request.settings, request.arguments
    limit = values.get("first", settings.page_limit)
    if limit < 0:
        raise arguments.invalid(f'Invalid argument: "first" must not be negative, got {limit}')
    request.budget.root()
    render = destroyed.connection(request.selected, request.projector)
    operation = FindDestroyed(
        object=request.object,
        since=values.get("since"),
        after=values.get("after") or None,
        limit=min(limit, settings.page_limit),
    )
    return PlannedField(operation, render)


def _find_duplicates(request: RootFieldRequest) -> PlannedField:
    request.selected.require_selection(f"{request.object.name_singular}Connection")
    ids, data = request.arguments.get("ids"), request.arguments.get("data")
    inputs = min(max(len(ids or ()), len(data or ()), 1), request.settings.batch_limit)
    for _ in range(inputs):
        request.budget.root()
    projection = request.projector.connection(request.object, request.selected.sets, request.context(inputs))
    operation = FindDuplicates(
        object=request.object,
        ids=ids,
        data=None if data is None else tuple(data),
        selection=projection.selection,
        aggregates=projection.aggregates,
    )
    return PlannedField(operation, lambda result: [projection.render(connection) for connection in result])


def _group_by(request: RootFieldRequest) -> PlannedField:
    request.selected.require_selection(f"{request.object.name_singular}GroupByConnection")
    args, settings, model, obj = request.arguments, request.settings, request.model, request.object
    if "groupBy" not in args:
        raise arguments.invalid('"groupBy" must be an array.')
    requested = args.get("limit", 0)
    limit = requested if requested > 0 else settings.group_default
    if limit > settings.group_limit:
        raise arguments.invalid(group_limit_error(settings.group_limit))
    if (offset := args.get("offset", 0)) < 0:
        raise arguments.invalid('Invalid argument: "offset" must be non-negative')
    dimensions = resolve_dimensions(model, obj, args["groupBy"])
    raw_filter = request.view_filter(obj, args.get("filter"), args.get("viewId"))
    records_order = request.order("orderByForRecords")
    request.budget.root()
    context = SelectionContext(0, limit * settings.group_records, _CHILDREN_IN_GROUPS)
    projection = request.projector.groups(obj, request.selected.sets, dimensions, records_order, context)
    connection = projection.connection
    operation = GroupBy(
        object=obj,
        dimensions=dimensions,
        aggregates=(*((TOTAL_COUNT,) if connection.total_count else ()), *sorted(connection.aggregates)),
        filter=resolve_filter(model, obj, raw_filter, request.budget.demand),
        order=resolve_group_order(model, obj, args.get("orderBy", ()), dimensions),
        limit=limit,
        offset=offset,
        records=connection.selection if connection.needs_page else None,
        records_limit=settings.group_records,
        records_offset=max(args.get("offsetForRecords", 0), 0),
        records_order=records_order,
    )
    return PlannedField(operation, lambda result: [projection.render(group) for group in result])


# ------------------------------------------------------------------ mutations


def _create_one(request: RootFieldRequest) -> PlannedField:
    return _create(request, (request.data(),), _single, is_list=False)


def _create_many(request: RootFieldRequest) -> PlannedField:
    return _create(request, tuple(arguments.require(request.arguments, "data", "array")), _list, is_list=True)


def _create(
    request: RootFieldRequest,
    data: Sequence[Mapping[str, Any]],
    render: Callable[[RecordProjection], Callable[[Any], Any]],
    *,
    is_list: bool,
) -> PlannedField:
    projection = request.record(min(len(data), request.settings.batch_limit), created=True)
    upsert = request.arguments.get("upsert", False)
    return PlannedField(
        Create(object=request.object, data=tuple(data), upsert=upsert, is_list=is_list, selection=projection.selection),
        render(projection),
    )


def _update_one(request: RootFieldRequest) -> PlannedField:
    data, record_id = request.data(), request.id()
    projection = request.record()
    return PlannedField(
        Update(object=request.object, data=data, id=record_id, selection=projection.selection), _single(projection)
    )


def _update_many(request: RootFieldRequest) -> PlannedField:
    data, filter = request.data(), request.required_filter()
    projection = request.record(request.settings.bulk_limit)
    return PlannedField(
        Update(
            object=request.object,
            data=data,
            filter=filter,
            limit=request.change_limit(),
            selection=projection.selection,
        ),
        _list(projection),
    )


def _delete_one(request: RootFieldRequest, *, destroy: bool = False) -> PlannedField:
    record_id = request.id()
    projection = request.record()
    return PlannedField(
        Delete(object=request.object, destroy=destroy, id=record_id, selection=projection.selection),
        _single(projection),
    )


def _delete_many(request: RootFieldRequest, *, destroy: bool = False) -> PlannedField:
    filter = request.required_filter()
    projection = request.record(request.settings.bulk_limit)
    return PlannedField(
        Delete(
            object=request.object,
            destroy=destroy,
            filter=filter,
            limit=request.change_limit(),
            selection=projection.selection,
        ),
        _list(projection),
    )


def _destroy_one(request: RootFieldRequest) -> PlannedField:
    return _delete_one(request, destroy=True)


def _destroy_many(request: RootFieldRequest) -> PlannedField:
    return _delete_many(request, destroy=True)


def _restore_one(request: RootFieldRequest) -> PlannedField:
    record_id = request.id()
    projection = request.record()
    return PlannedField(
        Restore(object=request.object, id=record_id, selection=projection.selection), _single(projection)
    )


def _restore_many(request: RootFieldRequest) -> PlannedField:
    filter = request.required_filter()
    projection = request.record(request.settings.bulk_limit)
    return PlannedField(
        Restore(object=request.object, filter=filter, limit=request.change_limit(), selection=projection.selection),
        _list(projection),
    )


def _merge(request: RootFieldRequest) -> PlannedField:
    ids = arguments.require(request.arguments, "ids", "array")
    index = arguments.require(request.arguments, "conflictPriorityIndex", "number")
    projection = request.record()
    operation = Merge(
        object=request.object,
        ids=ids,
        priority_index=index,
        dry_run=request.arguments.get("dryRun", False),
        selection=projection.selection,
    )
    return PlannedField(operation, _single(projection))


# ------------------------------------------------------------------ names


@dataclass(frozen=True, slots=True, kw_only=True)
class RootFieldTemplate:
    """An operation that every object has. ``plural`` says which of the object's names the root field is made of."""

    operation: OperationType
    plan: Callable[[RootFieldRequest], PlannedField]
    arguments: Mapping[str, Check]
    prefix: str = ""
    suffix: str = ""
    plural: bool = False
    #: The beginning of the name that REST's documents give the operation, and older clients the root field.
    old_prefix: str = ""

    def old_name(self, obj: Object) -> str:
        """``findManyPeople``, ``createOnePerson``."""
        return f"{self.old_prefix}{capitalised(obj.name_plural if self.plural else obj.name_singular)}"

    def name(self, obj: Object) -> str:
        """The name of the root field. Only the first letter of the object's name changes after a verb."""
        name = obj.name_plural if self.plural else obj.name_singular
        return f"{self.prefix}{capitalised(name) if self.prefix else name}{self.suffix}"


_BY_FILTER: Mapping[str, Check] = {"filter": arguments.needed("object", dict, arguments.object_)}
_SOME_BY_FILTER: Mapping[str, Check] = {**_BY_FILTER, "limit": arguments.number}
_BY_ID: Mapping[str, Check] = {"id": arguments.needed("UUID", str, arguments.record_id)}
_RECORD_DATA: Mapping[str, Check] = {"data": arguments.needed("object", dict, arguments.object_)}
_LIST_DATA: Mapping[str, Check] = {"data": arguments.needed("array", (list, dict), arguments.objects)}
_CREATE: Mapping[str, Check] = {"upsert": arguments.flag, "shareWith": arguments.shares}

ROOT_FIELDS: tuple[RootFieldTemplate, ...] = (
    RootFieldTemplate(
        operation="query", plan=_find_many, arguments=arguments.FIND_MANY, plural=True, old_prefix="findMany"
    ),
    RootFieldTemplate(operation="query", plan=_find_one, arguments=_BY_FILTER, old_prefix="findOne"),
    RootFieldTemplate(
        operation="query",
        plan=_find_destroyed,
        arguments={"since": arguments.moment, "first": arguments.number, "after": arguments.text},
        prefix="destroyed",
        plural=True,
    ),
    RootFieldTemplate(
        operation="query",
        plan=_find_duplicates,
        arguments={"ids": arguments.record_ids, "data": arguments.objects},
        suffix="Duplicates",
    ),
    RootFieldTemplate(
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
            "offset": arguments.number,
            "offsetForRecords": arguments.number,
        },
        suffix="GroupBy",
        plural=True,
    ),
    RootFieldTemplate(
        operation="mutation",
        plan=_create_one,
        arguments={**_RECORD_DATA, **_CREATE},
        prefix="create",
        old_prefix="createOne",
    ),
    RootFieldTemplate(
        operation="mutation",
        plan=_create_many,
        arguments={**_LIST_DATA, **_CREATE},
        prefix="create",
        plural=True,
        old_prefix="createMany",
    ),
    RootFieldTemplate(
        operation="mutation",
        plan=_update_one,
        arguments={**_RECORD_DATA, **_BY_ID},
        prefix="update",
        old_prefix="updateOne",
    ),
    RootFieldTemplate(
        operation="mutation",
        plan=_update_many,
        arguments={**_RECORD_DATA, **_SOME_BY_FILTER},
        prefix="update",
        plural=True,
        old_prefix="updateMany",
    ),
    RootFieldTemplate(
        operation="mutation", plan=_delete_one, arguments=_BY_ID, prefix="delete", old_prefix="deleteOne"
    ),
    RootFieldTemplate(
        operation="mutation",
        plan=_delete_many,
        arguments=_SOME_BY_FILTER,
        prefix="delete",
        plural=True,
        old_prefix="deleteMany",
    ),
    RootFieldTemplate(
        operation="mutation", plan=_destroy_one, arguments=_BY_ID, prefix="destroy", old_prefix="destroyOne"
    ),
    RootFieldTemplate(
        operation="mutation",
        plan=_destroy_many,
        arguments=_SOME_BY_FILTER,
        prefix="destroy",
        plural=True,
        old_prefix="destroyMany",
    ),
    RootFieldTemplate(
        operation="mutation", plan=_restore_one, arguments=_BY_ID, prefix="restore", old_prefix="restoreOne"
    ),
    RootFieldTemplate(
        operation="mutation",
        plan=_restore_many,
        arguments=_SOME_BY_FILTER,
        prefix="restore",
        plural=True,
        old_prefix="restoreMany",
    ),
    RootFieldTemplate(
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


def roots(model: Model) -> Mapping[tuple[OperationType, str], tuple[RootFieldTemplate, Object]]:
    """Every root field of a model by its name. Where names meet, the field of the object that was there
    first counts, and names of today come before those that older clients know.
    """
    return model.cached(_roots)


def _roots(model: Model) -> Mapping[tuple[OperationType, str], tuple[RootFieldTemplate, Object]]:
    by_name: dict[tuple[OperationType, str], tuple[RootFieldTemplate, Object]] = {}
    for template in ROOT_FIELDS:
        for obj in model.objects:
            by_name.setdefault((template.operation, template.name(obj)), (template, obj))
    for template in ROOT_FIELDS:
        for obj in model.objects if template.old_prefix else ():
            by_name.setdefault((template.operation, template.old_name(obj)), (template, obj))
    return by_name
