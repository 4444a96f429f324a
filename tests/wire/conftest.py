"""One workspace for all tests of the wire: each works with records of its own, marked by ``tag``."""

from __future__ import annotations

import pytest

from icosa.provisioning.workspace import Provisioned
from icosa.store.table import Table
from tests.support.provisioning import event_of
from tests.support.rest_client import RestClient
from tests.support.workspace import unique_tag, workspace_fixtures

shared_table, api_keys, workspace, event_of_role = workspace_fixtures("package")


@pytest.fixture(scope="package")
def call(shared_table: Table, workspace: Provisioned) -> RestClient:
    """The Core REST API with the rights of an administrator."""
    return RestClient(shared_table, event_of(workspace))


@pytest.fixture
def tag() -> str:
    return unique_tag()
