"""What a role may see of timelines (docs/wire/timeline.md#rights).

Activities hold values of other records, so they keep to the rights on these: an activity is shown to those who may see
every record of the object that it is about, and of those whose records' timelines it is on; the values of hidden
fields are taken out of it. What is taken out must not be found out either: conditions cannot name it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

import orjson

from ..model.model import Model, Object
from ..model.record import Record
from ..model.timeline import FIELD_IDS, LINKED_OBJECT, PROPERTIES, Timeline, timeline_of
from ..query.filters import resolve_filter
from ..query.operation import And, Filter
from ..query.row_scope import RowScope
from .permissions import Permissions

_NONE: Final[frozenset[str]] = frozenset()
#: Fields of activities that say who has changed a record, as its own fields of these names do.
_ACTORS: Final = ("createdBy", "updatedBy")


def with_timeline(permissions: Permissions, model: Model) -> Permissions:
    """The permissions with what they mean for timelines. Nothing more for a role that may read everything."""
    timeline = timeline_of(model)
    if timeline is None:
        return permissions
    subjects = (model.by_id[object_id] for object_id in timeline.subjects)
    if all(permissions.sees_every_record(obj) and not permissions.unreadable_fields(obj) for obj in subjects):
        return permissions
    return Permissions(permissions.role, TimelineRows(permissions, model, timeline))


class TimelineRows(RowScope):
    """The rows of a role, with those of timelines that are left to it."""

    __slots__ = ("_hidden", "_model", "_permissions", "_timeline")

    def __init__(self, permissions: Permissions, model: Model, timeline: Timeline) -> None:
        super().__init__(self._filter)
        self._permissions = permissions
        self._model = model
        self._timeline = timeline
        self._hidden = {
            field.id: field.input_name
            for obj in model.objects
            for field_id in permissions.unreadable_fields(obj)
            if (field := obj.by_id.get(field_id)) is not None
        }

    def denies(self, obj: Object) -> bool:
        return self._permissions.rows.denies(obj)

    def _filter(self, obj: Object) -> Filter | None:
        own = self._permissions.rows.condition(obj)
        if obj.id != self._timeline.activity.id:
            return own
        seen = self._seen()
        return seen if own is None else own if seen is None else And((own, seen))

    def _seen(self) -> Filter | None:
        """The activities of what the role may see all records of; None for all."""
        open_ids = [obj.id for obj in self._model.objects if self._permissions.sees_every_record(obj)]
        closed = [field for object_id, field in self._timeline.targets.items() if object_id not in open_ids]
        if self._timeline.subjects.issubset(open_ids):
            return None
        conditions: list[Mapping[str, Any]] = [
            {"or": [{LINKED_OBJECT: {"is": "NULL"}}, {LINKED_OBJECT: {"in": open_ids}}]},
            *({field.input_name: {"is": "NULL"}} for field in closed),
        ]
        return resolve_filter(self._model, self._timeline.activity, {"and": conditions})

    # ------------------------------------------------------------------ values

    @property
    def masks(self) -> bool:
        return bool(self._hidden)

    def masked_fields(self, obj: Object) -> frozenset[str]:
        if not self._hidden or obj.id != self._timeline.activity.id:
            return _NONE
        hidden = self._hidden.values()
        names = [PROPERTIES, *(_ACTORS if any(name in hidden for name in _ACTORS) else ())]
        return frozenset(obj.by_name[name].id for name in names if name in obj.by_name)

    def masked(self, obj: Object, record: Record) -> Record:
        fields = self.masked_fields(obj)
        if not fields:
            return record
        kept = Record.of(record, id=record.id, partition=record.partition, version=record.version, batch=record.batch)
        for field in (obj.by_id[field_id] for field_id in fields):
            if field.name != PROPERTIES:
                kept.pop(field.key, None)
            elif field.key in kept:
                kept[field.key] = self._masked_properties(kept[field.key])
        return kept

    def _masked_properties(self, text: str) -> str:
        """Properties without what they say of hidden fields."""
        properties = orjson.loads(text)
        if not isinstance(properties, dict):
            return text
        ids = properties.get(FIELD_IDS)
        is_hidden = partial(self._is_hidden, ids if isinstance(ids, dict) else {})
        return orjson.dumps({name: _without(member, is_hidden) for name, member in properties.items()}).decode()

    def _is_hidden(self, ids: Mapping[str, Any], name: Any) -> bool:
        """Whether a name is that of a hidden field. It is the id that tells: names change, and an id that is of no
        field any more may have been that of a hidden one. Without an id an integration has written it: the name must
        do.
        """
        if name in ids:
            return ids[name] in self._hidden or ids[name] not in self._model.cached(_field_ids)
        return name in self._hidden.values()


def _without(member: Any, is_hidden: Callable[[Any], bool]) -> Any:
    """A member of properties, which names fields by its own members, or is a list of names."""
    if isinstance(member, dict):
        return {name: value for name, value in member.items() if not is_hidden(name)}
    if isinstance(member, list):
        return [name for name in member if not (isinstance(name, str) and is_hidden(name))]
    return member


def _field_ids(model: Model) -> frozenset[str]:
    return frozenset(field.id for obj in model.objects for field in obj.fields)
