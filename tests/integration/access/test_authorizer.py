"""What the authorizer answers about a call, and what it reads for that (docs/wire/access.md#authentication)."""

from __future__ import annotations

import time
import uuid
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest

from icosa.access import secret, token
from icosa.access.api_keys import ApiKeys
from icosa.access.failures import InvalidToken
from icosa.access.gateway_keys import GatewayKeys
from icosa.access.secret import SigningKey
from icosa.access.session import open_context
from icosa.provisioning.workspace import Provisioned, provision
from icosa.store import keys
from icosa.store.meter import Meter
from icosa.store.ops import DeleteItem, PutItem, set_attributes
from icosa.store.table import Table
from tests.support import functions
from tests.support.checkout import template_document
from tests.support.provisioning import event_of, forget
from tests.support.tokens import KEYS, SECRET, TokensHere

ARN = "arn:aws:execute-api:eu-central-1:123456789012:abcdef/dev/GET/rest/people"
LATER = int(time.time()) + 86_400


@pytest.fixture
def made(control_table: Table, gateway: GatewayKeys) -> Provisioned:
    forget()
    return provision(control_table, ApiKeys(TokensHere(control_table, gateway)), "Acme")


@pytest.fixture
def authorizer(control_table: Table, dynamodb_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setenv("TABLE_NAME", control_table.name)
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", dynamodb_endpoint)
    monkeypatch.setenv("SIGNING_SECRET", SECRET)
    monkeypatch.setenv("STACK_NAME", "test")
    secret.signing_keys.cache_clear()
    return functions.load("authorizer")


def event(authorization: str | None, name: str = "Authorization") -> dict[str, Any]:
    return {"type": "REQUEST", "methodArn": ARN, "headers": {} if authorization is None else {name: authorization}}


def claims_of(made: Provisioned, **changes: Any) -> token.Claims:
    claims = token.Claims(workspace_id=made.workspace_id, key_id=made.api_key.id, type="API_KEY", expires_at=LATER)
    return replace(claims, **changes)


def a_token(made: Provisioned, *, by: SigningKey = KEYS.current, **changes: Any) -> str:
    return token.sign(claims_of(made, **changes), key=by, issued_at=0)


def is_allowed(answer: dict[str, Any]) -> bool:
    return bool(answer["policyDocument"]["Statement"][0]["Effect"] == "Allow")


@pytest.mark.parametrize("name", ["Authorization", "authorization"])
@pytest.mark.parametrize("kind", ["API_KEY", "REFRESH"])
def test_a_valid_token_opens_the_stage(authorizer: ModuleType, made: Provisioned, name: str, kind: str) -> None:
    assert authorizer.handler(event(f"Bearer {a_token(made, type=kind)}", name), None) == {
        "principalId": made.api_key.id,
        "usageIdentifierKey": made.workspace_id,
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Action": "execute-api:Invoke",
                    "Effect": "Allow",
                    "Resource": "arn:aws:execute-api:eu-central-1:123456789012:abcdef/dev/*",
                }
            ],
        },
        "context": {
            "workspaceId": made.workspace_id,
            "keyId": made.api_key.id,
            "type": kind,
            "exp": str(LATER),
            "gen": "0",
            "calls": "100",
            "limit": "(100 tokens per 60000 ms)",
        },
    }


@pytest.mark.parametrize(
    ("text", "message"), [("nonsense", "Token invalid."), ("a.b.c", "Token invalid."), ("{}", "Token invalid.")]
)
def test_what_is_no_token_is_denied(authorizer: ModuleType, text: str, message: str) -> None:
    answer = authorizer.handler(event(f"Bearer {text}"), None)
    assert not is_allowed(answer)
    assert answer["context"] == {"message": message, "error": "UNAUTHENTICATED"}
    assert "usageIdentifierKey" not in answer
    assert text not in repr(answer) or text == "{}"


def test_a_bad_token_is_denied_with_the_text_for_the_client(authorizer: ModuleType, made: Provisioned) -> None:
    for text, message in (
        (a_token(made, by=SigningKey(SECRET * 2)), "Token invalid."),
        (a_token(made, expires_at=1), "Token has expired."),
    ):
        answer = authorizer.handler(event(f"Bearer {text}"), None)
        assert not is_allowed(answer)
        assert answer["context"] == {"message": message, "error": "UNAUTHENTICATED"}
        assert text not in repr(answer)


