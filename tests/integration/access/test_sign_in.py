"""Sessions of the console: what they are exchanged for, when they end, and what a refusal says."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from icosa.access import sign_in_links, token
from icosa.access.api_keys import ApiKeys
from icosa.access.audit import read_page
from icosa.access.failures import ExpiredToken, InvalidToken, KeyRevoked
from icosa.access.gateway_keys import GatewayKeys
from icosa.access.optional_caller import optional_caller
from icosa.access.secret import SigningKey
from icosa.access.session import open_context
from icosa.access.times import stored_time
from icosa.access.token_type import API_KEY, SESSION
from icosa.api.sign_in import SignInApi
from icosa.provisioning.admin import Administration
from icosa.runtime.http import proxy
from icosa.store import keys, sign_in_row
from icosa.store.meter import Meter
from icosa.store.ops import append, set_attributes
from icosa.store.table import Table
from tests.support.provisioning import forget
from tests.support.tokens import KEYS, TokensHere

CONSOLE = "https://api.example.com/crm"


@pytest.fixture
def api_keys(control_table: Table, gateway: GatewayKeys) -> ApiKeys:
    forget()
    return ApiKeys(TokensHere(control_table, gateway))


@pytest.fixture
def admin(control_table: Table, api_keys: ApiKeys) -> Administration:
    return Administration(control_table, api_keys, lambda: CONSOLE)


@pytest.fixture
def made(admin: Administration) -> dict[str, Any]:
    return admin.run({"action": "provision_workspace", "name": "Acme"})


@pytest.fixture
def api(control_table: Table, api_keys: ApiKeys) -> SignInApi:
    return SignInApi(control_table, api_keys._tokens)


def _post(api: SignInApi, body: Any = None, bearer: str | None = None) -> tuple[int, dict[str, Any]]:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {bearer}"} if bearer else {})
    event = {
        "httpMethod": "POST",
        "path": "/console/session",
        "resource": "/console/session",
        "headers": headers,
        "body": None if body is None else json.dumps(body),
        "requestContext": {"identity": {"sourceIp": "192.0.2.1"}},
    }
    answer = proxy(api.answer)(event, None)
    assert answer["headers"]["cache-control"] == "no-store"
    return answer["statusCode"], json.loads(answer["body"])


def _authorized(text: str) -> dict[str, Any]:
    claims = token.verify(text, keys=KEYS)
    context = {
        "workspaceId": claims.workspace_id,
        "keyId": claims.key_id,
        "type": claims.type,
        "exp": str(claims.expires_at),
        "gen": str(claims.generation),
    }
    return {"requestContext": {"authorizer": context}}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _code(link: dict[str, Any]) -> str:
    return str(link["url"]).rpartition("#code=")[2]


# ---------------------------------------------------------------------- by key


def test_a_key_is_exchanged_for_twelve_hours_of_itself(
    api: SignInApi, made: dict[str, Any], control_table: Table
) -> None:
    status, session = _post(api, {}, made["apiKey"]["token"])

    assert status == 201
    assert set(session) == {"token", "expiresAt"}
    left = _moment(session["expiresAt"]) - datetime.now(UTC)
    assert timedelta(hours=11) < left <= timedelta(hours=12)
    assert token.verify(session["token"], keys=KEYS).type == SESSION
    principal = open_context(_authorized(session["token"]), control_table).principal
    assert (principal.key_id, principal.name) == (made["apiKey"]["id"], "Admin")
    assert optional_caller(f"Bearer {session['token']}", control_table, signing_keys=KEYS)
    assert _post(api, None, made["apiKey"]["token"])[0] == 201


def test_a_session_is_good_for_no_longer_one(api: SignInApi, made: dict[str, Any]) -> None:
    first = _post(api, {}, made["apiKey"]["token"])[1]
    claims = token.verify(first["token"], keys=KEYS)
    soon = int(datetime.now(UTC).timestamp()) + 60
    short = token.sign(
        token.Claims(workspace_id=claims.workspace_id, key_id=claims.key_id, type=SESSION, expires_at=soon),
        key=KEYS.current,
        issued_at=soon - 3600,
    )

    status, again = _post(api, {}, short)

    assert status == 201
    assert _moment(again["expiresAt"]).timestamp() == soon
    assert _moment(_post(api, {}, first["token"])[1]["expiresAt"]) <= _moment(first["expiresAt"])


def test_a_session_outlasts_neither_key_nor_token(api: SignInApi, api_keys: ApiKeys, made: dict[str, Any]) -> None:
    workspace, role = made["workspaceId"], made["apiKey"]["roleId"]
    hour = stored_time(datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1))
    key = api_keys.create(workspace, name="Short", role_id=role, expires_at=hour)
    of_key = _post(api, {}, api_keys.mint(workspace, key.id))[1]
    of_token = _post(api, {}, api_keys.mint(workspace, made["apiKey"]["id"], expires_at=hour))[1]

    assert of_key["expiresAt"] == of_token["expiresAt"] == hour


def test_a_session_ends_with_its_key(
    api: SignInApi, api_keys: ApiKeys, made: dict[str, Any], control_table: Table
) -> None:
    workspace, role = made["workspaceId"], made["apiKey"]["roleId"]
    key = api_keys.create(workspace, name="Other", role_id=role)
    session = _post(api, {}, api_keys.mint(workspace, key.id))[1]["token"]

    api_keys.revoke(workspace, key.id)
    with pytest.raises(KeyRevoked):
        open_context(_authorized(session), control_table)
    assert _post(api, {}, session)[1]["messages"] == ["This API Key is revoked"]

    api_keys.restore(workspace, key.id)
    assert open_context(_authorized(session), control_table)
    control_table.transact([set_attributes(keys.api_key(workspace, key.id), {"tokenGeneration": 1})])
    with pytest.raises(InvalidToken):
        open_context(_authorized(session), control_table)
    assert _post(api, {}, session)[1]["code"] == "TOKEN_ENDED"


def test_a_session_ends_with_its_time(made: dict[str, Any], control_table: Table) -> None:
    event = _authorized(made["apiKey"]["token"])
    event["requestContext"]["authorizer"] |= {"type": SESSION, "exp": "1700000000"}

    with pytest.raises(ExpiredToken):
        open_context(event, control_table)


def _signed(made: dict[str, Any], *, key: SigningKey = KEYS.current, **changes: Any) -> str:
    members = {"workspace_id": made["workspaceId"], "key_id": made["apiKey"]["id"], "type": API_KEY}
    return token.sign(token.Claims(**{**members, "expires_at": 4_000_000_000, **changes}), key=key, issued_at=1)


@pytest.mark.parametrize(
    ("change", "status", "code", "message"),
    [
        (lambda text: text[:-1], 401, "TOKEN_INCOMPLETE", "This is not a whole API key: some of it was cut off"),
        (lambda text: text[5:], 401, "TOKEN_FOREIGN", "This API key belongs to another installation"),
        (lambda text: text.rpartition(".")[0], 401, "TOKEN_INCOMPLETE", "This is not a whole API key"),
        (lambda text: text.replace(".", ""), 401, "TOKEN_INCOMPLETE", "This is not a whole API key"),
        (lambda text: text + "x", 401, "TOKEN_INCOMPLETE", "This is not a whole API key"),
        (lambda text: text + "." + text, 401, "TOKEN_INCOMPLETE", "This is not a whole API key"),
        (lambda text: text + "é", 401, "TOKEN_INCOMPLETE", "This is not a whole API key"),
        (lambda text: "x" * 5000 + text, 401, "TOKEN_INCOMPLETE", "This is not a whole API key"),
        (lambda text: text.replace(".e", ".f", 1), 401, "TOKEN_FOREIGN", "This API key belongs to another"),
    ],
)
def test_a_token_that_was_damaged(
    api: SignInApi, made: dict[str, Any], change: Any, status: int, code: str, message: str
) -> None:
    answered, body = _post(api, {}, change(made["apiKey"]["token"]))

    assert (answered, body["statusCode"], body["error"], body["code"]) == (status, status, "UNAUTHENTICATED", code)
    assert body["messages"][0].startswith(message)


def test_tokens_that_cannot_be_used(api: SignInApi, made: dict[str, Any]) -> None:
    foreign = _signed(made, key=SigningKey("s" * 40))
    assert _post(api, {}, foreign)[1]["code"] == "TOKEN_FOREIGN"
    assert _post(api, {}, _signed(made, expires_at=1_700_000_000))[1]["messages"] == ["Token has expired."]
    assert _post(api, {}, _signed(made, type="LOGIN"))[1]["messages"] == ["Invalid token"]
    assert _post(api, {}, _signed(made, generation=7))[1]["code"] == "TOKEN_ENDED"
    nowhere = "0b6f3f4e-6a0b-4bd0-a6c5-1f1f1f1f0001"
    assert _post(api, {}, _signed(made, workspace_id=nowhere))[1]["messages"] == ["Workspace not found"]
    assert _post(api, {}, _signed(made, key_id=nowhere))[1]["messages"] == ["This API Key is revoked"]


def test_a_token_that_an_operator_ended(api: SignInApi, made: dict[str, Any], control_table: Table) -> None:
    control_table.transact([append(keys.ended_signing_keys(), "kids", [KEYS.current.kid])])

    assert _post(api, {}, made["apiKey"]["token"])[1]["code"] == "TOKEN_ENDED"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"code": 1}, "code must be a string"),
        ({"code": "x" * 201}, "code must be shorter than or equal to 200 characters"),
        ([], "The body must be an object"),
    ],
)
def test_bodies_that_make_no_sense(api: SignInApi, body: Any, message: str) -> None:
    status, answer = _post(api, body)

    assert (status, answer["messages"]) == (400, [message])


def test_who_sends_nothing_or_both_is_told(api: SignInApi) -> None:
    assert _post(api, {}) == (
        403,
        {"statusCode": 403, "error": "FORBIDDEN_EXCEPTION", "messages": ["Missing authentication token"]},
    )
    assert _post(api, {"code": "x"}, "a.b.c")[1]["messages"] == ["Send either a code or an API key, not both"]


# ---------------------------------------------------------------------- by link


def test_a_link_signs_in_once(
    api: SignInApi, admin: Administration, made: dict[str, Any], control_table: Table, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ids = {"workspaceId": made["workspaceId"], "apiKeyId": made["apiKey"]["id"]}
    link = admin.run({"action": "console_link", **ids})
    code = _code(link)

    assert set(link) == {"url", "expiresAt"}
    assert link["url"] == f"{CONSOLE}/#code={code}"
    assert len(code) == 22  # 128 bits
    left = _moment(link["expiresAt"]) - datetime.now(UTC)
    assert timedelta(minutes=9) < left <= timedelta(minutes=10)
    status, session = _post(api, {"code": code})
    assert status == 201
    assert open_context(_authorized(session["token"]), control_table).principal.key_id == made["apiKey"]["id"]

    status, refusal = _post(api, {"code": code})
    assert (status, refusal["code"]) == (401, "SIGN_IN_LINK_UNKNOWN")
    assert refusal["messages"] == [
        "This sign-in link has been used, or is none of this installation. Ask for another one"
    ]
    assert code not in caplog.text
    assert "192.0.2.1" in str([vars(record) for record in caplog.records])
    entries = read_page(control_table, made["workspaceId"], limit=10, after=None).entries
    used, begun = entries[0], entries[1]
    assert (used["action"], used["actor"]["type"]) == ("apiKey.signInLinkUsed", "API_KEY")
    assert (begun["action"], begun["actor"]["type"]) == ("apiKey.signInLinkMade", "ADMINISTRATOR")
    assert begun["target"]["id"] == used["target"]["id"] == made["apiKey"]["id"]
    assert code not in json.dumps(entries)


def test_the_table_holds_no_code(admin: Administration, made: dict[str, Any], control_table: Table) -> None:
    ids = {"workspaceId": made["workspaceId"], "apiKeyId": made["apiKey"]["id"]}
    link = admin.run({"action": "console_link", **ids, "minutes": 15, "url": "http://localhost:8000/dev/"})

    assert link["url"].startswith("http://localhost:8000/dev/#code=")
    row = control_table.get(sign_in_row.key_of(_code(link)))
    assert row is not None
    assert _code(link) not in str(row)
    assert row["ttl"] == int((_moment(link["expiresAt"]) + timedelta(days=1)).timestamp())


def test_a_link_ends_with_its_time(admin: Administration, made: dict[str, Any], control_table: Table) -> None:
    ids = {"workspaceId": made["workspaceId"], "apiKeyId": made["apiKey"]["id"]}
    link = admin.run({"action": "console_link", **ids, "minutes": 1})

    with pytest.raises(sign_in_links.LinkExpired):
        sign_in_links.use_link(control_table, _code(link), now=link["expiresAt"])


def test_of_two_who_are_as_fast_one_signs_in(
    admin: Administration, made: dict[str, Any], control_table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = {"workspaceId": made["workspaceId"], "apiKeyId": made["apiKey"]["id"]}
    code = _code(admin.run({"action": "console_link", **ids}))
    now, row = stored_time(datetime.now(UTC)), control_table.get(sign_in_row.key_of(code))
    assert sign_in_links.use_link(control_table, code, now=now).key_id == made["apiKey"]["id"]

    monkeypatch.setattr(Table, "get", lambda _self, _key: row)
    with pytest.raises(sign_in_links.LinkUnknown):
        sign_in_links.use_link(control_table, code, now=now)


def test_a_link_costs_what_it_says(admin: Administration, made: dict[str, Any], control_table: Table) -> None:
    ids = {"workspaceId": made["workspaceId"], "apiKeyId": made["apiKey"]["id"]}
    code = _code(admin.run({"action": "console_link", **ids}))
    meter = Meter(detailed=True)

    sign_in_links.use_link(control_table.metered(meter), code, now=stored_time(datetime.now(UTC)))

    assert (meter.round_trips, meter.read_units, meter.write_units) == (2, 1, 4)


def test_a_link_for_a_role_brings_a_key_that_ends_with_the_session(
    api: SignInApi, admin: Administration, api_keys: ApiKeys, made: dict[str, Any]
) -> None:
    workspace, role = made["workspaceId"], made["apiKey"]["roleId"]
    link = admin.run({"action": "console_link", "workspaceId": workspace, "roleId": role})
    [key] = [key for key in api_keys.list(workspace) if key.id != made["apiKey"]["id"]]
    session = _post(api, {"code": _code(link)})[1]

    assert (key.name, key.role_id) == ("Console", role)
    life = _moment(key.expires_at) - _moment(key.created_at)
    assert abs(life - timedelta(hours=12, minutes=10)) < timedelta(minutes=1)
    assert _moment(session["expiresAt"]) <= _moment(key.expires_at)


def test_keys_of_links_do_not_pile_up(
    admin: Administration, api_keys: ApiKeys, made: dict[str, Any], control_table: Table
) -> None:
    workspace, role = made["workspaceId"], made["apiKey"]["roleId"]
    admin.run({"action": "console_link", "workspaceId": workspace, "roleId": role})
    [first] = [key for key in api_keys.list(workspace) if key.name == "Console"]
    admin.run({"action": "console_link", "workspaceId": workspace, "roleId": role})
    assert len([key for key in api_keys.list(workspace) if key.name == "Console"]) == 2
    past = {"expiresAt": "2020-01-01T00:00:00.000Z"}
    for key_id in (first.id, made["apiKey"]["id"]):
        control_table.transact([set_attributes(keys.api_key(workspace, key_id), past)])

    admin.run({"action": "console_link", "workspaceId": workspace, "roleId": role})

    assert {key.name for key in api_keys.list(workspace)} == {"Admin", "Console"}
    found = api_keys.find(workspace, first.id)
    assert found is not None
    assert found.revoked_at is not None


def test_links_that_cannot_be_made(admin: Administration, api_keys: ApiKeys, made: dict[str, Any]) -> None:
    workspace, role = made["workspaceId"], made["apiKey"]["roleId"]
    ids = {"workspaceId": workspace, "apiKeyId": made["apiKey"]["id"]}
    revoked = api_keys.create(workspace, name="Gone", role_id=role)
    api_keys.revoke(workspace, revoked.id)

    def refused(**event: Any) -> str:
        with pytest.raises(Exception) as failure:
            admin.run({"action": "console_link", "workspaceId": workspace, **event})
        return str(failure.value)

    assert refused() == refused(**ids, roleId=role) == "Either roleId or apiKeyId must be named"
    assert refused(**ids, minutes=16) == "minutes must not be greater than 15"
    assert refused(**ids, minutes=0) == "minutes must not be less than 1"
    assert refused(apiKeyId=role) == f"API Key with id {role} not found"
    assert refused(apiKeyId=revoked.id) == "This API Key is revoked"
    assert refused(workspaceId=role, apiKeyId=role) == "There is no such workspace"
    assert refused(roleId=revoked.id) == f"Role with id {revoked.id} not found in workspace"
    assert {key.name for key in api_keys.list(workspace)} == {"Admin"}
