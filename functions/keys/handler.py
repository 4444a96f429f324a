"""Workspaces, API keys and roles: everything that needs the usage plan or makes tokens.

API Gateway leads here with ``/rest/metadata/apiKeys``, and with nothing else. Administrators invoke the function
directly, so IAM decides who may: an event then is ``{"action": …, …}`` with the parameters of one of the functions
below, and errors are raised with the message that the caller should see. Answers that hold a token are the only place
where it ever appears: nothing here logs answers.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import cache
from typing import Any

from icosa.access.api_keys import ApiKey, ApiKeys
from icosa.access.gateway_keys import GatewayKeys
from icosa.access.role_admin import create_role, list_roles
from icosa.access.secret import signing_secret
from icosa.api.metadata.api_keys import key_collections
from icosa.api.metadata.rest import MetadataRest
from icosa.errors import BadRequest
from icosa.provisioning.workspace import provision
from icosa.runtime.handlers import api_handler, function_logger
from icosa.store import control
from icosa.store.table import Table

logger = function_logger()

Event = dict[str, Any]
Answer = dict[str, Any]


def handler(event: Event, context: Any) -> Answer:
    """The proxy answer for an event of API Gateway, whatever else is in it; for any other event, what its action
    answers.
    """
    return _serve()(event, context) if "requestContext" in event else _run(event)


def _run(event: Event) -> Answer:
    """Raises BadRequest for an unknown action or a missing parameter, and the action's own errors."""
    action = _ACTIONS.get(event.get("action", ""))
    if action is None:
        raise BadRequest(f"action must be one of {', '.join(_ACTIONS)}")
    answer = action(event)
    logger.info("done", action=event["action"], workspace_id=answer.get("workspaceId", event.get("workspaceId")))
    return answer


def provision_workspace(event: Event) -> Answer:
    """``name``, ``demo`` (default false) → ``{workspaceId, apiKey: {id, name, …, token}}``."""
    made = provision(_table(), _api_keys(), _text(event, "name"), demo=bool(event.get("demo")))
    return {"workspaceId": made.workspace_id, "apiKey": {**_shown(made.api_key), "token": made.token}}


def create_api_key(event: Event) -> Answer:
    """``workspaceId``, ``name``, ``roleId``, ``expiresAt`` (default: never) → ``{apiKey}``, without a token."""
    key = _api_keys().create(
        _text(event, "workspaceId"),
        name=_text(event, "name"),
        role_id=_text(event, "roleId"),
        expires_at=event.get("expiresAt"),
    )
    return {"apiKey": _shown(key)}


def list_api_keys(event: Event) -> Answer:
    """``workspaceId`` → ``{apiKeys}``: those that are not revoked."""
    return {"apiKeys": [_shown(key) for key in _api_keys().list(_text(event, "workspaceId"))]}


def revoke_api_key(event: Event) -> Answer:
    """``workspaceId``, ``apiKeyId`` → ``{apiKey}``."""
    return {"apiKey": _shown(_api_keys().revoke(_text(event, "workspaceId"), _text(event, "apiKeyId")))}


def restore_api_key(event: Event) -> Answer:
    """``workspaceId``, ``apiKeyId`` → ``{apiKey}``: undoes a revocation."""
    return {"apiKey": _shown(_api_keys().restore(_text(event, "workspaceId"), _text(event, "apiKeyId")))}


def assign_role(event: Event) -> Answer:
    """``workspaceId``, ``apiKeyId``, ``roleId`` → ``{}``."""
    _api_keys().assign_role(_text(event, "workspaceId"), _text(event, "apiKeyId"), _text(event, "roleId"))
    return {}


def mint_token(event: Event) -> Answer:
    """``workspaceId``, ``apiKeyId``, ``expiresAt`` (default: never) → ``{token}``."""
    token = _api_keys().mint(_text(event, "workspaceId"), _text(event, "apiKeyId"), expires_at=event.get("expiresAt"))
    return {"token": token}


def roles(event: Event) -> Answer:
    """``workspaceId`` → ``{roles}``."""
    return {"roles": list_roles(_text(event, "workspaceId"))}


def new_role(event: Event) -> Answer:
    """``workspaceId``, ``role: {label, description, icon, can…}`` → ``{role}``."""
    return {"role": create_role(_text(event, "workspaceId"), event.get("role") or {})}


_ACTIONS: Mapping[str, Callable[[Event], Answer]] = {
    "provision_workspace": provision_workspace,
    "create_api_key": create_api_key,
    "list_api_keys": list_api_keys,
    "revoke_api_key": revoke_api_key,
    "restore_api_key": restore_api_key,
    "assign_role": assign_role,
    "mint_token": mint_token,
    "list_roles": roles,
    "create_role": new_role,
}


@cache
def _table() -> Table:
    return Table.from_environment()


@cache
def _serve() -> Callable[[Event, Any], Answer]:
    return api_handler(MetadataRest(_table(), key_collections(_api_keys())).answer)


@cache
def _api_keys() -> ApiKeys:
    return ApiKeys(GatewayKeys.from_environment(), signing_secret)


def _text(event: Event, name: str) -> str:
    value = event.get(name)
    if not isinstance(value, str) or not value:
        raise BadRequest(f"{name} must be a text that is not empty")
    return value


def _shown(key: ApiKey) -> Answer:
    names = {
        "role_id": "roleId",
        "expires_at": "expiresAt",
        "revoked_at": "revokedAt",
        "created_at": "createdAt",
        "updated_at": "updatedAt",
    }
    return {names.get(name, name): value for name, value in asdict(key).items()}


control.use_table(
    os.environ["TABLE_NAME"], region=os.environ.get("AWS_REGION"), host=os.environ.get("AWS_ENDPOINT_URL_DYNAMODB")
)
