"""What the function ``jobs`` does with a message: the next step of a job, or of an operation on a workspace."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..catalog.jobs import OVERDUE_MS
from ..metadata.job_queue import TRASH
from ..metadata.job_runner import run
from ..metadata.overdue import keep_off, settle
from ..store import keys
from ..store.meter import Meter
from ..store.workspace_row import status_of
from .operations import advance
from .steps import Step, Surroundings
from .trash import empty_trash

logger = logging.getLogger(__name__)


class Work:
    """``around`` is what steps work with."""

    def __init__(self, around: Surroundings) -> None:
        self.around = around

    def counting(self, meter: Meter) -> Work:
        """The same work, whose calls of the table a meter counts."""
        return Work(replace(self.around, table=self.around.table.metered(meter)))

    def message(self, message: Mapping[str, Any]) -> None:
        """Do what a message says, and send the next one if something is left."""
        workspace_id = message["workspaceId"]
        if message.get("task") == TRASH:
            self._trash(workspace_id, message.get("first"))
            return
        if "operationId" not in message:
            self._job(workspace_id, message["jobId"])
            return
        step = self._advance(workspace_id, message["operationId"])
        # Whoever is at it sends the next message; if they die, theirs comes again.
        if step is not None and not step.is_done and not step.is_busy:
            wait = max(0, step.operation.not_before_ms - self.around.now_ms())
            self.around.jobs().send_operation(workspace_id, step.operation.id, delay_ms=wait)

    def step(self, workspace_id: str, operation_id: str) -> dict[str, Any]:
        """Do the next step of an operation: ``{"isDone", "isBusy", "counts"}``."""
        step = self._advance(workspace_id, operation_id)
        return {
            "isDone": step is None or step.is_done,
            "isBusy": step is not None and step.is_busy,
            "counts": {} if step is None else dict(step.operation.counts),
        }

    def _trash(self, workspace_id: str, first: str | None) -> None:
        step = empty_trash(self.around, workspace_id, first)
        if step.destroyed:
            logger.info("the trash was emptied", extra={"records": step.destroyed})
        if step.next_object is not None:
            self.around.jobs().send_trash([workspace_id], first=step.next_object)

    def _advance(self, workspace_id: str, operation_id: str) -> Step | None:
        step = advance(self.around, workspace_id, operation_id)
        if step is not None:
            logger.info("step of an operation", extra={"kind": step.operation.kind, "done": step.is_done})
            if step.operation.failure is not None:
                logger.error("an operation was given up", extra={"reason": step.operation.failure})
        return step

    def _job(self, workspace_id: str, job_id: str) -> None:
        """One read unit more than the step itself, and a write unit that keeps requests from doing the same. Of a
        workspace that is held nothing is done: it sends its jobs again when it is resumed.
        """
        workspace = self.around.table.get(keys.workspace(workspace_id))
        if workspace is None or status_of(workspace) != "active":
            logger.info("a job waits for its workspace")
            return
        lease = keep_off(self.around.table, workspace_id, workspace, now_ms=self.around.now_ms())
        outcome = run(self.around.table, workspace_id, job_id, now=self.around.now, now_ms=self.around.now_ms())
        logger.info("step of a job", extra={"done": outcome.is_done})
        if outcome.given_up:
            logger.error("records contradict unique indexes, which have failed", extra={"indexes": outcome.given_up})
        if not outcome.is_done:
            self.around.jobs().send(workspace_id, job_id, delay_ms=outcome.wait_ms)
        elif lease is not None:
            now_ms = self.around.now_ms()
            settle(self.around.table, workspace_id, lease, now_ms=now_ms, again_ms=now_ms + OVERDUE_MS)
