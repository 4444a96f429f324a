"""One workspace for all tests of the Core GraphQL API, with a custom object of every field type."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from icosa.access.api_keys import ApiKeys
from icosa.access.role_admin import create_role
from icosa.metadata.service import MetadataService
from icosa.model.model import Model, Object
from icosa.provisioning.workspace import Provisioned, provision
from icosa.store import control
from icosa.store.table import Table
from tests.support import dynoxide
from tests.support.gateway import emulated
from tests.support.graphql_client import GraphqlClient
from tests.support.provisioning import event_of, forget
from tests.support.rest_client import RestClient
from tests.support.rocket import create_rocket


@pytest.fixture(scope="package")
def shared_table(dynamodb_endpoint: str) -> Iterator[Table]:
    with dynoxide.fresh_table(dynamodb_endpoint) as fresh:
        control.use_table(fresh.name, region="eu-central-1", host=dynamodb_endpoint)
        forget()
        yield fresh


@pytest.fixture(scope="package")
def api_keys() -> Iterator[ApiKeys]:
    with emulated() as gateway:
        yield ApiKeys(gateway, lambda: "a secret of this deployment, long enough")


@pytest.fixture(scope="package")
def workspace(shared_table: Table, api_keys: ApiKeys) -> Provisioned:
    return provision(shared_table, api_keys, "Acme")


@pytest.fixture(scope="package")
def rocket(shared_table: Table, workspace: Provisioned) -> Object:
    return create_rocket(shared_table, workspace.workspace_id)


@pytest.fixture(scope="package")
def model(shared_table: Table, workspace: Provisioned, rocket: Object) -> Model:
    return MetadataService(shared_table, workspace.workspace_id).model()


@pytest.fixture(scope="package")
def gql(shared_table: Table, workspace: Provisioned, rocket: Object) -> GraphqlClient:
    return GraphqlClient(shared_table, event_of(workspace))


@pytest.fixture(scope="package")
def rest(shared_table: Table, workspace: Provisioned) -> RestClient:
    return RestClient(shared_table, event_of(workspace))


@pytest.fixture(scope="package")
def client_with(shared_table: Table, workspace: Provisioned, api_keys: ApiKeys) -> Callable[..., GraphqlClient]:
    """A client whose role has the rights and flags given, and no others."""

    def make(**role: Any) -> GraphqlClient:
        made = create_role(workspace.workspace_id, {"label": uuid.uuid4().hex, **role})
        key = api_keys.create(workspace.workspace_id, name="k", role_id=made["id"])
        return GraphqlClient(shared_table, event_of(workspace, key_id=key.id))

    return make


@pytest.fixture
def tag() -> str:
    """A word that no other test's records have."""
    return f"z{uuid.uuid4().hex[:10]}"
