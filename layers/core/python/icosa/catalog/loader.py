"""Reading a workspace's model.

A metadata change writes its rows and the workspace's row in one transaction, but a Query may see some of a
transaction's items before others. Therefore the workspace's row holds the number of metadata rows and the sum of their
revisions. A change replaces revisions by higher ones, so a mixture of two versions has another number or another sum,
and is not taken for a model.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import Unavailable
from ..model.model import Model
from ..store import keys
from ..store.retry import Attempts
from ..store.table import Item, Table
from ..store.versions import Versions
from .rows import build_model
from .staging import overlaid

_ATTEMPTS = Attempts(8, longest_pause=0.05)


@dataclass(frozen=True, slots=True)
class MetadataState:
    """What a workspace's row says about its metadata rows."""

    version: int
    rows: int
    revisions: int
    #: The id of a staged change that is committed, but perhaps not carried out yet (``catalog.staging``).
    staged: str | None = field(default=None, compare=False)

    @classmethod
    def of(cls, version: int, items: Iterable[Mapping[str, Any]]) -> MetadataState:
        revisions = [item["rev"] for item in items]
        return cls(version, len(revisions), sum(revisions))

    @classmethod
    def parse(cls, workspace_item: Mapping[str, Any]) -> MetadataState:
        """Raises FormatTooNew: whoever learns the model reads rows by it."""
        Versions.parse(workspace_item).require_readable()
        return cls(
            workspace_item["metadataVersion"],
            workspace_item["metadataRows"],
            workspace_item["metadataRevisions"],
            workspace_item.get("metadataStaged"),
        )


def load_model(table: Table, workspace_id: str, state: MetadataState) -> Model:
    """The workspace's model, of ``state.version`` or of a later version.

    One Query up to 1 MB unless a change is under way. Raises Unavailable as ``load_items`` does.
    """
    version, items = load_items(table, workspace_id, state)
    return build_model(workspace_id, version, items)


def load_items(table: Table, workspace_id: str, state: MetadataState) -> tuple[int, list[Item]]:
    """A metadata version, ``state``'s or a later one, and its rows.

    Raises Unavailable when every attempt meets another change, or when the workspace is removed meanwhile.
    """
    for attempt in _ATTEMPTS:
        if attempt:
            workspace = table.get(keys.workspace(workspace_id))
            if workspace is None:
                break
            state = MetadataState.parse(workspace)
        items = overlaid(table.query_all(keys.metadata(workspace_id)), state.staged)
        if MetadataState.of(state.version, items) == state:
            return state.version, items
    raise Unavailable("The data model is changing. Please try again.")
