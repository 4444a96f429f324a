"""``/rest/metadata/plan`` (docs/wire/access.md#plans)."""

from __future__ import annotations

from typing import Any, Final

from ...access.plan_usage import plan_usage
from .call import Call, Route

#: How much a workspace has is told to those who may change its settings: it counts what others may not see.
FLAG: Final = "WORKSPACE"


def _get(call: Call) -> Any:
    call.require(FLAG)
    plan = call.context.workspace.plan
    return {"name": plan.name, "limits": plan.limits, "usage": plan_usage(call.context.table, call.context.model)}


PLAN = Route(segments=("plan",), methods={"GET": _get})
