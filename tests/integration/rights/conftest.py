"""One workspace with demo-like records, and callers whose roles may not read or update some fields."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from icosa.access.api_keys import ApiKeys
from icosa.provisioning.workspace import Provisioned
from icosa.store.table import Table
from tests.support.restricted import Caller, full_caller, restricted_caller
from tests.support.workspace import unique_tag, workspace_fixtures

shared_table, api_keys, workspace, event_of_role = workspace_fixtures("module")


@pytest.fixture(scope="module")
def admin(shared_table: Table, workspace: Provisioned) -> Caller:
    return full_caller(shared_table, workspace)


@pytest.fixture
def restricted(shared_table: Table, workspace: Provisioned, api_keys: ApiKeys) -> Callable[..., Caller]:
    """Makes a caller: see ``tests.support.restricted.restricted_caller``."""
    return lambda **role: restricted_caller(shared_table, workspace, api_keys, **role)


@pytest.fixture
def tag() -> str:
    return unique_tag()
