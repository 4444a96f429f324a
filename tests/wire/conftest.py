"""One workspace for all tests of the wire: each works with records of its own, marked by ``tag``."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from icosa.access.api_keys import ApiKeys
from icosa.provisioning.workspace import provision
from icosa.store import control
from tests.support import dynoxide
from tests.support.gateway import emulated
from tests.support.provisioning import event_of, forget
from tests.support.rest_client import RestClient


@pytest.fixture(scope="package")
def call(dynamodb_endpoint: str) -> Iterator[RestClient]:
    """The Core REST API with the rights of an administrator."""
    with emulated() as gateway_keys, dynoxide.fresh_table(dynamodb_endpoint) as table:
        control.use_table(table.name, region="eu-central-1", host=dynamodb_endpoint)
        forget()
        workspace = provision(table, ApiKeys(gateway_keys, lambda: "a secret of this deployment, long enough"), "Acme")
        yield RestClient(table, event_of(workspace))


@pytest.fixture
def tag() -> str:
    """A word that no other test's records have."""
    return f"t{uuid.uuid4().hex[:10]}"
