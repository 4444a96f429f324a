"""From a change of a record to its activities: what is told, of whom, and on whose timelines.

An activity's id follows from its event and its target, so it is one record however often the stream tells of it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from ...engine.background import SYSTEM
from ...model.label import label_of
from ...model.model import Field, Model, Object
from ...model.record import Record
from ...model.timeline import (
    DIFF,
    FIELD_IDS,
    LINKED_NAME,
    LINKED_OBJECT,
    LINKED_RECORD,
    PROPERTIES,
    TRUNCATED,
    Link,
    Timeline,
)
from ...shipped import load
from ...store.record import moved_from, unpack
from ...store.stream import RecordChange
from ..js_text import js_text
from ..moves import record_event_id
from ..record_events import columns_of, moment_of, what_happened

#: Bytes of the properties of an activity. Of a larger change the names of its fields are told, not their values.
MOST_BYTES: Final = 64 * 1024

RecordKey = tuple[str, str]
"""The key of an object, and the id of one of its records."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A change that timelines tell of. ``old`` is the record before it, where that is known; ``diff`` is empty unless
    the record was updated.
    """

    obj: Object
    record: Record
    old: Record | None
    action: str
    event_id: str
    at: str
    actor: Mapping[str, Any]
    diff: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> RecordKey:
        return self.obj.key, self.record.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One record of the timeline. ``target`` is the relation to the record whose timeline it is on, with its id; None
    for records that are gone. ``about`` is the record that has changed.
    """

    id: str
    name: str
    at: str
    actor: Mapping[str, Any]
    about: Object
    record_id: str
    label: str
    properties: str | None
    target: tuple[Field, str] | None

    def values(self, activity: Object) -> dict[str, Any]:
        """Its own values, by the keys of the fields of their object."""
        by_name = {
            "happensAt": self.at,
            "createdAt": self.at,
            "createdBy": self.actor,
            "updatedBy": self.actor,
            "name": self.name,
            PROPERTIES: self.properties,
            LINKED_NAME: self.label or None,
            LINKED_RECORD: self.record_id,
            LINKED_OBJECT: self.about.id,
            "workspaceMember": self.actor.get("workspaceMemberId"),
        }
        values = {
            activity.by_name[name].key: value
            for name, value in by_name.items()
            if value is not None and name in activity.by_name
        }
        if self.target is not None:
            values[self.target[0].key] = self.target[1]
        return values


@dataclass(slots=True)
class Surroundings:
    """What activities need to know beside their change: the labels of records, and whose timelines a record is on by
    its links, which are as read.
    """

    labels: dict[RecordKey, str] = field(default_factory=dict)
    links: dict[RecordKey, Sequence[Record]] = field(default_factory=dict)


def told_of(model: Model, change: RecordChange) -> Told | None:
    """What there is to tell of a change; None for an update of nothing but the fields that every object has."""
    obj = model.by_key[change.object_key]
    record = unpack(change.row, obj.stored_form)
    old = None if change.old is None else unpack(change.old, obj.stored_form)
    action, _ = what_happened(obj, change, record, old)
    diff = _diff(obj, record, old) if action == "updated" and old is not None else {}
    if action == "updated" and not diff:
        return None
    return Told(
        obj=obj,
        record=record,
        old=old,
        action=action,
        event_id=record_event_id(model.workspace_id, obj.key, record.id, action, change.version),
        at=moment_of(obj, change, record, old),
        actor=_actor(obj, change, record, old),
        diff=diff,
    )


def _diff(obj: Object, record: Record, old: Record) -> dict[str, Any]:
    return {
        column.name: {"before": column.render(before), "after": column.render(after)}
        for column in columns_of(obj)
        if column.name not in _fields_of_all()
        and column.field.is_audit_logged
        and (before := old.get(column.field.key)) != (after := record.get(column.field.key))
    }


@cache
def _fields_of_all() -> frozenset[str]:
    """The names of the fields that every object has: what changes in them says nothing about the record."""
    return frozenset(field["name"] for field in load("system-fields"))


