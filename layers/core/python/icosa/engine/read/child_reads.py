"""Reads the one-to-many lists of all records of a level at once: the edges of all parents, then the children.

The edges of several parents are not read in one moment, so children that have changed since the request began are
looked at, too (``steady``), and a child belongs to the list of the parent that its own record names, whichever edges
led to it. What cannot be told from these is read again: with all edges of every parent, where only their number or the
first of them were known.

The lists of parents with many children, if they have a filter, an order, cursors or aggregates, are queries of their
own, each steady by itself. ``relations`` calls this module.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...model.dates import epoch_ms
from ...model.model import Object
from ...model.record import Record
from ...query.operation import Connection, Node
from ...store import keys
from ...store.derive import CREATED_AT
from ...store.register import Register
from ...store.table import Table
from ..context import Context
from ..records import get_live, live_rows, visible
from .child_lists import ChildList, assemble_child_list, query_child_list, told_child_list
from .edges import ChildIds, Edges, child_reader, whole_edge_reader
from .steady import Look, Watch, read_late, until_certain, versions

#: Records of children by id, None for those that are gone.
type _Children = dict[str, Record | None]
type _Attached = tuple[_ParentList, Connection]


def edge_readers(
    ctx: Context, nodes: Sequence[Node], to_many: Sequence[ChildList], *, whole: bool = False
) -> list[Callable[[Table], Edges]]:
    """Readers of the edges of all nodes: as many as the lists need, or all."""
    ws, first_rows = ctx.model.workspace_id, ctx.settings.tuning.edge_rows
    partitions = [(keys.edges(ws, node.item.id), node.item.id) for node in nodes]
    if whole:
        return [whole_edge_reader(pk, to_many) for pk, _ in partitions]
    return [child_reader(pk, parent, to_many, first_rows=first_rows) for pk, parent in partitions]


def read_child_lists(
    ctx: Context,
    nodes: Sequence[Node],
    to_many: Sequence[ChildList],
    edges: Sequence[Edges],
    watch: Watch,
    following: Sequence[Object],
) -> None:
    """Attach every list to its node. ``edges`` are those of the nodes, as just read; ``watch`` may have looked at the
    changes before that, and does so here for the objects of the ``following`` level.
    """
    reader = _ChildReader(ctx, nodes, to_many, edges, watch, following)
    for entry, connection in until_certain(ctx, reader.look):
        entry.node.related[entry.child_list.slot] = connection


@dataclass(slots=True)
class _ParentList:
    """One list of one parent, and what its edges tell."""

    node: Node
    child_list: ChildList
    children: ChildIds


class _ChildReader:
    """The lists of one level; ``look`` reads them once."""

    def __init__(
        self,
        ctx: Context,
        nodes: Sequence[Node],
        to_many: Sequence[ChildList],
        edges: Sequence[Edges],
        watch: Watch,
        following: Sequence[Object],
    ) -> None:
        self.watch = watch
        self.following = following
        self.ctx = ctx
        self.nodes = nodes
        self.to_many = to_many
        self.targets = {child_list.target.key: child_list.target for child_list in to_many}
        self.parents = {node.item.id for node in nodes}
        self._first_edges: Sequence[Edges] | None = edges
        #: What the next look must know: the ids of all children, and the records of all children.
        self._needs_ids = self._needs_records = False
        #: Children that a look found changed, by the keys of their objects: the next ones read them from the beginning.
        self._moved: dict[str, frozenset[str]] = {}

    def look(self) -> Look[list[_Attached]]:
        edges, self._first_edges = self._first_edges, None
        if edges is None:
            readers = edge_readers(self.ctx, self.nodes, self.to_many, whole=self._needs_ids)
            edges = self.ctx.table.parallel(readers)
        assembled, queried = self._split(edges)
        found = self._fetch(assembled, queried)
        results = list(zip(queried, found.connections, strict=True))
        certain = found.is_complete
        for child_list in self.to_many:
            own = [entry for entry in assembled if entry.child_list is child_list]
            lists, is_certain = self._assemble(child_list, own, found)
            results += lists
            certain = certain and is_certain
        return Look(results, certain, found.seen(assembled), cost=sum(map(len, found.records.values())))

    def _split(self, edges: Sequence[Edges]) -> tuple[list[_ParentList], list[_ParentList]]:
        """The lists that are assembled in memory, and those that are queries of their own."""
        lists = [
            _ParentList(node, child_list, children[child_list.source])
            for child_list in self.to_many
            for node, children in zip(self.nodes, edges, strict=True)
        ]
        in_memory = sum(len(entry.children.ids) for entry in lists if self._is_sorted_in_memory(entry))
        fits_memory = in_memory <= self.ctx.settings.tuning.child_list_records
        assembled: list[_ParentList] = []
        queried: list[_ParentList] = []
        for entry in lists:
            is_edges = entry.child_list.is_told_by(entry.children) and not self._needs_records
            (assembled if is_edges or (fits_memory and entry.children.complete) else queried).append(entry)
        return assembled, queried

    def _is_sorted_in_memory(self, entry: _ParentList) -> bool:
        is_told = entry.child_list.is_told_by(entry.children)
        return entry.children.complete and (self._needs_records or not is_told)

    def _to_fetch(self, entry: _ParentList) -> Sequence[str]:
        return entry.children.ids if self._needs_records else entry.child_list.to_fetch(entry.children)

    def _fetch(self, assembled: Sequence[_ParentList], queried: Sequence[_ParentList]) -> _Found:
        """The children of ``assembled`` lists, the ``queried`` lists, and beside them the register and what has
        changed, as far as it can matter.
        """
        wanted: dict[str, dict[str, None]] = {key: dict.fromkeys(self._moved.get(key, ())) for key in self.targets}
        for entry in assembled:
            wanted[entry.child_list.target.key].update(dict.fromkeys(self._to_fetch(entry)))
        records = [(self.targets[key], i) for key, ids in wanted.items() for i in ids]
        has_children = any(entry.children.ids or entry.children.count for entry in assembled)
        also = [keys.open_batches(self.ctx.model.workspace_id)] if has_children else []
        # The records come first: this thread reads them, and may use others.
        readers: list[Callable[[Table], Any]] = [lambda table: live_rows(self.ctx, records, table, also)]
        readers += [_querier(self.ctx, entry) for entry in queried]
        with_changes = bool(assembled) and len(self.nodes) > 1
        watched = {obj.key: obj for obj in (*(self.targets.values() if with_changes else ()), *self.following)}
        if watched:
            readers += self.watch.readers(watched.values())
        rows, *results = self.ctx.table.parallel(readers)
        connections, tails = results[: len(queried)], results[len(queried) :]
        found = _Found(connections, Register.parse(rows[-1] if also else None))
        for (obj, record_id), row in zip(records, rows[: len(records)], strict=True):
            found.records.setdefault(obj.key, {})[record_id] = visible(obj, row)
        if watched:
            changes = self.watch.take(tails)
            if with_changes:
                self._add_late(found, changes)
        return found

    def _add_late(self, found: _Found, changes: Mapping[str, frozenset[str]]) -> None:
        """Read the children that have changed and were not known before."""
        for object_key, target in self.targets.items():
            records = found.records.setdefault(object_key, {})
            found.changed[object_key] = changes.get(object_key, frozenset())
            late = sorted(found.changed[object_key] - records.keys())
            if len(late) > self.ctx.settings.tuning.late_records:
                found.is_complete = False
                continue
            found.late[object_key] = frozenset(late)
            records.update(read_late(self.ctx, target, late))
            self._moved[object_key] = self._moved.get(object_key, frozenset()) | found.changed[object_key]

    def _assemble(
        self, child_list: ChildList, lists: Sequence[_ParentList], found: _Found
    ) -> tuple[list[_Attached], bool]:
        """The lists of one relation from their edges and the records that are known; and whether these are certain."""
        object_key, inverse = child_list.target.key, child_list.inverse.key
        records = found.records.get(object_key, {})
        is_quiet = found.register.is_quiet_since(self.ctx.register, object_key)
        by_parent: dict[str, list[str]] = {}
        for record_id, record in records.items():
            if record is not None and (parent := record.get(inverse)) in self.parents:
                by_parent.setdefault(parent, []).append(record_id)
        certain = True
        attached: list[_Attached] = []
        for entry in lists:
            children, parent = entry.children, entry.node.item.id
            ids = {i for i in children.ids if i not in records}
            comes = by_parent.get(parent, ())
            if children.complete or children.leads:
                ids.update(comes)
            elif children.ids:
                ids.update(i for i in comes if i <= children.ids[-1])
            certain = certain and not any(_is_gone(records, i, inverse, self.parents) for i in children.ids)
            certain = certain and found.late.get(object_key, frozenset()).isdisjoint(comes)
            ordered = sorted(ids)
            is_short = child_list.selection.records and len(ordered) <= child_list.selection.page.limit
            if not children.complete and found.changed.get(object_key) and (child_list.needs_count or is_short):
                # Whether these are in the number, or beyond the edges that were read, only the edges can tell.
                self._needs_ids, certain = True, False
            connection, is_certain = self._list(entry, ordered, records)
            certain = certain and is_certain
            attached.append((entry, connection))
        if not is_quiet and lists:
            # Some edges may be of records that a batch is about to write.
            self._needs_ids = self._needs_records = True
            certain = False
        return attached, certain

    def _list(self, entry: _ParentList, ids: Sequence[str], records: _Children) -> tuple[Connection, bool]:
        """The list of one parent from the ids of its children, and whether its edges told the truth about them."""
        child_list, children = entry.child_list, entry.children
        is_told = child_list.is_told_by(children)
        shown, count, times = ids, None, children.times
        if is_told:
            if child_list.by_creation is not None:
                times = {i: self._time(child_list, times, i, records.get(i)) for i in ids}
            shown = child_list.first(ids, times) if child_list.selection.records else ()
            count = len(ids) if children.complete else children.count
            if count is not None:
                count = max(count, len(shown)) if child_list.selection.total_count else None
        inverse, parent = child_list.inverse.key, entry.node.item.id
        known: _Children = records
        if is_told and not self._needs_records:
            told = ((i, child_list.told_record(i, parent, children.times.get(i))) for i in shown if i not in records)
            known = {**{i: record for i, record in told if record is not None}, **records}
        missing = [i for i in shown if i not in known]
        fetched = dict(zip(missing, get_live(self.ctx, child_list.target, missing), strict=True))
        records.update(fetched)
        known = {**known, **fetched}
        found = [record for i in shown if (record := known[i]) is not None and record.get(inverse) == parent]
        if not is_told:
            return assemble_child_list(self.ctx, child_list, found), True
        is_true = child_list.by_creation is None or all(
            times[record.id] == self._time(child_list, {}, record.id, record) for record in found
        )
        limit = child_list.selection.page.limit
        more = len(found) > limit or (child_list.by_creation is not None and len(ids) > limit)
        return told_child_list(child_list, found, more=more, count=count), is_true

    def _time(self, child_list: ChildList, times: Mapping[str, int], record_id: str, record: Record | None) -> int:
        """When a child was created: by its record, if that is known, else by its edge."""
        moment = None if record is None else child_list.target.leaves[CREATED_AT].get(record)
        return times.get(record_id, 0) if moment is None else epoch_ms(moment)


@dataclass(slots=True)
class _Found:
    """What a look found: the queried lists, the register, and by the keys of their objects the records of children,
    the changed ones, and those of them that were not known when the other records were read.
    """

    connections: list[Connection]
    register: Register
    records: dict[str, _Children] = field(default_factory=dict)
    changed: dict[str, frozenset[str]] = field(default_factory=dict)
    late: dict[str, frozenset[str]] = field(default_factory=dict)
    #: False when more children have changed than are looked at.
    is_complete: bool = True

    def seen(self, lists: Sequence[_ParentList]) -> Mapping[str, int | None] | None:
        """The versions of all children; None where not all have been read."""
        known = {i: record for records in self.records.values() for i, record in records.items()}
        if any(i not in known for entry in lists for i in entry.children.ids):
            return None
        return versions(known) if all(entry.children.complete for entry in lists) else None


def _is_gone(records: _Children, record_id: str, inverse: str, parents: Collection[str]) -> bool:
    """Whether a child has left all parents since its edge was read."""
    if record_id not in records:
        return False
    record = records[record_id]
    return record is None or record.get(inverse) not in parents


def _querier(ctx: Context, entry: _ParentList) -> Callable[[Table], Connection]:
    return lambda table: query_child_list(ctx, table, entry.child_list, entry.node.item.id)
