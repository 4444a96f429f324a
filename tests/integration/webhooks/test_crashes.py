"""The process may die at any of its calls to the world, before the call has an effect or after: every event arrives."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from itertools import count

import pytest

from icosa.store import keys, webhook_backlog, webhook_health
from icosa.store.ops import set_attributes
from icosa.store.table import Table
from icosa.webhooks.delivery_queue import turn
from tests.integration.webhooks.world import DAY, HOUR, MINUTE, START_MS, Bomb, World

_URL = "https://hooks.example/a"

#: What happens to the world of a webhook; the ids of the events that must arrive.
Story = Callable[[World, str], list[str]]


def _works(world: World, webhook: str) -> list[str]:
    events = [world.event(webhook), world.event(webhook)]
    world.run()
    return events


def _fails_once(world: World, webhook: str) -> list[str]:
    world.receivers.answers[_URL] = lambda request, _now: 500 if request.attempt == 1 else 200
    events = [world.event(webhook), world.event(webhook)]
    world.run()
    return events


def _comes_back(world: World, webhook: str) -> list[str]:
    """Late enough for a pause with several turns; after it deliveries are released in several turns."""
    world.receivers.answers[_URL] = lambda _request, now: 200 if now > START_MS + 4 * MINUTE else 503
    events = [world.event(webhook) for _ in range(7)]
    world.run(until=START_MS + HOUR)
    events.append(world.event(webhook))
    world.run()
    return events


def _is_switched_on(world: World, webhook: str) -> list[str]:
    item = keys.webhook(world.workspace_id, webhook)
    world.table.update(set_attributes(item, webhook_health.switched(False)))
    events = [world.event(webhook) for _ in range(3)]
    world.run()
    world.table.update(set_attributes(item, webhook_health.switched(True)))
    world.queue.send([turn(world.workspace_id, webhook, world.clock.ms)])
    world.run()
    return events


#: Of so many calls one is the last; 1 with `ICOSA_CRASH_STEP=1`.
_STEP = int(os.environ.get("ICOSA_CRASH_STEP", "13"))


@pytest.fixture(autouse=True)
def _small_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("icosa.webhooks.delivering.turns._AT_ONCE", 3)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("story", [_works, _fails_once, _comes_back, _is_switched_on])
def test_a_crash_at_each_call(table: Table, story: Story, after: bool) -> None:
    for number in count(1, _STEP):
        bomb = Bomb(number, after=after)
        world = World(table, bomb)
        webhook = world.webhook(_URL)
        events = story(world, webhook)
        states = Counter(delivery.state for delivery in world.deliveries(webhook))
        assert states == {"delivered": len(events)}, number
        assert world.receivers.arrived[_URL].keys() == set(events), number
        assert max(Counter(request.event_id for request in world.receivers.requests[_URL]).values()) <= 8, number
        assert world.health(webhook).paused_until is None, number
        assert webhook_backlog.backlog(table, world.workspace_id, webhook).held == 0, number
        assert webhook_backlog.held(table, world.workspace_id, webhook, 10) == [], number
        assert world.clock.ms < START_MS + 2 * DAY, number
        if not bomb.exploded:
            return
