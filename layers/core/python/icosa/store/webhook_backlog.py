"""What waits for a webhook without a message in the queue, and how fast the webhook is sent to.

A *held* delivery belongs to a webhook that is paused or switched off. Its name stands in a partition of the webhook,
and one row counts those names in the same transaction, so that there are never more than ``LIMIT``. The same row has
the webhook's *slot*: the time up to which its sending is planned, each delivery taking its share of a second
(GCRA, the generic cell rate algorithm).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from . import keys
from .delivery_row import KEPT_SECONDS, Delivery
from .ops import EXISTS, NOT_EXISTS, DeleteItem, Op, PutItem, UpdateItem, add_to_count
from .retry import Attempts
from .table import Table, TransactionConflict, TransactionFailed
from .webhook_health import WebhookHealth

#: Deliveries that a webhook may hold.
LIMIT: Final = 10_000
#: Milliseconds that a delivery takes of its webhook's time: 50 a second.
SLOT_MS: Final = 20
_ATTEMPTS: Final = Attempts(6)


def hold(table: Table, workspace_id: str, delivery: Delivery) -> Literal["held", "full"]:
    """Let a delivery wait; "full" when too many do. Four write units; no error when it waits already.

    Raises TransactionConflict while others keep doing the same.
    """
    row = keys.item_at(
        keys.held_delivery(workspace_id, delivery.webhook_id, delivery.delivery_id),
        ttl=delivery.created_at // 1000 + KEPT_SECONDS,
    )
    try:
        table.transact(
            [
                PutItem(row, condition=NOT_EXISTS),
                add_to_count(keys.sending(workspace_id, delivery.webhook_id), 1, limit=LIMIT),
            ]
        )
    except TransactionFailed as failure:
        return "held" if 0 in failure.failed else "full"
    return "held"


def held(table: Table, workspace_id: str, webhook_id: str, limit: int) -> list[str]:
    """Ids of deliveries that wait, the oldest first. One read unit for 40."""
    rows = table.query(keys.held_deliveries(workspace_id, webhook_id), limit=limit).items
    return list(map(keys.sort_of, rows))


def release(table: Table, workspace_id: str, webhook_id: str, delivery_ids: Sequence[str]) -> None:
    """Forget that deliveries wait: their messages are in the queue. Two write units each, and two.

    Those that another process has released stay as they are. Raises TransactionConflict.
    """
    left = list(delivery_ids)
    while left:
        ops: list[Op] = [
            DeleteItem(keys.held_delivery(workspace_id, webhook_id, delivery_id), EXISTS) for delivery_id in left
        ]
        try:
            table.transact([*ops, add_to_count(keys.sending(workspace_id, webhook_id), -len(left), limit=LIMIT)])
        except TransactionFailed as failure:
            left = [delivery_id for index, delivery_id in enumerate(left) if index not in failure.failed]
            continue
        return


def note_skipped(table: Table, workspace_id: str, webhook_id: str) -> None:
    """Count a delivery that found the backlog full."""
    table.update(
        UpdateItem(
            keys.sending(workspace_id, webhook_id),
            "ADD #skipped :one",
            names={"#skipped": "skipped"},
            values={":one": 1},
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """How many deliveries a webhook holds, and how many were skipped because it held too many."""

    held: int = 0
    skipped: int = 0


def backlog(table: Table, workspace_id: str, webhook_id: str) -> Backlog:
    """Costs one read unit."""
    item = table.get(keys.sending(workspace_id, webhook_id)) or {}
    return Backlog(held=int(item.get("count") or 0), skipped=int(item.get("skipped") or 0))


def reserve(table: Table, workspace_id: str, webhook_id: str, count: int, now_ms: int) -> int | None:
    """Plan ``count`` deliveries: the time at which the first may be sent, the others each a slot later. None where
    nothing is sent now: the webhook is gone, off or paused.

    Two read units and a write unit, in two round trips as a rule. Raises TransactionConflict while others keep doing
    the same.
    """
    key = keys.sending(workspace_id, webhook_id)
    for _ in _ATTEMPTS:
        webhook, item = table.batch_get([keys.webhook(workspace_id, webhook_id), key])
        if webhook is None or not WebhookHealth.parse(webhook).is_sent_to:
            return None
        seen = None if item is None else item.get("slot")
        start = now_ms if seen is None else max(now_ms, int(seen))
        planned = table.update(
            UpdateItem(
                key,
                "SET #slot = :slot, #ttl = :ttl",
                "attribute_not_exists(#slot)" if seen is None else "#slot = :seen",
                names={"#slot": "slot", "#ttl": "ttl"},
                values={
                    ":slot": start + count * SLOT_MS,
                    ":ttl": start // 1000 + KEPT_SECONDS,
                    **({} if seen is None else {":seen": seen}),
                },
            )
        )
        if planned:
            return start
    raise TransactionConflict
