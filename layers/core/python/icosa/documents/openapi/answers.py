"""The bodies that requests send and get, per operation (docs/wire/rest.md#schemas-in-the-document).

What code generators would have to invent names for has a name here: pages, groups, lists of duplicates, bodies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ...identifiers import capitalised
from ...model.model import Object
from ...query.aggregates import Aggregate, aggregates_of
from ...settings import Settings
from .errors import PROBLEM_SCHEMA
from .names import Names
from .schemas import PAGE_INFO, PAGED, UUID, Part, all_of, list_of, page_info, reference
from .text import label

_MERGE_BODY = "Merge_Body"
_RECORD_ID = "Record_Id"
_EXACT, _NUMBER, _MOMENT = "Exact_Aggregate", "Number_Aggregate", "Moment_Aggregate"


@dataclass(frozen=True, slots=True)
class Context:
    """What an object's schemas are made with. ``names_aggregates``: groups list every aggregate, rather than leave
    room for them, and operations the refusals that all of them have.
    """

    names: Names
    settings: Settings
    names_aggregates: bool = True


#: Makes the schema of a body or an answer for one object.
SchemaFactory = Callable[[Object, Context], Part]


def is_mergeable(obj: Object) -> bool:
    """Only records whose like can be found are merged."""
    return bool(obj.duplicate_criteria)


# ------------------------------------------------------------------ bodies


def create_body(obj: Object, context: Context) -> Part:
    return reference(context.names.of(obj, ""))


def update_body(obj: Object, context: Context) -> Part:
    return reference(context.names.of(obj, "ForUpdate"))


def batch_body(obj: Object, context: Context) -> Part:
    return {**list_of(create_body(obj, context)), "maxItems": context.settings.batch_limit}


def duplicates_body(obj: Object, context: Context) -> Part:
    return reference(context.names.of(obj, "DuplicatesBody"))


def merge_body(_: Object, __: Context) -> Part:
    return reference(_MERGE_BODY)


# ------------------------------------------------------------------ answers


def _record(obj: Object, context: Context) -> Part:
    return reference(context.names.of(obj, "ForResponse"))


def record_id(_: Object, __: Context) -> Part:
    return reference(_RECORD_ID)


def outcome(obj: Object, context: Context) -> Part:
    return reference(context.names.of(obj, "Outcome"))


def record_under(verb: str, content: SchemaFactory = _record) -> SchemaFactory:
    """``{"data": {"createPerson": {…}}}``."""

    def answer(obj: Object, context: Context) -> Part:
        return all_of(data=all_of(**{_key(verb, obj.name_singular): content(obj, context)}))

    return answer


def records_under(verb: str, content: SchemaFactory = _record) -> SchemaFactory:
    """``{"data": {"createPeople": […]}}``."""

    def answer(obj: Object, context: Context) -> Part:
        return all_of(data=all_of(**{_key(verb, obj.name_plural): list_of(content(obj, context))}))

    return answer


def page(obj: Object, context: Context) -> Part:
    return reference(context.names.of(obj, "Page"))


def duplicates(obj: Object, context: Context) -> Part:
    return all_of(data=list_of(reference(context.names.of(obj, "Duplicates"))))


def groups(obj: Object, context: Context) -> Part:
    return {**list_of(reference(context.names.of(obj, "Group"))), "maxItems": context.settings.group_limit}


def _key(verb: str, name: str) -> str:
    return f"{verb}{capitalised(name)}" if verb else name


# ------------------------------------------------------------------ named schemas


def schemas_of(obj: Object, context: Context) -> dict[str, Any]:
    """The named schemas of an object's bodies and answers, its records left out."""
    names, labels = context.names, label(obj, "labelPlural")
    records = list_of(_record(obj, context))
    return {
        names.of(obj, "Page"): {
            **all_of(data=all_of(**{obj.name_plural: records}), **PAGED),
            "description": f"A page of {labels}",
        },
        names.of(obj, "Duplicates"): {
            **all_of(**{f"{obj.name_singular}Duplicates": {**records, "description": f"Some {labels}"}}, **PAGED),
            "description": f"The {labels} that resemble one record",
        },
        names.of(obj, "DuplicatesBody"): _duplicates_body(obj, context),
        names.of(obj, "Outcome"): _outcome(obj, context),
        names.of(obj, "Group"): _group(obj, context),
    }


