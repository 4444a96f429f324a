"""A new workspace: standard objects, roles, register, first API key, and demo records where wanted.

Everything is written under a workspace id that nobody knows yet; the workspace's own row comes last and makes it exist,
in one transaction with its entry in the registry, and only its first token opens it. Whatever fails before leaves rows
that no request can reach.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf
from typing import Any

from ..access.api_keys import ApiKey, ApiKeys
from ..access.context import RequestContext, Workspace
from ..access.permissions import Permissions
from ..access.plans import PLAN
from ..access.principal import Principal
from ..access.role_changes import DEFAULTS
from ..access.roles import Role
from ..access.times import stored_time
from ..catalog.loader import MetadataState
from ..catalog.rows import model_items
from ..errors import BadRequest
from ..metadata.standard import PRESETS, standard_model
from ..model.model import Model
from ..shipped import load
from ..store import keys, workspace_registry
from ..store.control import RegisterRow
from ..store.lease import Lease
from ..store.ops import DeleteItem, PutItem
from ..store.register import Register
from ..store.table import MAX_TRANSACTION, Item, Table, chunked
from ..store.versions import CURRENT
from ..store.workspace_row import new_workspace
from ..views.defaults import default_view_rows
from .demo import seed

#: The name of the first key: records that it makes say so.
FIRST_KEY_NAME = "Admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provisioned:
    """A new workspace and its first key, whose token is shown here and never again."""

    workspace_id: str
    api_key: ApiKey
    token: str


def provision(
    table: Table,
    api_keys: ApiKeys,
    name: str,
    *,
    demo: bool = False,
    preset: str | None = None,
    plan: str | None = None,
) -> Provisioned:
    """Create a workspace, with the older standard fields of a preset if one is named, and of a plan that is known.
    Raises BadRequest for a blank name and an unknown preset.
    """
    if not name.strip():
        raise BadRequest("name should not be empty")
    if preset is not None and preset not in PRESETS:
        raise BadRequest(f"preset '{preset}' is not known. There are: {', '.join(PRESETS)}")
    model = standard_model(str(uuid.uuid4()), now=stored_time(datetime.now(UTC)), preset=preset)
    workspace_id = model.workspace_id
    items = model_items(model)
    views = default_view_rows(workspace_id, model.objects, now=stored_time(datetime.now(UTC)))
    for chunk in chunked([*items, *views], MAX_TRANSACTION):
        table.transact([PutItem(item) for item in chunk])
    RegisterRow.at(keys.open_batches(workspace_id)).save()
    roles = _roles(workspace_id, demo=demo)
    table.transact([PutItem(role) for role in roles.values()])
    key_role = next(role for role in roles.values() if role["canBeAssignedToApiKeys"])
    key = api_keys.create(workspace_id, name=FIRST_KEY_NAME, role_id=keys.sort_of(key_role))
    try:
        if demo:
            seed(_context(table, model, key, name))
        created_at = stored_time(datetime.now(UTC))
        workspace = new_workspace(
            workspace_id,
            name=name.strip(),
            created_at=created_at,
            default_role_id=next(keys.sort_of(roles[spec["label"]]) for spec in load("roles") if spec.get("isDefault")),
            next_object_key=len(model.objects) + 1,
            **{workspace_registry.REGISTERED: True},
            **_of_plan(plan),
            **CURRENT.attributes(),
            **_metadata_state(model, items),
        )
        table.transact([workspace, workspace_registry.entry(workspace_id, created_at)])
        token = api_keys.mint(workspace_id, key.id)
    except BaseException:
        table.transact([DeleteItem(keys.workspace(workspace_id)), DeleteItem(keys.registered(workspace_id))])
        raise
    return Provisioned(workspace_id=workspace_id, api_key=key, token=token)


def _metadata_state(model: Model, items: list[dict[str, Any]]) -> Mapping[str, int]:
    state = MetadataState.of(model.version, items)
    return {"metadata_version": state.version, "metadata_rows": state.rows, "metadata_revisions": state.revisions}


def _of_plan(plan: str | None) -> Mapping[str, Any]:
    return {} if plan is None else {PLAN: plan}


def _roles(workspace_id: str, *, demo: bool) -> Mapping[str, Item]:
    """The shipped roles by label, in the order of the data."""
    return {
        spec["label"]: keys.item_at(
            keys.role(workspace_id, str(uuid.uuid4())),
            **{**DEFAULTS, **{name: value for name, value in spec.items() if name != "isDefault"}},
        )
        for spec in [*load("roles"), *(load("demo/roles") if demo else [])]
    }


def _context(table: Table, model: Model, key: ApiKey, name: str) -> RequestContext:
    """The context of the first key, before there is a workspace that could be opened."""
    role = table.get(keys.role(model.workspace_id, key.role_id))
    assert role is not None
    return RequestContext(
        principal=Principal(workspace_id=model.workspace_id, key_id=key.id, name=key.name, role_id=key.role_id),
        permissions=Permissions(Role.parse(role)),
        workspace=Workspace(id=model.workspace_id, name=name),
        model=model,
        table=table,
        register=Register(),
        lease=Lease(model.workspace_id, model.version, seconds=inf),
        now=stored_time(datetime.now(UTC)),
    )
