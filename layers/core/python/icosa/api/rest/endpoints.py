"""The routes of docs/wire/rest.md#routes: from a request to an operation, and from its result to the response.

``ENDPOINTS`` is the routing table. ``parse`` reads the parameters in Twenty's order (depth, limit, filter, and only
then the object, docs/wire/rest.md#order-of-checks), so that of several mistakes the same one is reported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ...access.check import RecordRights
from ...errors import BadRequest, InvalidFilter
from ...model.model import Model, Object
from ...query.aggregates import aggregates_of
from ...query.demand import Demand
from ...query.filters import looks_elsewhere, resolve_filter
from ...query.groups import resolve_dimensions, resolve_group_order
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
    Precondition,
    Restore,
    Selection,
    Update,
)
from ...query.orders import resolve_order
from ...query.pages import page_of
from ...settings import Settings
from ..view_filter import ViewFilter
from . import responses
from .body import Record, as_flag, as_ids, as_index, as_record, as_records
from .filter_text import Raw
from .params import Params
from .path import Path, RouteKind
from .selection import FieldSelector


@dataclass(frozen=True, kw_only=True)
class RecordsRequest:
    """One request, parsed as far as no object is needed. ``body`` is the decoded JSON, None when there was none."""

    path: Path
    params: Params
    body: Any
    model: Model
    rights: RecordRights
    settings: Settings
    view_filter: ViewFilter
    demand: Demand
    #: Of the header ``If-Match``; None where it demands nothing of the record's revision.
    revisions: frozenset[int] | None = None

    @cached_property
    def object(self) -> Object:
        """The object that the path names. Raises BadRequest (docs/wire/rest.md#unknown-objects)."""
        plural = self.path.plural
        if (obj := self.model.by_plural.get(plural)) is not None:
            return obj
        if (singular := self.model.by_singular.get(plural)) is not None:
            raise BadRequest(f"object '{plural}' not found. Did you mean '{singular.name_plural}'?")
        raise BadRequest(f"object '{plural}' not found. eg: companies")

    def resolved(self, raw_filter: Any) -> Filter | None:
        return resolve_filter(self.model, self.object, raw_filter, self.demand)

    def precondition(self, raw: Raw | None) -> Precondition:
        """What the request demands of the record that its path names (docs/wire/rest.md#conditional-requests)."""
        filter = None if raw is None else self.resolved(raw)
        if raw is not None and filter is None:
            raise InvalidFilter("A filter beside the id of a record must have a condition")
        if filter is not None and looks_elsewhere(filter):
            raise InvalidFilter("A filter beside the id of a record can only name fields of the record itself")
        return Precondition(revisions=self.revisions, filter=filter)

    @property
    def change_limit(self) -> int | None:
        """How many of the records that match a change may touch."""
        return self.params.change_limit(maximum=self.settings.bulk_limit)

    def selection(self, depth: int, *, created: bool = False) -> Selection:
        settings = self.settings
        children = settings.relation_limit_create if created else settings.relation_limit
        selector = FieldSelector(self.model, self.rights, children=children, field_limit=settings.field_limit)
        return selector.select(self.object, depth, self.params.fields)


def _find_one(request: RecordsRequest) -> Operation:
    depth = request.params.depth
    return FindOne(object=request.object, id=request.path.id, selection=request.selection(depth))


def _find_many(request: RecordsRequest) -> Operation:
    params, settings = request.params, request.settings
    depth = params.depth
    limit = params.limit(default=settings.page_default, maximum=settings.page_limit)
    raw_filter, raw_order = params.filter, params.order
    order = resolve_order(request.model, request.object, raw_order)
    return FindMany(
        object=request.object,
        filter=request.resolved(raw_filter),
        order=order,
        page=page_of(order, limit=limit, after=params.after, before=params.before),
        selection=request.selection(depth),
    )


def _create_one(request: RecordsRequest) -> Operation:
    return _create(request, lambda body: (as_record(body),), is_list=False)


def _create_many(request: RecordsRequest) -> Operation:
    return _create(request, as_records, is_list=True)


def _create(request: RecordsRequest, read: Callable[[Any], tuple[Record, ...]], *, is_list: bool) -> Operation:
    depth, upsert = request.params.depth, request.params.upsert
    is_partial = request.params.partial
    if is_partial and not is_list:
        raise BadRequest("'partial' is for batches: POST a list of records", sub_code="INVALID_QUERY_INPUT")
    return Create(
        object=request.object,
        data=read(request.body),
        upsert=upsert,
        is_partial=is_partial,
        is_list=is_list,
        selection=request.selection(depth, created=True),
    )


def _update_one(request: RecordsRequest) -> Operation:
    depth, condition = request.params.depth, request.params.condition
    return Update(
        object=request.object,
        data=as_record(request.body),
        id=request.path.id,
        precondition=request.precondition(condition),
        selection=request.selection(depth),
    )


def _update_many(request: RecordsRequest) -> Operation:
    depth = request.params.depth
    raw = request.params.filter
    filter = request.resolved(raw)
    return Update(
        object=request.object,
        data=as_record(request.body),
        filter=filter,
        limit=request.change_limit,
        selection=request.selection(depth),
    )


_ONLY_ID = Selection(fields=("id",))


def _delete_one(request: RecordsRequest) -> Operation:
    destroy, condition = not request.params.soft_delete, request.params.condition
    return Delete(
        object=request.object,
        destroy=destroy,
        id=request.path.id,
        precondition=request.precondition(condition),
        selection=_ONLY_ID,
    )


def _delete_many(request: RecordsRequest) -> Operation:
    destroy, raw = not request.params.soft_delete, request.params.filter
    filter = request.resolved(raw)
    limit = request.change_limit
    return Delete(object=request.object, destroy=destroy, filter=filter, limit=limit, selection=_ONLY_ID)


def _restore_one(request: RecordsRequest) -> Operation:
    depth, condition = request.params.depth, request.params.condition
    return Restore(
        object=request.object,
        id=request.path.id,
        precondition=request.precondition(condition),
        selection=request.selection(depth),
    )


def _restore_many(request: RecordsRequest) -> Operation:
    depth = request.params.depth
    raw = request.params.filter
    filter = request.resolved(raw)
    limit = request.change_limit
    return Restore(object=request.object, filter=filter, limit=limit, selection=request.selection(depth))


def _find_destroyed(request: RecordsRequest) -> Operation:
    params, settings = request.params, request.settings
    limit = params.limit(default=settings.page_default, maximum=settings.page_limit)
    return FindDestroyed(object=request.object, since=params.since, after=params.after or None, limit=limit)


def _duplicates(request: RecordsRequest) -> Operation:
    depth = request.params.depth
    body = {} if request.body is None else as_record(request.body)
    ids, data = body.get("ids"), body.get("data")
    ids = None if ids is None else as_ids("ids", ids)
    data = None if data is None else as_records(data, name='"data"')
    return FindDuplicates(object=request.object, ids=ids, data=data, selection=request.selection(depth))


def _merge(request: RecordsRequest) -> Operation:
    depth = request.params.depth
    body = as_record(request.body)
    ids = as_ids("ids", body.get("ids", []))
    return Merge(
        object=request.object,
        ids=ids,
        # That there are too few ids is said before anything about the index (docs/wire/rest.md#merge).
        priority_index=as_index("conflictPriorityIndex", body.get("conflictPriorityIndex")) if len(ids) > 1 else 0,
        dry_run=as_flag("dryRun", body.get("dryRun", False)),
        selection=request.selection(depth),
    )


def _group_by(request: RecordsRequest) -> Operation:
    params, settings, model = request.params, request.settings, request.model
    limit = params.group_limit(default=settings.group_default, maximum=settings.group_limit)
    offset = params.group_offset
    raw_filter, raw_group_by, raw_order = params.filter, params.group_by, params.group_order
    requested, raw_records_order = params.aggregates, params.records_order
    with_records = params.include_records_sample
    obj = request.object
    aggregates = aggregates_of(obj)
    params.drop("aggregate", (name for name in requested if name not in aggregates))
    dimensions = resolve_dimensions(model, obj, raw_group_by)
    raw_filter = request.view_filter(obj, raw_filter, params.view_id or None)
    return GroupBy(
        object=obj,
        dimensions=dimensions,
        aggregates=tuple(dict.fromkeys(name for name in requested if name in aggregates)),
        filter=request.resolved(raw_filter),
        order=resolve_group_order(model, obj, raw_order, dimensions),
        limit=limit,
        offset=offset,
        records=Selection() if with_records else None,
        records_limit=settings.group_records,
        records_order=resolve_order(model, obj, raw_records_order),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """``parse`` makes the operation (raises IcosaError), ``render`` the response body from its result.

    ``is_bulk_change``: a filter says which records change. ``takes_if_match``: the path names the record that the
    header is about.
    """

    parse: Callable[[RecordsRequest], Operation]
    render: responses.Render
    status: int = 200
    is_bulk_change: bool = False
    takes_if_match: bool = False


_UPDATE_ONE = Endpoint(parse=_update_one, render=responses.record("update"), takes_if_match=True)
_UPDATE_MANY = Endpoint(parse=_update_many, render=responses.records("update"), is_bulk_change=True)
_CREATE_ONE = Endpoint(parse=_create_one, render=responses.record("create"), status=201)

ENDPOINTS: Mapping[RouteKind, Mapping[str, Endpoint]] = {
    "many": {
        "GET": Endpoint(parse=_find_many, render=responses.page),
        "POST": _CREATE_ONE,
        "PATCH": _UPDATE_MANY,
        "PUT": _UPDATE_MANY,
        "DELETE": Endpoint(parse=_delete_many, render=responses.records("delete"), is_bulk_change=True),
    },
    "one": {
        "GET": Endpoint(parse=_find_one, render=responses.record(), takes_if_match=True),
        "POST": _CREATE_ONE,  # the id in the path is ignored (docs/wire/rest.md#paths)
        "PATCH": _UPDATE_ONE,
        "PUT": _UPDATE_ONE,
        "DELETE": Endpoint(parse=_delete_one, render=responses.record("delete"), takes_if_match=True),
    },
    "batch": {"POST": Endpoint(parse=_create_many, render=responses.batch, status=201)},
    "destroyed": {"GET": Endpoint(parse=_find_destroyed, render=responses.destroyed)},
    "duplicates": {"POST": Endpoint(parse=_duplicates, render=responses.duplicates)},
    "groupBy": {"GET": Endpoint(parse=_group_by, render=responses.groups)},
    "merge": {"PATCH": Endpoint(parse=_merge, render=responses.record("merge"))},
    "restoreOne": {"PATCH": Endpoint(parse=_restore_one, render=responses.record("restore"), takes_if_match=True)},
    "restoreMany": {"PATCH": Endpoint(parse=_restore_many, render=responses.records("restore"), is_bulk_change=True)},
}
