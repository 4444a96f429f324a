"""What the table's stream tells: changed items as plain values, and what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydynox import pydynox_core as dynamo

from . import keys
from .table import Item


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
    """A job that may begin at ``not_before_ms`` (``catalog.jobs``)."""

    workspace_id: str
    job_id: str
    not_before_ms: int


def image_of(event: Mapping[str, Any]) -> Item:
    """The item of a stream record: as it is after the change, or was before its removal."""
    images = event["dynamodb"]
    item: Item = dynamo.item_from_dynamo(images["NewImage"] if "NewImage" in images else images["OldImage"])
    return item


def workspace_of(item: Item) -> str:
    """The id of the workspace that an item belongs to."""
    return keys.workspace_of(item["PK"])


def removed(item: Item) -> RemovedRecord | RemovedLog | None:
    """What the removal of an item means; None when nothing follows from it."""
    workspace_id, kind, *rest = item["PK"].split("#")
    if kind in ("R", "D"):
        return RemovedRecord(workspace_id, rest[0], item["SK"])
    if kind == "B" and "rows" in item:
        return RemovedLog(workspace_id, item)
    return None


def new_job(item: Item) -> NewJob:
    """The job of a new item in the partition of jobs."""
    return NewJob(workspace_of(item), item["SK"], int(item["notBefore"]))
