"""Builds the bundle of a workspace's current metadata version (``functions/schema_builder``)."""

from __future__ import annotations

import time

from ..access.workspace_status import is_there
from ..catalog import bundles
from ..catalog.loader import MetadataState, load_items
from ..catalog.rows import build_model
from ..store import keys
from ..store.table import Table, TransactionConflict
from .sections import SECTIONS, Source


def build(table: Table, workspace_id: str, version: int | None = None) -> int | None:
    """Build and store the missing sections of the current version's bundle, and let older bundles expire.

    ``version`` is the version named by the stream record. Records of older versions, and duplicates, are ignored: the
    record of the current version follows. Returns the version that was built, or None.

    Raises whatever building a section raises: nothing of that section is stored then, and readers do without it.
    """
    workspace = table.get(keys.workspace(workspace_id))
    if workspace is None or not is_there(workspace):
        return None
    state = MetadataState.parse(workspace)
    if version is not None and version < state.version:
        return None
    missing = [
        s for s in SECTIONS if not bundles.exists(table, workspace_id, s.name, state.version, maker=s.build_id())
    ]
    if missing:
        current, items = load_items(table, workspace_id, state)
        source = Source(items=items, model=build_model(workspace_id, current, items))
        for section in missing:
            _save(table, workspace_id, section.name, current, section.build(source), section.build_id())
        state = MetadataState.of(current, items)
    bundles.expire_older(table, workspace_id, state.version, now=time.time())
    return state.version


def _save(table: Table, workspace_id: str, section: str, version: int, content: bytes, build_id: str) -> None:
    try:
        bundles.save(table, workspace_id, section, version, content, maker=build_id)
    except TransactionConflict:
        # Another invocation writes the same section of the same version, which is the same content.
        if not bundles.exists(table, workspace_id, section, version, maker=build_id):
            raise
