"""Events of streams and queues: which records of a table's stream are samples, and which messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from local.samples.names import NOBODY, WORKSPACE

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SampleRecord:
    """The first record of a kind that the event source mapping of a function lets through."""

    event: str
    concerns: Callable[[Mapping[str, Any]], bool]
    """Whether it is of this kind, by its newer image."""
    is_of_new: bool = False
    """Whether it is of a workspace that was made for it: the shape of another's row depends on its past."""


def _is_record(image: Mapping[str, Any]) -> bool:
    return "v" in image


def _is_build(image: Mapping[str, Any]) -> bool:
    """Jobs of other kinds have other attributes."""
    return bool(image.get("job") == {"S": "build"})


def _is_metadata(image: Mapping[str, Any]) -> bool:
    return str(image["PK"]["S"]).endswith("#M") and "job" not in image


def _is_workspace(image: Mapping[str, Any]) -> bool:
    return bool(image["SK"]["S"] == "workspace")


RECORDS: Final[Mapping[str, SampleRecord]] = {
    "events/record-insert": SampleRecord("INSERT", _is_record),
    "events/record-modify": SampleRecord("MODIFY", _is_record),
    "events/record-remove": SampleRecord("REMOVE", _is_record),
    "events/metadata-insert": SampleRecord("INSERT", _is_metadata),
    "events/job-insert": SampleRecord("INSERT", _is_build),
    "schema_builder/workspace-insert": SampleRecord("INSERT", _is_workspace, is_of_new=True),
    "schema_builder/workspace-modify": SampleRecord("MODIFY", _is_workspace, is_of_new=True),
}

#: Bodies of messages, as `icosa/metadata/job_queue.py` and `icosa/webhooks/delivery_queue.py` write them.
MESSAGES: Final[Mapping[str, str]] = {
    "jobs/step": orjson.dumps({"workspaceId": WORKSPACE, "jobId": NOBODY}).decode(),
    "deliver/attempt": orjson.dumps(
        {"workspaceId": WORKSPACE, "webhookId": NOBODY, "deliveryId": NOBODY, "attempt": 1, "notBefore": 0}
    ).decode(),
}
