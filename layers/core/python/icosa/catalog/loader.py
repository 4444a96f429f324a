"""Reading a workspace's model.

A metadata change writes its rows and the workspace's row in one transaction, but DynamoDB lets a reader see a
transaction's items appear one after the other. So the workspace's row tells how many metadata rows there are and the
sum of their revisions: rows of two versions never add up (a change replaces a revision by a higher one, so a missing
part always shows in the count or makes the sum too small), and a mixture is not taken for a model.
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
from .rows import build_model
from .staging import overlaid

_ATTEMPTS = Attempts(8, longest_pause=0.05)


@dataclass(frozen=True, slots=True)
class MetadataState:
    """What a workspace's row says about its metadata rows."""

    version: int
    rows: int
    revisions: int
    #: The id of a large change that is committed, but whose rows may not be in their places yet (``commit``).
    staged: str | None = field(default=None, compare=False)

    @classmethod
    def of(cls, version: int, items: Iterable[Mapping[str, Any]]) -> MetadataState:
        revisions = [item["rev"] for item in items]
        return cls(version, len(revisions), sum(revisions))

    @classmethod
    def parse(cls, workspace_item: Mapping[str, Any]) -> MetadataState:
        return cls(
            workspace_item["metadataVersion"],
            workspace_item["metadataRows"],
            workspace_item["metadataRevisions"],
            workspace_item.get("metadataStaged"),
        )


def load_model(table: Table, workspace_id: str, state: MetadataState) -> Model:
    """The workspace's model: of ``state.version``, or of a later one when the metadata change meanwhile.

    One Query up to 1 MB unless a change is under way. Raises Unavailable as ``load_items`` does.
    """
    version, items = load_items(table, workspace_id, state)
    return build_model(workspace_id, version, items)


def load_items(table: Table, workspace_id: str, state: MetadataState) -> tuple[int, list[Item]]:
    """A metadata version, ``state``'s or a later one, and its rows.

    Raises Unavailable when changes follow each other without a pause, or when the workspace is removed meanwhile.
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
