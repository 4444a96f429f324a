"""One workspace for all tests of the Metadata APIs; tests that change it make entities of their own."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from icosa.access.api_keys import ApiKeys
from icosa.access.role_admin import create_role
from icosa.provisioning.workspace import Provisioned, provision
from icosa.store import control
from icosa.store.table import Table
from tests.support import dynoxide
from tests.support.gateway import emulated
from tests.support.metadata_client import MetadataClient
from tests.support.provisioning import event_of, forget
from tests.support.rest_client import RestClient


@pytest.fixture(scope="module")
def shared_table(dynamodb_endpoint: str) -> Iterator[Table]:
    with dynoxide.fresh_table(dynamodb_endpoint) as fresh:
        control.use_table(fresh.name, region="eu-central-1", host=dynamodb_endpoint)
        forget()
        yield fresh


@pytest.fixture(scope="module")
def api_keys() -> Iterator[ApiKeys]:
    with emulated() as gateway:
        yield ApiKeys(gateway, lambda: "a secret of this deployment, long enough")


@pytest.fixture(scope="module")
def workspace(shared_table: Table, api_keys: ApiKeys) -> Provisioned:
    return provision(shared_table, api_keys, "Acme")


@pytest.fixture(scope="module")
def call(shared_table: Table, workspace: Provisioned) -> MetadataClient:
    return MetadataClient(shared_table, event_of(workspace))


@pytest.fixture(scope="module")
def records(shared_table: Table, workspace: Provisioned) -> RestClient:
    return RestClient(shared_table, event_of(workspace))


@pytest.fixture(scope="module")
def client_with(shared_table: Table, workspace: Provisioned, api_keys: ApiKeys) -> Callable[..., MetadataClient]:
    """A client whose role has the rights and flags given, and no others."""

    def make(**role: Any) -> MetadataClient:
        made = create_role(workspace.workspace_id, {"label": uuid.uuid4().hex, **role})
        key = api_keys.create(workspace.workspace_id, name="k", role_id=made["id"])
        return MetadataClient(shared_table, event_of(workspace, key_id=key.id))

    return make


@pytest.fixture
def tag() -> str:
    """A word that no other test's entities have, fit for names."""
    return f"z{uuid.uuid4().hex[:10]}"
