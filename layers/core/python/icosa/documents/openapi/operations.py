"""The operations on an object's records, as a table (docs/wire/rest.md#routes,
docs/wire/rest.md#operations-in-the-document).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...identifiers import capitalised
from ...model.model import Object
from ...settings import Settings
from .errors import Part, refusals
from .names import Names
from .parameters import refer
from .records import reference

PAGE_INFO = "Page_Info"

_UUID: Part = {"type": "string", "format": "uuid"}
_ALWAYS = ("400", "401", "403", "429", "503")
_WITH_BODY = ("413", "415")
_WRITES = ("409",)
_ONE = ("404",)
_SHOWN = ("depth", "fields")

#: Makes the schema of a body or an answer for one object.
SchemaFactory = Callable[[Object, Names, Settings], Part]


@dataclass(frozen=True, kw_only=True)
class RecordOperation:
    """``path``, ``id`` and the texts have the object's names in braces: ``{plural}``, ``{Plural}``, ``{singular}``,
    ``{Singular}``.

    ``refused`` are the statuses of errors beyond those that any request may get.
    """

    path: str
    method: str
    id: str
    summary: str
    description: str = ""
    parameters: tuple[str, ...] = ()
    body: SchemaFactory | None = None
    answer: SchemaFactory
    status: str = "200"
    refused: tuple[str, ...] = ()
    deprecated: bool = False
    is_offered: Callable[[Object], bool] = field(default=lambda _: True)

    def describe(self, obj: Object, names: Names, settings: Settings) -> dict[str, Any]:
        """The Operation Object."""
        texts = _texts(obj) | {"batch": settings.batch_limit, "bulk": settings.bulk_limit, "most": settings.merge_limit}
        operation: dict[str, Any] = {"tags": [obj.name_plural], "summary": self.summary.format_map(texts)}
        if self.description:
            operation["description"] = self.description.format_map(texts)
        operation["operationId"] = names.claim(self.id.format_map(texts))
        if self.deprecated:
            operation["deprecated"] = True
        if self.parameters:
            operation["parameters"] = refer(*self.parameters)
        refused = (*_ALWAYS, *self.refused)
        if self.body is not None:
            operation["requestBody"] = {
                "required": True,
                "content": {"application/json": {"schema": self.body(obj, names, settings)}},
            }
            refused += _WITH_BODY
        success = {
            "description": "Done",
            "content": {"application/json": {"schema": self.answer(obj, names, settings)}},
        }
        operation["responses"] = {self.status: success, **refusals(*sorted(refused))}
        return operation


def operations_of(obj: Object, names: Names, settings: Settings) -> dict[str, dict[str, Any]]:
    """The Path Items of an object, by path."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in _OPERATIONS:
        if operation.is_offered(obj):
            # Not format_map: the path's own parameter stays in braces.
            path = operation.path.replace("{plural}", obj.name_plural)
            paths.setdefault(path, {})[operation.method] = operation.describe(obj, names, settings)
    return paths


def _texts(obj: Object) -> dict[str, Any]:
    return {
        "singular": obj.name_singular,
        "Singular": capitalised(obj.name_singular),
        "plural": obj.name_plural,
        "Plural": capitalised(obj.name_plural),
    }


# ------------------------------------------------------------------ bodies


def _create_body(obj: Object, names: Names, _: Settings) -> Part:
    return reference(names.create(obj))


def _update_body(obj: Object, names: Names, _: Settings) -> Part:
    return reference(names.update(obj))


def _batch_body(obj: Object, names: Names, settings: Settings) -> Part:
    return {"type": "array", "items": reference(names.create(obj)), "maxItems": settings.batch_limit}


def _duplicates_body(obj: Object, names: Names, settings: Settings) -> Part:
    most = settings.batch_limit
    data = {"type": "array", "items": reference(names.create(obj)), "minItems": 1, "maxItems": most}
    return {
        "type": "object",
        "properties": {
            "data": {**data, "description": "Records as they might be"},
            "ids": {"type": "array", "items": _UUID, "maxItems": most, "description": "Records that exist"},
        },
        "oneOf": [{"required": ["data"]}, {"required": ["ids"]}],
    }


