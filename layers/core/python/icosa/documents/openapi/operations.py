"""The operations on an object's records, as a table (docs/wire/rest.md#routes,
docs/wire/rest.md#operations-in-the-document).

`PUT` is left out: it does what `PATCH` does, for clients that cannot send that, and generated clients would have every
change twice (docs/wire/rest.md#operations-in-the-document).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...identifiers import capitalised
from ...model.model import Object
from .answers import (
    Context,
    SchemaFactory,
    batch_body,
    create_body,
    duplicates,
    duplicates_body,
    groups,
    is_mergeable,
    merge_body,
    outcome,
    page,
    record_id,
    record_under,
    records_under,
    update_body,
)
from .errors import OTHERS
from .names import Names
from .operation import operation
from .parameters import IDEMPOTENCY_KEY, refer
from .text import label

_ALWAYS = ("400", "401", "403", "429", "503")
_WRITES = ("409",)
_ONE = ("404",)
_SHOWN = ("depth", "fields")
#: Of operations on one record, which may depend on what it is like.
_CONDITIONS = ("condition", "ifMatch")
_CONDITIONAL = ("412",)
#: Of all that are made once, if the client says so.
_ONCE = ("409", "422")


@dataclass(frozen=True, kw_only=True)
class RecordOperation:
    """``path``, ``id`` and the texts have the object's names in braces: ``{plural}``, ``{Plural}``, ``{singular}``,
    ``{Singular}``; ``description`` and ``success`` also its labels, ``{label}`` and ``{labels}``.

    ``success`` says what the answer is. ``refused`` are the statuses of errors beyond those that any request may get.
    """

    path: str
    method: str
    id: str
    summary: str
    description: str
    success: str
    parameters: tuple[str, ...] = ()
    body: SchemaFactory | None = None
    answer: SchemaFactory
    status: str = "200"
    refused: tuple[str, ...] = ()
    is_tagged: bool = False
    is_cached: bool = False
    #: That of a request which writes some of its records only.
    partial_answer: SchemaFactory | None = None
    is_offered: Callable[[Object], bool] = field(default=lambda _: True)


def operation_ids(obj: Object, names: Names) -> dict[str, str]:
    """The ids of an object's operations by what they are before names are put in."""
    texts = _names(obj)
    return {
        described.id: names.claim(described.id.format_map(texts))
        for described in _OPERATIONS
        if described.is_offered(obj)
    }


def operations_of(obj: Object, ids: Mapping[str, str], context: Context) -> dict[str, dict[str, Any]]:
    """The Path Items of an object, by path. ``ids`` are those of ``operation_ids``."""
    settings = context.settings
    texts = _names(obj) | {
        "label": label(obj, "labelSingular"),
        "labels": label(obj, "labelPlural"),
        "batch": settings.batch_limit,
        "bulk": settings.bulk_limit,
        "most": settings.merge_limit,
    }
    paths: dict[str, dict[str, Any]] = {}
    for described in _OPERATIONS:
        if described.is_offered(obj):
            # Not format_map: the path's own parameter stays in braces.
            path = described.path.replace("{plural}", obj.name_plural)
            paths.setdefault(path, {})[described.method] = operation(
                tag=obj.name_plural,
                id=ids[described.id],
                summary=described.summary.format_map(texts),
                description=described.description.format_map(texts),
                parameters=refer(*described.parameters, *(() if described.method == "get" else (IDEMPOTENCY_KEY,))),
                body=None if described.body is None else described.body(obj, context),
                answer=described.answer(obj, context),
                success=described.success.format_map(texts),
                status=described.status,
                partial=None if described.partial_answer is None else described.partial_answer(obj, context),
                refused=(
                    *(_ALWAYS if context.names_aggregates else (OTHERS,)),
                    *described.refused,
                    *(() if described.method == "get" else _ONCE),
                ),
                is_tagged=described.is_tagged,
                is_cached=described.is_cached,
            )
    return paths


def _names(obj: Object) -> dict[str, Any]:
    return {
        "singular": obj.name_singular,
        "Singular": capitalised(obj.name_singular),
        "plural": obj.name_plural,
        "Plural": capitalised(obj.name_plural),
    }


# ------------------------------------------------------------------ the table

