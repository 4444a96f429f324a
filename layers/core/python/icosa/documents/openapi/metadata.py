"""The document of the Metadata REST API (spec/metadata.md §2).

It is the same for every workspace but for the envelope of its answers, which a workspace chooses. ``COLLECTIONS`` lists
what is served below ``/rest/metadata``; a new collection is a new entry.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import orjson

from ...identifiers import capitalised
from ...model.types.json_schema import nullable
from ...model.types.registry import by_name
from ...settings import settings
from .api_keys import API_KEYS
from .base import GENERAL, components, head, own_path
from .collection import Collection
from .errors import METADATA_MEMBERS, Part, error_components, refusals
from .parameters import metadata_parameters, refer
from .records import reference
from .views import VIEW_COLLECTIONS
from .webhooks import WEBHOOKS

_STRING: Part = {"type": "string"}
_BOOLEAN: Part = {"type": "boolean"}
_UUID: Part = {"type": "string", "format": "uuid"}
_MOMENT: Part = {"type": "string", "format": "date-time"}
_NAME: Part = {"type": "string", "pattern": "^[a-z][a-zA-Z0-9]*$", "minLength": 1, "maxLength": 63}
_LABEL: Part = {"type": "string", "minLength": 1, "maxLength": 63}

_ALWAYS = ("400", "401", "403", "503")
_PAGE_INFO = "Page_Info"
_OPTION = "Option_Value"
_OPTION_INPUT = "Option_Input"
_RELATION_INPUT = "Relation_Input"


_OPTION_PROPERTIES: Mapping[str, Part] = {
    "id": _UUID,
    "value": {"type": "string", "pattern": "^(?!.*__)[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$", "maxLength": 63},
    "label": {"type": "string", "minLength": 1, "maxLength": 63},
    "position": {"type": "number"},
    "color": _STRING,
}
_SHARED: Mapping[str, Part] = {
    _PAGE_INFO: {
        "type": "object",
        "properties": {
            "hasNextPage": {"type": "boolean", "description": "There are more in the direction of the request"},
            "startCursor": {"type": ["string", "null"], "description": "The id of the first entity on the page"},
            "endCursor": {"type": ["string", "null"], "description": "The id of the last entity on the page"},
        },
        "required": ["hasNextPage", "startCursor", "endCursor"],
    },
    _OPTION_INPUT: {"type": "object", "properties": _OPTION_PROPERTIES, "required": ["value", "label", "position"]},
    _OPTION: {
        "type": "object",
        "properties": {**_OPTION_PROPERTIES, "value": _STRING, "label": _STRING},
        "required": ["id", "value", "label", "position"],
    },
    _RELATION_INPUT: {
        "type": "object",
        "properties": {
            "type": {"type": "string", "enum": ["MANY_TO_ONE", "ONE_TO_MANY"]},
            "targetObjectMetadataId": _UUID,
            "targetFieldLabel": _LABEL,
            "targetFieldIcon": _STRING,
        },
        "required": ["type", "targetObjectMetadataId", "targetFieldLabel", "targetFieldIcon"],
    },
}

_PRESENTATION: Mapping[str, Part] = {"description": _STRING, "icon": _STRING}
_OBJECT_TEXTS: Mapping[str, Part] = {
    "nameSingular": _NAME,
    "namePlural": _NAME,
    "labelSingular": _LABEL,
    "labelPlural": _LABEL,
    **_PRESENTATION,
    "color": _STRING,
    "isLabelSyncedWithName": {**_BOOLEAN, "description": "Names must be what follows from the labels"},
}
_FLAGS = ("isActive", "isSystem", "isUIEditable", "isUIReadOnly", "isLabelSyncedWithName", "isSearchable")
_OVERRIDES: Part = {
    "type": "object",
    "description": "What the workspace changed about an object or field that was shipped",
}

_FIELD_RESPONSE: Mapping[str, Part] = {
    **dict.fromkeys(
        ("id", "universalIdentifier", "applicationId", "workspaceId", "objectMetadataId", "morphId"), _UUID
    ),
    "type": {"type": "string", "enum": sorted(type_.name for type_ in set(by_name.values()))},
    **dict.fromkeys(("name", "label", "description", "icon", "writability"), _STRING),
    "overrides": _OVERRIDES,
    **dict.fromkeys((*_FLAGS, "isNullable", "isUnique", "isAuditLogged"), _BOOLEAN),
    "defaultValue": {"description": "Texts stand in quotes of their own: `\"'NEW'\"`; `now` and `uuid` are functions"},
    "options": {"type": ["array", "null"], "items": reference(_OPTION)},
    "settings": {"type": "object"},
    "createdAt": _MOMENT,
    "updatedAt": _MOMENT,
    "status": {"type": "string", "description": "Of a field whose records are being worked on"},
}

_OBJECTS = Collection(
    singular="object",
    plural="objects",
    create={
        **_OBJECT_TEXTS,
        "shortcut": _STRING,
        "skipNameField": {**_BOOLEAN, "description": "The object has no `name`; its records are known by their id"},
    },
    required=("nameSingular", "namePlural", "labelSingular", "labelPlural"),
    update={
        **_OBJECT_TEXTS,
        "isActive": _BOOLEAN,
        "isSearchable": _BOOLEAN,
        "labelIdentifierFieldMetadataId": _UUID,
        "imageIdentifierFieldMetadataId": _UUID,
    },
    response={
        **dict.fromkeys(("id", "universalIdentifier", "applicationId", "workspaceId"), _UUID),
        **dict.fromkeys(
            ("nameSingular", "namePlural", "labelSingular", "labelPlural", "description", "icon", "color", "shortcut"),
            _STRING,
        ),
        "overrides": _OVERRIDES,
        **dict.fromkeys((*_FLAGS, "isRemote", "isUICreatable"), _BOOLEAN),
        **dict.fromkeys(("openRecordIn", "readability", "writability"), _STRING),
        **dict.fromkeys(("labelIdentifierFieldMetadataId", "imageIdentifierFieldMetadataId"), nullable(_UUID)),
        "readabilityParentFieldUniversalIdentifiers": {"type": "array", "items": _UUID},
        "duplicateCriteria": {"type": "array", "items": {"type": "array", "items": _STRING}},
        "createdAt": _MOMENT,
        "updatedAt": _MOMENT,
        "fields": {
            "type": "array",
            "items": reference("FieldForResponse"),
            "description": "Not in the answer to a deletion",
        },
    },
    example={
        "nameSingular": "rocket",
        "namePlural": "rockets",
        "labelSingular": "Rocket",
        "labelPlural": "Rockets",
        "description": "What we send up",
        "icon": "IconRocket",
    },
    update_example={"description": "What we send up", "icon": "IconRocket"},
)

_FIELD_INPUT: Mapping[str, Part] = {
    "name": _NAME,
    "label": _LABEL,
    **_PRESENTATION,
    "isUnique": {**_BOOLEAN, "description": "No two records may have the same value"},
    "defaultValue": _FIELD_RESPONSE["defaultValue"],
    "options": {
        "type": "array",
        "items": reference(_OPTION_INPUT),
        "description": "Of a choice. What has no `id` is a new option",
    },
    "settings": {"type": "object"},
    "isLabelSyncedWithName": _OBJECT_TEXTS["isLabelSyncedWithName"],
}
_FIELDS = Collection(
    singular="field",
    plural="fields",
    create={
        "objectMetadataId": _UUID,
        "type": _FIELD_RESPONSE["type"],
        **_FIELD_INPUT,
        "isNullable": {**_BOOLEAN, "default": True},
        "relationCreationPayload": {**reference(_RELATION_INPUT), "description": "Of a field of type RELATION"},
        "morphRelationsCreationPayload": {
            "type": "array",
            "items": reference(_RELATION_INPUT),
            "minItems": 1,
            "description": "Of a field of type MORPH_RELATION, one for each target",
        },
    },
    required=("objectMetadataId", "type", "name", "label"),
    update={
        **_FIELD_INPUT,
        "isActive": _BOOLEAN,
        "morphRelationsUpdatePayload": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"targetObjectMetadataId": _UUID},
                "required": ["targetObjectMetadataId"],
            },
        },
    },
    response=_FIELD_RESPONSE,
    example={
        "objectMetadataId": "0b6f3f4e-6a0b-4bd0-a6c5-1f1f1f1f0001",
        "type": "NUMBER",
        "name": "payload",
        "label": "Payload",
        "description": "In kilograms",
        "icon": "IconWeight",
    },
    update_example={"description": "In tonnes"},
)

COLLECTIONS: tuple[Collection, ...] = (_OBJECTS, _FIELDS, *VIEW_COLLECTIONS, API_KEYS, WEBHOOKS)


def metadata_document(base_url: str, *, is_direct: bool) -> bytes:
    """The JSON of the document. ``is_direct``: the workspace wants answers without envelopes."""
    members = _members(is_direct=is_direct)
    return orjson.dumps(
        {**head("metadata", base_url), **members, "paths": {**own_path("metadata", base_url), **members["paths"]}}
    )


@cache
def _members(*, is_direct: bool) -> Mapping[str, Any]:
    paths: dict[str, Any] = {}
    for collection in COLLECTIONS:
        paths |= _paths(collection, is_direct=is_direct)
    error_schemas, responses = error_components(settings, METADATA_MEMBERS)
    schemas = {name: schema for collection in COLLECTIONS for name, schema in collection.schemas.items()}
    parts = {
        "parameters": metadata_parameters(),
        "responses": responses,
        "schemas": {**schemas, **_SHARED, **error_schemas},
    }
    tags = [GENERAL, *({"name": c.plural, "description": f"Collection `{capitalised(c.plural)}`"} for c in COLLECTIONS)]
    return {"tags": tags, "paths": paths, "components": components(parts)}


def _paths(collection: Collection, *, is_direct: bool) -> dict[str, Any]:
    singular, plural = collection.singular, collection.plural
    name = capitalised(singular)
    entity = reference(f"{name}ForResponse")

    def one(key: str) -> Part:
        return _data(**{key: entity}) if collection.is_wrapped and not is_direct else entity

    def operation(
        operation_id: str,
        summary: str,
        answer: Part,
        *,
        status: str = "200",
        body: str = "",
        parameters: tuple[str, ...] = (),
        own: tuple[Part, ...] = (),
    ) -> Part:
        found: dict[str, Any] = {"tags": [plural], "summary": summary, "operationId": operation_id}
        if parameters:
            found["parameters"] = [*own, *refer(*parameters)]
        refused: tuple[str, ...] = _ALWAYS
        if "idPath" in parameters or (status == "201" and collection.has_parent):
            refused += ("404",)
        if body:
            found["requestBody"] = {"required": True, "content": {"application/json": {"schema": reference(body)}}}
            refused += ("413", "415")
        if not operation_id.startswith("find"):
            refused += ("409",)
        shown = {"description": "Done", "content": {"application/json": {"schema": answer}}}
        return {**found, "responses": {status: shown, **refusals(*sorted(refused))}}

    update = operation(
        f"updateOne{name}",
        f"Update One {singular}",
        collection.updated or one(f"updateOne{name}"),
        body=f"{name}ForUpdate",
        parameters=("idPath",),
    )
    put = {**update, "operationId": f"putOne{name}", "summary": f"Update One {singular} by PUT", "deprecated": True}
    return {
        f"/{plural}": {
            "get": operation(
                f"findMany{capitalised(plural)}",
                f"Find Many {plural}",
                _page(plural, entity, is_direct=is_direct or not collection.is_wrapped),
                parameters=("limit", "startingAfter", "endingBefore"),
                own=collection.filters,
            ),
            "post": operation(
                f"createOne{name}", f"Create One {singular}", one(f"createOne{name}"), status="201", body=name
            ),
        },
        f"/{plural}/{{id}}": {
            "get": operation(
                f"findOne{name}", f"Find One {singular}", collection.found or one(singular), parameters=("idPath",)
            ),
            "delete": operation(
                f"deleteOne{name}",
                f"Delete One {singular}",
                collection.deleted or one(f"deleteOne{name}"),
                parameters=("idPath",),
            ),
            "patch": update,
            "put": put,
        },
    }


def _data(**properties: Part) -> dict[str, Any]:
    return _object(data=_object(**properties))


def _page(plural: str, entity: Part, *, is_direct: bool) -> Part:
    entities = {"type": "array", "items": entity}
    data = entities if is_direct else _object(**{plural: entities})
    return _object(data=data, pageInfo=reference(_PAGE_INFO), totalCount={"type": "integer"})


def _object(**properties: Part) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}
