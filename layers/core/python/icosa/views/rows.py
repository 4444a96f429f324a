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
from ..store import keys
from ..store.keys import Key
from ..store.ops import DeleteItem, PutItem
from .entity_types import ENTITY_TYPES, PARTS
from .tree import Root, Roots

_DATA = "d"
#: The number of the change of views that wrote the row; rows of version 0.3 have none.
REVISION = "rev"
#: DynamoDB's limit for an item is 400 KB, of which the keys take little.
_MAX_DATA_BYTES = 400 * 1024 - 1024


def key_of(workspace_id: str, root: Root) -> Key:
    return keys.view_row(workspace_id, root.entity_type.collection, root.id)


def pack(workspace_id: str, root: Root, *, revision: int) -> dict[str, Any]:
    """The item of a root, as the change of views with this number writes it. Raises PayloadTooLarge beyond 400 KB."""
    data = orjson.dumps({"entity": root.entity, **{name: parts for name, parts in root.parts.items() if parts}})
    if len(data) > _MAX_DATA_BYTES:
        raise PayloadTooLarge(
            f"The {root.entity_type.label.lower()} with its parts is larger than the 400 KB that the store allows"
        )
    return keys.item_at(key_of(workspace_id, root), **{_DATA: data.decode(), REVISION: revision})


def unpack(item: Mapping[str, Any]) -> Root:
    """The root of an item."""
    entity_type = ENTITY_TYPES[keys.view_collection(item)]
    data = orjson.loads(item[_DATA])
    return Root(
        entity_type,
        data["entity"],
        {part.collection: tuple(data.get(part.collection, ())) for part in PARTS[entity_type.collection]},
    )


def as_roots(items: Iterable[Mapping[str, Any]]) -> dict[str, Root]:
    """The roots of a workspace's items."""
    return {root.id: root for root in map(unpack, items)}


def changes(workspace_id: str, before: Roots, after: Roots, *, seen: int) -> list[PutItem | DeleteItem]:
    """The writes that make ``after`` of ``before``: one for each root that differs. Belong into one transaction with
    an operation of ``store.workspace_row`` that counts up the version of the views from ``seen``.
    """
    puts: list[PutItem | DeleteItem] = [
        PutItem(pack(workspace_id, root, revision=seen + 1))
        for root_id, root in after.items()
        if before.get(root_id) is not root
    ]
    deletes: list[PutItem | DeleteItem] = [
        DeleteItem(key_of(workspace_id, root)) for root_id, root in before.items() if root_id not in after
    ]
    return puts + deletes
