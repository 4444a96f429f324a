"""One workspace for all tests of the Metadata APIs; tests that change it make entities of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from icosa.provisioning.workspace import Provisioned
from icosa.store.table import Table
from icosa.webhooks import deliveries
from tests.support.delivery_queue import FakeQueue
from tests.support.metadata_client import MetadataClient
from tests.support.provisioning import event_of
from tests.support.rest_client import RestClient
from tests.support.workspace import EventOfRole, unique_tag, workspace_fixtures

shared_table, api_keys, workspace, event_of_role = workspace_fixtures("module")


@pytest.fixture(scope="module")
def call(shared_table: Table, workspace: Provisioned) -> MetadataClient:
    return MetadataClient(shared_table, event_of(workspace))


@pytest.fixture(scope="module")
def records(shared_table: Table, workspace: Provisioned) -> RestClient:
    return RestClient(shared_table, event_of(workspace))


@pytest.fixture(scope="module")
def client_with(shared_table: Table, event_of_role: EventOfRole) -> Callable[..., MetadataClient]:
    """A client whose role has the rights and flags given, and no others."""

    def make(**role: Any) -> MetadataClient:
        return MetadataClient(shared_table, event_of_role(**role))

    return make


@pytest.fixture
def tag() -> str:
    return unique_tag()


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> FakeQueue:
    """The queue of deliveries."""
    fake = FakeQueue()
    monkeypatch.setattr(deliveries, "delivery_queue", lambda: fake)
    return fake
