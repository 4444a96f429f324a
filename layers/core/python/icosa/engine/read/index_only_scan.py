"""Reading every record's values of a few leaves from their complete indexes: 100 bytes a record instead of
the record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from ...model.model import Object
from ...model.record import Record
from ...model.types.base import Leaf
from ...store import keys
from ...store.lookup import IndexEntry, whole_index
from ...store.register import Register
from ...store.table import Table
from ..context import Context
from ..records import get_live

#: Reading so many indexes side by side still moves less than the records do.
_MAX_INDEXES = 4


def narrow(ctx: Context, obj: Object, leaves: Sequence[Leaf]) -> list[Record] | None:
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
    items: dict[str, Record] = {}
    rows: Counter[str] = Counter()
    cut: set[str] = set()
    for leaf, entries in zip(wanted, indexes, strict=True):
        rows.update(record_id for _, record_id, _ in entries)
        for encoded, record_id, exact in entries:
            item = items.get(record_id)
            if item is None:
                item = items[record_id] = Record({by_id: record_id})
                item.id = record_id
            if encoded is None:
                continue
            try:
                value = leaf.kind.decode(encoded, exact)
            except ValueError:
                cut.add(record_id)
                continue
            if leaf.sub is None:
                item[leaf.field.key] = value
            else:
                item.setdefault(leaf.field.key, {})[leaf.sub] = value
    # Between two of the reads a record may have come, gone or changed: then it has not one row in each index.
    doubtful = {record_id for record_id, count in rows.items() if count != len(wanted)} | cut
    whole = [item for item in get_live(ctx, obj, sorted(doubtful)) if item is not None]
    return whole + [item for record_id, item in items.items() if record_id not in doubtful]


def _scanner(pk: str) -> Callable[[Table], list[IndexEntry]]:
    return lambda table: whole_index(table, pk)
