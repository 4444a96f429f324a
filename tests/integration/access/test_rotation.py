"""Replacing the signing secret, as those see it who hold tokens and those who verify them."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import boto3
import pytest
from moto import mock_aws

from icosa.access import secret, token
from icosa.access.optional_caller import optional_caller
from icosa.access.rotation import Rotation
from icosa.access.secret import RefreshedKeys, SigningKey, SigningKeys
from icosa.errors import BadRequest
from icosa.store import keys
from icosa.store.ops import PutItem
from icosa.store.table import Table
from tests.support import functions
from tests.support.first_requests import LambdaContext
from tests.support.tokens import SECRET

ARN = "arn:aws:execute-api:eu-central-1:123456789012:abcdef/dev/GET/rest/people"


class Deployment:
    """A stored secret, those who replace it, and two environments that verify."""

    def __init__(self, table: Table) -> None:
        self.table, self.stored, self.now = table, SECRET, 0.0
        self.forgotten = 0
        self.warm = [RefreshedKeys(lambda: self.stored, clock=lambda: self.now) for _ in range(2)]
        self.rotation = Rotation(table, lambda: self.stored, self.write, self.forget)
        self.workspace_id, self.key_id = str(uuid.uuid4()), str(uuid.uuid4())
        table.transact(
            [
                PutItem(
                    keys.item_at(
                        keys.workspace(self.workspace_id),
                        name="Acme",
                        metadataVersion=1,
                        metadataRows=1,
                        metadataRevisions=1,
                    )
                ),
                PutItem(
                    keys.item_at(
                        keys.api_key(self.workspace_id, self.key_id), name="k", expiresAt="2199-01-01T00:00:00.000Z"
                    )
                ),
            ]
        )

    def write(self, stored: str) -> None:
        self.stored = stored

    def forget(self) -> None:
        self.forgotten += 1

    def mint(self, *, by: SigningKey | None = None) -> str:
        claims = token.Claims(
            workspace_id=self.workspace_id, key_id=self.key_id, type="API_KEY", expires_at=int(time.time()) + 86_400
        )
        return token.sign(claims, key=by or SigningKeys.parse(self.stored).current, issued_at=1)

    def accepted(self, text: str) -> list[bool]:
        """Whether each environment takes a token, by both ways to verify one."""
        from icosa.access.authorizer import admit
        from icosa.errors import Unauthenticated

        answers = []
        for signing_keys in self.warm:
            try:
                admit(f"Bearer {text}", self.table, signing_keys, stack="test")
            except Unauthenticated:
                answers.append(False)
            else:
                answers.append(True)
            known = optional_caller(f"Bearer {text}", self.table, signing_keys=signing_keys)
            assert (known is not None) == answers[-1]
        return answers


@pytest.fixture
def deployment(table: Table) -> Deployment:
    return Deployment(table)


YES, NO = [True, True], [False, False]


def test_a_rotation_ends_nothing_and_new_tokens_work_at_once(deployment: Deployment) -> None:
    old = deployment.mint()
    assert deployment.accepted(old) == YES
    kids = deployment.rotation.run({"action": "rotate_secret"})
    new = deployment.mint()
    assert kids == {"kid": SigningKeys.parse(deployment.stored).current.kid, "previousKid": SigningKey(SECRET).kid}
    assert deployment.accepted(new) == deployment.accepted(old) == YES
    assert deployment.forgotten == 0


def test_the_next_rotation_ends_what_the_first_one_spared(deployment: Deployment) -> None:
    first = deployment.mint()
    deployment.rotation.rotate()
    second = deployment.mint()
    assert deployment.accepted(first) == YES
    deployment.rotation.rotate()
    third = deployment.mint()
    assert [deployment.accepted(text) for text in (third, second, first)] == [YES, YES, NO]


def test_warm_environments_forget_a_replaced_secret_within_minutes(deployment: Deployment) -> None:
    first = deployment.mint()
    assert deployment.accepted(first) == YES
    deployment.rotation.rotate()
    deployment.rotation.rotate()
    assert deployment.accepted(first) == YES
    deployment.now += 300
    assert deployment.accepted(first) == NO


def test_the_emergency_ends_every_token_at_once_and_new_ones_work_at_once(deployment: Deployment) -> None:
    older = deployment.mint()
    deployment.rotation.rotate()
    old = deployment.mint()
    assert deployment.accepted(older) == deployment.accepted(old) == YES
    kids = deployment.rotation.run({"action": "end_all_tokens"})
    assert kids["previousKid"] is None
    assert deployment.forgotten == 1
    assert deployment.accepted(older) == deployment.accepted(old) == NO
    new = deployment.mint()
    assert deployment.accepted(new) == YES
    assert deployment.accepted(older) == deployment.accepted(old) == NO


def test_tokens_without_a_key_id_end_as_well(deployment: Deployment) -> None:
    import jwt

    payload = jwt.decode(deployment.mint(), options={"verify_signature": False})
    payload.pop("gen")
    ancient = jwt.encode(payload, SECRET, algorithm="HS256")
    assert deployment.accepted(ancient) == YES
    deployment.rotation.rotate()
    assert deployment.accepted(ancient) == YES
    deployment.rotation.end_all_tokens()
    assert deployment.accepted(ancient) == NO


def test_who_knows_the_old_secret_can_do_nothing_with_the_new_id(deployment: Deployment) -> None:
    import jwt

    assert deployment.accepted(deployment.mint()) == YES
    deployment.rotation.end_all_tokens()
    payload = jwt.decode(deployment.mint(), options={"verify_signature": False})
    kid = SigningKeys.parse(deployment.stored).current.kid
    for header in ({"kid": kid}, {"kid": SigningKey(SECRET).kid}, {}):
        assert deployment.accepted(jwt.encode(payload, SECRET, algorithm="HS256", headers=header)) == NO


def test_an_emergency_that_fails_on_the_way_lets_nothing_old_in(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = deployment.mint()
    assert deployment.accepted(old) == YES
    with monkeypatch.context() as patch:
        patch.setattr(deployment.rotation, "_write", _fail)
        with pytest.raises(ConnectionError):
            deployment.rotation.end_all_tokens()
    assert deployment.accepted(old) == NO
    deployment.rotation.end_all_tokens()
    assert deployment.accepted(deployment.mint()) == YES


def _fail(_: str) -> None:
    raise ConnectionError


def test_secrets_are_not_logged(deployment: Deployment, caplog: pytest.LogCaptureFixture) -> None:
    deployment.rotation.run({"action": "rotate_secret"})
    keys_now = SigningKeys.parse(deployment.stored)
    assert "the signing secret was replaced" in caplog.text
    assert keys_now.current.secret not in caplog.text
    assert SECRET not in repr([record.__dict__ for record in caplog.records])
    assert len(keys_now.current.secret) >= 64


@pytest.mark.parametrize("event", [{}, None, [], "rotate_secret", {"action": "drop"}, {"action": ["rotate_secret"]}])
def test_events_that_make_no_sense(deployment: Deployment, event: Any) -> None:
    with pytest.raises(BadRequest, match=r"^action must be one of rotate_secret, end_all_tokens$"):
        deployment.rotation.run(event)
    assert deployment.stored == SECRET


@pytest.fixture
def function(table: Table, dynamodb_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    with mock_aws():
        client = boto3.client("secretsmanager")
        arn = client.create_secret(Name=f"signing-{uuid.uuid4()}", SecretString=SECRET)["ARN"]
        for name, value in {
            "TABLE_NAME": table.name,
            "AWS_ENDPOINT_URL_DYNAMODB": dynamodb_endpoint,
            "SIGNING_SECRET_ARN": arn,
            "API_ID": "a1",
            "API_STAGE": "dev",
            "POWERTOOLS_SERVICE_NAME": "rotation",
        }.items():
            monkeypatch.setenv(name, value)
        secret.secrets_client.cache_clear()
        yield functions.load("rotation")
        secret.secrets_client.cache_clear()


def test_the_function(function: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[dict[str, str]] = []

    class Gateway:
        def flush_stage_authorizers_cache(self, **call: str) -> None:
            flushed.append(call)

    monkeypatch.setattr(function, "_gateway", Gateway)
    kids = function.handler({"action": "rotate_secret"}, LambdaContext())
    assert kids["previousKid"] == SigningKey(SECRET).kid
    assert SigningKeys.parse(function._read()).current.kid == kids["kid"]
    assert flushed == []
    ended = function.handler({"action": "end_all_tokens"}, LambdaContext())
    assert ended["previousKid"] is None
    assert flushed == [{"restApiId": "a1", "stageName": "dev"}]
