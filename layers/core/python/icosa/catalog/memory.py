"""The metadata rows of workspaces as this process has seen or left them last, for the next change of a model.

Every metadata version is one set of rows for ever, and a change reads the version first, so what is remembered is
either the present version or known to be old. A change in a large workspace then reads no more than in a small one.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..lru import LRUCache
from ..model.model import Model
from ..store.table import Table
from .loader import MetadataState
from .staging import Item

#: Bytes of rows that a process keeps, and what one takes in memory (a field of ten attributes).
_MEMORY = 64 * 1024 * 1024
_ROW_BYTES = 3_000


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownVersion:
    """A version of a workspace's metadata. ``items`` are its rows by sort key."""

    state: MetadataState
    model: Model
    items: dict[str, Item]


_versions: LRUCache[tuple[str, str], KnownVersion] = LRUCache(
    size=_MEMORY, weigh=lambda known: _ROW_BYTES * len(known.items)
)


def known_version(table: Table, workspace_id: str) -> KnownVersion | None:
    """The version seen last."""
    return _versions.get((table.name, workspace_id))


def known_model(table: Table, workspace_id: str, state: MetadataState) -> Model | None:
    """The model of a version, None unless it is the one seen last."""
    known = known_version(table, workspace_id)
    return known.model if known is not None and known.state == state else None


def remember(table: Table, workspace_id: str, known: KnownVersion) -> None:
    """Keep a version in place of the one before."""
    _versions.put((table.name, workspace_id), known)


def forget() -> None:
    """Forget all, as a new container knows nothing."""
    _versions.clear()
