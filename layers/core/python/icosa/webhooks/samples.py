"""Events that tests of webhooks send: they look like real ones, and tell of records that do not exist."""

from __future__ import annotations

import uuid
from typing import Any, Final

from ..model.model import Model, Object
from ..model.types.base import Field
from ..store.event_row import EventRow
from .errors import UnknownEvent
from .js_text import js_text

PING: Final = "ping"

_ACTIONS: Final = ("created", "updated", "deleted", "restored", "destroyed")
#: Fields that an update is said to have changed.
_CHANGED: Final = 1
_IN_TRASH: Final = frozenset(("deleted", "destroyed"))


def sample_event(model: Model, name: str, *, now: str) -> EventRow:
    """A ``ping``, or an event of one of the workspace's objects. Raises UnknownEvent."""
    object_name, _, action = name.partition(".")
    obj = next((each for each in model.objects if each.name_singular == object_name), None)
    if name == PING:
        members: dict[str, Any] = {"eventName": name, "workspaceId": model.workspace_id, "eventDate": now}
    elif obj is None or action not in _ACTIONS:
        raise UnknownEvent(name)
    else:
        members = {
            "eventName": name,
            "objectMetadata": {"id": obj.id, "nameSingular": obj.name_singular},
            "workspaceId": model.workspace_id,
            "eventDate": now,
            **_record_members(obj, action, now),
        }
    return EventRow(event_id=f"evt_{uuid.uuid4().hex}", name=name, at=now, sequence=1, body=js_text(members))


def _record_members(obj: Object, action: str, now: str) -> dict[str, Any]:
    own = {
        "id": str(uuid.uuid4()),
        "createdAt": now,
        "updatedAt": now,
        "deletedAt": now if action in _IN_TRASH else None,
    }
    record = {field.input_name: own.get(field.name, _example(field)) for field in obj.stored_fields}
    members: dict[str, Any] = {"record": record}
    if action == "updated":
        members["updatedFields"] = [name for name in record if name not in own][:_CHANGED]
    elif action in ("deleted", "restored"):
        members["updatedFields"] = ["deletedAt"]
    return members


def _example(field: Field) -> Any:
    """A value as answers show it."""
    if field.type.name == "POSITION":  # whose example is a place, and no value
        return 1
    example = field.type.example(field)
    return field.type.render(field, None if example is None else field.type.parse(field, example))
