"""A model that is being changed: a version of it, and the entities as the change leaves them.

A change expands into several (an object brings fields, a relation its inverse); all of them are made here, then the
whole is validated and written. Nothing of the base is touched.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..catalog.constraints import unique_constraint
from ..catalog.rows import field_item, index_item, object_item
from ..model.model import Field, Index, Model, Object
from ..store import keys
from ..store.keys import Key
from ..validation.errors import ChangeKind, Problem


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field before and after; ``obj`` is its object as the change leaves it (or found it, when it goes)."""

    obj: Object
    before: Field | None
    after: Field | None

    @property
    def kind(self) -> ChangeKind:
        return "create" if self.before is None else "delete" if self.after is None else "update"


@dataclass(frozen=True, slots=True)
class ObjectChange:
    before: Object | None
    after: Object | None

    @property
    def kind(self) -> ChangeKind:
        return "create" if self.before is None else "delete" if self.after is None else "update"


@dataclass(frozen=True, slots=True)
class RowChanges:
    """Metadata rows to write and to remove, as items and keys."""

    put: tuple[dict[str, Any], ...]
    removed: tuple[Key, ...]


class Draft:
    """``now`` stamps what changes. ``next_object_key`` is the workspace's counter."""

    def __init__(self, base: Model, *, next_object_key: int, now: str) -> None:
        self.base = base
        self.now = now
        self.next_object_key = next_object_key
        #: Problems of input that could not be applied to an entity, by the ids of entities.
        self.problems: dict[str, list[Problem]] = {}
        self._objects: dict[str, Object] = dict(base.by_id)
        self._owner: dict[str, str] = {field.id: obj.id for obj in base.objects for field in obj.fields}

    # ------------------------------------------------------------------ reading

    @property
    def objects(self) -> Mapping[str, Object]:
        return self._objects

    def find_object(self, object_id: str) -> Object | None:
        return self._objects.get(object_id)

    def find_field(self, field_id: str) -> tuple[Object, Field] | None:
        owner = self._owner.get(field_id)
        return None if owner is None else (self._objects[owner], self._objects[owner].by_id[field_id])

    def object(self, object_id: str) -> Object:
        return self._objects[object_id]

    def field(self, field_id: str) -> Field:
        return self._objects[self._owner[field_id]].by_id[field_id]

    def owner_of(self, field_id: str) -> Object:
        return self._objects[self._owner[field_id]]

    def model(self) -> Model:
        """The changed model: the next version."""
        return Model(
            workspace_id=self.base.workspace_id, version=self.base.version + 1, objects=tuple(self._objects.values())
        )

    # ------------------------------------------------------------------ changing

    def add_problems(self, entity_id: str, problems: Sequence[Problem]) -> None:
        """Add problems of an entity's input to the report."""
        if problems:
            self.problems.setdefault(entity_id, []).extend(problems)

    @staticmethod
    def new_id() -> str:
        return str(uuid.uuid4())

    def add_object(self, **attributes: Any) -> Object:
        """A new object without fields."""
        obj = Object(
            key=f"o{self.next_object_key}",
            fields=(),
            created_at=self.now,
            updated_at=self.now,
            has_trash_index=True,
            **attributes,
        )
        self.next_object_key += 1
        self._objects[obj.id] = obj
        return obj

    def set_object(self, object_id: str, **attributes: Any) -> Object:
        """Give an object new attributes; everything derived from it is made anew."""
        obj = replace(self._objects[object_id], **attributes)
        if "fields" in attributes and obj.unique_constraints:
            by_id = obj.by_id
            obj = replace(
                obj,
                unique_constraints=tuple(
                    unique_constraint(c.key, [by_id[i] for i in c.field_ids], is_compared=c.is_compared)
                    for c in obj.unique_constraints
                ),
            )
        self._objects[object_id] = obj
        return obj

    def remove_object(self, object_id: str) -> None:
        for field in self._objects.pop(object_id).fields:
            del self._owner[field.id]

    def add_field(self, object_id: str, **attributes: Any) -> Field:
        """A new field with the object's next key."""
        obj = self._objects[object_id]
        field = Field(key=f"f{obj.next_key}", created_at=self.now, updated_at=self.now, **attributes)
        self._owner[field.id] = object_id
        self.set_object(object_id, fields=(*obj.fields, field), next_key=obj.next_key + 1)
        return field

    def set_field(self, field_id: str, **attributes: Any) -> Field:
        """Give a field new attributes."""
        obj = self._objects[self._owner[field_id]]
        field = replace(obj.by_id[field_id], **attributes)
        self.set_object(obj.id, fields=tuple(field if other.id == field_id else other for other in obj.fields))
        return field

    def remove_field(self, field_id: str) -> None:
        """Remove a field; constraints and indexes over it must have gone before."""
        object_id = self._owner.pop(field_id)
        obj = self._objects[object_id]
        search = tuple(i for i in obj.search_field_ids if i != field_id)
        self.set_object(
            object_id, fields=tuple(field for field in obj.fields if field.id != field_id), search_field_ids=search
        )

    def take_key(self, object_id: str, prefix: str) -> str:
        """A key of the object that was never used: ``u12``."""
        number = self._objects[object_id].next_key
        self.set_object(object_id, next_key=number + 1)
        return f"{prefix}{number}"

    def set_index(self, object_id: str, index: Index) -> None:
        """Add an index, or replace the one of the same id."""
        others = [other for other in self._objects[object_id].indexes if other.id != index.id]
        self.set_object(object_id, indexes=(*others, index))

    # ------------------------------------------------------------------ differences

    def object_changes(self) -> Iterator[ObjectChange]:
        """Objects that are new, gone, or have other attributes or indexes."""
        for object_id, before, after in self._pairs():
            if before is None or after is None or _own(before) != _own(after):
                yield ObjectChange(self.base.by_id.get(object_id), after)

    def field_changes(self) -> Iterator[FieldChange]:
        """Fields that are new, gone, or have other attributes."""
        for _, before, after in self._pairs():
            old = before.by_id if before is not None else {}
            new = after.by_id if after is not None else {}
            obj = after or before
            assert obj is not None
            for field_id in dict.fromkeys((*old, *new)):
                field, changed = old.get(field_id), new.get(field_id)
                if field is not changed and field != changed:
                    yield FieldChange(obj, field, changed)

    def row_changes(self) -> RowChanges:
        """The metadata rows of the next version that differ. Changed entities get their time of change."""
        workspace, revision = self.base.workspace_id, self.base.version + 1
        for field_change in list(self.field_changes()):
            if field_change.kind == "update" and field_change.after is not None:
                self.set_field(field_change.after.id, updated_at=self.now)
        for change in list(self.object_changes()):
            if change.kind == "update" and change.after is not None:
                self.set_object(change.after.id, updated_at=self.now)
        put: list[dict[str, Any]] = []
        removed: list[Key] = []
        for change in self.object_changes():
            obj = change.after or change.before
            assert obj is not None
            item = object_item(workspace, obj, revision=revision)
            if change.after is None:
                removed.append(keys.of(item))
            else:
                put.append(item)
        for field_change in self.field_changes():
            field = field_change.after or field_change.before
            assert field is not None
            item = field_item(workspace, field_change.obj, field, revision=revision)
            if field_change.after is None:
                removed.append(keys.of(item))
            else:
                put.append(item)
        for obj, index, is_gone in self._index_changes():
            item = index_item(workspace, obj, index, revision=revision)
            if is_gone:
                removed.append(keys.of(item))
            else:
                put.append(item)
        return RowChanges(tuple(put), tuple(removed))

    def _index_changes(self) -> Iterator[tuple[Object, Index, bool]]:
        """Indexes that are new, gone or have other attributes: the object, the index, whether it is gone."""
        for _, before, after in self._pairs():
            old = {} if before is None else {index.id: index for index in before.indexes}
            new = {} if after is None else {index.id: index for index in after.indexes}
            obj = after or before
            assert obj is not None
            for index_id in dict.fromkeys((*old, *new)):
                if index_id not in new:
                    yield obj, old[index_id], True
                elif old.get(index_id) != new[index_id]:
                    yield obj, new[index_id], False

    def _pairs(self) -> Iterator[tuple[str, Object | None, Object | None]]:
        for object_id in dict.fromkeys((*self.base.by_id, *self._objects)):
            before, after = self.base.by_id.get(object_id), self._objects.get(object_id)
            if before is not after:
                yield object_id, before, after


def _own(obj: Object) -> tuple[dict[str, Any], tuple[Index, ...]]:
    return object_item("", obj, revision=0), obj.indexes
