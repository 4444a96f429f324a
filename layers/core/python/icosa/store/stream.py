"""What the table's stream tells: changed items as plain values, and what they mean.

A record has a row among the live records or in the trash, for a while in both (``store.batch``). What happened to the
record follows from the two images of one row, of which a hidden one (``record.HIDDEN``) does not count:

| Row | Among the live records | In the trash |
|---|---|---|
| comes into sight, with the mark ``record.MOVED`` | restored | – |
| is new without it, or takes the place of a reservation | created | created |
| comes into sight otherwise: a batch that was to restore the record has failed | – | – |
| has other values | changed | changed |
| has the same values | – | – |
| is hidden now: by the commit of a batch, or before it | deleted | – |
| that was in sight is gone: destroyed, or moved in one transaction | removed | removed |

So each change of a record has one stream record that tells of it, however many steps the write took and whoever
finished it. What ``removed`` means the log of changes tells (``webhooks.moves``). All but what happens within the trash
is told by the rows of live records, each in one partition, in the order in which it happened.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydynox import pydynox_core as dynamo

from . import keys
from .record import StoredRow, is_hidden, is_reservation, moved_from, same_values, version_of
from .table import Item

MetadataKind = Literal["object", "field", "index", "view", "role"]
#: What the rows of a partition are; those of the first have their kind in their sort key.
_METADATA_PARTITIONS: Final[Mapping[str, Mapping[str, MetadataKind] | MetadataKind]] = {
    "M": {"object": "object", "field": "field", "index": "index"},
    "V": "view",
    "P": "role",
}
#: The attribute of their rows that grows with each change. Rows of version 0.3 may lack it.
_REVISION: Final = "rev"

Happening = Literal["created", "restored", "deleted", "changed", "removed", "destroyed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordChange:
    """What happened to a record, by one of its two rows.

    ``row`` is the image that shows the record: after the change, or before its end, and ``old`` the one before where it
    has ``changed``. ``version`` is that of ``row``, and of a deletion the last one before it; ``seconds`` is the time
    since 1970, perhaps without its fraction. The stream tells of no ``destroyed`` (``webhooks.moves``).
    """

    workspace_id: str
    object_key: str
    record_id: str
    is_live: bool
    happening: Happening
    row: StoredRow
    old: StoredRow | None
    version: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataChange:
    """The row of an object, a field, an index, a role, or of a view or page layout with its parts, is new, another, or
    gone. ``old`` and ``new`` are its images, ``row_id`` names it. ``revision`` grows with each change of the row;
    ``seconds`` is the time since 1970, perhaps without its fraction.
    """

    workspace_id: str
    kind: MetadataKind
    row_id: str
    old: Item | None
    new: Item | None
    revision: int
    seconds: float


@dataclass(frozen=True, slots=True)
class RemovedRecord:
    """A live or trashed record is no longer in its partition: destroyed, or moved to the other one."""

    workspace_id: str
    object_key: str
    record_id: str


@dataclass(frozen=True, slots=True)
class RemovedLog:
    """A part of a batch's log is gone (``store.batch_log``)."""

    workspace_id: str
    item: Item


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job that may begin at ``not_before_ms`` (``catalog.jobs``), or an operation (``store.operation_row``)."""

    workspace_id: str
    job_id: str
    not_before_ms: int
    is_operation: bool = False


def record_change(event: Mapping[str, Any]) -> RecordChange | None:
    """What a stream record says of a record; None when it is about something else, or says nothing."""
    images = event["dynamodb"]
    old, new = _image(images, "OldImage"), _image(images, "NewImage")
    row = old if new is None else new
    assert row is not None, "the stream has both images"
    workspace_id, kind, *_ = keys.parts(row)
    if kind not in ("R", "D"):
        return None
    is_live = kind == "R"
    happening = _happening(old, new, is_live=is_live)
    if happening is None:
        return None
    return RecordChange(
        workspace_id=workspace_id,
        object_key=keys.object_of(row["PK"]),
        record_id=row["SK"],
        is_live=is_live,
        happening=happening,
        row=row,
        old=old if happening == "changed" else None,
        version=version_of(row if happening != "deleted" or old is None else old),
        seconds=float(images["ApproximateCreationDateTime"]),
    )


def metadata_change(event: Mapping[str, Any]) -> MetadataChange | None:
    """What a stream record says of metadata; None when it is about something else, or nothing but the revision has
    changed. The logs of large changes (``catalog.staging``) say nothing: what they hold is written to its own rows.
    """
    images = event["dynamodb"]
    old, new = _image(images, "OldImage"), _image(images, "NewImage")
    row = old if new is None else new
    assert row is not None, "the stream has both images"
    workspace_id, partition, *rest = keys.parts(row)
    kinds = None if rest else _METADATA_PARTITIONS.get(partition)
    kind = kinds.get(keys.metadata_row(row)[0]) if isinstance(kinds, Mapping) else kinds
    if kind is None or _without_revision(old) == _without_revision(new):
        return None
    return MetadataChange(
        workspace_id=workspace_id,
        kind=kind,
        row_id=row["SK"],
        old=old,
        new=new,
        # A row that goes does so in a change after the one that wrote it.
        revision=int(row.get(_REVISION, 0)) + (new is None),
        seconds=float(images["ApproximateCreationDateTime"]),
    )


def _without_revision(item: Item | None) -> Item | None:
    return None if item is None else {name: value for name, value in item.items() if name != _REVISION}


def _happening(old: StoredRow | None, new: StoredRow | None, *, is_live: bool) -> Happening | None:
    if new is None:
        return None if old is None or is_hidden(old) else "removed"
    was_seen = old is not None and not is_hidden(old)
    if is_hidden(new):
        return "deleted" if is_live and was_seen else None
    if old is not None and was_seen:
        return None if same_values(old, new) else "changed"
    if moved_from(new) is not None:
        return "restored" if is_live else None
    return "created" if old is None or is_reservation(old) else None


def _image(images: Mapping[str, Any], name: str) -> Item | None:
    item: Item | None = dynamo.item_from_dynamo(images[name]) if name in images else None
    return item


def image_of(event: Mapping[str, Any]) -> Item:
    """The item of a stream record: as it is after the change, or was before its removal."""
    images = event["dynamodb"]
    item: Item = dynamo.item_from_dynamo(images["NewImage"] if "NewImage" in images else images["OldImage"])
    return item


def workspace_of(item: Item) -> str:
    """The id of the workspace that an item belongs to, or is about."""
    operation = keys.operation_of(item)
    return keys.workspace_of(item["PK"]) if operation is None else operation[0]


def removed(item: Item) -> RemovedRecord | RemovedLog | None:
    """What the removal of an item means; None when nothing follows from it."""
    workspace_id, kind, *_ = keys.parts(item)
    if kind in ("R", "D"):
        return RemovedRecord(workspace_id, keys.object_of(item["PK"]), item["SK"])
    if kind == "B" and "rows" in item:
        return RemovedLog(workspace_id, item)
    return None


def is_job(item: Item) -> bool:
    """Whether an item is a job."""
    return "job" in item


def new_job(item: Item) -> NewJob:
    """The job of a new item in the partition of jobs, or that of operations."""
    operation = keys.operation_of(item)
    if operation is not None:
        return NewJob(*operation, int(item["notBefore"]), is_operation=True)
    return NewJob(workspace_of(item), item["SK"], int(item["notBefore"]))
