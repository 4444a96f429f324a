"""Workspaces, made by the function of the template that is marked for it (``Metadata: {Icosa:
{Provisioning: true}}``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import orjson

from local.functions.invoker import Outcome

#: The mark of the function that makes workspaces.
PROVISIONING: Final = "Provisioning"


class ProvisioningFailed(Exception):
    """No workspace was made. The message says why."""


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """A new workspace: its first Admin key, shown this once, and its console's path or URL when there is one."""

    id: str
    token: str
    console: str | None


def workspace_event(name: str, *, demo: bool, preset: str | None = None, plan: str | None = None) -> bytes:
    """The event that asks for a workspace; ``demo`` with sample records, ``preset`` with older standard fields."""
    more = {key: value for key, value in (("preset", preset), ("plan", plan)) if value is not None}
    return orjson.dumps({"action": "provision_workspace", "name": name, "demo": demo, **more})


def read_workspace(outcome: Outcome) -> Workspace:
    """The workspace that the function made. Raises ProvisioningFailed."""
    if outcome.error:
        raise ProvisioningFailed(f"the workspace could not be made: {outcome}")
    answer: Any = orjson.loads(outcome.payload)
    try:
        return Workspace(id=answer["workspaceId"], token=answer["apiKey"]["token"], console=answer.get("console"))
    except (KeyError, TypeError) as error:
        raise ProvisioningFailed("the provisioning function's answer has no workspaceId and apiKey.token") from error
