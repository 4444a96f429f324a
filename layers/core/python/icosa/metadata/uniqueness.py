"""Fields that become unique although records may have values of them: the answer to the change is final.

``service`` does it in three steps:

1. *Announce* (``announcement``): a version of the model with the new constraint, and nothing else, whose index is
   BUILDING. Who writes by it claims the guards of unique values.
2. *Prove* (``prove``): wait until nobody can write by an older version (``store.lease``), then give every record its
   guard. A guard that another record rightly holds shows a value that occurs twice.
3. Make the rest of the change, or *take back* the constraint (``take_back``).

A process that dies in between leaves a job, which ends with the index READY or FAILED.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from ..access.check import RecordRights
from ..catalog.commit import Snapshot, VersionConflict, commit, read
from ..model.dates import format_instant
from ..model.model import Index, Model
from ..store.lease import outlast_leases
from ..store.retry import Attempts
from ..store.table import Table, TransactionConflict
from ..validation.errors import Failure
from .disclosure import may_see
from .draft import Draft
from .indexes import constrain, withdraw_uniqueness
from .job_worker import build_guards
from .record_checks import duplicate_failure
from .record_jobs import plan_jobs

_ATTEMPTS = Attempts(16)
#: How long records are looked at before the answer.
_PROOF_SECONDS = 15.0


def announcement(snapshot: Snapshot, draft: Draft) -> Draft | None:
    """The change that only makes those fields unique which ``draft`` makes unique; None when there are none that
    records can have values of.
    """
    announced = Draft(snapshot.model, next_object_key=snapshot.next_object_key, now=draft.now)
    fields: list[str] = []
    for old in snapshot.model.objects:
        obj = draft.find_object(old.id)
        if obj is None or obj is old:
            continue
        known = {constraint.key for constraint in old.unique_constraints}
        added = [c for c in obj.unique_constraints if c.key not in known]
        fields += [field_id for constraint in added for field_id in constraint.field_ids if field_id in old.by_id]
    for field_id in fields:
        constrain(announced, field_id, status="BUILDING")
    return announced if fields else None


def undecided(model: Model, field_id: str) -> list[Index]:
    """The unique indexes of a field of which it is not known yet whether records contradict them."""
    return [
        index
        for obj in model.objects
        for index in obj.indexes
        if index.is_unique and index.status == "BUILDING" and any(m.field_id == field_id for m in index.members)
    ]


def prove(table: Table, model: Model, indexes: Sequence[Index], rights: RecordRights | None) -> list[Failure]:
    """A failure for each of the indexes that records contradict, once no older writer is left. It names a value to
    callers who may read it. Takes seconds.

    What records are left when the time of a request is over, the job of the change looks at. Raises
    TransactionConflict when records keep changing.
    """
    outlast_leases()
    until = time.monotonic() + _PROOF_SECONDS
    failures: list[Failure] = []
    for obj in model.objects:
        own = [index for index in obj.indexes if index in indexes]
        if own:
            contradicted = build_guards(table, model, obj, own, until=until)
            failures += [
                duplicate_failure(
                    obj, constraint, value if may_see(rights, obj, obj.by_id[constraint.field_ids[0]]) else None
                )
                for constraint, value in contradicted
            ]
    return failures


def take_back(table: Table, workspace_id: str, index_ids: Collection[str]) -> None:
    """Remove unique indexes that are not decided yet, with their constraints. Raises TransactionConflict when other
    changes leave no room for it.
    """
    for _ in _ATTEMPTS:
        try:
            _take_back(table, workspace_id, index_ids)
            return
        except VersionConflict:
            continue
    raise TransactionConflict


def _take_back(table: Table, workspace_id: str, index_ids: Collection[str]) -> None:
    snapshot = read(table, workspace_id)
    moment = datetime.now(UTC)
    draft = Draft(snapshot.model, next_object_key=snapshot.next_object_key, now=format_instant(moment))
    for obj in snapshot.model.objects:
        for index in obj.indexes:
            if index.id in index_ids and index.status == "BUILDING":
                withdraw_uniqueness(draft, obj.id, index)
    jobs = plan_jobs(draft, now_ms=int(moment.timestamp() * 1000))
    rows = draft.row_changes()
    if rows.put:
        next_key = snapshot.next_object_key
        commit(table, snapshot, draft.model(), rows.put, rows.removed, next_object_key=next_key, jobs=jobs)
