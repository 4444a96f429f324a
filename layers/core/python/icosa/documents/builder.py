"""Makes the bundle of a workspace's current metadata version (``functions/schema_builder``)."""

from __future__ import annotations

import time

from ..catalog import bundles
from ..catalog.loader import MetadataState, load_items
from ..catalog.rows import build_model
from ..store import keys
from ..store.table import Table, TransactionConflict
from .sections import SECTIONS, Source


def build(table: Table, workspace_id: str, version: int | None = None) -> int | None:
    """Make and store what is missing of the current version's bundle, and let older bundles expire.

    ``version`` is the one that somebody has heard of: when the workspace has moved on since, nothing is done, because
    the news of the later one are on their way. Doing it twice changes nothing. The version that was built, or None.

    Raises whatever making a section raises: nothing of that section is stored then, and readers go on without it.
    """
    workspace = table.get(keys.workspace(workspace_id))
    if workspace is None:
        return None
    state = MetadataState.parse(workspace)
    if version is not None and version < state.version:
        return None
    missing = [s for s in SECTIONS if not bundles.exists(table, workspace_id, s.name, state.version, maker=s.maker())]
    if missing:
        current, items = load_items(table, workspace_id, state)
        source = Source(items=items, model=build_model(workspace_id, current, items))
        for section in missing:
            _save(table, workspace_id, section.name, current, section.build(source), section.maker())
        state = MetadataState.of(current, items)
    bundles.expire_older(table, workspace_id, state.version, now=time.time())
    return state.version


def _save(table: Table, workspace_id: str, section: str, version: int, content: bytes, maker: str) -> None:
    try:
        bundles.save(table, workspace_id, section, version, content, maker=maker)
    except TransactionConflict:
        # Somebody else writes the same section of the same version, which is the same content.
        if not bundles.exists(table, workspace_id, section, version, maker=maker):
            raise
