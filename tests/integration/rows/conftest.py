"""The workspaces of each shape of rules: all tests of the folder share them, and the last one changes them."""

from __future__ import annotations

import pytest

from icosa.access.api_keys import ApiKeys
from icosa.store.table import Table
from tests.support.workspace import workspace_fixtures

from .workspaces import Workspaces
from .worlds import SHAPES

shared_table, api_keys, _, _ = workspace_fixtures("package")


@pytest.fixture(scope="package", params=list(SHAPES))
def workspaces(request: pytest.FixtureRequest, shared_table: Table, api_keys: ApiKeys) -> Workspaces:
    return Workspaces(shared_table, api_keys, request.param)