def _actor(obj: Object, change: RecordChange, record: Record, old: Record | None) -> Mapping[str, Any]:
    """Who did it, as the record says. It does not say who has destroyed it."""
    match change.happening:
        case "created":
            name = "createdBy"
        case "restored":
            name = "updatedBy"
        case "changed" if old is not None and not _has_followed(obj, record, old):
            name = "updatedBy"
        case "deleted" if moved_from(change.row) == change.version:
            name = "updatedBy"
        case _:
            return SYSTEM
    actor: Mapping[str, Any] = record.get(obj.by_name[name].key) or SYSTEM
    return actor


def _has_followed(obj: Object, record: Record, old: Record) -> bool:
    """Whether a change has followed from that of another record: a reference was cleared, or passed on by a merge.
    Such a change leaves the time of the last one.
    """
    changed = {key for key in record.keys() | old.keys() if record.get(key) != old.get(key)}
    return all(obj.by_key[key].relation is not None for key in changed if key in obj.by_key)


def activities_of(model: Model, timeline: Timeline, told: Told, around: Surroundings) -> Iterator[Activity]:
    """The activities of a change."""
    own = timeline.targets.get(told.obj.id)
    if own is not None:
        target = None if told.action == "destroyed" else (own, told.record.id)
        yield _activity(told, told.action, told.obj, told.record, label_of(told.obj, told.record), target)
    if (link := timeline.linked.get(told.obj.id)) is not None and told.action == "updated":
        for target in _targets_of_links(model, timeline, link, around.links.get(told.key, ())):
            label = label_of(told.obj, told.record)
            yield _activity(told, told.action, told.obj, told.record, label, target, is_linked=True)
    if (link := timeline.links.get(told.obj.id)) is not None:
        yield from _of_link(model, timeline, link, told, around)


def _of_link(model: Model, timeline: Timeline, link: Link, told: Told, around: Surroundings) -> Iterator[Activity]:
    """What is put on a timeline, or taken off it. A link that leads elsewhere now is new there."""
    linked, record_id = model.target_of(link.to), told.record.get(link.to.key)
    is_update = told.action == "updated"
    if record_id is None or (is_update and _ends(link, told.old) == _ends(link, told.record)):
        return
    action = "created" if is_update else told.action
    label = around.labels.get((linked.key, record_id), "")
    for target in _targets_of_links(model, timeline, link, (told.record,)):
        yield _activity(told, action, linked, Record.of({}, id=record_id), label, target, is_linked=True)


def _ends(link: Link, record: Record | None) -> tuple[Any, ...]:
    """What a link connects."""
    return () if record is None else tuple(record.get(field.key) for field in (link.to, *link.targets))


def _targets_of_links(
    model: Model, timeline: Timeline, link: Link, records: Sequence[Record]
) -> list[tuple[Field, str]]:
    """The records whose timelines links lead to, each once."""
    found = {
        target: timeline.targets[model.target_of(field).id]
        for record in records
        for field in link.targets
        if (target := record.get(field.key)) is not None
    }
    return [(field, target) for target, field in found.items()]


def _activity(
    told: Told,
    action: str,
    about: Object,
    record: Record,
    label: str,
    target: tuple[Field, str] | None,
    *,
    is_linked: bool = False,
) -> Activity:
    prefix = "linked-" if is_linked else ""
    where = "" if target is None else f"{target[0].key}:{target[1]}"
    return Activity(
        id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"{told.event_id}/{where}")),
        name=f"{prefix}{about.name_singular}.{action}",
        at=told.at,
        actor=told.actor,
        about=about,
        record_id=record.id,
        label=label,
        properties=_properties(told) if about is told.obj else None,
        target=target,
    )


def _properties(told: Told) -> str | None:
    if not told.diff:
        return None
    ids = {name: told.obj.by_input_name[name].id for name in told.diff}
    text = js_text({DIFF: told.diff, FIELD_IDS: ids})
    if len(text.encode()) <= MOST_BYTES:
        return text
    unnamed = {name: {"before": None, "after": None} for name in told.diff}
    return js_text({DIFF: unnamed, FIELD_IDS: ids, TRUNCATED: True})
