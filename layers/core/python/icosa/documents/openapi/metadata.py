"""The document of the Metadata REST API (docs/wire/metadata.md#rest-routes).

It is the same for every workspace but for the envelope of its answers, which a workspace chooses, and for the ids and
names in examples, which are such that requests succeed. `PUT` on an entity is left out: it does what `PATCH` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import orjson

from ...identifiers import capitalised
from ...settings import settings
from ...validation.schema import components_of
from . import events
from .base import components, head, own_path, server_of
from .collection import COLLECTIONS, Collection
from .endpoint import ACCESS, ENDPOINTS, Endpoint
from .errors import METADATA_MEMBERS, error_components
from .metadata_wording import described
from .operation import operation
from .parameters import IDEMPOTENCY_KEY, metadata_parameters, refer
from .schemas import PAGE_INFO, PAGED, Part, all_of, list_of, page_info, reference
from .tags import Tag, tag_members

_ALWAYS = ("400", "401", "403", "429", "503")
_ONE = ("404",)
_WRITES = ("409", "422")
_PAGE = ("limit", "startingAfter", "endingBefore")

#: By schema, what replaces members of its example.
Examples = Mapping[str, Mapping[str, Any]]


def metadata_document(base_url: str, *, is_direct: bool, examples: Examples | None = None) -> bytes:
    """The JSON of the document. ``is_direct``: the workspace wants answers without envelopes."""
    members = _members(is_direct=is_direct)
    parts = members["components"]
    schemas = parts["schemas"]
    replaced = {
        name: {**schemas[name], "example": {**schemas[name]["example"], **changes}}
        for name, changes in (examples or {}).items()
    }
    return orjson.dumps(
        {
            **head("metadata", base_url),
            **members,
            "paths": {
                **own_path("metadata", base_url),
                **events.paths(server_of("core", base_url)),
                **members["paths"],
            },
            "components": {**parts, "schemas": {**schemas, **replaced}},
        }
    )


@cache
def _members(*, is_direct: bool) -> Mapping[str, Any]:
    paths: dict[str, Any] = {}
    for collection in COLLECTIONS:
        paths |= _paths(collection, is_direct=is_direct)
    for endpoint in ENDPOINTS:
        paths.setdefault(endpoint.path, {})[endpoint.method] = _endpoint(endpoint)
    error_schemas, responses = error_components(settings, METADATA_MEMBERS)
    users: tuple[Collection | Endpoint, ...] = (*COLLECTIONS, *ENDPOINTS)
    models = {name: model for user in users for name, model in user.models.items()}
    own = {name: schema for collection in COLLECTIONS for name, schema in _pages(collection, is_direct=is_direct)}
    parts = {
        "parameters": metadata_parameters(),
        "responses": responses,
        "schemas": {
            **described(components_of(models)),
            **own,
            **events.SCHEMAS,
            PAGE_INFO: page_info("entity", is_cursor=False),
            **error_schemas,
        },
    }
    tags = [
        *(Tag(name=c.plural, label=c.label, description=c.description, group=c.group) for c in COLLECTIONS),
        Tag(
            name=ACCESS,
            label="Access",
            description="Who asks, and who changed what about API keys and roles",
            group="Access",
        ),
        events.TAG,
        Tag(
            name="jobs",
            label="Jobs",
            description="Work on records that goes on after its request, and how far it is",
            group="Data model",
        ),
        Tag(
            name="indexAdvice",
            label="Index advice",
            description="Which indexes are used, which are missed, and what each costs",
            group="Data model",
        ),
        Tag(
            name="demoRecords",
            label="Demo records",
            description="The records with which a demo workspace began, and their end",
            group="Workspace",
        ),
    ]
    return {**tag_members(tags), "paths": paths, "components": components(parts)}


def _page_name(collection: Collection) -> str:
    return f"{capitalised(collection.singular)}Page"


def _pages(collection: Collection, *, is_direct: bool) -> list[tuple[str, Part]]:
    """The named schemas of a collection's answers, its entities left out."""
    entities = list_of(reference(f"{capitalised(collection.singular)}ForResponse"))
    data = all_of(**{collection.plural: entities}) if collection.is_wrapped and not is_direct else entities
    page = all_of(data=data, **PAGED)
    return [(_page_name(collection), {**page, "description": f"A page of {collection.label.lower()}"})]


