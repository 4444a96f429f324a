"""How many records a workspace may have, by its plan; asked before every commit that makes records live.

The counters that exist tell it: a query for each object, all side by side, a read unit each. Workspaces whose plan has
no such limit are not asked. Those that are far from it are asked once a minute: as far as what they could add meanwhile
by the calls that they have. Two requests at the same moment may pass the limit together, by no more than the records of
one of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Final

from ..lru import LRUCache
from ..model.model import Model
from ..store.lookup import count_live
from ..store.table import Table
from .plans import Plan, forbid_more

#: Seconds for which a number is believed, as far from the limit as that.
_BELIEVED_SECONDS: Final = 60.0
#: Records that may come meanwhile: a rested workspace has twice its calls in the first minute, each with a commit.
_ADDED_BY_A_CALL: Final = 90
_CALLS: Final = 2


class RecordQuota:
    """The limit of one workspace's plan. Fulfils ``engine.context.Quota``."""

    __slots__ = ("_clock", "_limit", "_plan")
    _seen: LRUCache[str, tuple[float, int]] = LRUCache(size=4096)

    def __init__(self, plan: Plan, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._plan = plan
        self._limit = limit
        self._clock = clock

    @classmethod
    def of(cls, plan: Plan) -> RecordQuota | None:
        """None where the plan has no limit."""
        return None if plan.records is None else cls(plan, plan.records)

    def check(self, table: Table, model: Model, added: int) -> None:
        """Raises PlanLimitReached if ``added`` more records are too many."""
        moment = self._clock()
        at, present = self._seen.get(model.workspace_id) or (float("-inf"), 0)
        margin = self._plan.calls * _CALLS * _ADDED_BY_A_CALL
        if moment - at >= _BELIEVED_SECONDS or present + margin + added > self._limit:
            present = sum(table.parallel([partial(_count, model.workspace_id, obj.key) for obj in model.objects]))
            self._seen.put(model.workspace_id, (moment, present))
        forbid_more(self._plan, self._limit, "records", present=present, added=added)


def _count(workspace_id: str, object_key: str, table: Table) -> int:
    return count_live(table, workspace_id, object_key)
