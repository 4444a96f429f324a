"""The OpenAPI document of a workspace's records, or a part of it: from memory, from the bundle, or made in place
(docs/decisions.md#models-from-memory-bundle-or-rows).
"""

from __future__ import annotations

from collections.abc import Sequence

from ..catalog import bundles
from ..catalog.loader import MetadataState
from ..catalog.models import current_model
from ..lru import LRUCache
from ..store.table import Table
from .openapi.base import whole
from .openapi.build_id import build_id
from .openapi.chosen import chosen
from .openapi.core import core_body
from .sections import OPENAPI_CORE

#: Bytes of documents that a container keeps.
_MEMORY = 48 * 1024 * 1024
#: By workspace, version and the ids of the objects of a part; the whole document has none.
_bodies: LRUCache[tuple[str, int, tuple[str, ...]], bytes] = LRUCache(size=_MEMORY, weigh=len)


def core_document(
    table: Table,
    workspace_id: str,
    state: MetadataState,
    base_url: str,
    *,
    names: Sequence[str] | None = None,
) -> bytes:
    """The JSON of the Core API's document, or of the part about the objects with these ``names``.

    Raises Unavailable when the metadata keep changing, and UnknownObjects.
    """
    body = _body(table, workspace_id, state) if names is None else _part(table, workspace_id, state, names)
    return whole("core", base_url, body)


def forget() -> None:
    """Forget all documents, as a new container has none."""
    _bodies.clear()


def _body(table: Table, workspace_id: str, state: MetadataState) -> bytes:
    body = _bodies.get((workspace_id, state.version, ()))
    if body is None:
        version = state.version
        body = bundles.load(table, workspace_id, OPENAPI_CORE, version, maker=build_id())
        if body is None:
            model = current_model(table, workspace_id, state)
            body, version = core_body(model), model.version
        _bodies.put((workspace_id, version, ()), body)
    return body


def _part(table: Table, workspace_id: str, state: MetadataState, names: Sequence[str]) -> bytes:
    """Made from the model, of which it takes a small share: that is less work than cutting it out of the whole."""
    model = current_model(table, workspace_id, state)
    ids = chosen(model, names)
    key = (workspace_id, model.version, ids)
    body = _bodies.get(key)
    if body is None:
        body = core_body(model, only=ids)
        _bodies.put(key, body)
    return body
