"""Holding a workspace and letting it go.

A workspace is suspended by its own row, which every request, token and session reads anyway: the next one is refused,
whatever the gateway remembers. Deliveries to its webhooks are held by the webhooks' rows, which whoever sends reads
anyway; jobs stop at their next step. What was changed before is still told: events are made, and wait.
"""

from __future__ import annotations

from typing import Final

from ..access.audit import Actor, Entry, entry_item
from ..catalog.jobs import list_jobs
from ..errors import Conflict
from ..store import keys, webhook_health
from ..store.operation_row import Operation
from ..store.table import Item, Table, TransactionFailed
from ..store.webhook_health import WebhookHealth
from ..store.workspace_row import give_back, give_up, next_status, status_of
from ..webhooks.delivery_queue import Message
from .steps import Budget, Step, Surroundings

CHANGED: Final = "The workspace was changed by another request. Please try again."


def administrator(by: str | None) -> Actor:
    """Who changes something, as the audit log names them."""
    return Actor(type="ADMINISTRATOR", name=by)


def noted(workspace_id: str, action: str, name: str, **after: object) -> Entry:
    """The entry of the audit log about what an operator has done with a workspace."""
    return Entry(action=f"workspace.{action}", target_type="workspace", target_id=workspace_id, label=name, after=after)


def suspend(table: Table, workspace_id: str, workspace: Item, *, by: str | None, reason: str | None, now: str) -> None:
    """Refuse all requests from now on, and hold deliveries. May be repeated: whoever died in between did a part.

    One transaction of 2 write units for each KB of the workspace's row and 2 for the audit log, half a read unit for
    4 KB of webhooks, and a write unit for each webhook. Raises Conflict where somebody else has changed the status.
    """
    if status_of(workspace) == "active":
        entry = noted(workspace_id, "suspended", workspace["name"], reason=reason)
        try:
            table.transact(
                [
                    next_status(workspace_id, "suspended", seen="active", now=now, is_busy=True),
                    entry_item(workspace_id, entry, administrator(by), now=now),
                ]
            )
        except TransactionFailed:
            raise Conflict(CHANGED) from None
    for webhook_id in _webhooks(table, workspace_id):
        webhook_health.suspend(table, workspace_id, webhook_id, is_suspended=True)


def resume(around: Surroundings, operation: Operation, _budget: Budget) -> Step:
    """Let everything go on: the webhooks take their turns, the jobs their steps. The workspace itself answers since the
    operation was asked for.

    A write unit for each webhook, and a message for each webhook and job.
    """
    table, ws = around.table, operation.workspace_id
    turns = []
    for webhook_id in _webhooks(table, ws):
        if webhook_health.suspend(table, ws, webhook_id, is_suspended=False):
            health = webhook_health.read(table, ws, webhook_id) or WebhookHealth()
            # A paused webhook knows its turn by the time that stands in it.
            at = around.now_ms() if health.paused_until is None else health.paused_until
            turns.append(Message(workspace_id=ws, webhook_id=webhook_id, not_before=at))
    if turns:
        around.deliveries().send(turns)
    now_ms = around.now_ms()
    for job in list_jobs(table, ws):
        around.jobs().send(ws, job.id, delay_ms=max(0, job.not_before_ms - now_ms))
    finish(around, operation)
    return Step(operation, is_done=True)


def finish(around: Surroundings, operation: Operation) -> None:
    """Write that an operation is over, and give its workspace back; one that could not be brought back is suspended, as
    it was. Whoever repeats it changes nothing.
    """
    ends = give_up if operation.kind in ("restore", "shardRecords") else give_back
    end = ends(operation.workspace_id, operation.id)
    try:
        around.table.transact([operation.over(around.now_ms()), end])
    except TransactionFailed:
        return


def _webhooks(table: Table, workspace_id: str) -> list[str]:
    return [keys.sort_of(item) for item in table.query_all(keys.webhooks(workspace_id))]