def shared_schemas(objects: Iterable[Object], context: Context) -> dict[str, Any]:
    """The named schemas that are the same for all objects, of those that ``objects`` use."""
    objects = tuple(objects)
    schemas: dict[str, Any] = {
        PAGE_INFO: page_info("record", is_cursor=True),
        _RECORD_ID: {
            **all_of(id={**UUID, "description": "The id of the record"}),
            "description": "What is left to say of a deleted record",
        },
    }
    if any(is_mergeable(obj) for obj in objects):
        schemas[_MERGE_BODY] = _merge_body(context.settings)
    if context.names_aggregates:
        kinds = {_kind(aggregate) for obj in objects for aggregate in aggregates_of(obj).values()}
        schemas |= {kind: schema for kind, schema in _AGGREGATE_SCHEMAS.items() if kind in kinds}
    return schemas


def _duplicates_body(obj: Object, context: Context) -> Part:
    most = context.settings.batch_limit
    data = {**list_of(create_body(obj, context)), "minItems": 1, "maxItems": most}
    return {
        "type": "object",
        "description": "Records, or the ids of records, whose like is looked for",
        "properties": {
            "data": {**data, "description": "Records as they might be"},
            "ids": {**list_of(UUID), "maxItems": most, "description": "Records that exist"},
        },
        "oneOf": [{"required": ["data"]}, {"required": ["ids"]}],
    }


def _outcome(obj: Object, context: Context) -> Part:
    return {
        "type": "object",
        "description": f"What became of one of the {label(obj, 'labelPlural')} of a batch",
        "properties": {
            "index": {"type": "integer", "description": "Its place in the body, from 0"},
            "status": {"type": "integer", "description": "201 where it was written, else the status of an error"},
            "record": {
                "oneOf": [_record(obj, context), {"type": "null"}],
                "description": "The record; null if it is gone when an answer is given again",
            },
            "errors": {**list_of(reference(PROBLEM_SCHEMA)), "description": "Why it was left out"},
        },
        "required": ["index", "status"],
    }


def _merge_body(settings: Settings) -> Part:
    return {
        "type": "object",
        "description": "Records to join into one",
        "properties": {
            "ids": {
                **list_of(UUID),
                "minItems": 2,
                "maxItems": settings.merge_limit,
                "description": "The ids of the records",
            },
            "conflictPriorityIndex": {
                "type": "integer",
                "minimum": 0,
                "description": "Whose values win, and who survives: a place in `ids`",
            },
            "dryRun": {"type": "boolean", "default": False, "description": "Only show what the merged record would be"},
        },
        "required": ["ids", "conflictPriorityIndex"],
    }


def _group(obj: Object, context: Context) -> Part:
    """Aggregates stand beside the dimensions under their own names."""
    schema: dict[str, Any] = {
        "type": "object",
        "description": f"{label(obj, 'labelPlural')} that have the same value in each dimension, and the aggregates "
        "that were asked for",
        "properties": {
            "groupByDimensionValues": {
                **list_of({}),
                "description": "A value for each dimension, in the order of `group_by`",
            },
            "records": {
                **list_of(_record(obj, context)),
                "description": "Some of the records, if they were asked for",
            },
        },
        "required": ["groupByDimensionValues"],
    }
    if context.names_aggregates:
        schema["properties"] |= {name: _AGGREGATES[_kind(known)] for name, known in aggregates_of(obj).items()}
    else:
        schema["additionalProperties"] = True
    return schema


_AGGREGATE_SCHEMAS: Mapping[str, Part] = {
    _EXACT: {
        "type": ["string", "null"],
        "description": "A count, a share or a decimal: text, because it may be larger than a number can be. Null where "
        "there is no value",
    },
    _NUMBER: {
        "type": ["number", "null"],
        "description": "A number that needs no more digits than numbers have. Null where there is no value",
    },
    _MOMENT: {"type": ["string", "null"], "description": "A date. Null where there is no value"},
}
_AGGREGATES: Mapping[str, Part] = {name: reference(name) for name in _AGGREGATE_SCHEMAS}


def _kind(aggregate: Aggregate) -> str:
    """What its values are."""
    if aggregate.is_exact or aggregate.field is None:
        return _EXACT
    is_text = aggregate.field.type.openapi(aggregate.field, response=True).get("type") == "string"
    return _MOMENT if is_text else _NUMBER
