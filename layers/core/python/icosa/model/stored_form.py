"""Where a record in the store differs from the item in memory, because the model has changed since it was written.

Adding a field with a default, renaming an option and removing one rewrite no record: records are read as if they had
been. A field's ``fill`` stands for the value of records that were written before the field existed (a null written
since then is kept as a null of its own); options hold in the store the text that they had first; removed options read
as what replaced them.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .types.base import Field, Stored

#: A fill that differs from record to record: it follows from the ids of field and record. (No text of a UUID field is a
#: mapping.)
EACH_ITS_OWN: Mapping[str, str] = {"each": "uuid"}


@dataclass(frozen=True, slots=True)
class Texts:
    """The stored and the current texts of one field's options."""

    to_store: Mapping[str, str]
    to_memory: Mapping[str, str]
    #: Pairs ``(stored text, what stands for it now)`` in the order of removal: a fallback may have been removed later.
    retired: tuple[tuple[str, Any], ...]

    def read(self, value: Stored) -> Stored:
        for stored, fallback in self.retired:
            if isinstance(value, list):
                if stored in value:
                    value = [member for member in value if member != stored] or fallback
            elif value == stored:
                value = fallback
        return _translated(value, self.to_memory)

    def write(self, value: Stored) -> Stored:
        return _translated(value, self.to_store)


def _translated(value: Stored, texts: Mapping[str, str]) -> Stored:
    if isinstance(value, list):
        return [texts.get(member, member) for member in value]
    return texts.get(value, value)


@dataclass(frozen=True, slots=True)
class StoredForm:
    """The differences of one object's records, by field key."""

    fills: Mapping[str, Stored]
    #: Ids of fields whose fill is each record's own.
    own: Mapping[str, uuid.UUID]
    texts: Mapping[str, Texts]

    @classmethod
    def of(cls, fields: Iterable[Field]) -> StoredForm | None:
        """None when records are stored just as items are."""
        fields = list(fields)
        fills = {field.key: field.fill for field in fields if field.fill is not None}
        own = {
            field.key: uuid.UUID(field.id)
            for field in fields
            if field.fill == EACH_ITS_OWN and not field.type.is_composite
        }
        edited = [
            field for field in fields if field.retired or any(option.stored is not None for option in field.options)
        ]
        texts = {field.key: _texts(field) for field in edited}
        return cls(fills, own, texts) if fills or texts else None

    def to_memory(self, values: dict[str, Stored], record_id: str) -> None:
        """Turn stored values into those of an item, in place."""
        for key, fill in self.fills.items():
            if key not in values:
                values[key] = str(uuid.uuid5(self.own[key], record_id)) if key in self.own else fill
            elif values[key] is None:
                del values[key]
        for key, texts in self.texts.items():
            if (value := values.get(key)) is not None:
                value = texts.read(value)
                if value is None:
                    del values[key]
                else:
                    values[key] = value

    def to_store(self, values: dict[str, Stored]) -> None:
        """The inverse: nulls of fields with a fill are written down."""
        for key, texts in self.texts.items():
            if (value := values.get(key)) is not None:
                values[key] = texts.write(value)
        for key in self.fills:
            values.setdefault(key, None)


def _texts(field: Field) -> Texts:
    renamed = [option for option in field.options if option.stored is not None]
    return Texts(
        to_store={option.value: option.in_store for option in renamed},
        to_memory={option.in_store: option.value for option in renamed},
        retired=tuple((option.stored, option.fallback) for option in field.retired),
    )
