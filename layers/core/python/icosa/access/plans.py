"""Plans: how much a workspace may have, and how often it may call (docs/limits.md#plans).

They are data, ``schemas/plans.json``; only calls a minute are an installation's own (PLAN_RATE_FREE …), since the
gateway's usage plans count by them. A workspace's row names its plan, which whoever reads the row therefore knows;
without a name it is the default one. Who has more than a plan allows keeps it, and cannot add.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from ..errors import Forbidden
from ..shipped import load

#: The attribute of a workspace's row.
PLAN: Final = "plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """``calls`` a minute to the Core APIs, live ``records`` of all objects, custom ``objects``, ``webhooks`` and live
    ``api_keys``; None is as many as wanted.
    """

    name: str
    calls: int
    records: int | None = None
    objects: int | None = None
    webhooks: int
    api_keys: int

    @property
    def limits(self) -> dict[str, int | None]:
        """By the names of answers."""
        return {
            "calls": self.calls,
            "records": self.records,
            "objects": self.objects,
            "webhooks": self.webhooks,
            "apiKeys": self.api_keys,
        }


class PlanLimitReached(Forbidden):
    """The workspace would have more of something than its plan allows."""

    def __init__(self, plan: str, limit: str, what: str, *, present: str, added: str = "1") -> None:
        super().__init__(
            f'Plan "{plan}" allows {limit} {what}. The workspace has {present}, and this request adds {added}.',
            sub_code="PLAN_LIMIT_REACHED",
            friendly=f"Your plan allows {limit} {what}, and there are {present}. A larger plan has room for more.",
        )


@cache
def plans() -> Mapping[str, Plan]:
    """All plans by name, in the order of the data."""
    return {
        name: Plan(
            name=name,
            calls=int(os.environ.get(f"PLAN_RATE_{name.upper()}", spec["calls"])),
            records=spec["records"],
            objects=spec["objects"],
            webhooks=spec["webhooks"],
            api_keys=spec["apiKeys"],
        )
        for name, spec in load("plans")["plans"].items()
    }


def plan_of(workspace: Mapping[str, Any]) -> Plan:
    """The plan that a workspace's row names; the default one also where there is no such plan any more."""
    return plans().get(workspace.get(PLAN, ""), plans()[default_plan()])


def default_plan() -> str:
    """The name of the plan of workspaces that were given none."""
    name: str = load("plans")["default"]
    return name


def forbid_more(plan: Plan, limit: int | None, what: str, *, present: int, added: int = 1) -> None:
    """Raises PlanLimitReached if what is there and what is added exceed a limit."""
    if limit is not None and added > 0 and present + added > limit:
        raise PlanLimitReached(plan.name, f"{limit:,}", what, present=f"{present:,}", added=f"{added:,}")
