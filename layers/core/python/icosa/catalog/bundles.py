"""What is made from a workspace's metadata, kept for containers that have not made it yet.

The *bundle* of a metadata version has sections (``model``, ``openapi-core`` …), each a JSON text, compressed, in parts
below DynamoDB's limit of an item. Parts carry the digest of the whole, so that a reader takes all of one write or
nothing. A bundle only saves time: who finds none makes what it needs from the metadata rows.
"""

from __future__ import annotations

import hashlib
import logging
import zlib

from ..store import keys
from ..store.ops import Delete, Op, Put, set_attributes
from ..store.table import Table, chunked

logger = logging.getLogger(__name__)

#: DynamoDB's limits are 400 KB an item and 4 MB a transaction.
PART_BYTES = 350_000
_PARTS_AT_ONCE = 10
#: How long the bundle of a version that is no longer current stays: readers may have learned of that version before the
#: change.
EXPIRY_SECONDS = 3600


def save(table: Table, workspace_id: str, section: str, version: int, content: bytes, *, maker: str = "") -> None:
    """Store a section, in place of what is there. ``maker`` names what made it: only readers that name the same take
    it.

    Raises TransactionConflict when others write the same section.
    """
    data = zlib.compress(content)
    parts = [data[start : start + PART_BYTES] for start in range(0, len(data), PART_BYTES)]
    shared = {"parts": len(parts), "digest": _digest(data), "maker": maker}
    puts = []
    for number, part in enumerate(parts):
        key = keys.bundle(workspace_id, section, version, number)
        lasting = keys.lasting_bundles(workspace_id), key[1]
        puts.append((Put(keys.item_at(key, data=part, **shared)), Put(keys.item_at(lasting))))
    for chunk in chunked(puts, _PARTS_AT_ONCE):
        table.transact([op for pair in chunk for op in pair])


def load(table: Table, workspace_id: str, section: str, version: int, *, maker: str = "") -> bytes | None:
    """A section, None unless it is there as a whole and made by ``maker``. One Query up to 1 MB."""
    items = table.query_all(keys.bundles(workspace_id), prefix=keys.bundle_prefix(section, version))
    if not items or items[0].get("maker") != maker:
        return None
    data = b"".join(item.get("data", b"") for item in items)
    if len(items) != items[0]["parts"] or _digest(data) != items[0]["digest"]:
        # Being written, or broken: either way it is made anew in place.
        logger.warning(
            "incomplete bundle", extra={"workspace_id": workspace_id, "section": section, "version": version}
        )
        return None
    return zlib.decompress(data)


def exists(table: Table, workspace_id: str, section: str, version: int, *, maker: str = "") -> bool:
    """Whether ``load`` would find the section, judged by its first part."""
    first = table.get(keys.bundle(workspace_id, section, version, 0))
    return first is not None and first.get("maker") == maker


def expire_older(table: Table, workspace_id: str, version: int, *, now: float) -> None:
    """Let the bundles of lower versions expire: a slow maker of one of them must not touch those that came after.

    ``now`` is in seconds since the epoch. What expires already may stay for days and is large, so nobody looks at it
    again.
    """
    lasting = table.query_all(keys.lasting_bundles(workspace_id))
    old = [sort for row in lasting if keys.bundle_version(sort := keys.sort_of(row)) < version]
    for chunk in chunked(old, _PARTS_AT_ONCE):
        table.transact([op for sk in chunk for op in _expiry(workspace_id, sk, int(now) + EXPIRY_SECONDS)])


def _expiry(workspace_id: str, sk: str, moment: int) -> tuple[Op, Op]:
    # No condition: what has gone meanwhile comes back as an empty row, which expires like the others.
    expires = set_attributes((keys.bundles(workspace_id), sk), {"ttl": moment}, condition=None)
    return expires, Delete((keys.lasting_bundles(workspace_id), sk))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
