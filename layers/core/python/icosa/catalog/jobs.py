"""Work on records that follows from a change of the model and grows with the data.

A job is a row that is written in the same transaction as the change. The table's stream hands it to the function
``events``, which puts it on the queue of jobs; from there the function ``jobs`` runs it in steps
(``metadata.job_runner``). A step that runs out of time saves its place in the row and puts the job on the queue again.
Every step may be repeated.

Requests that began before the change may still write by the old model. Therefore a job begins only when the last of
them must have ended (``FENCE_MS`` after the change). Until it is done, reads do without what it makes: indexes that are
being built are not used, values of deleted fields are ignored.

Should the stream be late, or stand, requests of the workspace do its jobs (``metadata.overdue``): the workspace's row,
which each of them reads, says from when on.

Jobs of records (``RECORD_KINDS``) are what a write of records leaves to do in further commits (``engine.write.
follow_up``): they are written with the record, and every commit of theirs moves them on in the same transaction. They
stay for a week after their end, so that whoever asked for the work can see that it is done.
"""

from __future__ import annotations

import base64
import uuid
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import orjson

from ..model.model import Field, Object, UniqueConstraint
from ..model.search_text import search_fields
from ..store import keys
from ..store.ops import PutItem
from ..store.register import ABANDONED_AFTER_MS
from ..store.table import Table
from .rows import build_model, field_item, object_item

#: Longer than any function may run.
FENCE_MS = ABANDONED_AFTER_MS
#: A job that has not been begun so long after it could be is one for requests.
OVERDUE_MS = 30_000

#: ``build`` fills indexes and guards of an object; ``purge`` removes the values and rows of deleted fields and
#: constraints; ``destroy`` removes the records of a deleted object; ``finish`` carries out a staged change
#: (``catalog.staging``); ``carry`` lets rows of version 0.2 carry what rows do now; ``migrate`` brings the workspace to
#: the present versions (``migrating``); ``tune`` looks at which indexes there should be (``tuning``);
#: ``spread`` gives an object more counters (``spreading``).
#: ``unlink``, ``trash``, ``restore`` and ``merge`` are of records: what follows from destroying some, from moving some
#: to the trash or back, and from merging some.
JobKind = Literal[
    "build", "purge", "destroy", "finish", "carry", "migrate", "tune", "spread", "unlink", "trash", "restore", "merge"
]

RECORD_KINDS: frozenset[JobKind] = frozenset(("unlink", "trash", "restore", "merge"))

#: How long a finished job of records can be seen.
_SHOWN_SECONDS = 7 * 86_400

#: Names in stored rows that differ from those in the code: version 0.1 wrote them, and its jobs may still be under way.
_STORED_KINDS: Mapping[JobKind, str] = {"finish": "settle"}
_KINDS: Mapping[str, JobKind] = {stored: kind for kind, stored in _STORED_KINDS.items()}
_TOMBSTONE = "ghost"

