"""Fixtures of all tests.

Unit tests use none that touch a store. ``table`` is an empty table of a server in memory, ``control_table`` the same
bound to the PynamoDB models as well, ``gateway`` an API Gateway with a usage plan.
"""

from __future__ import annotations

import gc
import os
import re
import sys
from collections.abc import Iterator
from functools import cache, partial
from math import inf
from typing import TYPE_CHECKING, Any

import botocore.session
import httpx._transports.default as _transports
import pytest
from httpx._config import DEFAULT_TIMEOUT_CONFIG
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.workermanage import WorkerController

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
from tests.support import dynoxide, shared

# What takes longer than most tests is done once: a session of botocore parses the descriptions of services, a client of
# httpx reads the certificates of all authorities.
botocore.session.create_loader = cache(botocore.session.create_loader)
_transports.create_ssl_context = cache(_transports.create_ssl_context)  # type: ignore[attr-defined]

# What is compiled once is there for all processes, of which there are hundreds, wherever the tests are run.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# A run for a change examines the same cases every time: what fails there can be repeated. Without CI, new cases each
# time. No test fails because the machine is busy.
_PATIENT: dict[str, Any] = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("repeatable", derandomize=True, **_PATIENT)
settings.register_profile("exploring", print_blob=True, **_PATIENT)
settings.load_profile("repeatable" if os.environ.get("CI") else "exploring")

#: Seconds for an answer, which nothing that works needs: httpx gives a server 5.
_ANSWER_SECONDS = 120.0
for _step in ("connect", "read", "write", "pool"):
    setattr(DEFAULT_TIMEOUT_CONFIG, _step, _ANSWER_SECONDS)


@pytest.fixture(scope="session", autouse=True)
def _no_time_passes() -> Iterator[None]:
    """Tests say when time passes: changes of the model do not wait for requests that began before them, and no request
    is so slow that it must look whether the model has changed.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("icosa.store.lease.OUTLAST_SECONDS", 0.0)
        patch.setattr("icosa.store.lease.LEASE_SECONDS", inf)
        yield


@pytest.fixture(autouse=True)
def _nothing_is_remembered() -> None:
    """No test is answered from what another one has read: many have tables of the same name."""
    if (module := sys.modules.get("icosa.store.record_memory")) is not None:
        module.memory.forget()


_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def pytest_make_parametrize_id(val: object) -> str | None:
    """Names of cases are the same in every process, also where a parameter is a random id: tests run in two."""
    return _UUID.sub("uuid", val) if isinstance(val, str) and _UUID.search(val) else None


def pytest_configure(config: pytest.Config) -> None:
    """The first process of a run makes the folder that all of them share, and removes it."""
    gc.disable()
    if not hasattr(config, "workerinput"):
        config.add_cleanup(partial(shared.end_run, shared.begin_run()))


def pytest_collection_finish() -> None:
    """What was imported stays: looking through it again and again is a seventh of a run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    gc.enable()


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
    "tests/integration/rows/",
    "tests/wire/",
)


#: What takes longest, as the beginnings of paths: it comes first, or a process would still have it when the others are
#: done. After that xdist takes what has most tests.
_FIRST = (
    "tests/browser/",
    "tests/e2e/",
    "tests/integration/rows/",
    "tests/integration/engine/test_steady_reads.py",
    "tests/integration/rights/",
    "tests/integration/local/",
    "tests/integration/functions/",
    "tests/integration/documents/",
)


class _ByFixtures(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types.
    def _assign_work_unit(self, node: WorkerController) -> None:
        waiting = list(self.workqueue)
        if first := next((scope for path in _FIRST for scope in waiting if scope.startswith(path)), None):
            self.workqueue.move_to_end(first, last=False)
        super()._assign_work_unit(node)

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
