"""The fixtures of tests that share one workspace: a table of its own, API Gateway emulated, a workspace and its keys.

A ``conftest.py`` takes them with the scope that it needs::

    shared_table, api_keys, workspace, event_of_role = workspace_fixtures("package")
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple

import pytest

from icosa.access.api_keys import ApiKeys
from icosa.access.role_admin import create_role
from icosa.provisioning.workspace import Provisioned, provision
from icosa.store import control
from icosa.store.table import Table
from tests.support import dynoxide
from tests.support.gateway import emulated
from tests.support.provisioning import event_of, forget
from tests.support.tokens import TokensHere

EventOfRole = Callable[..., dict[str, Any]]


class WorkspaceFixtures(NamedTuple):
    """Fixtures by the names under which a ``conftest.py`` should have them."""

    shared_table: Any
    api_keys: Any
    workspace: Any
    event_of_role: Any


def workspace_fixtures(scope: Literal["module", "package"]) -> WorkspaceFixtures:
    """``shared_table``, ``api_keys``, ``workspace`` (a Provisioned, named Acme) and ``event_of_role``."""

    @pytest.fixture(scope=scope)
    def shared_table(dynamodb_endpoint: str) -> Iterator[Table]:
        with control_table(dynamodb_endpoint) as table:
            yield table

    @pytest.fixture(scope=scope)
    def api_keys(shared_table: Table) -> Iterator[ApiKeys]:
        with emulated() as gateway:
            yield ApiKeys(TokensHere(shared_table, gateway))

    @pytest.fixture(scope=scope)
    def workspace(shared_table: Table, api_keys: ApiKeys) -> Provisioned:
        return provision(shared_table, api_keys, "Acme")

    @pytest.fixture(scope=scope)
    def event_of_role(workspace: Provisioned, api_keys: ApiKeys) -> EventOfRole:
        """Makes what a function gets for a call with a new key, whose role has the rights and flags given, and
        no others.
        """

        def make(**role: Any) -> dict[str, Any]:
            created = create_role(workspace.workspace_id, {"label": uuid.uuid4().hex, **role})
            key = api_keys.create(workspace.workspace_id, name="k", role_id=created["id"])
            return event_of(workspace, key_id=key.id)

        return make

    return WorkspaceFixtures(shared_table, api_keys, workspace, event_of_role)


@contextlib.contextmanager
def control_table(endpoint: str) -> Iterator[Table]:
    """An empty table, bound to the PynamoDB models as well, in a process that remembers nothing."""
    with dynoxide.fresh_table(endpoint) as table:
        control.use_table(table.name, region="eu-central-1", host=endpoint)
        forget()
        yield table


def unique_tag() -> str:
    """A word that no other test's records or entities have, fit for names."""
    return f"z{uuid.uuid4().hex[:10]}"