JobState = Literal["WAITING", "RUNNING", "DONE"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """``object_key`` names the object, which may be gone.

    ``fields`` (id → index generation), ``leaves`` (leaf keys) and ``indexes`` (ids) are what a build is about.
    ``tombstone`` describes what a purge or destroy removes. ``drops`` are leaf keys of indexes to be emptied. ``stage``
    and ``after`` say how far the work is: the number of the partition, and the last sort key that is done; ``done``
    counts records.
    """

    id: str
    kind: JobKind
    object_key: str
    object_id: str
    created_ms: int
    not_before_ms: int
    fields: Mapping[str, int] = field(default_factory=dict)
    leaves: tuple[str, ...] = ()
    indexes: tuple[str, ...] = ()
    drops: tuple[str, ...] = ()
    tombstone: Object | None = None
    #: Search looks at other fields than before: tokens of live records that follow from the tombstone are replaced.
    tokens: bool = False
    stage: int = 0
    after: str | None = None
    done: int = 0
    #: Ids of unique indexes that records contradict.
    failed: tuple[str, ...] = ()
    #: What a job of records is about, as ``engine.write.follow_up`` keeps it.
    work: Mapping[str, Any] | None = None
    #: How many records are to be changed, None where nobody has counted them yet.
    total: int | None = None
    #: How often a job of records has been moved on: each commit requires the number that it has seen.
    moves: int = 0
    started_ms: int | None = None
    finished_ms: int | None = None

    @property
    def state(self) -> JobState:
        """What clients are shown."""
        if self.finished_ms is not None:
            return "DONE"
        return "WAITING" if self.started_ms is None else "RUNNING"

    def row(self, workspace_id: str) -> dict[str, Any]:
        """The job as an item."""
        item: dict[str, Any] = {
            **keys.item_at(keys.job(workspace_id, self.id)),
            "job": _STORED_KINDS.get(self.kind, self.kind),
            "object": self.object_key,
            "objectId": self.object_id,
            "created": self.created_ms,
            "notBefore": self.not_before_ms,
            "fields": dict(self.fields),
            "indexes": list(self.indexes),
            "drops": list(self.drops),
            "tokens": self.tokens,
            "stage": self.stage,
            "done": self.done,
            "failed": list(self.failed),
        }
        optional = {"after": self.after, "total": self.total, "started": self.started_ms, "finished": self.finished_ms}
        item |= {name: value for name, value in optional.items() if value is not None}
        if self.leaves:
            item["leaves"] = list(self.leaves)
        if self.work is not None:
            item |= {"work": orjson.dumps(self.work).decode(), "moves": self.moves}
        if self.finished_ms is not None:
            item["ttl"] = self.finished_ms // 1000 + _SHOWN_SECONDS
        if self.tombstone is not None:
            rows = [
                object_item("", self.tombstone, revision=0),
                *(field_item("", self.tombstone, own, revision=0) for own in self.tombstone.fields),
            ]
            item[_TOMBSTONE] = base64.b64encode(zlib.compress(orjson.dumps(rows))).decode()
        return item

    @property
    def overdue_ms(self) -> int:
        """From when on requests do the job, should nobody else have begun it."""
        return self.not_before_ms + OVERDUE_MS

    @classmethod
    def parse(cls, item: Mapping[str, Any]) -> Job:
        """Inverse of ``row``."""
        tombstone = item.get(_TOMBSTONE)
        return cls(
            id=keys.sort_of(item),
            kind=_KINDS.get(item["job"], item["job"]),
            object_key=item["object"],
            object_id=item["objectId"],
            created_ms=int(item["created"]),
            not_before_ms=int(item["notBefore"]),
            fields={name: int(generation) for name, generation in item["fields"].items()},
            leaves=tuple(item.get("leaves", ())),
            indexes=tuple(item["indexes"]),
            drops=tuple(item["drops"]),
            tokens=item["tokens"],
            tombstone=None
            if tombstone is None
            else build_model("", 0, orjson.loads(zlib.decompress(base64.b64decode(tombstone)))).objects[0],
            stage=int(item["stage"]),
            after=item.get("after"),
            done=int(item["done"]),
            failed=tuple(item["failed"]),
            work=orjson.loads(item["work"]) if "work" in item else None,
            total=_number(item, "total"),
            moves=int(item.get("moves", 0)),
            started_ms=_number(item, "started"),
            finished_ms=_number(item, "finished"),
        )


def _number(item: Mapping[str, Any], name: str) -> int | None:
    return int(item[name]) if name in item else None


def new_job(kind: JobKind, *, object_key: str, object_id: str, now_ms: int, **what: Any) -> Job:
    """A job that follows from a change now. Unless ``what`` says when it may begin, that is after the fence."""
    what.setdefault("not_before_ms", now_ms + FENCE_MS)
    return Job(
        id=_timed_id(now_ms),
        kind=kind,
        object_key=object_key,
        object_id=object_id,
        created_ms=now_ms,
        **what,
    )


def renewed(job: Job, now_ms: int) -> Job:
    """The same work as a new job, which goes on where the old one is."""
    return replace(job, id=_timed_id(now_ms))


def _timed_id(now_ms: int) -> str:
    """A UUID (version 7 of RFC 9562) that begins with the time."""
    return str(uuid.UUID(int=now_ms << 80 | 0x7 << 76 | 0b10 << 62 | uuid.uuid4().int & (0xFFF << 64 | (1 << 62) - 1)))


def tombstone_of(obj: Object, fields: Sequence[Field], constraints: Sequence[UniqueConstraint]) -> Object:
    """What remains to be removed of an object: an object with nothing but some fields and constraints of ``obj``, and
    the fields that were searched.
    """
    searched = search_fields(obj)
    guarded = (obj.by_id[i] for constraint in constraints for i in constraint.field_ids)
    own = {kept.id: kept for kept in (*searched, *fields, *guarded)}
    own[obj.by_name["id"].id] = obj.by_name["id"]
    return replace(
        obj,
        fields=tuple(own.values()),
        unique_constraints=tuple(constraints),
        indexes=(),
        duplicate_criteria=(),
        search_field_ids=tuple(own_field.id for own_field in searched),
    )


def put_job(workspace_id: str, job: Job) -> PutItem:
    """The write that lets a job begin."""
    return PutItem(job.row(workspace_id))


def list_jobs(table: Table, workspace_id: str) -> list[Job]:
    """The jobs that wait or are under way, oldest first."""
    return [job for job in all_jobs(table, workspace_id) if job.finished_ms is None]


def all_jobs(table: Table, workspace_id: str) -> list[Job]:
    """The jobs that wait, are under way, or have ended lately, oldest first: one read unit for some ten of them."""
    return [Job.parse(item) for item in table.query_all(keys.jobs(workspace_id))]


def newest_jobs(table: Table, workspace_id: str, *, most: int) -> list[Job]:
    """The newest jobs, these first."""
    rows = table.query(keys.jobs(workspace_id), forward=False, limit=most).items
    return [Job.parse(item) for item in rows]


def find_job(table: Table, workspace_id: str, job_id: str) -> Job | None:
    """A job as it is now: a read unit."""
    item = table.get(keys.job(workspace_id, job_id))
    return None if item is None else Job.parse(item)
