"""What every request finds out first (docs/wire/access.md#authentication), and what it costs."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from icosa.access.api_keys import ApiKeys
from icosa.access.failures import (
    ExpiredToken,
    KeyExpired,
    KeyRevoked,
    KeyWithoutRole,
    MissingToken,
    WorkspaceNotFound,
    WrongTokenType,
)
from icosa.access.gateway_keys import GatewayKeys
from icosa.access.role_admin import create_role
from icosa.access.session import current_model, open_context
from icosa.catalog import models
from icosa.catalog.loader import MetadataState, load_model
from icosa.catalog.rows import object_item
from icosa.documents.builder import build
from icosa.errors import IcosaError, Unavailable
from icosa.provisioning.workspace import Provisioned, provision
from icosa.store import keys
from icosa.store.meter import Meter
from icosa.store.ops import DeleteItem, PutItem, UpdateItem
from icosa.store.table import Table
from tests.support.provisioning import event_of, forget
from tests.support.tokens import TokensHere


@pytest.fixture
def api_keys(control_table: Table, gateway: GatewayKeys) -> ApiKeys:
    return ApiKeys(TokensHere(control_table, gateway))


@pytest.fixture
def made(control_table: Table, api_keys: ApiKeys) -> Iterator[Provisioned]:
    forget()
    yield provision(control_table, api_keys, "Acme")


def refused(event: dict[str, Any], table: Table) -> IcosaError:
    with pytest.raises(IcosaError) as caught:
        open_context(event, table)
    return caught.value


def test_the_context_of_a_first_key(table: Table, made: Provisioned) -> None:
    context = open_context(event_of(made), table)
    assert context.principal.workspace_id == context.workspace.id == context.model.workspace_id == made.workspace_id
    assert context.workspace.name == "Acme"
    assert context.principal.key_id == made.api_key.id
    assert context.actor == {"source": "API", "name": made.api_key.name}
    assert all(
        context.permissions.can(obj, right)
        for obj in context.model.objects
        for right in ("read", "update", "soft_delete", "destroy")
    )
    assert context.register.open == {}


def test_one_round_trip_once_the_key_is_known(table: Table, made: Provisioned) -> None:
    def cost() -> tuple[int, int]:
        meter = Meter()
        open_context(event_of(made), table.metered(meter))
        return meter.round_trips, meter.calls

    assert cost() == (
        4,
        4,
    )  # The batch, the role that nobody told yet, the bundle that is not there, the metadata rows.
    assert cost() == (1, 1)
    assert cost() == (1, 1)
    models.forget()
    assert cost() == (3, 3)
    build(table, made.workspace_id)
    models.forget()
    assert cost() == (2, 2)  # The bundle, and nothing else.
    assert cost() == (1, 1)


def test_a_revoked_key_is_refused_at_once_and_a_restored_one_let_in(
    table: Table, made: Provisioned, api_keys: ApiKeys
) -> None:
    open_context(event_of(made), table)
    api_keys.revoke(made.workspace_id, made.api_key.id)
    failure = refused(event_of(made), table)
    assert isinstance(failure, KeyRevoked)
    assert (failure.status, failure.message, failure.rest_error) == (
        403,
        "This API Key is revoked",
        "FORBIDDEN_EXCEPTION",
    )
    api_keys.restore(made.workspace_id, made.api_key.id)
    open_context(event_of(made), table)


def test_an_unknown_key_counts_as_revoked(table: Table, made: Provisioned) -> None:
    assert isinstance(refused(event_of(made, key_id=str(uuid.uuid4())), table), KeyRevoked)


def test_an_expired_key_is_refused_whatever_the_token_says(table: Table, made: Provisioned) -> None:
    key = keys.api_key(made.workspace_id, made.api_key.id)
    table.transact([UpdateItem(key, "SET expiresAt = :past", values={":past": "2020-01-01T00:00:00.000Z"})])
    failure = refused(event_of(made), table)
    assert isinstance(failure, KeyExpired)
    assert (failure.status, failure.message, failure.rest_error) == (
        403,
        "This API Key is expired",
        "FORBIDDEN_EXCEPTION",
    )


def test_an_answer_of_the_authorizer_does_not_outlive_the_token(table: Table, made: Provisioned) -> None:
    assert isinstance(refused(event_of(made, exp="1700000000"), table), ExpiredToken)


def test_a_token_of_another_type_is_refused(table: Table, made: Provisioned) -> None:
    failure = refused(event_of(made, type="REFRESH"), table)
    assert isinstance(failure, WrongTokenType)
    assert (failure.status, failure.message, failure.rest_error) == (403, "Invalid token", "INVALID_JWT_TOKEN_TYPE")


@pytest.mark.parametrize(
    "event",
    [{}, {"requestContext": {}}, {"requestContext": {"authorizer": None}}, {"requestContext": {"authorizer": {}}}],
)
def test_nothing_opens_without_the_authorizer(table: Table, event: dict[str, Any]) -> None:
    failure = refused(event, table)
    assert isinstance(failure, MissingToken)
    assert (failure.status, failure.message) == (403, "Missing authentication token")


def test_a_workspace_that_is_gone(table: Table, made: Provisioned) -> None:
    open_context(event_of(made), table)
    table.transact([DeleteItem(keys.workspace(made.workspace_id))])
    failure = refused(event_of(made), table)
    assert isinstance(failure, WorkspaceNotFound)
    assert (failure.status, failure.message, failure.rest_error) == (401, "Workspace not found", "WORKSPACE_NOT_FOUND")
    assert current_model(table, made.workspace_id) is None


def test_another_role_acts_on_the_next_request(table: Table, made: Provisioned, api_keys: ApiKeys) -> None:
    companies = open_context(event_of(made), table).model.by_plural["companies"]
    reader = create_role(made.workspace_id, {"label": "Reader", "canReadAllObjectRecords": True})["id"]
    api_keys.assign_role(made.workspace_id, made.api_key.id, reader)
    for _ in range(2):
        context = open_context(event_of(made), table)
        assert context.principal.role_id == reader
        assert context.permissions.can(companies, "read")
        assert not context.permissions.can(companies, "update")


def test_a_change_of_the_role_acts_on_the_next_request(table: Table, made: Provisioned) -> None:
    context = open_context(event_of(made), table)
    companies = context.model.by_plural["companies"]
    role = keys.role(made.workspace_id, context.principal.role_id)
    table.transact(
        [
            UpdateItem(
                role,
                "SET objectPermissions = :o, fieldPermissions = :f",
                values={
                    ":o": {companies.id: {"canUpdateObjectRecords": False}},
                    ":f": {companies.id: {companies.by_name["address"].id: {"canReadFieldValue": False}}},
                },
            )
        ]
    )
    permissions = open_context(event_of(made), table).permissions
    assert not permissions.can(companies, "update")
    assert permissions.unreadable_fields(companies) == {companies.by_name["address"].id}


@pytest.mark.parametrize("seen_before", [True, False])
def test_a_key_whose_role_was_deleted(table: Table, made: Provisioned, seen_before: bool) -> None:
    if seen_before:
        open_context(event_of(made), table)
    table.transact([DeleteItem(keys.role(made.workspace_id, made.api_key.role_id))])
    failure = refused(event_of(made), table)
    assert isinstance(failure, KeyWithoutRole)
    assert (failure.status, failure.message) == (403, f"API key {made.api_key.id} has no role assigned")


def rename(table: Table, made: Provisioned, plural: str, *, finished: bool = True) -> None:
    """A metadata change: companies get another name, in version 2. Unfinished, only its object row can be seen."""
    model = current_model(table, made.workspace_id)
    assert model is not None
    changed = replace(model.by_plural["companies"], name_plural=plural)
    ops: list[PutItem | UpdateItem] = [PutItem(object_item(made.workspace_id, changed, revision=2))]
    if finished:
        workspace = keys.workspace(made.workspace_id)
        ops.append(
            UpdateItem(workspace, "SET metadataVersion = :v ADD metadataRevisions :d", values={":v": 2, ":d": 1})
        )
    table.transact(ops)


def test_a_new_version_of_the_model_is_seen_by_the_next_request(table: Table, made: Provisioned) -> None:
    before = open_context(event_of(made), table).model
    assert open_context(event_of(made), table).model is before
    rename(table, made, "firms")
    after = open_context(event_of(made), table).model
    assert (before.version, after.version) == (1, 2)
    assert "companies" in before.by_plural
    assert "firms" in after.by_plural


def test_a_version_that_was_overtaken_is_read_as_the_later_one(table: Table, made: Provisioned) -> None:
    workspace = table.get(keys.workspace(made.workspace_id))
    assert workspace is not None
    state = MetadataState.parse(workspace)
    rename(table, made, "firms")
    model = load_model(table, made.workspace_id, state)
    assert model.version == 2
    assert "firms" in model.by_plural


def test_a_mixture_of_versions_is_not_taken_for_a_model(table: Table, made: Provisioned) -> None:
    workspace = table.get(keys.workspace(made.workspace_id))
    assert workspace is not None
    rename(table, made, "firms", finished=False)
    with pytest.raises(Unavailable):
        load_model(table, made.workspace_id, MetadataState.parse(workspace))


def test_a_key_opens_its_own_workspace_only(table: Table, made: Provisioned, api_keys: ApiKeys) -> None:
    other = provision(table, api_keys, "Other")
    open_context(event_of(made), table)
    open_context(event_of(other), table)
    crossed = event_of(made, key_id=other.api_key.id)
    assert isinstance(refused(crossed, table), KeyRevoked)
    # A role of another workspace is no role here.
    table.transact(
        [
            UpdateItem(
                keys.api_key(made.workspace_id, made.api_key.id),
                "SET roleId = :r",
                values={":r": other.api_key.role_id},
            )
        ]
    )
    assert isinstance(refused(event_of(made), table), KeyWithoutRole)
