"""The root field ``search`` (docs/wire/graphql.md#the-search-field, docs/wire/graphql.md#search)."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from ...access.check import RecordRights
from ...access.context import RequestContext
from ...errors import BadRequest
from ...model.label import label_of
from ...model.model import Model, Object
from ...model.search_text import terms
from ...model.types.base import Item
from ...query.demand import Demand
from ...query.filters import resolve_filter
from ...query.operation import Filter, Hit, Search, SearchCursor, SearchPage
from . import arguments
from .budget import Budget
from .leniency import unknown_field
from .roots import PlannedField
from .selections import TYPENAME, FieldCollector, Selected

SEARCH = "search"
MOST_RESULTS = 100

_CHECKS: Mapping[str, arguments.Check] = {
    "searchInput": arguments.text,
    "limit": arguments.number,
    "after": arguments.text,
    "includedObjectNameSingulars": arguments.texts,
    "excludedObjectNameSingulars": arguments.texts,
    "filter": arguments.object_,
}
_FILTER_KEYS = frozenset(("and", "or", "not", "id", "createdAt", "updatedAt", "deletedAt"))
_MOST_FILTER_DEPTH = 50


def search(
    selected: Selected, sent: Mapping[str, Any], collector: FieldCollector, budget: Budget, context: RequestContext
) -> PlannedField:
    """The planned root field. Raises BadRequest, Invalid."""
    values = arguments.read(_CHECKS, sent)
    text: str = arguments.require(values, "searchInput", "string")
    limit: int = arguments.require(values, "limit", "number")
    if limit > MOST_RESULTS:
        raise BadRequest(f"Limit cannot exceed {MOST_RESULTS} items", sub_code="INVALID_QUERY_INPUT")
    if limit < 0:
        raise BadRequest("Limit must be non-negative", sub_code="INVALID_QUERY_INPUT")
    budget.root()
    budget.demand.search(len(terms(text)))
    objects = _objects(
        context.model, values.get("includedObjectNameSingulars"), values.get("excludedObjectNameSingulars", ())
    )
    cursor = _decode(values["after"]) if values.get("after") else None
    operation = Search(
        text=text,
        objects=objects,
        filters=_filters(context.model, objects, values.get("filter"), budget.demand),
        limit=limit,
        after=cursor,
    )
    return PlannedField(operation, _connection(selected, collector, cursor, context.permissions))


def _objects(model: Model, included: Sequence[str] | None, excluded: Sequence[str]) -> tuple[Object, ...]:
    if included is None:
        chosen = [obj for obj in model.objects if obj.is_searchable]
    else:
        chosen = [obj for obj in model.objects if obj.name_singular in included]
    return tuple(obj for obj in chosen if obj.is_active and obj.name_singular not in excluded)


def _filters(
    model: Model, objects: Sequence[Object], raw: Mapping[str, Any] | None, demand: Demand
) -> dict[str, Filter]:
    """The same conditions for every object, which count once: a record is compared with those of its object."""
    if not raw:
        return {}
    _check_keys(raw, 0)
    filters = {}
    for position, obj in enumerate(objects):
        filter = resolve_filter(model, obj, raw, demand if position == 0 else Demand())
        if filter is not None:
            filters[obj.id] = filter
    return filters


def _check_keys(raw: Any, depth: int) -> None:
    if depth > _MOST_FILTER_DEPTH:
        return  # resolve_filter refuses it
    for part in raw if isinstance(raw, list) else (raw,):
        for key, value in part.items() if isinstance(part, dict) else ():
            if key not in _FILTER_KEYS:
                raise arguments.invalid(f'Field "{key}" is not defined by type "ObjectRecordFilterInput".')
            if key in ("and", "or", "not"):
                _check_keys(value, depth + 1)


# ------------------------------------------------------------------ answers

_RECORD: Mapping[str, Callable[[Hit, RecordRights], Any]] = {
    "recordId": lambda hit, _: hit.item.id,
    "objectNameSingular": lambda hit, _: hit.object.name_singular,
    "objectLabelSingular": lambda hit, _: hit.object.display("labelSingular"),
    "label": lambda hit, _: label_of(hit.object, hit.item),
    "imageUrl": lambda hit, rights: image_of(hit.object, hit.item, rights),
    "tsRankCD": lambda hit, _: hit.rank_all,
    "tsRank": lambda hit, _: hit.rank_any,
    TYPENAME: lambda hit, _: "SearchRecord",
}


def image_of(obj: Object, item: Item, rights: RecordRights) -> str | None:
    """The value of the image identifier where that is an address that the caller may read."""
    field = obj.by_id.get(obj.image_identifier_field_id or "")
    if field is None or field.id in rights.unreadable_fields(obj):
        return None
    value = item.get(field.key)
    return value if isinstance(value, str) else None


def _connection(
    selected: Selected, collector: FieldCollector, cursor: SearchCursor | None, rights: RecordRights
) -> Callable[[SearchPage], dict[str, Any]]:
    selected.require_selection("SearchResultConnection!")
    parts: list[tuple[str, Callable[[SearchPage], Any]]] = []
    for part in _members("SearchResultConnection", selected, collector, ("edges", "pageInfo")):
        match part.name:
            case "edges":
                parts.append((part.key, _edges(part, collector, cursor, rights)))
            case "pageInfo":
                parts.append((part.key, _page_info(part, collector, cursor)))
            case _:
                parts.append((part.key, lambda page: "SearchResultConnection"))
    return lambda page: {key: render(page) for key, render in parts}


def _edges(
    selected: Selected, collector: FieldCollector, cursor: SearchCursor | None, rights: RecordRights
) -> Callable[[SearchPage], Any]:
    selected.require_selection("[SearchResultEdge!]!")
    parts: list[tuple[str, Callable[[SearchPage, int], Any]]] = []
    for part in _members("SearchResultEdge", selected, collector, ("node", "cursor")):
        match part.name:
            case "node":
                parts.append((part.key, _node(part, collector, rights)))
            case "cursor":
                parts.append((part.key, lambda page, position: _encode(page.hits[: position + 1], cursor)))
            case _:
                parts.append((part.key, lambda page, position: "SearchResultEdge"))
    return lambda page: [{key: render(page, position) for key, render in parts} for position in range(len(page.hits))]


def _node(selected: Selected, collector: FieldCollector, rights: RecordRights) -> Callable[[SearchPage, int], Any]:
    selected.require_selection("SearchRecord!")
    columns = [(part.key, _RECORD[part.name]) for part in _members("SearchRecord", selected, collector, _RECORD)]
    return lambda page, position: {key: render(page.hits[position], rights) for key, render in columns}


def _page_info(
    selected: Selected, collector: FieldCollector, cursor: SearchCursor | None
) -> Callable[[SearchPage], Any]:
    selected.require_selection("SearchResultPageInfo!")
    renderers: Mapping[str, Callable[[SearchPage], Any]] = {
        "endCursor": lambda page: _encode(page.hits, cursor),
        "hasNextPage": lambda page: page.has_next_page,
        TYPENAME: lambda page: "SearchResultPageInfo",
    }
    columns = [
        (part.key, renderers[part.name]) for part in _members("SearchResultPageInfo", selected, collector, renderers)
    ]
    return lambda page: {key: render(page) for key, render in columns}


def _members(
    type_name: str, selected: Selected, collector: FieldCollector, known: Sequence[str] | Mapping[str, Any]
) -> list[Selected]:
    """The fields selected inside a field of this type. Raises Invalid for unknown ones."""
    fields = collector.fields(type_name, selected.sets)
    for part in fields:
        part.require_no_arguments(type_name)
        if part.name not in known and part.name != TYPENAME:
            raise unknown_field(part, type_name, known)
        if part.name in ("edges", "pageInfo", "node"):
            continue
        part.require_leaf("String")
    return fields


# ------------------------------------------------------------------ cursors


def _encode(hits: Sequence[Hit], before: SearchCursor | None) -> str | None:
    """The position after the last of ``hits``: its ranks, and of each object the last record with the same ranks, those
    of the pages before included (docs/wire/graphql.md#search).
    """
    if not hits:
        return None
    last = hits[-1]
    ranks = (last.rank_all, last.rank_any)
    ids = dict(before.last_ids) if before is not None and (before.rank_all, before.rank_any) == ranks else {}
    ids |= {hit.object.name_singular: hit.item.id for hit in hits if (hit.rank_all, hit.rank_any) == ranks}
    document = {"lastRanks": {"tsRankCD": last.rank_all, "tsRank": last.rank_any}, "lastRecordIdsPerObject": ids}
    return b64encode(orjson.dumps(document)).decode()


def _decode(text: str) -> SearchCursor:
    try:
        document = orjson.loads(b64decode(text, validate=True))
        ranks, ids = document["lastRanks"], document["lastRecordIdsPerObject"]
        if not all(isinstance(value, str) for value in ids.values()):
            raise TypeError
        return SearchCursor(float(ranks["tsRankCD"]), float(ranks["tsRank"]), ids)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadRequest(f"Invalid cursor: {text}", sub_code="INVALID_CURSOR") from error
