"""The routes of spec/rest-core.md §1.1: what each asks of the engine, and how it shows the answer.

``ENDPOINTS`` is the routing table. An endpoint's ``ask`` reads its parameters in Twenty's order (depth, limit, filter,
and only then the object, spec/observed.md 33), so that of several mistakes the same one is reported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ...access.check import Rights
from ...errors import BadRequest
from ...model.model import Model, Object
from ...query.aggregates import aggregates_of
from ...query.filters import resolve_filter
from ...query.groups import resolve_dimensions, resolve_group_order
from ...query.operation import (
    Create,
    Delete,
    FindDuplicates,
    FindMany,
    FindOne,
    GroupBy,
    Merge,
    Operation,
    Restore,
    Selection,
    Update,
)
from ...query.orders import resolve_order
from ...query.pages import page_of
from ...settings import Settings
from ..view_filter import ViewFilter
from . import answers
from .body import Record, as_ids, as_index, as_record, as_records
from .params import Params
from .path import Path, Shape
from .selection import Selector


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request, parsed as far as no object is needed. ``body`` is the decoded JSON, None when there was none."""

    path: Path
    params: Params
    body: Any
    model: Model
    rights: Rights
    settings: Settings
    view_filter: ViewFilter

    @cached_property
    def object(self) -> Object:
        """The object that the path names. Raises BadRequest (spec/rest-core.md §1.14)."""
        plural = self.path.plural
        if (found := self.model.by_plural.get(plural)) is not None:
            return found
        if (singular := self.model.by_singular.get(plural)) is not None:
            raise BadRequest(f"object '{plural}' not found. Did you mean '{singular.name_plural}'?")
        raise BadRequest(f"object '{plural}' not found. eg: companies")

    def selection(self, depth: int, *, created: bool = False) -> Selection:
        settings = self.settings
        children = settings.relation_limit_create if created else settings.relation_limit
        selector = Selector(self.model, self.rights, children=children, field_limit=settings.field_limit)
        return selector.select(self.object, depth, self.params.fields)


def _find_one(call: Call) -> Operation:
    depth = call.params.depth
    return FindOne(object=call.object, id=call.path.id, selection=call.selection(depth))


def _find_many(call: Call) -> Operation:
    params, settings = call.params, call.settings
    depth = params.depth
    limit = params.limit(default=settings.page_default, maximum=settings.page_limit)
    raw_filter, raw_order = params.filter, params.order
    order = resolve_order(call.model, call.object, raw_order)
    return FindMany(
        object=call.object,
        filter=resolve_filter(call.model, call.object, raw_filter),
        order=order,
        page=page_of(order, limit=limit, after=params.after, before=params.before),
        selection=call.selection(depth),
    )


def _create_one(call: Call) -> Operation:
    return _create(call, lambda body: (as_record(body),))


def _create_many(call: Call) -> Operation:
    return _create(call, as_records)


def _create(call: Call, read: Callable[[Any], tuple[Record, ...]]) -> Operation:
    depth = call.params.depth
    return Create(
        object=call.object,
        data=read(call.body),
        upsert=call.params.upsert,
        selection=call.selection(depth, created=True),
    )


def _update_one(call: Call) -> Operation:
    depth = call.params.depth
    return Update(object=call.object, data=as_record(call.body), id=call.path.id, selection=call.selection(depth))


def _update_many(call: Call) -> Operation:
    depth = call.params.depth
    raw = call.params.filter
    filter = resolve_filter(call.model, call.object, raw)
    return Update(object=call.object, data=as_record(call.body), filter=filter, selection=call.selection(depth))


_ONLY_ID = Selection(fields=("id",))


def _delete_one(call: Call) -> Operation:
    return Delete(object=call.object, destroy=not call.params.soft_delete, id=call.path.id, selection=_ONLY_ID)


def _delete_many(call: Call) -> Operation:
    raw = call.params.filter
    filter = resolve_filter(call.model, call.object, raw)
    return Delete(object=call.object, destroy=not call.params.soft_delete, filter=filter, selection=_ONLY_ID)


