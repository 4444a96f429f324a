"""Bundles: a cache in the table for what is computed from a workspace's metadata, shared by all containers.

The bundle of a metadata version has sections (``model``, ``openapi-core`` …), each a JSON text, compressed, in parts
below DynamoDB's limit for an item. Parts carry the digest of the whole, so that a reader takes all of one write or
nothing. A bundle only saves time: a reader that misses it computes what it needs from the metadata rows.
"""

from __future__ import annotations

import hashlib
import logging
import zlib

from ..store import keys
from ..store.ops import DeleteItem, Op, PutItem, set_attributes
from ..store.table import Table, chunked

logger = logging.getLogger(__name__)

#: DynamoDB's limits are 400 KB an item and 4 MB a transaction.
PART_BYTES = 350_000
_PARTS_AT_ONCE = 10
#: Time until the bundle of a replaced version expires: requests that began before the change may still read it.
EXPIRY_SECONDS = 3600


def save(table: Table, workspace_id: str, section: str, version: int, content: bytes, *, maker: str = "") -> None:
    """Store a section, in place of what is there. ``maker`` identifies the code that made it; readers that name another
    one ignore it.

    Raises TransactionConflict when others write the same section.
    """
    data = zlib.compress(content)
    parts = [data[start : start + PART_BYTES] for start in range(0, len(data), PART_BYTES)]
    shared = {"parts": len(parts), "digest": _digest(data), "maker": maker}
    puts = []
    for number, part in enumerate(parts):
        key = keys.bundle(workspace_id, section, version, number)
        lasting = keys.lasting_bundles(workspace_id), key[1]
        puts.append((PutItem(keys.item_at(key, data=part, **shared)), PutItem(keys.item_at(lasting))))
    for chunk in chunked(puts, _PARTS_AT_ONCE):
        table.transact([op for pair in chunk for op in pair])


def load(table: Table, workspace_id: str, section: str, version: int, *, maker: str = "") -> bytes | None:
    """A section; None unless it is complete and was made by ``maker``. One Query up to 1 MB."""
    items = table.query_all(keys.bundles(workspace_id), prefix=keys.bundle_prefix(section, version))
    if not items or items[0].get("maker") != maker:
        return None
    data = b"".join(item.get("data", b"") for item in items)
    if len(items) != items[0]["parts"] or _digest(data) != items[0]["digest"]:
        # Being written, or broken: whoever needs it makes it again.
        logger.warning(
            "incomplete bundle", extra={"workspace_id": workspace_id, "section": section, "version": version}
        )
        return None
    return zlib.decompress(data)


def exists(table: Table, workspace_id: str, section: str, version: int, *, maker: str = "") -> bool:
    """Whether the section is there, judged by its first part."""
    first = table.get(keys.bundle(workspace_id, section, version, 0))
    return first is not None and first.get("maker") == maker


def expire_older(table: Table, workspace_id: str, version: int, *, now: float) -> None:
    """Let the bundles of lower versions expire; those of higher ones are left alone, since this caller may be late.

    ``now`` is in seconds since the epoch. The partition of lasting bundles says which do not expire yet, so that the
    large rows of the others are not read.
    """
    lasting = table.query_all(keys.lasting_bundles(workspace_id))
    old = [sort for row in lasting if keys.bundle_version(sort := keys.sort_of(row)) < version]
    for chunk in chunked(old, _PARTS_AT_ONCE):
        table.transact([op for sk in chunk for op in _expiry(workspace_id, sk, int(now) + EXPIRY_SECONDS)])


def _expiry(workspace_id: str, sk: str, moment: int) -> tuple[Op, Op]:
    # Without a condition: a row that is gone meanwhile comes back as an empty one, and expires like the others.
    expires = set_attributes((keys.bundles(workspace_id), sk), {"ttl": moment}, condition=None)
    return expires, DeleteItem((keys.lasting_bundles(workspace_id), sk))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
