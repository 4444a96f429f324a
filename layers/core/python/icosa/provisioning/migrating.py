"""What operators see and ask of migrations (docs/deploying.md#upgrades): actions of ``admin``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from ..access.workspace_status import is_there
from ..catalog.jobs import Job
from ..catalog.migrating import job_id, migration_job
from ..errors import BadRequest, Conflict
from ..store import keys, workspace_registry
from ..store.ops import DeleteItem, PutItem
from ..store.table import Item, Table
from ..store.versions import CURRENT, FORMAT, READABLE_FORMAT, STANDARD, Versions, lowered
from ..store.workspace_row import status_of
from ..validation.body import UNNAMED, RequestBody
from ..validation.types import Flag, Identifier

Result = dict[str, Any]

#: Workspaces of one call.
_PAGE = 100


class Migrations(RequestBody):
    """For one workspace, or for all: a page of them, those after one."""

    workspace_id: Identifier = UNNAMED
    after: Identifier = UNNAMED


class Migrate(Migrations):
    """``again``: try once more to add the standard objects and fields that were left out of a workspace."""

    again: Flag = False


def list_migrations(table: Table, parameters: Migrations) -> Result:
    """``{formatVersion, standardVersion, migrations, workspaces, next}``: what there is, and how far each workspace
    is. ``next`` is the ``after`` of the next page, null at the end.

    Four read units for a hundred workspaces, and one for each of their rows and of their jobs.
    """
    from ..metadata.migrations.registry import MIGRATIONS  # which other actions never need

    workspaces, last = _workspaces(table, parameters)
    jobs = table.batch_get([keys.job(workspace_id, job_id(workspace_id)) for workspace_id, _ in workspaces])
    return {
        FORMAT: CURRENT.format,
        STANDARD: CURRENT.standard,
        "readableFormat": READABLE_FORMAT,
        "migrations": [
            {
                "name": migration.name,
                "kind": migration.kind,
                "from": migration.from_version,
                "to": migration.to_version,
                "description": migration.description,
            }
            for migration in MIGRATIONS
        ],
        "workspaces": [_state(*workspace, job) for workspace, job in zip(workspaces, jobs, strict=True)],
        "next": last,
    }


def migrate(table: Table, parameters: Migrate) -> Result:
    """``{begun, next}``: the ids of workspaces that are behind, whose migrations begin now: also where a job waits, or
    has been given up. What a job has done stays done.

    Two read units for a hundred workspaces, and one for the row of each; two write units for each that is behind.
    """
    if parameters.again:
        if parameters.workspace_id is None:
            raise BadRequest("again needs a workspaceId")
        table.update(lowered(parameters.workspace_id))
    now_ms = int(datetime.now(UTC).timestamp() * 1000)
    workspaces, last = _workspaces(table, parameters)
    behind = [workspace_id for workspace_id, workspace in workspaces if Versions.parse(workspace).is_behind]
    for workspace_id in behind:
        # The stream tells the queue of rows that are new, so the job is made anew. Who dies in between leaves no job,
        # and the workspace's next request makes one.
        table.delete(DeleteItem(keys.job(workspace_id, job_id(workspace_id))))
        table.put(PutItem(migration_job(workspace_id, now_ms=now_ms, at_once=True).row(workspace_id)))
    return {"begun": behind, "next": last}


def _workspaces(table: Table, parameters: Migrations) -> tuple[Sequence[tuple[str, Item]], str | None]:
    if parameters.workspace_id is not None:
        workspace = table.get(keys.workspace(parameters.workspace_id))
        if workspace is None:
            raise BadRequest("There is no such workspace")
        if not is_there(workspace):
            raise Conflict(f"The workspace is {status_of(workspace)}: nothing else is done with it until that is over")
        workspace_registry.enter(table, parameters.workspace_id, workspace)
        return [(parameters.workspace_id, workspace)], None
    page = workspace_registry.page(table, after=parameters.after, limit=_PAGE)
    rows = table.batch_get([keys.workspace(workspace_id) for workspace_id in page.ids])
    # Of those that are being deleted or restored the rows go.
    there = [(found, row) for found, row in zip(page.ids, rows, strict=True) if row is not None and is_there(row)]
    return there, page.last


def _state(workspace_id: str, workspace: Item, item: Item | None) -> Result:
    from ..metadata.migrations.registry import pending

    versions = Versions.parse(workspace)
    job = None if item is None else Job.parse(item)
    work: Any = {} if job is None else job.work
    return {
        "id": workspace_id,
        "name": workspace["name"],
        **versions.attributes(),
        "pending": [migration.name for migration in pending(versions)],
        "job": None
        if job is None
        else {
            "id": job.id,
            "state": job.state,
            "migration": work.get("migration"),
            "done": job.done,
            "report": work.get("report", []),
            "createdAt": _moment(job.created_ms),
            "startedAt": _moment(job.started_ms),
            "finishedAt": _moment(job.finished_ms),
        },
    }


def _moment(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat()
