"""Fixtures of all tests.

Unit tests use none that touch a store. ``table`` is an empty table of a server in memory, ``control_table`` the same
bound to the PynamoDB models as well, ``gateway`` an API Gateway with a usage plan.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

if TYPE_CHECKING:
    from xdist.remote import Producer

    from icosa.access.gateway_keys import GatewayKeys

# Before any import of a client: never a real account, never a lookup of instance credentials.
os.environ |= {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_REGION": "eu-central-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "POWERTOOLS_TRACE_DISABLED": "true",
}

from icosa.store.table import Table
from tests.support import dynoxide

# A run for a change examines the same cases every time: what fails there can be repeated. Without CI, new cases each
# time.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("exploring", deadline=None, print_blob=True)
settings.load_profile("repeatable" if os.environ.get("CI") else "exploring")


@pytest.fixture(autouse=True)
def _no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Changes of the model do not wait for requests that began before them: tests say when time passes."""
    monkeypatch.setattr("icosa.store.lease.OUTLAST_SECONDS", 0.0)


_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def pytest_make_parametrize_id(val: object) -> str | None:
    """Names of cases are the same in every process, also where a parameter is a random id: tests run in two."""
    return _UUID.sub("uuid", val) if isinstance(val, str) and _UUID.search(val) else None


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """One process runs the tests in a row that share fixtures: those of a file, or of a folder with fixtures for all of
    it. (Marks of groups do not arrive: xdist writes them into an attribute of the test that pytest 9.2 does not read.)
    """
    return _ByFixtures(config, log)


#: Folders with fixtures for all of their tests, which take seconds to make.
_SHARED = (
    "tests/browser/",
    "tests/e2e/clients/",
    "tests/integration/api/graphql/",
    "tests/integration/local/",
    "tests/wire/",
)


class _ByFixtures(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types.
    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return next((folder for folder in _SHARED if path.startswith(folder)), path)


@pytest.fixture(scope="session")
def dynamodb_endpoint() -> Iterator[str]:
    with dynoxide.server() as endpoint:
        yield endpoint


@pytest.fixture
def table(dynamodb_endpoint: str) -> Iterator[Table]:
    with dynoxide.fresh_table(dynamodb_endpoint) as fresh:
        yield fresh


@pytest.fixture
def control_table(table: Table, dynamodb_endpoint: str) -> Table:
    from icosa.store import control

    control.use_table(table.name, region="eu-central-1", host=dynamodb_endpoint)
    return table


@pytest.fixture
def gateway() -> Iterator[GatewayKeys]:
    """API Gateway (emulated) with an empty usage plan."""
    from tests.support.gateway import emulated

    with emulated() as keys:
        yield keys