@pytest.mark.parametrize(
    "authorization", [None, "", "Basic abc", "Bearer", "Digest x", "bearer ", "AWS4-HMAC-SHA256 x", "x" * 9000]
)
def test_another_scheme_is_denied_and_nothing_is_logged(
    authorizer: ModuleType,
    authorization: str | None,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    answer = authorizer.handler(event(authorization), None)
    assert not is_allowed(answer)
    assert answer["context"] == {"message": "Missing authentication token", "error": "UNAUTHENTICATED"}
    assert caplog.text + "".join(capsys.readouterr()) == ""


def test_headers_may_be_absent(authorizer: ModuleType) -> None:
    assert not is_allowed(authorizer.handler({"methodArn": ARN, "headers": None}, None))


def test_one_read_for_a_valid_token_and_none_for_others(
    authorizer: ModuleType, made: Provisioned, monkeypatch: pytest.MonkeyPatch
) -> None:
    meter = Meter()
    monkeypatch.setattr(authorizer.Observation, "meter_of", lambda *_: meter)
    authorizer.handler(event(f"Bearer {a_token(made, by=SigningKey(SECRET * 2))}"), None)
    assert (meter.round_trips, meter.read_units) == (0, 0)
    authorizer.handler(event(f"Bearer {a_token(made)}"), None)
    assert (meter.round_trips, meter.calls, meter.read_units) == (1, 1, 3)


def test_a_workspace_that_is_gone(authorizer: ModuleType, made: Provisioned, table: Table) -> None:
    table.transact([DeleteItem(keys.workspace(made.workspace_id))])
    answer = authorizer.handler(event(f"Bearer {made.token}"), None)
    assert not is_allowed(answer)
    assert answer["context"] == {"message": "Workspace not found", "error": "WORKSPACE_NOT_FOUND"}


@pytest.mark.parametrize("attribute", ["revokedAt", "expiresAt"])
def test_keys_that_ended_are_the_functions_affair_and_not_the_workspaces_calls(
    authorizer: ModuleType, made: Provisioned, table: Table, template: dict[str, Any], attribute: str
) -> None:
    """Their refusals have another status than the authorizer's."""
    key = keys.api_key(made.workspace_id, made.api_key.id)
    table.transact([set_attributes(key, {attribute: "2020-01-01T00:00:00.000Z"})])
    answer = authorizer.handler(event(f"Bearer {made.token}"), None)
    assert is_allowed(answer)
    value: str = template["Resources"]["RefusedCallers"]["Properties"]["Value"]["Fn::Sub"]
    assert answer["usageIdentifierKey"] == value.replace("${AWS::StackName}", "test")


@pytest.fixture
def template() -> dict[str, Any]:
    return template_document()


def test_a_key_that_is_not_there(authorizer: ModuleType, made: Provisioned) -> None:
    answer = authorizer.handler(event(f"Bearer {a_token(made, key_id=str(uuid.uuid4()))}"), None)
    assert answer["usageIdentifierKey"] == "icosa-refused-callers-test"


def test_calls_are_counted_by_api_key_until_the_workspace_has_moved(
    authorizer: ModuleType, made: Provisioned, table: Table
) -> None:
    def counted_by() -> str:
        answer: str = authorizer.handler(event(f"Bearer {made.token}"), None)["usageIdentifierKey"]
        return answer

    row = keys.workspace(made.workspace_id)
    moved = table.get(row)
    assert moved is not None
    table.transact([PutItem({name: value for name, value in moved.items() if name != "gatewayKeyId"})])
    assert counted_by() == made.api_key.id
    table.transact([PutItem(moved)])
    assert counted_by() == made.workspace_id


# ---------------------------------------------------------------------- generations


def replaced(table: Table, made: Provisioned, generation: int) -> None:
    key = keys.api_key(made.workspace_id, made.api_key.id)
    table.transact([set_attributes(key, {"tokenGeneration": generation})])


@pytest.mark.parametrize("generation", [0, 1, 2, 7])
def test_only_tokens_of_the_generation_of_their_key_are_valid(
    authorizer: ModuleType, made: Provisioned, table: Table, generation: int
) -> None:
    replaced(table, made, 1)
    answer = authorizer.handler(event(f"Bearer {a_token(made, generation=generation)}"), None)
    assert is_allowed(answer) == (generation == 1)

    seen = event_of(made, gen=str(generation))
    if generation == 1:
        assert open_context(seen, table).principal.key_id == made.api_key.id
    else:
        assert answer["context"]["message"] == "Token invalid."
        with pytest.raises(InvalidToken):
            open_context(seen, table)


def test_an_answer_of_before_the_deployment_is_of_the_first_generation(made: Provisioned, table: Table) -> None:
    assert open_context(event_of(made), table)
    replaced(table, made, 1)
    with pytest.raises(InvalidToken):
        open_context(event_of(made), table)


def test_the_session_reads_no_more_for_it(made: Provisioned, table: Table) -> None:
    open_context(event_of(made), table)
    meter = Meter()
    open_context(event_of(made, gen="0"), table.metered(meter))
    assert (meter.round_trips, meter.calls) == (1, 1)