def _restore_one(call: Call) -> Operation:
    depth = call.params.depth
    return Restore(object=call.object, id=call.path.id, selection=call.selection(depth))


def _restore_many(call: Call) -> Operation:
    depth = call.params.depth
    raw = call.params.filter
    filter = resolve_filter(call.model, call.object, raw)
    return Restore(object=call.object, filter=filter, selection=call.selection(depth))


def _duplicates(call: Call) -> Operation:
    depth = call.params.depth
    body = {} if call.body is None else as_record(call.body)
    ids, data = body.get("ids"), body.get("data")
    ids = None if ids is None else as_ids("ids", ids)
    data = None if data is None else as_records(data, name='"data"')
    return FindDuplicates(object=call.object, ids=ids, data=data, selection=call.selection(depth))


def _merge(call: Call) -> Operation:
    depth = call.params.depth
    body = as_record(call.body)
    ids = as_ids("ids", body.get("ids", []))
    return Merge(
        object=call.object,
        ids=ids,
        # That there are too few ids is said before anything about the index (spec/rest-core.md §1.12).
        priority_index=as_index("conflictPriorityIndex", body.get("conflictPriorityIndex")) if len(ids) > 1 else 0,
        dry_run=body.get("dryRun") is True,
        selection=call.selection(depth),
    )


def _group_by(call: Call) -> Operation:
    params, settings, model = call.params, call.settings, call.model
    limit = params.limit(default=settings.group_default, maximum=settings.group_limit) or settings.group_default
    raw_filter, raw_group_by, raw_order = params.filter, params.group_by, params.group_order
    names, raw_records_order = params.aggregates, params.records_order
    obj = call.object
    known = aggregates_of(obj)
    dimensions = resolve_dimensions(model, obj, raw_group_by)
    raw_filter = call.view_filter(obj, raw_filter, params.view_id or None)
    return GroupBy(
        object=obj,
        dimensions=dimensions,
        aggregates=tuple(dict.fromkeys(name for name in names if name in known)),
        filter=resolve_filter(model, obj, raw_filter),
        order=resolve_group_order(model, obj, raw_order, dimensions),
        limit=limit,
        records=Selection() if params.include_records_sample else None,
        records_limit=settings.group_records,
        records_order=resolve_order(model, obj, raw_records_order),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """``ask`` makes the operation (raises IcosaError), ``show`` the answer from its result."""

    ask: Callable[[Call], Operation]
    show: answers.Show
    status: int = 200


_UPDATE_ONE = Endpoint(ask=_update_one, show=answers.record("update"))
_UPDATE_MANY = Endpoint(ask=_update_many, show=answers.records("update"))
_CREATE_ONE = Endpoint(ask=_create_one, show=answers.record("create"), status=201)

ENDPOINTS: Mapping[Shape, Mapping[str, Endpoint]] = {
    "many": {
        "GET": Endpoint(ask=_find_many, show=answers.page),
        "POST": _CREATE_ONE,
        "PATCH": _UPDATE_MANY,
        "PUT": _UPDATE_MANY,
        "DELETE": Endpoint(ask=_delete_many, show=answers.records("delete")),
    },
    "one": {
        "GET": Endpoint(ask=_find_one, show=answers.record()),
        "POST": _CREATE_ONE,  # the id in the path is ignored (spec/rest-core.md §1.2)
        "PATCH": _UPDATE_ONE,
        "PUT": _UPDATE_ONE,
        "DELETE": Endpoint(ask=_delete_one, show=answers.record("delete")),
    },
    "batch": {"POST": Endpoint(ask=_create_many, show=answers.records("create"), status=201)},
    "duplicates": {"POST": Endpoint(ask=_duplicates, show=answers.duplicates)},
    "groupBy": {"GET": Endpoint(ask=_group_by, show=answers.groups)},
    "merge": {"PATCH": Endpoint(ask=_merge, show=answers.record("merge"))},
    "restoreOne": {"PATCH": Endpoint(ask=_restore_one, show=answers.record("restore"))},
    "restoreMany": {"PATCH": Endpoint(ask=_restore_many, show=answers.records("restore"))},
}
