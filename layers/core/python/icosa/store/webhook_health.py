"""How a webhook does: attributes of its own item, beside those that users set.

Whoever sends and whoever edits change single attributes, each on its own conditions, so neither undoes the other's
work. Every change costs a write unit for each KB of the webhook, as a rule one.

A webhook that fails ``PAUSE_AFTER`` times in a row is *paused*: one delivery at a time is tried, when ``paused_until``
has come, and all others wait. One success ends the pause.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from ..model.dates import epoch_ms, instant_of
from . import keys, workspace_row
from .ops import EXISTS, UpdateItem, set_attributes
from .table import Table, TransactionFailed

ENABLED: Final = "isEnabled"
#: The webhook's workspace is suspended: nothing is sent, and everything waits.
SUSPENDED: Final = "isSuspended"
#: Failed attempts in a row after which a webhook is paused.
PAUSE_AFTER: Final = 5
#: Attempts that must have failed, and since when, with no success in between, for a webhook to be switched off.
DISABLE_AFTER: Final = 20
DISABLE_AFTER_MS: Final = 5 * 24 * 3600 * 1000
#: How often a success is noted where nothing else has to be: it costs a write unit.
_NOTE_SUCCESS_MS: Final = 60_000

GONE: Final = "The receiver answered 410 (Gone)"
FAILING: Final = "Every attempt of the last 5 days has failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookHealth:
    """Times are in milliseconds since the epoch; the item has them as text. ``consecutive_failures`` are attempts
    since the last success, ``probes`` those made while the webhook was paused.
    """

    enabled: bool = True
    suspended: bool = False
    disabled_reason: str | None = None
    failing_since: int | None = None
    consecutive_failures: int = 0
    paused_until: int | None = None
    probes: int = 0
    last_success_at: int | None = None

    @classmethod
    def parse(cls, item: Mapping[str, Any]) -> Self:
        """From a webhook's item."""
        return cls(
            enabled=item.get(ENABLED) is not False,
            suspended=bool(item.get(SUSPENDED)),
            disabled_reason=item.get("disabledReason"),
            failing_since=_ms(item.get("failingSince")),
            consecutive_failures=int(item.get("consecutiveFailures") or 0),
            paused_until=_ms(item.get("pausedUntil")),
            probes=int(item.get("probes") or 0),
            last_success_at=_ms(item.get("lastSuccessAt")),
        )

    @property
    def is_sent_to(self) -> bool:
        """Whether every delivery is tried when it comes."""
        return self.takes_turns and self.paused_until is None

    @property
    def takes_turns(self) -> bool:
        """Whether something will be sent, if not at once."""
        return self.enabled and not self.suspended

    def should_be_disabled(self, now_ms: int) -> bool:
        """Whether it has failed so long and so often that nobody seems to miss it."""
        return (
            self.enabled
            and self.consecutive_failures >= DISABLE_AFTER
            and self.failing_since is not None
            and now_ms - self.failing_since >= DISABLE_AFTER_MS
        )


def _ms(text: str | None) -> int | None:
    return None if text is None else epoch_ms(text)


#: What switching a webhook on again changes beside the switch: it starts as a new one.
CLEAN: Final[Mapping[str, None]] = {
    "disabledReason": None,
    "failingSince": None,
    "consecutiveFailures": None,
    "pausedUntil": None,
    "probes": None,
}


def switched(enabled: bool) -> dict[str, Any]:
    """The attributes that switching a webhook on or off sets (None removes one), for ``ops.set_attributes``."""
    return {ENABLED: True, **CLEAN} if enabled else {ENABLED: False, "disabledReason": None}


def suspend(table: Table, workspace_id: str, webhook_id: str, *, is_suspended: bool) -> bool:
    """Hold everything that is sent to a webhook, or let it go; False when the webhook is gone. A write unit for each
    KB of it.
    """
    return table.update(set_attributes(keys.webhook(workspace_id, webhook_id), {SUSPENDED: is_suspended or None}))


def read(table: Table, workspace_id: str, webhook_id: str) -> WebhookHealth | None:
    """The health of a webhook; None when it is gone. One read unit for each 4 KB of it."""
    item = table.get(keys.webhook(workspace_id, webhook_id))
    return None if item is None else WebhookHealth.parse(item)


