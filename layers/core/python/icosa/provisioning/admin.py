"""Administration of workspaces, API keys and roles by those who may invoke the function: IAM decides who does.

An event is ``{"action": …}`` with the parameters of the action beside it. Errors are raised with the message that the
caller should see. Responses that hold a token are the only place where it ever appears: nothing here logs responses.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import Field
from pydantic.alias_generators import to_camel

from ..access.api_keys import ApiKey, ApiKeys
from ..access.role_admin import create_role, list_roles
from ..access.sign_in_links import MINUTES, MOST_MINUTES
from ..access.token_type import SESSION_LIFETIME
from ..access.workspace_status import is_there
from ..catalog.commit import read
from ..catalog.jobs import list_jobs, new_job, put_job
from ..errors import BadRequest, Conflict
from ..metadata.counters import spread_counters
from ..metadata.record_copies import begin_copies
from ..model.dates import format_instant
from ..runtime.observation import observed
from ..store import keys, workspace_registry
from ..store.meter import Meter
from ..store.operation_row import find_receipt
from ..store.table import MAX_TRANSACTION, Table, chunked
from ..store.workspace_row import mark_jobs, status_of
from ..validation.body import UNNAMED, RequestBody, validate
from ..validation.types import Flag, Identifier, Integer, JsonObject, Moment, NonBlankText
from .actions import Action, OfWorkspace, Result, Services
from .migrating import Migrate, Migrations, list_migrations, migrate
from .resuming import resume_jobs
from .setting_actions import SETTING_ACTIONS, known_plan
from .workspace import provision
from .workspace_actions import WORKSPACE_ACTIONS

logger = logging.getLogger(__name__)

# ------------------------------------------------------------------ parameters


class ProvisionWorkspace(RequestBody):
    name: NonBlankText
    demo: Flag = False
    preset: NonBlankText | None = None
    plan: NonBlankText = UNNAMED


class CreateKey(OfWorkspace):
    name: NonBlankText
    role_id: Identifier
    #: Never, unless it is named.
    expires_at: Moment = UNNAMED


class SpreadCounters(OfWorkspace):
    object: NonBlankText


class OfKey(OfWorkspace):
    api_key_id: Identifier


class AssignRole(OfKey):
    role_id: Identifier


class MintToken(OfKey):
    #: Never, unless it is named.
    expires_at: Moment = UNNAMED


class NewSignInLink(OfWorkspace):
    """For a key that there is, or for a new one of a role, which ends with the session."""

    role_id: Identifier = UNNAMED
    api_key_id: Identifier = UNNAMED
    minutes: Annotated[Integer, Field(ge=1, le=MOST_MINUTES)] = MINUTES
    #: Where the console is, if not at the API's own address: a custom domain with its base path.
    url: NonBlankText = UNNAMED


class NewRole(OfWorkspace):
    """``role`` is an ``access.bodies.CreateRole``."""

    role: JsonObject


# ------------------------------------------------------------------ actions


def _provision_workspace(services: Services, parameters: ProvisionWorkspace) -> Result:
    """``{workspaceId, apiKey}``, the key with its ``token``."""
    workspace = provision(
        services.table,
        services.api_keys,
        parameters.name,
        demo=parameters.demo,
        preset=parameters.preset,
        plan=None if parameters.plan is None else known_plan(parameters.plan),
    )
    return {"workspaceId": workspace.workspace_id, "apiKey": {**_members(workspace.api_key), "token": workspace.token}}


def _create_api_key(services: Services, parameters: CreateKey) -> Result:
    """``{apiKey}``, without a token."""
    key = services.api_keys.create(
        parameters.workspace_id, name=parameters.name, role_id=parameters.role_id, expires_at=parameters.expires_at
    )
    return {"apiKey": _members(key)}


def _list_api_keys(services: Services, parameters: OfWorkspace) -> Result:
    """``{apiKeys}``: those that are not revoked."""
    return {"apiKeys": [_members(key) for key in services.api_keys.list(parameters.workspace_id)]}


def _revoke_api_key(services: Services, parameters: OfKey) -> Result:
    """``{apiKey}``."""
    return {"apiKey": _members(services.api_keys.revoke(parameters.workspace_id, parameters.api_key_id))}


def _restore_api_key(services: Services, parameters: OfKey) -> Result:
    """``{apiKey}``: undoes a revocation."""
    return {"apiKey": _members(services.api_keys.restore(parameters.workspace_id, parameters.api_key_id))}


def _assign_role(services: Services, parameters: AssignRole) -> Result:
    """``{}``."""
    services.api_keys.assign_role(parameters.workspace_id, parameters.api_key_id, parameters.role_id)
    return {}


def _mint_token(services: Services, parameters: MintToken) -> Result:
    """``{token}``."""
    token = services.api_keys.mint(parameters.workspace_id, parameters.api_key_id, expires_at=parameters.expires_at)
    return {"token": token}


def _console_link(services: Services, parameters: NewSignInLink) -> Result:
    """``{url, expiresAt}``: signs in to the console, once."""
    key_id = parameters.api_key_id
    if (key_id is None) == (parameters.role_id is None):
        raise BadRequest("Either roleId or apiKeyId must be named")
    console = parameters.url or services.find_url()
    if key_id is None:
        end = datetime.now(UTC) + timedelta(minutes=parameters.minutes) + SESSION_LIFETIME
        made = services.api_keys.create_for_link(
            parameters.workspace_id, role_id=parameters.role_id, expires_at=end.isoformat()
        )
        key_id = made.id
    link = services.api_keys.sign_in_link(parameters.workspace_id, key_id, minutes=parameters.minutes)
    return {"url": link.url(console), "expiresAt": link.expires_at}


def _count_calls(services: Services, parameters: OfWorkspace) -> Result:
    """``{left}``: how many gateway keys are left of a workspace that is older than version 0.3. For a table that comes
    from another stack it also puts the workspace into this stack's usage plan.
    """
    return {"left": services.api_keys.count_calls(parameters.workspace_id)}


def _carry_values(services: Services, parameters: OfWorkspace) -> Result:
    """``{jobs}``: how many objects have rows of earlier versions completed from now on, in the background. An object
    with such a job has no second one.
    """
    table, workspace_id = services.table, parameters.workspace_id
    begin_copies(table, workspace_id, now=format_instant(datetime.now(UTC)))
    now_ms = int(datetime.now(UTC).timestamp() * 1000)
    waiting = {job.object_id for job in list_jobs(table, workspace_id) if job.kind == "carry"}
    objects = read(table, workspace_id).model.objects
    jobs = [
        new_job("carry", object_key=obj.key, object_id=obj.id, now_ms=now_ms)
        for obj in objects
        if obj.id not in waiting
    ]
    for part in chunked(jobs, MAX_TRANSACTION - 1):
        mark = mark_jobs(workspace_id, min(job.overdue_ms for job in part))
        table.transact([mark, *(put_job(workspace_id, job) for job in part)])
    return {"jobs": len(jobs)}


def _spread_counters(services: Services, parameters: SpreadCounters) -> Result:
    """``{counters}``: the number of an object's records is spread over so many items from now on."""
    now = format_instant(datetime.now(UTC))
    return {"counters": spread_counters(services.table, parameters.workspace_id, parameters.object, now=now)}


