"""Events of metadata: what is told when an entity of the data model, a view or a role is new, another or gone
(docs/wire/events.md#metadata). What the entities are, and their members, ``metadata.entity_changes`` says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

from ..access.permissions import Permissions
from ..model.dates import format_instant
from ..model.model import Model
from ..store.event_row import EventRow, event_id_of
from ..store.stream import MetadataChange
from .js_text import js_text
from .record_events import MOST_BODY_BYTES, SKEW_SECONDS

Action = Literal["created", "updated", "deleted"]
Members = Mapping[str, Any]

#: What all names of these events begin with.
METADATA: Final = "metadata."
#: By entity, the flag that reading it over the Metadata API takes. Everybody may read views and page layouts.
FLAGS: Final[Mapping[str, str]] = {
    "objectMetadata": "DATA_MODEL",
    "fieldMetadata": "DATA_MODEL",
    "index": "DATA_MODEL",
    "role": "ROLES",
}
_UPDATED_AT: Final = "updatedAt"


@dataclass(frozen=True, slots=True)
class EntityChange:
    """An entity as it was and as it is, by the members that answers have; None where there is none."""

    entity: str
    id: str
    before: Members | None
    after: Members | None


EntityChanges = Callable[[MetadataChange, Callable[[], Model]], Iterable[EntityChange]]
"""What a change of a row does to entities; the model as it is now is there if that takes it."""


def metadata_events(
    change: MetadataChange, entities: Iterable[EntityChange], is_wanted: Callable[[str], bool]
) -> list[EventRow]:
    """The events of a change, those whose names are wanted. None is made where nothing that answers show, but for
    ``updatedAt``, is another.
    """
    events = []
    for entity in entities:
        updated = _updated_members(entity)
        if entity.before is not None and entity.after is not None and not updated:
            continue
        action = _action(entity)
        name = f"{METADATA}{entity.entity}.{action}"
        if is_wanted(name):
            events.append(_event(change, entity, action, name, updated))
    return events


def entity_of(name: str) -> str | None:
    """The entity that an event's name is about; None for one of records.

    >>> entity_of("metadata.view.created"), entity_of("person.created")
    ('view', None)
    """
    return name.split(".")[1] if name.startswith(METADATA) else None


def is_shown(name: str, permissions: Permissions) -> bool | None:
    """Whether a role may see an event of metadata, by its name; None for one of records."""
    entity = entity_of(name)
    if entity is None:
        return None
    flag = FLAGS.get(entity)
    return flag is None or permissions.holds(flag)


def _action(entity: EntityChange) -> Action:
    if entity.before is None:
        return "created"
    return "deleted" if entity.after is None else "updated"


def _updated_members(entity: EntityChange) -> list[str]:
    """Names of the members that are others."""
    before, after = entity.before, entity.after
    if before is None or after is None:
        return []
    names = dict.fromkeys((*before, *after))
    return [name for name in names if name != _UPDATED_AT and before.get(name) != after.get(name)]


def _event(change: MetadataChange, entity: EntityChange, action: Action, name: str, updated: list[str]) -> EventRow:
    at = _moment(change, entity)
    body: dict[str, Any] = {"eventName": name, "workspaceId": change.workspace_id, "eventDate": at}
    about = {"type": action, "metadataName": entity.entity, "recordId": entity.id}
    text = js_text({**body, "event": {**about, "properties": _properties(entity, updated)}})
    if len(text.encode()) > MOST_BODY_BYTES:
        kept = {"updatedFields": updated} if updated else {}
        text = js_text({**body, "event": {**about, "properties": kept}, "truncated": True})
    return EventRow(
        event_id=event_id_of(change.workspace_id, "metadata", entity.entity, entity.id, action, change.revision),
        name=name,
        at=at,
        record_id=entity.id,
        sequence=change.revision,
        body=text,
    )


def _properties(entity: EntityChange, updated: list[str]) -> dict[str, Any]:
    before, after = entity.before, entity.after
    members = {name: value for name, value in (("before", before), ("after", after)) if value is not None}
    if before is None or after is None:
        return members
    diff = {name: {"before": before.get(name), "after": after.get(name)} for name in updated}
    return {**members, "updatedFields": updated, "diff": diff}


def _moment(change: MetadataChange, entity: EntityChange) -> str:
    """The time of the request, where the entity tells it; else that of the stream, which may be cut to seconds."""
    moment = (entity.after or {}).get(_UPDATED_AT)
    is_new = entity.before is None or entity.before.get(_UPDATED_AT) != moment
    if is_new and moment and abs(datetime.fromisoformat(moment).timestamp() - change.seconds) < SKEW_SECONDS:
        return str(moment)
    return format_instant(datetime.fromtimestamp(change.seconds, UTC))
