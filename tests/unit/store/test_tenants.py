"""Credentials of workspaces, and the clients that have them."""

from __future__ import annotations

from typing import Any, cast

import pytest

from icosa.errors import Unavailable
from icosa.store.tenants import Credentials, RoleOfTenants, Tenants


class _Sts:
    """Counts who asks, and gives credentials for an hour."""

    def __init__(self) -> None:
        self.now = 1_000_000.0
        self.asked: list[str] = []

    def assume(self, workspace_id: str) -> Credentials:
        self.asked.append(workspace_id)
        return Credentials(workspace_id, "s", f"token-{len(self.asked)}", self.now + 3600)

    def tenants(self, most: int = 3) -> Tenants:
        return Tenants(self.assume, cast(Any, lambda credentials: credentials), clock=lambda: self.now, most=most)


def test_each_workspace_has_a_client_of_its_own() -> None:
    sts = _Sts()
    tenants = sts.tenants()
    first, second = cast(Any, tenants.client("a")), cast(Any, tenants.client("b"))
    assert (first.access_key, second.access_key) == ("a", "b")
    assert tenants.client("a") is first
    assert sts.asked == ["a", "b"]


def test_credentials_are_replaced_before_they_end() -> None:
    sts = _Sts()
    tenants = sts.tenants()
    first = tenants.client("a")
    sts.now += 3600 - 301
    assert tenants.client("a") is first
    sts.now += 1
    assert tenants.client("a") is not first
    assert sts.asked == ["a", "a"]


def test_a_snapshot_that_was_taken_long_ago_holds_no_credentials() -> None:
    """Clocks jump when a copy of a snapshot begins: what was got before counts as ended."""
    sts = _Sts()
    tenants = sts.tenants()
    tenants.client("a")
    sts.now += 30 * 86_400
    assert cast(Any, tenants.client("a")).session_token == "token-2"


def test_the_number_of_clients_is_bounded() -> None:
    sts = _Sts()
    tenants = sts.tenants(most=2)
    for workspace_id in ("a", "b", "c", "b", "a"):
        tenants.client(workspace_id)
    assert sts.asked == ["a", "b", "c", "a"]


def test_a_role_is_assumed_for_one_workspace(monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import UTC, datetime

    asked: dict[str, Any] = {}

    class Client:
        def assume_role(self, **arguments: Any) -> Any:
            asked.update(arguments)
            ends = datetime(2026, 1, 1, tzinfo=UTC)
            return {
                "Credentials": {
                    "AccessKeyId": "a",
                    "SecretAccessKey": "s",
                    "SessionToken": "t",
                    "Expiration": ends,
                }
            }

    role = RoleOfTenants("arn:aws:iam::1:role/tenants")
    monkeypatch.setattr(role, "_client", Client())
    workspace_id = "7c1b6b6e-3a3e-4f61-8b64-0a5a0d6a0001"
    assert role(workspace_id) == Credentials("a", "s", "t", datetime(2026, 1, 1, tzinfo=UTC).timestamp())
    assert asked["Tags"] == [{"Key": "workspaceId", "Value": workspace_id}]
    assert len(asked["RoleSessionName"]) <= 64
    assert asked["DurationSeconds"] == 3600


def test_while_sts_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    from botocore.exceptions import EndpointConnectionError

    class Client:
        def assume_role(self, **_: Any) -> Any:
            raise EndpointConnectionError(endpoint_url="https://sts.example")

    role = RoleOfTenants("arn:aws:iam::1:role/tenants")
    monkeypatch.setattr(role, "_client", Client())
    with pytest.raises(Unavailable):
        role("w")
