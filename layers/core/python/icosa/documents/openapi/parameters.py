"""The parameters of record requests (docs/wire/rest.md#parameters, docs/wire/rest.md#schemas-in-the-document).

Examples name only what every object has, so they work for any object. Parameters that hold JSON are texts here: every
tool can send a text, and few encode nested values as the server wants them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ...access.audit import PAGE_DEFAULT, PAGE_LIMIT
from ...model.operators import OPERATORS, OperandType
from ...runtime.idempotency import KEY_CHARACTERS
from ...settings import Settings
from ...store.delivery_row import STATES
from ...webhooks.deliveries import PAGE_DEFAULT as DELIVERY_PAGE_DEFAULT
from ...webhooks.deliveries import PAGE_LIMIT as DELIVERY_PAGE_LIMIT
from .schemas import UUID, Part, list_of

_DIRECTIONS = "`AscNullsFirst` (the default), `AscNullsLast`, `DescNullsFirst`, `DescNullsLast`"

_COMPARATORS = [operator for operator in OPERATORS if operator.in_rest]
_LINES = "\n".join(f"  * `{operator.name}`: {operator.description}" for operator in _COMPARATORS)


def _taking(operand: OperandType) -> str:
    return ", ".join(f"`{operator.name}`" for operator in _COMPARATORS if operator.takes == operand)


_FILTER = f"""Conditions `field[comparator]:value`, separated by commas: all of them must hold. `and(…)`, `or(…)` and \
`not(…)` nest.

* **Fields**: `createdAt`; a member of a composite field, `createdBy.source`; the id of a related record under the \
name that records show it, ending in `Id`; a field of a related record, `relation.field`.
* **Comparators**: which of them a field takes depends on its type; a wrong one is refused with the list of the right \
ones.
{_LINES}
* **Values**: text, in quotes if it holds commas, brackets or quotes, `"say ""hello"", please"`; `[a,"b,c"]` for \
{_taking("list")}; `NULL` or `NOT_NULL` for {_taking("state")}. In an address `;` is `%3B` and `&` is `%26`.

Soft-deleted records are left out unless the filter names `deletedAt`."""

_ORDER = f"""Fields to order by, separated by commas, each with a direction in brackets: {_DIRECTIONS}. Composite \
fields are ordered by their members (`createdBy.name`), relations by a field of the related record \
(`relation.field`). Records that are equal so far are ordered by `id`."""

_GROUP_BY = """A JSON array with one object for each dimension: `{"field": true}`, `{"composite": {"member": \
true}}`, `{"relation": {"field": true}}`, for dates `{"field": {"granularity": "MONTH", "timeZone": \
"Europe/Paris"}}` (`DAY`, `WEEK`, `MONTH`, `QUARTER`, `YEAR`, `DAY_OF_THE_WEEK`, `MONTH_OF_THE_YEAR`, \
`QUARTER_OF_THE_YEAR` or `NONE`; `WEEK` also takes `weekStartDay`), for lists `{"field": {"unnest": true}}`."""

_AGGREGATE = """A JSON array of names. `totalCount`; for any field `countEmptyX`, `countNotEmptyX`, \
`countUniqueValuesX`, `percentageEmptyX`, `percentageNotEmptyX`; for numbers `minX`, `maxX`, `avgX`, `sumX`; for \
dates `minX`, `maxX`; for booleans `countTrueX`, `countFalseX`, where `X` is the field's name with its first letter \
in upper case, followed by the member of a composite. Names that do not exist are left out."""


def _id_path(thing: str) -> Part:
    return {"name": "id", "in": "path", "required": True, "description": f"The id of the {thing}", "schema": UUID}


