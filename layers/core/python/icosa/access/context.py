"""Everything that a request knows about itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..model.model import Model
from ..query.row_scope import RowScope
from ..settings import Settings, settings
from ..store.lease import Lease
from ..store.once import Once
from ..store.register import Register
from ..store.table import Table
from .permissions import Permissions
from .plans import Plan, plan_of
from .principal import Principal
from .record_quota import RecordQuota


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """The caller's workspace. ``preferences`` are what its own settings change about the product."""

    id: str
    name: str
    default_role_id: str | None = None
    preferences: Mapping[str, Any] = field(default_factory=dict)
    plan: Plan = field(default_factory=lambda: plan_of({}))
    created_at: str = ""
    updated_at: str = ""

    @classmethod
    def parse(cls, workspace_id: str, item: Mapping[str, Any]) -> Workspace:
        """From a workspace's item (``store.workspace_row``)."""
        return cls(
            id=workspace_id,
            name=item["name"],
            default_role_id=item.get("defaultRoleId"),
            preferences=item.get("preferences", {}),
            plan=plan_of(item),
            created_at=item.get("createdAt", ""),
            updated_at=item.get("updatedAt", ""),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestContext:
    """One authenticated request; fulfils ``engine.context.Context``.

    ``now`` is the time of the request as a stored DATE_TIME (``2026-01-31T12:00:00.000Z``).
    """

    principal: Principal
    permissions: Permissions
    workspace: Workspace
    model: Model
    table: Table
    register: Register
    lease: Lease
    now: str
    settings: Settings = settings
    once: Once | None = None

    @property
    def rows(self) -> RowScope:
        return self.permissions.rows

    @property
    def quota(self) -> RecordQuota | None:
        return RecordQuota.of(self.workspace.plan)

    @property
    def actor(self) -> Mapping[str, Any]:
        return self.principal.actor
