"""One workspace for all tests of the Core GraphQL API, with a custom object of every field type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from icosa.metadata.service import MetadataService
from icosa.model.model import Model, Object
from icosa.provisioning.workspace import Provisioned
from icosa.store.table import Table
from tests.support.graphql_client import GraphqlClient
from tests.support.provisioning import event_of
from tests.support.rest_client import RestClient
from tests.support.rocket import create_rocket
from tests.support.workspace import EventOfRole, unique_tag, workspace_fixtures

shared_table, api_keys, workspace, event_of_role = workspace_fixtures("package")


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
def client_with(shared_table: Table, event_of_role: EventOfRole) -> Callable[..., GraphqlClient]:
    """A client whose role has the rights and flags given, and no others."""

    def make(**role: Any) -> GraphqlClient:
        return GraphqlClient(shared_table, event_of_role(**role))

    return make


@pytest.fixture
def tag() -> str:
    return unique_tag()