_OPERATIONS = (
    RecordOperation(
        path="/{plural}",
        method="get",
        id="findMany{Plural}",
        summary="Find Many {plural}",
        description="A page of {labels}, the number of all that match, and cursors to go on with",
        success="A page of {labels}",
        parameters=("orderBy", "filter", "limit", *_SHOWN, "startingAfter", "endingBefore", "ifNoneMatch"),
        answer=page,
        is_tagged=True,
        is_cached=True,
    ),
    RecordOperation(
        path="/{plural}",
        method="post",
        id="createOne{Singular}",
        summary="Create One {singular}",
        description="Create a record of {labels}. What the body does not name has its default",
        success="The new record",
        parameters=(*_SHOWN, "upsert"),
        body=create_body,
        answer=record_under("create"),
        status="201",
        refused=_WRITES,
        is_tagged=True,
    ),
    RecordOperation(
        path="/{plural}",
        method="delete",
        id="deleteMany{Plural}",
        summary="Delete Many {plural}",
        description=(
            "Delete the {labels} that match a filter, up to {bulk}; beyond that the request is refused. Only "
            "their ids are answered"
        ),
        success="The ids of what was deleted",
        parameters=("filter", "changeLimit", "softDelete"),
        answer=records_under("delete", record_id),
        refused=_WRITES,
    ),
    RecordOperation(
        path="/{plural}",
        method="patch",
        id="updateMany{Plural}",
        summary="Update Many {plural}",
        description=(
            "Apply one body to all {labels} that match a filter, up to {bulk}; beyond that the request is refused"
        ),
        success="The changed records",
        parameters=(*_SHOWN, "filter", "changeLimit"),
        body=update_body,
        answer=records_under("update"),
        refused=_WRITES,
    ),
    RecordOperation(
        path="/batch/{plural}",
        method="post",
        id="createMany{Plural}",
        summary="Create Many {plural}",
        description=(
            "Create up to {batch} {labels}: all of them or none, unless `partial=true`. They are answered in the order "
            "of the body"
        ),
        success="The new records",
        parameters=(*_SHOWN, "upsert", "partial"),
        partial_answer=records_under("create", outcome),
        body=batch_body,
        answer=records_under("create"),
        status="201",
        refused=_WRITES,
    ),
    RecordOperation(
        path="/{plural}/{id}",
        method="get",
        id="findOne{Singular}",
        summary="Find One {singular}",
        description="The record of {labels} with this id",
        success="The record",
        parameters=("idPath", *_SHOWN, "ifNoneMatch", "ifMatch"),
        answer=record_under(""),
        refused=(*_ONE, *_CONDITIONAL),
        is_tagged=True,
        is_cached=True,
    ),
    RecordOperation(
        path="/{plural}/{id}",
        method="delete",
        id="deleteOne{Singular}",
        summary="Delete One {singular}",
        description="Destroy a record of {labels}, or with `soft_delete=true` put it where it can be restored from",
        success="The id of what was deleted",
        parameters=("idPath", "softDelete", *_CONDITIONS),
        answer=record_under("delete", record_id),
        refused=(*_ONE, *_WRITES, *_CONDITIONAL),
        is_tagged=True,
    ),
    RecordOperation(
        path="/{plural}/{id}",
        method="patch",
        # Twenty's spelling, which generated clients have as the name of a method.
        id="UpdateOne{Singular}",
        summary="Update One {singular}",
        description="Change a record of {labels}. What the body does not name stays as it is",
        success="The changed record",
        parameters=("idPath", *_SHOWN, *_CONDITIONS),
        body=update_body,
        answer=record_under("update"),
        refused=(*_ONE, *_WRITES, *_CONDITIONAL),
        is_tagged=True,
    ),
    RecordOperation(
        path="/{plural}/duplicates",
        method="post",
        id="find{Singular}Duplicates",
        summary="Find {singular} Duplicates",
        description=(
            "For each record of the body or each id the {labels} that resemble it. Ids that do not exist are left out"
        ),
        success="For each of them the records that resemble it",
        parameters=_SHOWN,
        body=duplicates_body,
        answer=duplicates,
    ),
    RecordOperation(
        path="/{plural}/{id}/restore",
        method="patch",
        id="restoreOne{Singular}",
        summary="Restore One {singular}",
        description="Bring a soft-deleted record of {labels} back",
        success="The restored record",
        parameters=("idPath", *_SHOWN, *_CONDITIONS),
        answer=record_under("restore"),
        refused=(*_ONE, *_WRITES, *_CONDITIONAL),
        is_tagged=True,
    ),
    RecordOperation(
        path="/{plural}/restore",
        method="patch",
        id="restoreMany{Plural}",
        summary="Restore Many {plural}",
        description=(
            "Restore the deleted {labels} that match a filter, up to {bulk}; beyond that the request is refused"
        ),
        success="The restored records",
        parameters=("filter", "changeLimit", *_SHOWN),
        answer=records_under("restore"),
        refused=_WRITES,
    ),
    RecordOperation(
        path="/{plural}/merge",
        method="patch",
        id="mergeMany{Plural}",
        summary="Merge Many {plural}",
        description=(
            "Join up to {most} {labels} into one of them; the others are deleted, and what points at them points at it"
        ),
        success="The record that is left",
        parameters=_SHOWN,
        body=merge_body,
        answer=record_under("merge"),
        refused=(*_ONE, *_WRITES),
        is_offered=is_mergeable,
    ),
    RecordOperation(
        path="/{plural}/groupBy",
        method="get",
        id="groupBy{Plural}",
        summary="Group By {plural}",
        description="Count and sum up {labels} in groups, one for each combination of values",
        success="The groups",
        parameters=(
            "groupBy",
            "filter",
            "orderByGroups",
            "groupLimit",
            "groupOffset",
            "viewId",
            "aggregate",
            "includeRecordsSample",
            "orderByForRecords",
            "ifNoneMatch",
        ),
        answer=groups,
        is_tagged=True,
        is_cached=True,
    ),
)