def _merge_body(_: Object, __: Names, settings: Settings) -> Part:
    return {
        "type": "object",
        "properties": {
            "ids": {"type": "array", "items": _UUID, "minItems": 2, "maxItems": settings.merge_limit},
            "conflictPriorityIndex": {
                "type": "integer",
                "minimum": 0,
                "description": "Whose values win, and who survives: a place in `ids`",
            },
            "dryRun": {"type": "boolean", "default": False, "description": "Only show what the merged record would be"},
        },
        "required": ["ids", "conflictPriorityIndex"],
    }


# ------------------------------------------------------------------ answers


def _object(**properties: Part) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _record(obj: Object, names: Names, _: Settings) -> Part:
    return reference(names.response(obj))


def _id(_: Object, __: Names, ___: Settings) -> Part:
    return _object(id=_UUID)


def _record_under(verb: str, content: SchemaFactory = _record) -> SchemaFactory:
    """``{"data": {"createPerson": {…}}}``."""

    def answer(obj: Object, names: Names, settings: Settings) -> Part:
        return _object(data=_object(**{_key(verb, obj.name_singular): content(obj, names, settings)}))

    return answer


def _records_under(verb: str, content: SchemaFactory = _record) -> SchemaFactory:
    """``{"data": {"createPeople": […]}}``."""

    def answer(obj: Object, names: Names, settings: Settings) -> Part:
        members = {"type": "array", "items": content(obj, names, settings)}
        return _object(data=_object(**{_key(verb, obj.name_plural): members}))

    return answer


def _page(obj: Object, names: Names, settings: Settings) -> Part:
    return {**_object(data=_object(**{obj.name_plural: _list(obj, names, settings)}), **_PAGE)}


def _duplicates(obj: Object, names: Names, settings: Settings) -> Part:
    page = _object(**{f"{obj.name_singular}Duplicates": _list(obj, names, settings)}, **_PAGE)
    return _object(data={"type": "array", "items": page})


def _groups(obj: Object, names: Names, settings: Settings) -> Part:
    """A bare array; aggregates stand beside the dimensions under their own names."""
    group = {
        "type": "object",
        "properties": {
            "groupByDimensionValues": {
                "type": "array",
                "description": "A value for each dimension, in the order of `group_by`",
            },
            "records": _list(obj, names, settings),
        },
        "required": ["groupByDimensionValues"],
        "additionalProperties": {
            "type": ["string", "number", "null"],
            "description": (
                "An aggregate. Counts and decimals are texts, because they may be larger than a number can be"
            ),
        },
    }
    return {"type": "array", "items": group, "maxItems": settings.group_limit}


def _list(obj: Object, names: Names, settings: Settings) -> Part:
    return {"type": "array", "items": _record(obj, names, settings)}


_PAGE: Mapping[str, Part] = {"totalCount": {"type": "integer"}, "pageInfo": reference(PAGE_INFO)}

SHARED_SCHEMAS: Mapping[str, Part] = {
    PAGE_INFO: _object(
        hasNextPage={"type": "boolean"},
        hasPreviousPage={"type": "boolean"},
        startCursor={"type": ["string", "null"], "description": "Of the first record on the page"},
        endCursor={"type": ["string", "null"], "description": "Of the last record on the page"},
    )
}


def _key(verb: str, name: str) -> str:
    return f"{verb}{capitalised(name)}" if verb else name


# ------------------------------------------------------------------ the table

_PUT = "As `PATCH`: what the body does not name stays as it is. For clients that cannot send `PATCH`"