def parameters(settings: Settings) -> dict[str, Part]:
    """``components.parameters``."""
    return {
        "idPath": _id_path("record"),
        "startingAfter": _query(
            "starting_after",
            "Go on after this cursor: `pageInfo.endCursor` of the page before. Cursors are opaque, and belong to the "
            "order that they came with",
            {"type": "string"},
        ),
        "endingBefore": _query(
            "ending_before",
            "The records before this cursor: `pageInfo.startCursor` of the page after. Not together with "
            "`starting_after`",
            {"type": "string"},
        ),
        "filter": _query(
            "filter",
            _FILTER,
            {"type": "string"},
            examples={
                "recent": "createdAt[gte]:2026-01-01T00:00:00Z",
                "madeByAnImport": "createdBy.source[in]:[API,IMPORT]",
                "combined": 'and(position[gte]:0,or(createdBy.name[ilike]:"%a%",updatedAt[gt]:"2026-01-01T00:00:00Z"))',
                "deleted": "deletedAt[is]:NOT_NULL",
            },
        ),
        "condition": _query(
            "filter",
            "What the record must be like at the moment of the write, which is refused with 412 otherwise. The "
            "conditions are those of a list's filter, on fields of the record itself",
            {"type": "string"},
            examples={"unchanged": 'updatedAt[eq]:"2026-01-01T00:00:00.000Z"'},
        ),
        IDEMPOTENCY_KEY: _idempotency_key(),
        "ifMatch": _header(
            "If-Match",
            "The `ETag` of the record as it was read, or several. Where the record has been written since, the answer "
            "is 412 and nothing is changed; changes of related records do not count. `*` stands for any",
        ),
        "ifNoneMatch": _header(
            "If-None-Match",
            "The `ETag` of an earlier answer, or several. Where the answer would be the same, it is 304 without a body",
        ),
        "depth": _query(
            "depth",
            "`0`: the record's own fields, with the ids of related records. `1`: also the records that it points at, "
            f"and up to {settings.relation_limit} of those that point at it for each relation "
            f"({settings.relation_limit_create} in the answer to a create). Related records come without relations "
            "of their own",
            {"type": "integer", "enum": [0, 1], "default": 0},
        ),
        "fields": _query(
            "fields",
            "Names of the fields to show; `id` always is. A relation is shown as the id of the related record, or "
            "with `depth=1` as the record. Without this parameter all fields are shown, or "
            f"{settings.field_limit} of them when there are more",
            {"type": "array", "items": {"type": "string"}, "minItems": 1},
            style={"style": "form", "explode": False},
            examples={"some": ["id", "createdAt"]},
        ),
        "upsert": _query(
            "upsert",
            "Update the record that has the same `id` or the same value of a unique field, also a deleted one, which "
            "is restored. Create a record where there is none",
            {"type": "boolean", "default": False},
        ),
        "partial": _query(
            "partial",
            "`true`: records with problems are left out and the others are written; the answer is a 207 that says of "
            "each record what became of it. `false`, or without the parameter: all of them are written or none",
            {"type": "boolean", "default": False},
        ),
        "softDelete": _query(
            "soft_delete",
            "`true`: the record can be restored. `false`, or without the parameter: it is destroyed",
            {"type": "boolean", "default": False},
        ),
        "orderBy": _query(
            "order_by",
            _ORDER,
            {"type": "string"},
            examples={"newest": "createdAt[DescNullsLast]", "several": "createdBy.name[AscNullsLast],position"},
        ),
        "orderByForRecords": _query(
            "order_by_for_records",
            "The order of the records of each group, as in a list",
            {"type": "string"},
            examples={"newest": "createdAt[DescNullsLast]"},
        ),
        "limit": _query(
            "limit",
            f"Records on the page. More than {settings.page_limit} are cut to {settings.page_limit}",
            {"type": "integer", "minimum": 0, "maximum": settings.page_limit, "default": settings.page_default},
        ),
        "groupLimit": _query(
            "limit",
            f"Groups on the page, at most {settings.group_limit}",
            {"type": "integer", "minimum": 0, "maximum": settings.group_limit, "default": settings.group_default},
        ),
        "changeLimit": _query(
            "limit",
            "Of the records that match so many at most; without it all of them",
            {"type": "integer", "minimum": 1, "maximum": settings.bulk_limit},
        ),
        "groupOffset": _query(
            "offset",
            "Groups to pass over. `X-Icosa-Groups` says how many there are, and `Link` where the next page is",
            {"type": "integer", "minimum": 0, "default": 0},
        ),
        "groupBy": _json_query(
            "group_by",
            _GROUP_BY,
            {"type": "array", "items": {"type": "object", "minProperties": 1, "maxProperties": 1}, "minItems": 1},
            required=True,
            examples={
                "byMonth": '[{"createdAt":{"granularity":"MONTH","timeZone":"UTC"}}]',
                "byDayOfTheWeek": '[{"updatedAt":{"granularity":"DAY_OF_THE_WEEK"}}]',
            },
        ),
        "viewId": _query("view_id", "A view whose filters must hold as well", UUID),
        "aggregate": _json_query(
            "aggregate",
            _AGGREGATE,
            {"type": "array", "items": {"type": "string"}},
            examples={"counts": '["totalCount","countNotEmptyId"]', "span": '["minCreatedAt","maxCreatedAt"]'},
        ),
        "orderByGroups": _json_query(
            "order_by",
            "A JSON array of criteria: a dimension with a direction, or an aggregate with one. Dates repeat their "
            "granularity: "
            '`{"field": {"orderBy": "AscNullsFirst", "granularity": "MONTH"}}`',
            {"type": "array", "items": {"type": "object"}},
            examples={"largest": '[{"aggregate":{"totalCount":"DescNullsLast"}}]'},
        ),
        "includeRecordsSample": _query(
            "include_records_sample",
            f"Show up to {settings.group_records} records of each group",
            {"type": "boolean", "default": False},
        ),
    }


