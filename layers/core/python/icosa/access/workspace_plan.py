"""One key of the usage plan for each workspace: the calls of all its API keys are counted together.

The gateway key's value is the workspace's id, and its gateway id stands in the workspace's row: from then on the
authorizer names the workspace as what is counted. Before version 0.3 each API key had a gateway key of its own. A
workspace of that time moves by itself, in two steps, at the first token that is made after the deployment and at one
that is made later: first it gets its own key, then the old ones go, a few at a time. In between both kinds work,
because API Gateway remembers for minutes what the authorizer said.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from ..store import keys
from ..store.ops import set_attributes
from ..store.table import Item, Table
from .counting import COUNTED_BY
from .gateway_keys import GatewayKeys
from .plans import default_plan, plan_of

#: When it came beside old keys, in seconds since the epoch; absent when there are none.
_MOVING_SINCE: Final = "gatewayKeySince"
#: The plan whose usage plan its key is in; absent in rows that are older than plans, whose keys are in the default one.
_COUNTED_IN: Final = "gatewayPlan"
#: The gateway id of an API key's own key, in its row: of old workspaces only.
_OWN_KEY: Final = "gatewayKeyId"
#: Three times as long as the gateway remembers an answer of the authorizer.
SETTLED_SECONDS: Final = 900
#: Old keys that one call removes: API Gateway takes five such changes a second from the whole account.
_REMOVED_AT_ONCE: Final = 5


class WorkspacePlan:
    """The places of workspaces in the usage plan. ``clock`` in seconds since the epoch."""

    def __init__(self, table: Table, gateway: GatewayKeys, clock: Callable[[], float] = time.time) -> None:
        self._table = table
        self._gateway = gateway
        self._clock = clock

    def ensure(self, workspace_id: str, workspace: Item) -> int:
        """See to it that the workspace has its key in the usage plan of its plan, or is on its way from old keys; how
        many of them are left.

        Does nothing, and reads nothing, for a workspace that has moved. Everything may be repeated, also by two callers
        at once.
        """
        plan = plan_of(workspace).name
        if COUNTED_BY not in workspace:
            old = self._old_keys(workspace_id)
            gateway_id = self._gateway.add(workspace_id, plan)
            since = int(self._clock()) if old else None
            self._write(workspace_id, {COUNTED_BY: gateway_id, _MOVING_SINCE: since, _COUNTED_IN: plan})
            return len(old)
        if workspace.get(_COUNTED_IN, default_plan()) != plan:
            self._gateway.move(workspace[COUNTED_BY], plan)
            self._write(workspace_id, {_COUNTED_IN: plan})
        if _MOVING_SINCE not in workspace:
            return 0
        old = self._old_keys(workspace_id)
        if self._clock() < int(workspace[_MOVING_SINCE]) + SETTLED_SECONDS:
            return len(old)
        for item in old[:_REMOVED_AT_ONCE]:
            self._gateway.remove(item[_OWN_KEY])
            self._table.transact([set_attributes(keys.of(item), {_OWN_KEY: None})])
        left = len(old[_REMOVED_AT_ONCE:])
        if not left:
            self._write(workspace_id, {_MOVING_SINCE: None})
        return left

    def rejoin(self, workspace_id: str, workspace: Item) -> int:
        """The same, and put the workspace's key into this plan if it is not there, or make it if it is gone: the table
        may have come from another stack, whose plan it names. Asks API Gateway each time.
        """
        if COUNTED_BY in workspace:
            gateway_id = self._gateway.add(workspace_id, plan_of(workspace).name)
            if gateway_id != workspace[COUNTED_BY]:
                self._write(workspace_id, {COUNTED_BY: gateway_id})
        return self.ensure(workspace_id, workspace)

    def leave(self, workspace: Item) -> None:
        """Remove the key of a workspace that is being deleted."""
        if COUNTED_BY in workspace:
            self._gateway.remove(workspace[COUNTED_BY])

    def _old_keys(self, workspace_id: str) -> list[Item]:
        return [item for item in self._table.query_all(keys.api_key(workspace_id, "")[0]) if _OWN_KEY in item]

    def _write(self, workspace_id: str, values: Mapping[str, Any]) -> None:
        self._table.transact([set_attributes(keys.workspace(workspace_id), values)])
