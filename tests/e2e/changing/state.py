"""What must be visible: objects, fields and records, as the steps of a life leave them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .kinds import Kind, Value

#: Columns of every record.
BASE = ("id", "createdAt", "updatedAt", "deletedAt", "createdBy", "updatedBy", "position")
MANY_TO_ONE, ONE_TO_MANY = "MANY_TO_ONE", "ONE_TO_MANY"


def capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


@dataclass(eq=False)
class FieldState:
    """A field that a life knows about: the object's name, and all that it added. Relations have no ``kind``.

    ``group`` is shared by the members of a morph relation.
    """

    id: str
    name: str
    type: str
    kind: Kind | None = None
    default: Value = None
    options: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    is_active: bool = True
    is_unique: bool = False
    relation: str | None = None
    group: str | None = None
    target: ObjectState | None = None
    inverse: FieldState | None = None

    @property
    def is_stored(self) -> bool:
        return self.relation != ONE_TO_MANY

    @property
    def column(self) -> str:
        """The name of the stored value."""
        return f"{self.name}Id" if self.relation == MANY_TO_ONE else self.name

    @property
    def empty(self) -> Value:
        return None if self.kind is None else self.kind.empty

    @property
    def values(self) -> list[str]:
        return [option["value"] for option in self.options]


@dataclass(eq=False)
class RecordState:
    """A record, live or in the trash: its values by the ids of fields."""

    id: str
    values: dict[str, Value]
    is_deleted: bool = False


@dataclass(eq=False)
class ObjectState:
    """An object. Of a shipped one only what the life added is known."""

    id: str
    singular: str
    plural: str
    is_custom: bool = True
    is_active: bool = True
    #: Types of the fields that the object came with, by name.
    given: Mapping[str, str] = dataclasses.field(default_factory=dict)
    fields: list[FieldState] = dataclasses.field(default_factory=list)
    records: dict[str, RecordState] = dataclasses.field(default_factory=dict)

    @property
    def type(self) -> str:
        """The name of the record type."""
        return capitalised(self.singular)

    @property
    def stored(self) -> list[FieldState]:
        return [field for field in self.fields if field.is_stored]

    @property
    def plain(self) -> list[FieldState]:
        """Fields that are no relations."""
        return [field for field in self.fields if field.kind is not None]

    @property
    def live(self) -> list[RecordState]:
        return sorted(
            (record for record in self.records.values() if not record.is_deleted), key=lambda record: record.id
        )

    @property
    def trash(self) -> list[RecordState]:
        return [record for record in self.records.values() if record.is_deleted]

    def visible(self, record: RecordState) -> dict[str, Value]:
        """What REST shows of a record's known fields."""
        return {"id": record.id, **{field.column: record.values[field.id] for field in self.stored}}

    def children(self, record: RecordState, field: FieldState) -> list[str]:
        """The live records at the other end of a one-to-many field."""
        assert field.target is not None and field.inverse is not None
        return [child.id for child in field.target.live if child.values[field.inverse.id] == record.id]

    def add(self, field: FieldState) -> None:
        """A new field: records that are there get its default."""
        self.fields.append(field)
        if field.is_stored:
            for record in self.records.values():
                record.values[field.id] = field.empty if field.default is None else field.default

    def remove(self, field: FieldState) -> None:
        self.fields.remove(field)
        for record in self.records.values():
            record.values.pop(field.id, None)

    def referring(self) -> Iterator[tuple[ObjectState, FieldState]]:
        """Fields of any known object that hold ids of this object's records."""
        for field in self.fields:
            if field.relation == ONE_TO_MANY and field.target is not None and field.inverse is not None:
                yield field.target, field.inverse

    def destroy(self, record: RecordState) -> None:
        """The record goes; what points at it points at nothing."""
        for obj, field in self.referring():
            for other in obj.records.values():
                if other.values[field.id] == record.id:
                    other.values[field.id] = None
        del self.records[record.id]


def relate(source: ObjectState, field: FieldState, target: ObjectState, other: FieldState) -> None:
    """Make two fields the ends of one relation."""
    field.target, field.inverse = target, other
    other.target, other.inverse = source, field
    source.add(field)
    target.add(other)


def unrelate(field: FieldState) -> None:
    """Take both ends of a relation away."""
    assert field.target is not None and field.inverse is not None and field.inverse.target is not None
    field.inverse.target.remove(field)
    field.target.remove(field.inverse)