def _resume_jobs(services: Services, parameters: OfWorkspace) -> Result:
    """``{jobs}``: how many that nobody works on any more are begun anew."""
    now_ms = int(datetime.now(UTC).timestamp() * 1000)
    return {"jobs": resume_jobs(services.table, parameters.workspace_id, now_ms=now_ms)}


def _list_migrations(services: Services, parameters: Migrations) -> Result:
    return list_migrations(services.table, parameters)


def _migrate(services: Services, parameters: Migrate) -> Result:
    return migrate(services.table, parameters)


def _list_roles(_services: Services, parameters: OfWorkspace) -> Result:
    """``{roles}``."""
    return {"roles": list_roles(parameters.workspace_id)}


def _create_role(_services: Services, parameters: NewRole) -> Result:
    """``{role}``."""
    return {"role": create_role(parameters.workspace_id, parameters.role)}


ACTIONS: Mapping[str, Action[Any]] = {
    "provision_workspace": Action(ProvisionWorkspace, _provision_workspace),
    "create_api_key": Action(CreateKey, _create_api_key),
    "list_api_keys": Action(OfWorkspace, _list_api_keys),
    "revoke_api_key": Action(OfKey, _revoke_api_key),
    "restore_api_key": Action(OfKey, _restore_api_key),
    "assign_role": Action(AssignRole, _assign_role),
    "mint_token": Action(MintToken, _mint_token),
    "console_link": Action(NewSignInLink, _console_link),
    "count_calls": Action(OfWorkspace, _count_calls),
    "carry_values": Action(OfWorkspace, _carry_values),
    "spread_counters": Action(SpreadCounters, _spread_counters),
    "resume_jobs": Action(OfWorkspace, _resume_jobs),
    "list_migrations": Action(Migrations, _list_migrations),
    "migrate": Action(Migrate, _migrate),
    "list_roles": Action(OfWorkspace, _list_roles),
    "create_role": Action(NewRole, _create_role),
    **WORKSPACE_ACTIONS,
    **SETTING_ACTIONS,
}


class Administration:
    """The actions over a table and its API keys. ``find_url`` looks up the API's own address."""

    def __init__(self, table: Table, api_keys: ApiKeys, find_url: Callable[[], str]) -> None:
        self._services = Services(table, api_keys, find_url)

    def run(self, event: Any) -> Result:
        """The result of an event's action.

        Raises BadRequest for an unknown action, InvalidInput for parameters that are missing or wrong, and the
        action's own errors.
        """
        name = event.get("action") if isinstance(event, Mapping) else None
        action = ACTIONS.get(name) if isinstance(name, str) else None
        if action is None:
            raise BadRequest(f"action must be one of {', '.join(ACTIONS)}")
        parameters = validate(action.parameters, event)
        meter = Meter()
        observed().use(meter)
        services = replace(self._services, table=self._services.table.metered(meter))
        if isinstance(parameters, OfWorkspace):
            _require_workspace(services.table, parameters.workspace_id, of_all=action.of_all)
        result = action.run(services, parameters)
        workspace_id = result.get("workspaceId", event.get("workspaceId"))
        logger.info("done", extra={"action": name, "workspace_id": workspace_id})
        return result


def _require_workspace(table: Table, workspace_id: str, *, of_all: bool) -> None:
    """One read unit. A workspace that is older than the registry enters it."""
    workspace = table.get(keys.workspace(workspace_id))
    if workspace is None:
        if of_all and find_receipt(table, workspace_id) is not None:
            return
        raise BadRequest("There is no such workspace")
    if not of_all and not is_there(workspace):
        raise Conflict(f"The workspace is {status_of(workspace)}: nothing else can be done with it until that is over")
    workspace_registry.enter(table, workspace_id, workspace)


def _members(key: ApiKey) -> Result:
    return {to_camel(name): value for name, value in asdict(key).items()}