_OPERATIONS = (
    RecordOperation(
        path="/{plural}",
        method="get",
        id="findMany{Plural}",
        summary="Find Many {plural}",
        description="A page of records, the number of all that match, and cursors to go on with",
        parameters=("orderBy", "filter", "limit", *_SHOWN, "startingAfter", "endingBefore"),
        answer=_page,
    ),
    RecordOperation(
        path="/{plural}",
        method="post",
        id="createOne{Singular}",
        summary="Create One {singular}",
        parameters=(*_SHOWN, "upsert"),
        body=_create_body,
        answer=_record_under("create"),
        status="201",
        refused=_WRITES,
    ),
    RecordOperation(
        path="/{plural}",
        method="delete",
        id="deleteMany{Plural}",
        summary="Delete Many {plural}",
        description=(
            "Delete the records that match a filter, up to {bulk}; beyond that the request is refused. Only their ids "
            "are answered"
        ),
        parameters=("filter", "softDelete"),
        answer=_records_under("delete", _id),
        refused=_WRITES,
    ),
    RecordOperation(
        path="/{plural}",
        method="patch",
        id="updateMany{Plural}",
        summary="Update Many {plural}",
        description=(
            "Apply one body to all records that match a filter, up to {bulk}; beyond that the request is refused"
        ),
        parameters=(*_SHOWN, "filter"),
        body=_update_body,
        answer=_records_under("update"),
        refused=_WRITES,
    ),
    RecordOperation(
        path="/{plural}",
        method="put",
        id="putMany{Plural}",
        summary="Update Many {plural} by PUT",
        description=_PUT,
        parameters=(*_SHOWN, "filter"),
        body=_update_body,
        answer=_records_under("update"),
        refused=_WRITES,
        deprecated=True,
    ),
    RecordOperation(
        path="/batch/{plural}",
        method="post",
        id="createMany{Plural}",
        summary="Create Many {plural}",
        description="Create up to {batch} records: all of them or none. They are answered in the order of the body",
        parameters=(*_SHOWN, "upsert"),
        body=_batch_body,
        answer=_records_under("create"),
        status="201",
        refused=_WRITES,
    ),
    RecordOperation(
        path="/{plural}/{id}",
        method="get",
        id="findOne{Singular}",
        summary="Find One {singular}",
        parameters=("idPath", *_SHOWN),
        answer=_record_under(""),
        refused=_ONE,
    ),
    RecordOperation(
        path="/{plural}/{id}",
        method="delete",
        id="deleteOne{Singular}",
        summary="Delete One {singular}",
        parameters=("idPath", "softDelete"),
        answer=_record_under("delete", _id),
        refused=(*_ONE, *_WRITES),
    ),
    RecordOperation(
        path="/{plural}/{id}",
        method="patch",
        # Twenty's spelling, which generated clients have as the name of a method.
        id="UpdateOne{Singular}",
        summary="Update One {singular}",
        description="What the body does not name stays as it is",
        parameters=("idPath", *_SHOWN),
        body=_update_body,
        answer=_record_under("update"),
        refused=(*_ONE, *_WRITES),
    ),
    RecordOperation(
        path="/{plural}/{id}",
        method="put",
        id="putOne{Singular}",
        summary="Update One {singular} by PUT",
        description=_PUT,
        parameters=("idPath", *_SHOWN),
        body=_update_body,
        answer=_record_under("update"),
        refused=(*_ONE, *_WRITES),
        deprecated=True,
    ),
    RecordOperation(
        path="/{plural}/duplicates",
        method="post",
        id="find{Singular}Duplicates",
        summary="Find {singular} Duplicates",
        description=(
            "For each record of the body or each id the records that resemble it. Ids that do not exist are left out"
        ),
        parameters=_SHOWN,
        body=_duplicates_body,
        answer=_duplicates,
    ),
    RecordOperation(
        path="/{plural}/{id}/restore",
        method="patch",
        id="restoreOne{Singular}",
        summary="Restore One {singular}",
        parameters=("idPath", *_SHOWN),
        answer=_record_under("restore"),
        refused=(*_ONE, *_WRITES),
    ),
    RecordOperation(
        path="/{plural}/restore",
        method="patch",
        id="restoreMany{Plural}",
        summary="Restore Many {plural}",
        description="Restore the deleted records that match a filter, up to {bulk}; beyond that the request is refused",
        parameters=("filter", *_SHOWN),
        answer=_records_under("restore"),
        refused=_WRITES,
    ),
    RecordOperation(
        path="/{plural}/merge",
        method="patch",
        id="mergeMany{Plural}",
        summary="Merge Many {plural}",
        description=(
            "Join up to {most} records into one of them; the others are deleted, and what points at them points at it"
        ),
        parameters=_SHOWN,
        body=_merge_body,
        answer=_record_under("merge"),
        refused=(*_ONE, *_WRITES),
        is_offered=lambda obj: bool(obj.duplicate_criteria),
    ),
    RecordOperation(
        path="/{plural}/groupBy",
        method="get",
        id="groupBy{Plural}",
        summary="Group By {plural}",
        parameters=(
            "groupBy",
            "filter",
            "orderByGroups",
            "groupLimit",
            "viewId",
            "aggregate",
            "includeRecordsSample",
            "orderByForRecords",
        ),
        answer=_groups,
    ),
)
