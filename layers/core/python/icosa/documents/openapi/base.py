"""What every document begins with, and the whole of it for callers without a valid token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import orjson

from ...version import API_VERSION
from .operation import operation
from .schemas import Part
from .tags import GENERAL

DocumentName = Literal["core", "metadata"]

#: Below the API's base URL.
_SERVERS: Mapping[DocumentName, tuple[str, str]] = {
    "core": ("/rest", "Records"),
    "metadata": ("/rest/metadata", "Data model"),
}
_TITLES: Mapping[DocumentName, str] = {"core": "Icosa Core API", "metadata": "Icosa Metadata API"}
_DESCRIPTIONS: Mapping[DocumentName, str] = {
    "core": (
        "The records of this workspace. Paths and schemas follow its data model: create an object or a field, and "
        "they are here.\n\n"
        "Every request carries an API key as a bearer token. Reads see everything that was written before them, and a "
        "request that creates or changes records applies as a whole or not at all. Which records and fields an answer "
        "holds depends on the role of the key; this document does not.\n\n"
        "Send `X-Icosa-Explain: 1` to learn from the headers of the answer how a query was answered and what it cost, "
        "and `X-Icosa-Consistency: eventual` to read for half of that where the last second does not matter."
    ),
    "metadata": (
        "The data model of this workspace: its objects and fields, and how they are shown. A change is in force for "
        "the next request.\n\n"
        "Every request carries an API key as a bearer token; what its role may see and change depends on its "
        "permission flags."
    ),
}
_SECURITY_SCHEMES: Part = {
    "bearerAuth": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "An API key's token. It names the workspace; no part of the URL does.",
    }
}


def head(name: DocumentName, base_url: str) -> dict[str, Any]:
    """The members that depend on where the API is, and those that are the same for everybody."""
    return {
        "openapi": "3.1.1",
        "info": {
            "title": _TITLES[name],
            "description": _DESCRIPTIONS[name],
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            "version": API_VERSION,
        },
        "servers": [server_of(name, base_url)],
        "security": [{"bearerAuth": []}],
    }


def server_of(name: DocumentName, base_url: str) -> Part:
    """Where the paths of a document begin."""
    path, description = _SERVERS[name]
    return {"url": f"{base_url}{path}", "description": description}


def skeleton(name: DocumentName, base_url: str) -> bytes:
    """The document for callers without a valid token: how to become one with a token, and nothing of any workspace."""
    return orjson.dumps(head(name, base_url) | {"paths": own_path(name, base_url), "components": components({})})


def whole(name: DocumentName, base_url: str, body: bytes) -> bytes:
    """The document of a workspace. ``body`` is the JSON object of the members that do not depend on where
    the API is.
    """
    return orjson.dumps(head(name, base_url))[:-1] + b"," + body[1:]


def components(others: Part) -> dict[str, Any]:
    return {"securitySchemes": _SECURITY_SCHEMES, **others}


def own_path(name: DocumentName, base_url: str | None = None, *, parameters: Sequence[Part] = ()) -> dict[str, Any]:
    """The path of the document itself. It hangs on the server of records, which must be named (``base_url``) in other
    documents. What has parameters can be refused.
    """
    own = operation(
        tag=GENERAL,
        id="GetOpenApiSchema",
        summary="Get Open Api Schema",
        description="This document. Without a valid token it has no paths but this one.",
        answer={"type": "object", "description": "OpenAPI 3.1"},
        success="An OpenAPI document",
        refused=("400",) if parameters else (),
        parameters=parameters,
    )
    path: dict[str, Any] = {"get": {**own, "security": [{}, {"bearerAuth": []}]}}
    if base_url is not None:
        path["servers"] = [server_of("core", base_url)]
    return {f"/open-api/{name}": path}
