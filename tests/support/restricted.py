"""Callers of all APIs whose roles are restricted by object and by field."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from icosa.access.api_keys import ApiKeys
from icosa.access.role_admin import create_role
from icosa.catalog.loader import MetadataState, load_model
from icosa.model.model import Field, Model, Object
from icosa.provisioning.workspace import Provisioned
from icosa.store import keys
from icosa.store.table import Table
from tests.support.graphql_client import GraphqlClient
from tests.support.metadata_client import MetadataClient
from tests.support.provisioning import event_of, set_role
from tests.support.rest_client import RestClient

_ALL = (
    "canReadAllObjectRecords",
    "canUpdateAllObjectRecords",
    "canSoftDeleteAllObjectRecords",
    "canDestroyAllObjectRecords",
)
DENIED = "Entity performing the request does not have permission"


@dataclass(frozen=True)
class Caller:
    """One key at work, over all APIs."""

    rest: RestClient
    gql: GraphqlClient
    metadata: MetadataClient

    def create(self, plural: str, **body: Any) -> str:
        """The id of a new record."""
        reply = self.rest("POST", f"/rest/{plural}", body)
        assert reply.status == 201, reply
        [record] = reply.json["data"].values()
        return str(record["id"])

    def record(self, plural: str, record_id: str) -> Mapping[str, Any]:
        reply = self.rest("GET", f"/rest/{plural}/{record_id}")
        assert reply.status == 200, reply
        [record] = reply.json["data"].values()
        assert isinstance(record, dict)
        return record


def _caller(table: Table, event: Mapping[str, Any]) -> Caller:
    return Caller(RestClient(table, event), GraphqlClient(table, event), MetadataClient(table, event))


def full_caller(table: Table, workspace: Provisioned) -> Caller:
    """With the workspace's first key."""
    return _caller(table, event_of(workspace))


def model_of(table: Table, workspace: Provisioned) -> Model:
    """The model as it is now."""
    row = table.get(keys.workspace(workspace.workspace_id))
    assert row is not None
    return load_model(table, workspace.workspace_id, MetadataState.parse(row))


def restricted_key(
    table: Table,
    workspace: Provisioned,
    api_keys: ApiKeys,
    *,
    hidden: Iterable[str] = (),
    locked: Iterable[str] = (),
    objects: Mapping[str, Mapping[str, bool]] | None = None,
    **role: Any,
) -> str:
    """The id of a key whose role may do everything but what is named.

    ``hidden`` and ``locked`` are fields such as ``person.emails``; ``objects`` rights by the objects' names.
    """
    model = model_of(table, workspace)
    created = create_role(workspace.workspace_id, {"label": uuid.uuid4().hex, **dict.fromkeys(_ALL, True), **role})
    fields: dict[str, dict[str, dict[str, bool]]] = {}
    for names, member in ((hidden, "canReadFieldValue"), (locked, "canUpdateFieldValue")):
        for obj, field in (named_field(model, name) for name in names):
            fields.setdefault(obj.id, {}).setdefault(field.id, {})[member] = False
    rights = {model.by_singular[name].id: dict(members) for name, members in (objects or {}).items()}
    set_role(table, workspace.workspace_id, created["id"], fieldPermissions=fields, objectPermissions=rights)
    return api_keys.create(workspace.workspace_id, name="k", role_id=created["id"]).id


def restricted_caller(table: Table, workspace: Provisioned, api_keys: ApiKeys, **role: Any) -> Caller:
    """As ``restricted_key``."""
    return _caller(table, event_of(workspace, key_id=restricted_key(table, workspace, api_keys, **role)))


def caller_of(table: Table, workspace: Provisioned, key_id: str) -> Caller:
    """With a key of the workspace, over any table that holds it."""
    return _caller(table, event_of(workspace, key_id=key_id))


def named_field(model: Model, name: str) -> tuple[Object, Field]:
    """``person.emails``."""
    singular, _, field = name.partition(".")
    obj = model.by_singular[singular]
    return obj, obj.by_name[field]
