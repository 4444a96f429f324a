"""Events of records: from what the stream tells to the row of an event, with its body (docs/wire/events.md#bodies).

A body shows the record by the names that its object and fields have when the event is made, as a list of REST shows it
without related records.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, Literal

from ..model.dates import format_instant
from ..model.model import Model, Object
from ..model.record import Record
from ..model.types.base import Field
from ..store.event_row import EventRow
from ..store.record import unpack
from ..store.stream import RecordChange
from .js_text import js_text
from .moves import record_event_id

Action = Literal["created", "updated", "deleted", "restored", "destroyed"]

#: Bytes of a body. What a larger one says of the record is its id; the receiver reads the record.
MOST_BYTES: Final = 256 * 1024
#: Of these, what is left for the target's URL and the webhook's id.
_TARGET_BYTES: Final = 3_000
#: Bytes of a body as it is kept.
MOST_BODY_BYTES: Final = MOST_BYTES - _TARGET_BYTES

_ENDS: Final = ("deleted", "destroyed")
_DELETED_AT: Final = "deletedAt"
_UPDATED_AT: Final = "updatedAt"
#: Seconds by which the clock of a request may differ from that of the stream.
SKEW_SECONDS: Final = 300.0


@dataclass(frozen=True, slots=True)
class Column:
    """A member of ``record``."""

    field: Field
    name: str
    render: Callable[[Any], Any]


def record_event(model: Model, change: RecordChange) -> EventRow | None:
    """The event of a change (of a removal ``moves`` tells what it is); None where nobody is told of it: the object is
    gone, or only the time of the last change has changed.
    """
    obj = model.by_key.get(change.object_key)
    if obj is None:
        return None
    record = unpack(change.row, obj.stored_form)
    old = None if change.old is None else unpack(change.old, obj.stored_form)
    action, updated = what_happened(obj, change, record, old)
    if action == "updated" and not updated:
        return None
    at = moment_of(obj, change, record, old)
    columns = columns_of(obj)
    name = f"{obj.name_singular}.{action}"
    body: dict[str, Any] = {
        "eventName": name,
        "objectMetadata": {"id": obj.id, "nameSingular": obj.name_singular},
        "workspaceId": model.workspace_id,
        "eventDate": at,
        "record": {column.name: column.render(record.get(column.field.key)) for column in columns},
    }
    if updated is not None:
        body["updatedFields"] = updated
    text, fields = js_text(body), tuple(column.field.key for column in columns)
    if len(text.encode()) > MOST_BODY_BYTES:
        text, fields = js_text({**body, "record": {"id": record.id}, "truncated": True}), ()
    return EventRow(
        event_id=record_event_id(model.workspace_id, obj.key, record.id, action, change.version),
        name=name,
        at=at,
        object_key=obj.key,
        record_id=record.id,
        # Deletions and destructions are named by the version that they have ended.
        sequence=change.version + (change.happening in _ENDS),
        body=text,
        fields=fields,
    )


def what_happened(
    obj: Object, change: RecordChange, record: Record, old: Record | None
) -> tuple[Action, list[str] | None]:
    """The action of a change, and the names of what has changed where the body has them."""
    match change.happening:
        case "created":
            return "created", None
        case "deleted" | "restored":
            return change.happening, [_DELETED_AT]
        case "destroyed" | "removed":
            return "destroyed", None
        case "changed":
            assert old is not None
            updated = [
                column.name
                for column in columns_of(obj)
                if column.name != _UPDATED_AT and record.get(column.field.key) != old.get(column.field.key)
            ]
            # A record in the trash that is deleted once more is there from now on.
            return ("deleted" if _DELETED_AT in updated else "updated"), updated


def columns_of(obj: Object) -> tuple[Column, ...]:
    """The members of ``record``, in their order."""
    return obj.cached(_columns)


def _columns(obj: Object) -> tuple[Column, ...]:
    return tuple(Column(field, field.input_name, partial(field.type.render, field)) for field in obj.stored_fields)


def moment_of(obj: Object, change: RecordChange, record: Record, old: Record | None) -> str:
    """When it happened: the time of the request, where the record tells it, so that all records of a request have the
    same; else that of the stream, which may be cut to seconds, but not the time before the record's last change.
    """
    field = obj.by_name.get(_UPDATED_AT)
    moment: str | None = None if field is None else record.get(field.key)
    if field is not None and moment is not None:
        ahead = datetime.fromisoformat(moment).timestamp() - change.seconds
        is_own = change.happening != "destroyed" and (old is None or old.get(field.key) != moment)
        if (is_own and abs(ahead) < SKEW_SECONDS) or 0 < ahead < 1:
            return moment
    return format_instant(datetime.fromtimestamp(change.seconds, UTC))
