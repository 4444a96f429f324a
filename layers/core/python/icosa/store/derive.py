"""Rows derived from records: index entries, edges, tokens, and the guards of unique values.

``Rows`` is the one pure function from a record to its derived rows. A write is the difference between the rows of the
old and of the new state; building an index, and judging whether a row is stale, are the same function again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..model.dates import epoch_ms
from ..model.fragments import FragmentLeaf, fragments, shard_of
from ..model.model import Model, Object, UniqueConstraint
from ..model.record import Record
from ..model.search_text import calling_code, is_told_by, search_fields, serving_leaves, tokens
from ..model.types.base import IndexedRecords, Item, Leaf
from . import keys
from .copies import copied, without_copy
from .keys import END, NULL, VALUE, Key

#: The path of the leaf whose index is the trace of changes (``store.recent``).
UPDATED_AT = ("updatedAt",)
#: The path of a leaf that hardly ever changes: ``store.recent`` logs when it does.
CREATED_AT = ("createdAt",)
DELETED_AT = ("deletedAt",)
#: The attributes of a derived row, without its key.
Attributes = Mapping[str, Any]
_NOTHING: Attributes = {}
#: In an index row: the exact text, where the encoding in the key loses case or accents.
EXACT = "e"
#: In an index row of a phone number: the digits of its calling code, for search (``LeafIndex.tells_codes``).
CODE = "x"
#: In a token row: the keys of the fields that have the token.
FIELDS = "f"
#: In an index row or an edge: it stands for two states, because a batch is replacing one by the other.
TWO_VALUES = "b"
#: In an index row and in a live record's edge: when the record was created, in milliseconds since the epoch
#: (docs/storage.md#what-rows-carry). Rows may be without it.
CREATED = "c"
#: In a row or guard of a record that somebody else may know: the record's version when it was written. By it a batch
#: that removes the row later sees whether it has been written again meanwhile (``staging.removed``).
WRITTEN = "s"
#: What tells the states of a row apart; what it carries besides follows from its record.
ATTRIBUTES = (EXACT, FIELDS, TWO_VALUES, CODE)
#: Bytes of exact text up to which a row has room for ``CREATED`` within the 1 KB that it costs.
_MOST_EXACT = 700


def merged_attributes(before: Attributes, after: Attributes) -> Attributes:
    """The attributes of a row while a batch replaces ``before`` by ``after``: readers get to the record by either.

    >>> merged_attributes({"e": "Ann", "c": 7}, {"e": "ANN", "c": 7})
    {'e': 'Ann', 'c': 7, 'b': 1}
    >>> merged_attributes({"f": "f1,f3"}, {"f": "f3,f4"})
    {'f': 'f1,f3,f4'}
    """
    if FIELDS in before:
        return {FIELDS: ",".join(sorted({*before[FIELDS].split(","), *after[FIELDS].split(",")}))}
    return {**without_copy(before), TWO_VALUES: 1}


class Rows:
    """Derives rows for one object of one workspace; built once per model version (``Rows.of``). ``leaves`` are those
    with index rows, if not all of them.
    """

    def __init__(self, model: Model, obj: Object, leaves: Iterable[Leaf] | None = None) -> None:
        ws = model.workspace_id
        self._ws = ws
        self._obj = obj
        leaves = (*obj.indexed_leaves, *obj.declared) if leaves is None else tuple(leaves)
        self._index: list[tuple[str, Leaf, Callable[[Any], str], Callable[[Any], str | None], IndexedRecords]] = [
            (keys.index(ws, obj.key, leaf.key), leaf, leaf.kind.encode, leaf.kind.detail, leaf.index.records)
            for leaf in leaves
            if not isinstance(leaf, FragmentLeaf)
        ]
        self._fragments = [
            (leaf, [keys.index(ws, obj.key, key) for key in leaf.index_keys])
            for leaf in leaves
            if isinstance(leaf, FragmentLeaf)
        ]
        self._copying = frozenset(leaf.key for leaf in leaves if leaf.has_copies)
        self._created = obj.leaves.get(CREATED_AT)
        self._deleted = obj.leaves.get(DELETED_AT)
        self._id_key = obj.by_name["id"].key
        self._edges = [
            (
                field.key,
                keys.edge_prefix(obj.key, field.key, live=True),
                keys.edge_prefix(obj.key, field.key, live=False),
            )
            for field in obj.many_to_one
        ]
        self._searched = search_fields(obj) if obj.is_searchable else ()
        self._serving = serving_leaves(obj)

    @classmethod
    def of(cls, model: Model, obj: Object) -> Rows:
        return obj.cached(_rows, model)

    def index(self, record: Record) -> dict[Key, Attributes]:
        """Index rows of a live record: one for each indexed leaf, nulls included, so that an index is complete unless
        it is of values or of nulls alone (``LeafIndex``); and those of its fragments.
        """
        tail = END + record.id
        null = NULL + tail
        carried = self._carried(record)
        rows: dict[Key, Attributes] = {}
        for partition, leaf, encode, detail, indexed in self._index:
            value = leaf.get(record)
            if value is None:
                if indexed != "VALUES":
                    rows[partition, null] = self._with_copy(leaf, (partition, null), carried, record)
                continue
            if indexed == "NULLS":
                continue
            attributes: Attributes = _NOTHING if leaf is self._created else carried
            exact = detail(value)
            if exact is not None:
                room = len(exact.encode()) <= _MOST_EXACT
                attributes = {EXACT: exact, **(attributes if room else _NOTHING)}
            if leaf.index.tells_codes and (code := calling_code(leaf, record)) is not None:
                attributes = {**attributes, CODE: code}
            key = partition, f"{VALUE}{encode(value)}{tail}"
            rows[key] = self._with_copy(leaf, key, attributes, record)
        for of_texts, partitions in self._fragments:
            value = of_texts.get(record)
            if value is None:
                continue
            parts = fragments(value)
            if parts is None:
                rows[partitions[0], null] = carried
                continue
            for part in parts:
                rows[partitions[shard_of(part)], f"{VALUE}{part}{tail}"] = carried
        return rows

    def _with_copy(self, leaf: Leaf, key: Key, attributes: Attributes, record: Record) -> Attributes:
        """The attributes of an index row, with a copy of its record where rows of the leaf have one."""
        if leaf.key not in self._copying:
            return attributes
        return copied(key, attributes, record, self._obj.stored_form)

    def copies(self, record: Record) -> dict[Key, Attributes]:
        """The index rows of a live record that may hold a copy of it."""
        if not self._copying:
            return {}
        partitions = {keys.index(self._ws, self._obj.key, key) for key in self._copying}
        return {key: attributes for key, attributes in self.index(record).items() if key[0] in partitions}

    def _carried(self, record: Record) -> Attributes:
        """What all rows of a live record carry."""
        created = None if self._created is None else self._created.get(record)
        return _NOTHING if created is None else {CREATED: epoch_ms(created)}

    def edges(self, record: Record, *, live: bool) -> dict[Key, Attributes]:
        """One row in the partition of every record that this one points at."""
        rows: dict[Key, Attributes] = {}
        carried = self._carried(record) if live else _NOTHING
        for key, live_prefix, trash_prefix in self._edges:
            target = record.get(key)
            if target is not None:
                rows[keys.edges(self._ws, target), (live_prefix if live else trash_prefix) + record.id] = carried
        return rows

    def trash(self, record: Record) -> dict[Key, Attributes]:
        """The row of a record in the one index of the trash, by ``deletedAt``."""
        leaf = self._deleted
        value = None if leaf is None else leaf.get(record)
        if leaf is None or value is None:
            return {}
        return {
            (
                keys.index(self._ws, self._obj.key, leaf.key),
                keys.index_sort(leaf.kind.encode(value), record.id),
            ): _NOTHING
        }

    def tokens(self, record: Record) -> dict[Key, Attributes]:
        """One row for each token of a live record's search fields, ``f`` naming the fields that have it.

        What index rows of leaves that serve search tell has none. A record has at most ``MOST_TOKENS``. They stand in a
        partition for each object and first character: a term is one range of one partition, while the rows that a
        record adds spread over several. The first letters of words are uneven, so the busiest of these partitions takes
        about two writes a record, where that of an index takes one.
        """
        rows: dict[Key, Attributes] = {}
        for token, fields in tokens(self._searched, record).items():
            if self._serving and all(self._is_told(record, token, field) for field in fields.split(",")):
                continue
            rows[keys.tokens(self._ws, self._obj.key, token), keys.token_sort(token, record.id)] = {FIELDS: fields}
        return rows

    def _is_told(self, record: Record, token: str, field_key: str) -> bool:
        """Whether search finds a record by an index row of a field that has the token."""
        return any(is_told_by(leaf, record, token) for leaf in self._serving.get(field_key, ()))

    def guards(self, record: Record) -> dict[Key, Attributes]:
        """One row for each unique constraint whose values are all present; the trash keeps its values, too."""
        guards: dict[Key, Attributes] = {}
        for constraint in self._obj.unique_constraints:
            value = constraint_value(constraint, record)
            if value is not None:
                guards[keys.unique(self._ws, self._obj.key, constraint.key, value)] = {"id": record.id}
        return guards

    def derive(self, record: Record, *, live: bool) -> dict[Key, Attributes]:
        """All derived rows of a record except its guards, which are written under conditions of their own."""
        if not live:
            return self.edges(record, live=False) | self.trash(record)
        rows = self.index(record) | self.edges(record, live=True)
        return rows | self.tokens(record) if self._searched else rows


def _rows(obj: Object, model: Model) -> Rows:
    return Rows(model, obj)


def trash_index(ws: str, obj: Object) -> str:
    """The partition of the index of an object's trash: no live record has a row of this leaf."""
    return keys.index(ws, obj.key, obj.leaves[DELETED_AT].key)


def constraint_value(constraint: UniqueConstraint, item: Item) -> str | None:
    """The values of a unique constraint joined into one text, or None when one is null: nulls never collide."""
    parts: list[str] = []
    for leaf in constraint.leaves:
        value = leaf.get(item)
        if value is None:
            return None
        parts.append(str(leaf.kind.compared(value) if constraint.is_compared else value))
    return parts[0] if len(parts) == 1 else END.join(parts)


def is_confirmed(item: Item, leaf: Leaf, encoded: str | None) -> bool:
    """Whether an index row is what ``derive`` gives for the record now (rows may be left by an unfinished write)."""
    return leaf.is_at(item, encoded)