def destroyed_parameters(*, for_all: bool) -> dict[str, Part]:
    """Those that only paths for destroyed records have; ``for_all``: one path serves all objects."""
    name: Part = {
        "name": "objects",
        "in": "path",
        "required": True,
        "description": "The plural name of an object, as in the other paths",
        "schema": {"type": "string"},
        "example": "people",
    }
    since = _query(
        "since",
        "Only what happened from this moment on. More than 30 days ago is refused",
        {"type": "string", "format": "date-time"},
    )
    return {"since": since, **({"objectsPath": name} if for_all else {})}


def metadata_parameters() -> dict[str, Part]:
    """``components.parameters`` of the metadata document (docs/wire/metadata.md#pages)."""
    return {
        "idPath": _id_path("entity"),
        IDEMPOTENCY_KEY: _idempotency_key(),
        "limit": _query(
            "limit",
            "Entities on the page. More than 1000 are cut to 1000",
            {"type": "integer", "minimum": 0, "default": 1000},
        ),
        "startingAfter": _query("starting_after", "The id of the last entity of the page before", UUID),
        "endingBefore": _query(
            "ending_before",
            "The id of the first entity of the page after. Not together with `starting_after`",
            UUID,
        ),
    }


def refer(*names: str) -> list[Part]:
    """References to some of them."""
    return [{"$ref": f"#/components/parameters/{name}"} for name in names]


def _query(
    name: str,
    description: str,
    schema: Part,
    *,
    required: bool = False,
    examples: Mapping[str, Any] | None = None,
    style: Part | None = None,
) -> Part:
    parameter: dict[str, Any] = {
        "name": name,
        "in": "query",
        "required": required,
        "description": description,
        **(style or {}),
    }
    if examples:
        # Consoles that send whatever has an example leave these out until somebody ticks them (Scalar).
        state = {} if required else {"x-disabled": True}
        parameter["examples"] = {key: {"value": value, **state} for key, value in examples.items()}
    return {**parameter, "schema": schema}


IDEMPOTENCY_KEY: Final = "idempotencyKey"


def _idempotency_key() -> Part:
    key = _header(
        "Idempotency-Key",
        "A text of the client's own, another one for each request. The same request with the same key, in 24 hours, "
        "is answered as before, with `Idempotency-Replayed: true`, and not carried out again",
    )
    return {**key, "schema": {"type": "string", "minLength": 1, "maxLength": KEY_CHARACTERS}}


def _header(name: str, description: str) -> Part:
    return {"name": name, "in": "header", "required": False, "description": description, "schema": {"type": "string"}}


def _json_query(
    name: str, description: str, content: Part, *, required: bool = False, examples: Mapping[str, str]
) -> Part:
    schema = {"type": "string", "contentMediaType": "application/json", "contentSchema": content}
    return _query(name, description, schema, required=required, examples=examples)


def feed_parameter(name: str, description: str, schema: Part) -> Part:
    """One of the feed of events, whose names the pages of entities give another meaning."""
    return _query(name, description, schema)


#: Of addresses below an object that stands below another entity.
OBJECT_ID: Part = {
    "name": "objectId",
    "in": "path",
    "required": True,
    "description": "The id of an object",
    "schema": UUID,
}
#: Of deliveries, which stand below a webhook.
DELIVERY_ID: Part = {
    "name": "deliveryId",
    "in": "path",
    "required": True,
    "description": "The id of a delivery",
    "schema": UUID,
}
DELIVERY_STATE: Part = _query("state", "Only deliveries in this state", {"type": "string", "enum": list(STATES)})
DELIVERY_LIMIT: Part = _query(
    "limit",
    f"Deliveries on the page. More than {DELIVERY_PAGE_LIMIT} are cut to {DELIVERY_PAGE_LIMIT}",
    {"type": "integer", "minimum": 0, "default": DELIVERY_PAGE_DEFAULT},
)
#: Of the audit log, whose pages are shorter.
AUDIT_LIMIT: Part = _query(
    "limit",
    f"Entries on the page. More than {PAGE_LIMIT} are cut to {PAGE_LIMIT}",
    {"type": "integer", "minimum": 0, "default": PAGE_DEFAULT},
)
WITH_CHANGED: Part = _query(
    "with_changed", "Whether demo records that somebody has changed go, too", {"type": "boolean", "default": False}
)
ADVICE_OBJECT: Part = _query("objectMetadataId", "The id of an object: advice about its indexes alone", UUID)
INDEX_FIELD: Part = _query("fieldMetadataId", "The id of the field whose index goes", UUID)
INDEX_MEMBER: Part = _query("subFieldName", "The member of a composite field", {"type": "string"})
#: Of the document of records.
OBJECTS: Part = _query(
    "objects",
    "Names of objects, singular or plural, separated by commas: the document says only what concerns them. Without a "
    "valid token it counts for nothing",
    {**list_of({"type": "string"}), "minItems": 1},
    style={"style": "form", "explode": False},
)
