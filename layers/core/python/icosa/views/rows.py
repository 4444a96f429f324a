"""Views and page layouts as items of the table: one for each root, its entities as JSON text.

The workspace's row counts their changes (``viewsVersion``). Every change requires the count that it has seen and the
metadata version that it was checked against, so what was checked is what is true when it is written: views never name
fields that are deleted, and of two writers who saw the same, one starts again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from ..errors import PayloadTooLarge
from ..lru import LRUCache
from ..store import keys
from ..store.keys import Key
from ..store.ops import DeleteItem, PutItem
from ..store.table import Table
from .entity_types import ENTITY_TYPES, PARTS
from .tree import Root, Roots

_DATA = "d"
#: DynamoDB's limit for an item is 400 KB, of which the keys take little.
_MAX_DATA_BYTES = 400 * 1024 - 1024


def key_of(workspace_id: str, root: Root) -> Key:
    return keys.view_row(workspace_id, root.entity_type.collection, root.id)


def pack(workspace_id: str, root: Root) -> dict[str, Any]:
    """The item of a root. Raises PayloadTooLarge beyond 400 KB."""
    data = orjson.dumps({"entity": root.entity, **{name: parts for name, parts in root.parts.items() if parts}})
    if len(data) > _MAX_DATA_BYTES:
        raise PayloadTooLarge(
            f"The {root.entity_type.label.lower()} with its parts is larger than the 400 KB that the store allows"
        )
    return keys.item_at(key_of(workspace_id, root), **{_DATA: data.decode()})


def unpack(item: Mapping[str, Any]) -> Root:
    """The root of an item."""
    entity_type = ENTITY_TYPES[keys.view_collection(item)]
    data = orjson.loads(item[_DATA])
    return Root(
        entity_type,
        data["entity"],
        {part.collection: tuple(data.get(part.collection, ())) for part in PARTS[entity_type.collection]},
    )


#: Bytes of views that a process keeps, and what one takes in memory.
_MEMORY = 32 * 1024 * 1024
_ROOT_BYTES = 6_000

#: The views as this process has seen or left them last, with their version, by table and workspace.
_known: LRUCache[tuple[str, str], tuple[int, Roots]] = LRUCache(
    size=_MEMORY, weigh=lambda known: _ROOT_BYTES * len(known[1])
)


def read_roots(table: Table, workspace_id: str, version: int) -> Roots:
    """The roots of ``version``, which the caller has read before. Nothing is read when this process knows it.

    They may be later ones: a change that is made from them requires the version, and fails then.
    """
    known = _known.get((table.name, workspace_id))
    if known is not None and known[0] == version:
        return known[1]
    roots = as_roots(table.query_all(keys.views(workspace_id)))
    remember_roots(table, workspace_id, version, roots)
    return roots


def remember_roots(table: Table, workspace_id: str, version: int, roots: Roots) -> None:
    """Keep the roots of a version in place of those before."""
    _known.put((table.name, workspace_id), (version, roots))


def as_roots(items: Iterable[Mapping[str, Any]]) -> dict[str, Root]:
    """The roots of a workspace's items."""
    return {root.id: root for root in map(unpack, items)}


def changes(workspace_id: str, before: Roots, after: Roots) -> list[PutItem | DeleteItem]:
    """The writes that make ``after`` of ``before``: one for each root that differs. Belong into one transaction with
    an operation of ``store.workspace_row`` that counts up the version of the views.
    """
    puts: list[PutItem | DeleteItem] = [
        PutItem(pack(workspace_id, root)) for root_id, root in after.items() if before.get(root_id) is not root
    ]
    deletes: list[PutItem | DeleteItem] = [
        DeleteItem(key_of(workspace_id, root)) for root_id, root in before.items() if root_id not in after
    ]
    return puts + deletes
