"""The current model of a workspace: from memory, from the bundle, or from the metadata rows
(docs/decisions.md#models-from-memory-bundle-or-rows).

Every request reads the current version with its key, so a model in memory is never stale. The rows are the truth; a
missing bundle only costs time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from ..lru import LRUCache
from ..model.model import Model
from ..store import keys
from ..store.table import Table
from . import bundles, memory
from .loader import MetadataState, load_model
from .rows import build_model

SECTION = "model"

#: Bytes of models that a container keeps.
_MEMORY = 256 * 1024 * 1024
#: Bytes of memory of an object and of a field, with what requests compile from them (measured by bench/schemas.py).
_OBJECT_BYTES = 24_000
_FIELD_BYTES = 6_000


def weight(model: Model) -> int:
    """An estimate of the bytes that a model takes in memory."""
    return sum(_OBJECT_BYTES + _FIELD_BYTES * len(obj.fields) for obj in model.objects)


_models: LRUCache[tuple[str, int], Model] = LRUCache(size=_MEMORY, weigh=weight)


def current_model(table: Table, workspace_id: str, state: MetadataState) -> Model:
    """The model of ``state.version``, or of a later version.

    Reads nothing when the model is in memory, also as this process has left it by a change, one bundle else. Raises
    Unavailable when the metadata keeps changing.
    """
    model = _models.get((workspace_id, state.version))
    if model is None:
        model = (
            memory.known_model(table, workspace_id, state)
            or _from_bundle(table, workspace_id, state.version)
            or load_model(table, workspace_id, state)
        )
        _models.put((workspace_id, model.version), model)
    return model


def forget() -> None:
    """Forget all models, as a new container has none."""
    _models.clear()
    memory.forget()


def encode(items: Iterable[Mapping[str, Any]]) -> bytes:
    """Metadata rows as the content of the section."""
    return orjson.dumps([keys.without_partition(item) for item in items])


def _from_bundle(table: Table, workspace_id: str, version: int) -> Model | None:
    content = bundles.load(table, workspace_id, SECTION, version)
    return None if content is None else build_model(workspace_id, version, orjson.loads(content))