def _paths(collection: Collection, *, is_direct: bool) -> dict[str, Any]:
    singular, plural = collection.singular, collection.plural
    one, many = collection.noun, collection.label.lower()
    name = capitalised(singular)
    entity = reference(f"{name}ForResponse")

    def answer(key: str) -> Part:
        return all_of(data=all_of(**{key: entity})) if collection.is_wrapped and not is_direct else entity

    return {
        f"/{plural}": {
            "get": operation(
                tag=plural,
                id=f"findMany{capitalised(plural)}",
                summary=f"Find Many {plural}",
                description=f"A page of {many}",
                parameters=[*collection.filters, *refer(*_PAGE)],
                answer=reference(_page_name(collection)),
                success=f"A page of {many}",
                refused=_ALWAYS,
            ),
            "post": operation(
                tag=plural,
                id=f"createOne{name}",
                summary=f"Create One {singular}",
                description=f"Create {one}",
                parameters=refer(IDEMPOTENCY_KEY),
                body=reference(name),
                answer=answer(f"createOne{name}"),
                success="What was created",
                status="201",
                refused=(*_ALWAYS, *_WRITES, *(_ONE if collection.has_parent else ())),
            ),
        },
        f"/{plural}/{{id}}": {
            "get": operation(
                tag=plural,
                id=f"findOne{name}",
                summary=f"Find One {singular}",
                description=f"Read {one}",
                parameters=refer("idPath"),
                answer=collection.read or answer(singular),
                success="The entity",
                refused=(*_ALWAYS, *_ONE),
            ),
            "delete": operation(
                tag=plural,
                id=f"deleteOne{name}",
                summary=f"Delete One {singular}",
                description=f"Delete {one}",
                parameters=refer("idPath", IDEMPOTENCY_KEY),
                answer=collection.deleted or answer(f"deleteOne{name}"),
                success="What is left to say of it",
                refused=(*_ALWAYS, *_ONE, *_WRITES),
            ),
            "patch": operation(
                tag=plural,
                id=f"updateOne{name}",
                summary=f"Update One {singular}",
                description=f"Change {one}. What the body does not name stays as it is",
                parameters=refer("idPath", IDEMPOTENCY_KEY),
                body=reference(f"{name}ForUpdate"),
                answer=collection.updated or answer(f"updateOne{name}"),
                success="What it is now",
                refused=(*_ALWAYS, *_ONE, *_WRITES),
            ),
        },
    }


def _endpoint(endpoint: Endpoint) -> Part:
    """A method of an address that belongs to no collection, or stands below one of its entities."""
    has_id, has_body = "{id}" in endpoint.path, endpoint.body is not None
    named = (
        *(("idPath",) if has_id else ()),
        *(("startingAfter",) if endpoint.is_page else ()),
        *(() if endpoint.method == "get" else (IDEMPOTENCY_KEY,)),
    )
    return operation(
        tag=endpoint.tag,
        id=endpoint.operation_id,
        summary=endpoint.summary,
        description=endpoint.summary,
        parameters=[*endpoint.own_parameters, *refer(*named)],
        body=None if endpoint.body is None else reference(endpoint.body.__name__),
        answer=endpoint.schema,
        success="Done" if has_body else endpoint.summary,
        status=endpoint.success_status,
        refused=(
            *_ALWAYS,
            *(_ONE if has_id or endpoint.names_entity else ()),
            *(_WRITES if endpoint.method != "get" else ()),
        ),
    )
