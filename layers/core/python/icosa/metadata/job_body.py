"""A job as the APIs show it (docs/wire/metadata.md#jobs)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ..validation.body import ResponseBody
from ..validation.types import Identifier, Moment

ShownKind = Literal[
    "DESTROY_RECORDS",
    "DELETE_RECORDS",
    "RESTORE_RECORDS",
    "MERGE_RECORDS",
    "BUILD_INDEXES",
    "PURGE_FIELDS",
    "DESTROY_OBJECT",
    "FINISH_CHANGE",
    "COMPLETE_INDEXES",
    "MIGRATE",
    "TUNE_INDEXES",
    "SPREAD_COUNTERS",
]


class Job(ResponseBody):
    """Work on records that goes on after its request."""

    id: Identifier
    kind: Annotated[ShownKind, Field(description="What the job does")]
    object_metadata_id: Identifier | None
    object_name_singular: Annotated[str | None, Field(description="Null when the object is gone")]
    state: Annotated[Literal["WAITING", "RUNNING", "DONE"], Field(description="How far the job is")]
    done: Annotated[
        int | None, Field(description="Records that have been changed; null for roles that do not see all records")
    ]
    total: Annotated[int | None, Field(description="Records to be changed; null until they are counted")]
    skipped: Annotated[
        int | None,
        Field(description="Records that keep what they have, because a unique value would occur twice"),
    ]
    report: Annotated[list[str], Field(description="What a migration has left out, and why")]
    created_at: Moment
    started_at: Annotated[Moment | None, Field(description="Null before it has begun")]
    finished_at: Annotated[Moment | None, Field(description="Null until nothing is left of it")]
