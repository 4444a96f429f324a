"""The registry of workspaces: one small row for each, in a partition of its own, so that an operator finds them all
without a scan of the table.

A row says which workspace there is, and nothing that could become wrong: name, status and plan stand in the workspace's
own row. It is written in the transaction that makes the workspace exist. Workspaces that are older than the registry
enter it with the next change of their records or metadata (``functions/events``), or when an operator names them; from
then on their own row says so, and nobody looks again.

A page of 100 workspaces is one read unit for each 4 KB, that is two. One partition holds all: an account has 10,000
workspaces at the most (docs/deploying.md), of some 90 bytes each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from . import keys
from .ops import EXISTS, PutItem, set_attributes
from .table import Table, TransactionFailed

#: The attribute of a workspace's row that says that it is in the registry.
REGISTERED: Final = "isRegistered"


@dataclass(frozen=True, slots=True)
class RegistryPage:
    """Ids of workspaces, in their order; ``last`` is the id to go on after, None at the end."""

    ids: list[str]
    last: str | None


def entry(workspace_id: str, created_at: str) -> PutItem:
    """The write that enters a workspace: a write unit, two in a transaction. Whoever repeats it changes nothing."""
    return PutItem(keys.item_at(keys.registered(workspace_id), createdAt=created_at))


def page(table: Table, *, after: str | None = None, limit: int = 100) -> RegistryPage:
    """The next workspaces after one."""
    found = table.query(keys.registry(), after=after, limit=limit)
    return RegistryPage(list(map(keys.sort_of, found.items)), found.last)


def all_ids(table: Table) -> Iterator[str]:
    """The ids of all workspaces, page by page."""
    for found in table.query_pages(keys.registry()):
        yield from map(keys.sort_of, found.items)


def enter(table: Table, workspace_id: str, workspace: Mapping[str, Any]) -> bool:
    """Enter a workspace that is older than the registry, by its row; False where it was there, or is gone.

    Nothing is read or written for one whose row says that it is in it; else one transaction, 2 write units and 2 for
    each KB of the workspace's row. Raises TransactionConflict.
    """
    if workspace.get(REGISTERED):
        return False
    mark = set_attributes(keys.workspace(workspace_id), {REGISTERED: True}, condition=EXISTS)
    try:
        table.transact([mark, entry(workspace_id, workspace.get("createdAt", ""))])
    except TransactionFailed:
        return False  # It was deleted meanwhile.
    return True
