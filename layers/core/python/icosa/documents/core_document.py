"""The OpenAPI document of a workspace's records: from memory, from the bundle, or made in place
(docs/decisions.md#models-from-memory-bundle-or-rows).
"""

from __future__ import annotations

from ..catalog import bundles
from ..catalog.loader import MetadataState
from ..catalog.models import current_model
from ..lru import LRUCache
from ..store.table import Table
from .openapi.base import whole
from .openapi.build_id import build_id
from .openapi.core import core_body
from .sections import OPENAPI_CORE

#: Bytes of documents that a container keeps.
_MEMORY = 48 * 1024 * 1024
_bodies: LRUCache[tuple[str, int], bytes] = LRUCache(size=_MEMORY, weigh=len)


def core_document(table: Table, workspace_id: str, state: MetadataState, base_url: str) -> bytes:
    """The JSON of the Core API's document. Raises Unavailable when the metadata keep changing."""
    return whole("core", base_url, _body(table, workspace_id, state))


def forget() -> None:
    """Forget all documents, as a new container has none."""
    _bodies.clear()


def _body(table: Table, workspace_id: str, state: MetadataState) -> bytes:
    body = _bodies.get((workspace_id, state.version))
    if body is None:
        version = state.version
        body = bundles.load(table, workspace_id, OPENAPI_CORE, version, maker=build_id())
        if body is None:
            model = current_model(table, workspace_id, state)
            body, version = core_body(model), model.version
        _bodies.put((workspace_id, version), body)
    return body
