"""What an operator decides about a workspace: its plan, whether it has a timeline, and which indexes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from ..access.audit import ADMINISTRATOR, log
from ..access.plan_usage import plan_usage
from ..access.plans import PLAN, plan_of, plans
from ..access.times import stored_time
from ..access.workspace_settings import index_change
from ..catalog.commit import read
from ..errors import BadRequest
from ..model.tunable import IndexSetting
from ..store import keys
from ..store.ops import set_attributes
from ..store.workspace_row import new_settings
from ..validation.types import NonBlankText
from .actions import Action, OfWorkspace, Result, Services


class SetPlan(OfWorkspace):
    plan: NonBlankText


class SetTimeline(OfWorkspace):
    timeline: Literal["on", "off"]


class SetIndexes(OfWorkspace):
    indexes: IndexSetting


def known_plan(name: str) -> str:
    """Raises BadRequest for a plan that is not known."""
    if name not in plans():
        raise BadRequest(f"plan '{name}' is not known. There are: {', '.join(plans())}")
    return name


def _set_plan(services: Services, parameters: SetPlan) -> Result:
    """``{plan, limits, usage}``. The row comes first, so that a repeated action mends what an earlier one has left."""
    ws = parameters.workspace_id
    services.table.transact([set_attributes(keys.workspace(ws), {PLAN: known_plan(parameters.plan)})])
    services.api_keys.count_calls(ws)
    return _read_plan(services, parameters)


def _read_plan(services: Services, parameters: OfWorkspace) -> Result:
    """``{plan, limits, usage}``."""
    table, ws = services.table, parameters.workspace_id
    plan = plan_of(table.get(keys.workspace(ws)) or {})
    return {"plan": plan.name, "limits": plan.limits, "usage": plan_usage(table, read(table, ws).model)}


def _set_timeline(services: Services, parameters: SetTimeline) -> Result:
    """``{timeline}``."""
    now = stored_time(datetime.now(UTC))
    settings = {"timeline": parameters.timeline}
    services.table.transact([new_settings(parameters.workspace_id, {"updatedAt": now}, settings)])
    return settings


def _set_indexes(services: Services, parameters: SetIndexes) -> Result:
    """``{indexes}``. A job does what follows."""
    table, ws, now = services.table, parameters.workspace_id, stored_time(datetime.now(UTC))
    settings = {"indexes": parameters.indexes}
    workspace = table.get(keys.workspace(ws)) or {}
    follow_up, entry = index_change(ws, workspace, parameters.indexes, ADMINISTRATOR, now=now)
    table.transact([new_settings(ws, {"updatedAt": now}, settings), *follow_up])
    if entry is not None:
        log(ws, entry, ADMINISTRATOR)
    return settings


SETTING_ACTIONS: Mapping[str, Action[Any]] = {
    "set_plan": Action(SetPlan, _set_plan),
    "read_plan": Action(OfWorkspace, _read_plan),
    "set_timeline": Action(SetTimeline, _set_timeline),
    "set_indexes": Action(SetIndexes, _set_indexes),
}
