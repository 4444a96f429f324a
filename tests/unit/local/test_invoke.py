"""`make invoke`: which function, and an event for this data folder."""

from __future__ import annotations

import base64
from pathlib import Path

import orjson
import pytest

from local.folder import DataFolder
from local.invocation import InvocationFailed, named
from local.invoke import main, read_event
from local.samples.filling import NoEvent, NoOwner, Owner, wants_role
from local.samples.names import KEY, ROLE, TOKEN, WORKSPACE
from local.template.names import Deployment
from local.template.reader import read_application
from tests.support.checkout import ROOT

_OWNER = Owner(workspace="w", key="k", token="t", role="r")


def _folder(path: Path, token: str) -> DataFolder:
    folder = DataFolder(path)
    folder.create()
    folder.write_private(folder.api_key, token)
    return folder


def _encoded(value: object) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(value)).decode().rstrip("=")


def test_the_names_of_samples_stand_for_what_the_folder_has() -> None:
    event = {"workspaceId": WORKSPACE, "headers": {"Authorization": f"Bearer {TOKEN}"}, "keys": [KEY]}

    filled = orjson.loads(_OWNER.fill(orjson.dumps(event)))

    assert filled == {"workspaceId": "w", "headers": {"Authorization": "Bearer t"}, "keys": ["k"]}


def test_so_they_do_in_a_body_that_travels_as_bytes() -> None:
    body = base64.b64encode(orjson.dumps({"roleId": ROLE})).decode()
    event = orjson.dumps({"body": body, "isBase64Encoded": True})

    assert wants_role(event)
    assert base64.b64decode(orjson.loads(_OWNER.fill(event))["body"]) == b'{"roleId":"r"}'
    assert not wants_role(orjson.dumps({"body": None, "isBase64Encoded": False, "workspaceId": WORKSPACE}))


@pytest.mark.parametrize("event", [{"body": "/+8=", "isBase64Encoded": True}, {"body": None, "isBase64Encoded": True}])
def test_a_body_that_is_no_text_stays_as_it_is(event: dict[str, object]) -> None:
    assert orjson.loads(_OWNER.fill(orjson.dumps(event))) == event


def test_a_body_that_is_no_base64_is_refused() -> None:
    with pytest.raises(NoEvent, match="is Base64, and it is not"):
        _OWNER.fill(orjson.dumps({"body": "{}", "isBase64Encoded": True}))


def test_the_owner_is_whom_the_folders_key_names(tmp_path: Path) -> None:
    token = f"{_encoded({})}.{_encoded({'workspaceId': 'w', 'jti': 'k'})}.signature"

    assert Owner.of(_folder(tmp_path, f"{token}\n")) == Owner(workspace="w", key="k", token=token)


@pytest.mark.parametrize("token", ["", "no token", "a.b.c"])
def test_a_folder_without_workspace_says_what_to_do(tmp_path: Path, token: str) -> None:
    with pytest.raises(NoOwner, match="make dev"):
        Owner.of(_folder(tmp_path, token))


def test_functions_are_known_by_folder_and_by_logical_id() -> None:
    functions = read_application(ROOT / "template.yaml", Deployment(endpoint="http://127.0.0.1:1")).functions

    assert named("core_rest")(functions) is named("CoreRestFunction")(functions) is functions["CoreRestFunction"]
    with pytest.raises(InvocationFailed, match="no function other; there are authorizer, console, core_graphql"):
        named("other")(functions)


@pytest.mark.parametrize("content", [None, "", "{"])
def test_what_is_no_event_is_refused(tmp_path: Path, content: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "event.json"
    if content is not None:
        path.write_text(content)

    with pytest.raises(NoEvent, match="holds no event"):
        read_event(path)
    assert main(["--event", str(path), "--data", str(tmp_path / "data")]) == 1
    assert capsys.readouterr().err.startswith(f"error: {path} holds no event")