def note_success(table: Table, workspace_id: str, webhook_id: str, seen: WebhookHealth, now_ms: int) -> bool:
    """End what failures have begun; whether that was a pause, so that deliveries may be waiting for its end.

    Costs nothing where there were no failures and a success was noted within a minute.
    """
    has_failed = seen.consecutive_failures > 0 or seen.paused_until is not None
    if not has_failed and seen.last_success_at is not None and now_ms - seen.last_success_at < _NOTE_SUCCESS_MS:
        return False
    changes = {name: None for name in CLEAN if name != "disabledReason"} | {"lastSuccessAt": instant_of(now_ms)}
    key = keys.webhook(workspace_id, webhook_id)
    if seen.paused_until is None:
        works = set_attributes(key, changes, condition=f"{EXISTS} AND attribute_not_exists(#pausedUntil)")
        if table.update(works) or not has_failed:
            return False
    return table.update(set_attributes(key, changes))


def note_failure(table: Table, workspace_id: str, webhook_id: str, now_ms: int) -> WebhookHealth | None:
    """Count a failed attempt; the health since, None when the webhook is gone. One write and one read."""
    counted = table.update(
        UpdateItem(
            keys.webhook(workspace_id, webhook_id),
            "SET #since = if_not_exists(#since, :now) ADD #failures :one",
            EXISTS,
            names={"#since": "failingSince", "#failures": "consecutiveFailures"},
            values={":now": instant_of(now_ms), ":one": 1},
        )
    )
    return read(table, workspace_id, webhook_id) if counted else None


def pause(table: Table, workspace_id: str, webhook_id: str, *, until: int) -> bool:
    """Pause a webhook that is not; False when another process has."""
    return table.update(
        UpdateItem(
            keys.webhook(workspace_id, webhook_id),
            "SET #until = :until",
            f"{EXISTS} AND attribute_not_exists(#until)",
            names={"#until": "pausedUntil"},
            values={":until": instant_of(until)},
        )
    )


def claim_probe(table: Table, workspace_id: str, webhook_id: str, *, paused_until: int, next_until: int) -> bool:
    """Take the turn to try a delivery of a paused webhook, and set the time of the next turn; one process gets it."""
    return table.update(
        UpdateItem(
            keys.webhook(workspace_id, webhook_id),
            "SET #until = :next ADD #probes :one",
            "#until = :until",
            names={"#until": "pausedUntil", "#probes": "probes"},
            values={":until": instant_of(paused_until), ":next": instant_of(next_until), ":one": 1},
        )
    )


def prolong_pause(table: Table, workspace_id: str, webhook_id: str, *, paused_until: int, next_until: int) -> bool:
    """Set the time of the next turn anew: the receiver has said when to come again."""
    return table.update(
        UpdateItem(
            keys.webhook(workspace_id, webhook_id),
            "SET #until = :next",
            "#until = :until",
            names={"#until": "pausedUntil"},
            values={":until": instant_of(paused_until), ":next": instant_of(next_until)},
        )
    )


def end_pause(table: Table, workspace_id: str, webhook_id: str, *, paused_until: int) -> bool:
    """Let the next delivery try, though none has succeeded: for a webhook that has nothing left to try with."""
    return table.update(
        UpdateItem(
            keys.webhook(workspace_id, webhook_id),
            "REMOVE #until",
            "#until = :until",
            names={"#until": "pausedUntil"},
            values={":until": instant_of(paused_until)},
        )
    )


def disable(table: Table, workspace_id: str, webhook_id: str, reason: str) -> bool:
    """Switch a webhook off, and tell those who send events; False when it is off, or gone. Four write units.

    Raises TransactionConflict.
    """
    switch = UpdateItem(
        keys.webhook(workspace_id, webhook_id),
        "SET #enabled = :no, #reason = :reason",
        f"{EXISTS} AND (attribute_not_exists(#enabled) OR #enabled = :yes)",
        names={"#enabled": ENABLED, "#reason": "disabledReason"},
        values={":no": False, ":yes": True, ":reason": reason},
    )
    try:
        table.transact([switch, workspace_row.next_webhooks(workspace_id)])
    except TransactionFailed:
        return False
    return True
