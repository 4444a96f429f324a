"""Reading every record's values of a few leaves from their complete indexes: 100 bytes a record instead of
the record.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..model.model import Object
from ..model.types.base import Item, Leaf
from ..store import keys
from ..store.register import Register
from ..store.table import Table
from .context import Context
from .records import get_live

#: Reading so many indexes side by side still moves less than the records do.
_MAX_INDEXES = 4


def narrow(ctx: Context, obj: Object, leaves: Sequence[Leaf]) -> list[Item] | None:
    """Every live record with its id and its values of ``leaves``; None when the indexes do not hold them all."""
    by_id = obj.by_name["id"].key
    wanted = [leaf for leaf in leaves if leaf.path != ("id",)]
    if not wanted or len(wanted) > _MAX_INDEXES or not all(leaf.has_index for leaf in wanted):
        return None
    if ctx.register.touches(obj.key):
        return None
    ctx.table.meter.note("scan of indexes " + " + ".join(leaf.dotted for leaf in wanted))
    partitions = [keys.index(ctx.model.workspace_id, obj.key, leaf.key) for leaf in wanted]
    indexes = ctx.table.parallel([_scanner(pk) for pk in partitions])
    after = Register.parse(ctx.table.get(keys.open_batches(ctx.model.workspace_id)))
    if not after.is_quiet_since(ctx.register, obj.key):
        return None
    items: dict[str, dict[str, Any]] = {}
    cut: set[str] = set()
    for leaf, rows in zip(wanted, indexes, strict=True):
        for row in rows:
            encoded, record_id = keys.split_index_sort(row["SK"])
            item = items.setdefault(record_id, {"SK": record_id, by_id: record_id, "rows": 0})
            item["rows"] += 1
            if encoded is None:
                continue
            try:
                value = leaf.kind.decode(encoded, row.get("e"))
            except ValueError:
                cut.add(record_id)
                continue
            if leaf.subfield is None:
                item[leaf.field.key] = value
            else:
                item.setdefault(leaf.field.key, {})[leaf.subfield] = value
    # Between two of the reads a record may have come, gone or changed: then it has not one row in each index.
    doubtful = {record_id for record_id, item in items.items() if item["rows"] != len(wanted)} | cut
    whole = [item for item in get_live(ctx, obj, sorted(doubtful)) if item is not None]
    return whole + [item for record_id, item in items.items() if record_id not in doubtful]


def _scanner(pk: str) -> Callable[[Table], list[Any]]:
    return lambda table: table.query_all(pk, project="SK, e")
