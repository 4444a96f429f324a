"""The document of the Metadata REST API (docs/wire/metadata.md#rest-routes).

It is the same for every workspace but for the envelope of its answers, which a workspace chooses.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import orjson

from ...identifiers import capitalised
from ...settings import settings
from ...validation.schema import components_of
from .base import GENERAL, components, head, own_path
from .collection import COLLECTIONS, Collection
from .endpoint import ACCESS, ENDPOINTS, PAGE_INFO, Endpoint
from .errors import METADATA_MEMBERS, Part, error_components, refusals
from .parameters import metadata_parameters, refer
from .records import reference

_ALWAYS = ("400", "401", "403", "503")
_PAGE_INFO_SCHEMA: Part = {
    "type": "object",
    "properties": {
        "hasNextPage": {"type": "boolean", "description": "There are more in the direction of the request"},
        "startCursor": {"type": ["string", "null"], "description": "The id of the first entity on the page"},
        "endCursor": {"type": ["string", "null"], "description": "The id of the last entity on the page"},
    },
    "required": ["hasNextPage", "startCursor", "endCursor"],
}


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
    for endpoint in ENDPOINTS:
        paths.setdefault(endpoint.path, {})[endpoint.method] = _endpoint(endpoint)
    error_schemas, responses = error_components(settings, METADATA_MEMBERS)
    described: tuple[Collection | Endpoint, ...] = (*COLLECTIONS, *ENDPOINTS)
    models = {name: model for part in described for name, model in part.models.items()}
    parts = {
        "parameters": metadata_parameters(),
        "responses": responses,
        "schemas": {**components_of(models), PAGE_INFO: _PAGE_INFO_SCHEMA, **error_schemas},
    }
    tags = [
        GENERAL,
        *({"name": c.plural, "description": f"Collection `{capitalised(c.plural)}`"} for c in COLLECTIONS),
        {"name": ACCESS, "description": "Who asks, and who changed what about API keys and roles"},
    ]
    return {"tags": tags, "paths": paths, "components": components(parts)}


def _paths(collection: Collection, *, is_direct: bool) -> dict[str, Any]:
    singular, plural = collection.singular, collection.plural
    name = capitalised(singular)
    entity = reference(f"{name}ForResponse")

    def answer(key: str) -> Part:
        return _data(**{key: entity}) if collection.is_wrapped and not is_direct else entity

    def operation(
        operation_id: str,
        summary: str,
        schema: Part,
        *,
        status: str = "200",
        body: str = "",
        parameters: tuple[str, ...] = (),
        own: tuple[Part, ...] = (),
    ) -> Part:
        members: dict[str, Any] = {"tags": [plural], "summary": summary, "operationId": operation_id}
        if parameters:
            members["parameters"] = [*own, *refer(*parameters)]
        errors: tuple[str, ...] = _ALWAYS
        if "idPath" in parameters or (status == "201" and collection.has_parent):
            errors += ("404",)
        if body:
            members["requestBody"] = {"required": True, "content": {"application/json": {"schema": reference(body)}}}
            errors += ("413", "415")
        if not operation_id.startswith("find"):
            errors += ("409",)
        done = {"description": "Done", "content": {"application/json": {"schema": schema}}}
        return {**members, "responses": {status: done, **refusals(*sorted(errors))}}

    update = operation(
        f"updateOne{name}",
        f"Update One {singular}",
        collection.updated or answer(f"updateOne{name}"),
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
                f"createOne{name}", f"Create One {singular}", answer(f"createOne{name}"), status="201", body=name
            ),
        },
        f"/{plural}/{{id}}": {
            "get": operation(
                f"findOne{name}", f"Find One {singular}", collection.read or answer(singular), parameters=("idPath",)
            ),
            "delete": operation(
                f"deleteOne{name}",
                f"Delete One {singular}",
                collection.deleted or answer(f"deleteOne{name}"),
                parameters=("idPath",),
            ),
            "patch": update,
            "put": put,
        },
    }


def _endpoint(endpoint: Endpoint) -> Part:
    """A method of an address that belongs to no collection, or stands below one of its entities."""
    has_id = "{id}" in endpoint.path
    names = (*(("idPath",) if has_id else ()), *(("startingAfter",) if endpoint.is_page else ()))
    members: dict[str, Any] = {
        "tags": [endpoint.tag],
        "summary": endpoint.summary,
        "operationId": endpoint.operation_id,
    }
    if names:
        members["parameters"] = [*endpoint.own_parameters, *refer(*names)]
    errors = [*_ALWAYS, *(["404"] if has_id else [])]
    if endpoint.body is not None:
        schema = reference(endpoint.body.__name__)
        members["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
        errors += ["409", "413", "415"]
    done = {"description": "Done", "content": {"application/json": {"schema": endpoint.schema}}}
    status = "201" if endpoint.method == "post" else "200"
    return {**members, "responses": {status: done, **refusals(*sorted(errors))}}


def _data(**properties: Part) -> dict[str, Any]:
    return _object(data=_object(**properties))


def _page(plural: str, entity: Part, *, is_direct: bool) -> Part:
    entities = {"type": "array", "items": entity}
    data = entities if is_direct else _object(**{plural: entities})
    return _object(data=data, pageInfo=reference(PAGE_INFO), totalCount={"type": "integer"})


def _object(**properties: Part) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}
