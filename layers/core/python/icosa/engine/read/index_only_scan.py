"""Index-only scan: every record's values of a few leaves, read from their indexes instead of the records.

An index row is some 100 bytes, a record may be thousands. ``matches`` and ``joins`` call it where they need values of
all records of an object.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from ...model.model import Object
from ...model.record import Record
from ...model.types.base import Leaf
from ...query.operation import Filter
from ...store import keys
from ...store.derive import CREATED_AT
from ...store.lookup import WholeIndex, whole_by_creation, whole_index
from ...store.table import Table
from ..context import Context
from ..records import count_live, get_live
from .access_paths import single_leaf
from .range_rows import Keeps, keeper
from .scan_limit import check_rows
from .steady import Watch, fetch


def index_only_scan(
    ctx: Context, obj: Object, leaves: Sequence[Leaf], filter: Filter | None = None, asked: Filter | None = None
) -> list[Record] | None:
    """Every live record with its id and its values of ``leaves``, in no order. Where ``filter`` looks at no other leaf
    than the only one of these, matches are enough. ``asked`` is the filter as the client wrote it: more rows than
    ``Settings.scan_limit`` raise TooMuchAsked.

    None when the indexes do not hold these values of all records: a leaf has no index, there are more leaves than
    ``Tuning.index_only_scan_indexes``, or a batch is writing to the object.
    """
    id_key = obj.by_name["id"].key
    indexed = [leaf for leaf in leaves if leaf.path != ("id",)]
    if not indexed or len(indexed) > ctx.settings.tuning.index_only_scan_indexes:
        return None
    if not all(leaf.has_index for leaf in indexed) or ctx.register.touches(obj.key):
        return None
    ctx.table.meter.scan("indexes " + " + ".join(leaf.dotted for leaf in indexed))
    keeps = keeper(indexed[0], filter) if len(indexed) == 1 and single_leaf(filter) is indexed[0] else None

    page_rows = ctx.settings.tuning.scan_page_rows

    def check(table: Table) -> None:
        check_rows(ctx, obj, len(indexed) * count_live(ctx, obj, table), asked)

    scanners = [_scanner(ctx, obj, leaf, page_rows, keeps, check) for leaf in indexed]
    watch = Watch(ctx)
    for _ in range(ctx.settings.tuning.looks):
        indexes = ctx.table.parallel(scanners)
        one_moment = sum(index.pages for index in indexes) == 1
        fetched = fetch(ctx, obj, (), None if one_moment else watch)
        if not fetched.register.is_quiet_since(ctx.register, obj.key):
            return None
        if len(fetched.changed) <= ctx.settings.tuning.late_records:
            break
    items: dict[str, Record] = {}
    places: Counter[str] = Counter()  # how many of the indexes have a row of a record
    cut: set[str] = set()  # records with a value that is cut in the index
    for leaf, index in zip(indexed, indexes, strict=True):
        places.update(record_id for _, record_id, _ in index.entries)
        for encoded, record_id, exact in index.entries:
            item = items.get(record_id)
            if item is None:
                item = items[record_id] = Record({id_key: record_id})
                item.id = record_id
            if encoded is None:
                continue
            try:
                value = leaf.kind.decode(encoded, exact)
            except ValueError:
                cut.add(record_id)
                continue
            if leaf.subfield is None:
                item[leaf.field.key] = value
            else:
                item.setdefault(leaf.field.key, {})[leaf.subfield] = value
    # The indexes are read one beside the other, not in one moment. Records that have changed in between are read
    # themselves, as are those with cut values.
    doubtful = {record_id for record_id in items if places[record_id] != len(indexed)} | cut | fetched.changed
    reread = [item for item in get_live(ctx, obj, sorted(doubtful)) if item is not None]
    return reread + [item for record_id, item in items.items() if record_id not in doubtful]


def _scanner(
    ctx: Context, obj: Object, leaf: Leaf, limit: int, keeps: Keeps | None, check: Callable[[Table], None]
) -> Callable[[Table], WholeIndex]:
    """Reads the index of a leaf. The times of creation are read from another index, if their own rows hold records."""
    ws = ctx.model.workspace_id
    other = _plain_index(obj) if leaf.path == CREATED_AT and leaf.has_copies else None

    def read(table: Table) -> WholeIndex:
        if other is not None:
            carried = keys.index(ws, obj.key, other.key)
            found = whole_by_creation(table, carried, leaf.kind.encode, limit=limit, before_more=check)
            if found is not None:
                return found
        return whole_index(table, keys.index(ws, obj.key, leaf.key), limit=limit, keeps=keeps, before_more=check)

    return read


def _plain_index(obj: Object) -> Leaf | None:
    """A leaf whose index has a row of every live record, and no records in its rows."""
    leaves = (leaf for leaf in obj.indexed_leaves if leaf.has_index and not leaf.has_copies)
    return next((leaf for leaf in leaves if not leaf.kind.has_detail), None)
