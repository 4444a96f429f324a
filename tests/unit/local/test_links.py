"""Sign-in links of the local stack: for whom they are asked, and when one is shown."""

from __future__ import annotations

import base64
from pathlib import Path
from types import SimpleNamespace

import orjson
import pytest

from local.folder import DataFolder
from local.functions.invoker import Outcome
from local.links import NoLink, is_loopback, link_event, read_link
from local.run import read_prefix


def _folder(path: Path, text: str) -> DataFolder:
    folder = DataFolder(path)
    folder.api_key.write_text(text, encoding="utf-8")
    return folder


def test_a_link_is_for_the_key_in_the_folder(tmp_path: Path) -> None:
    claims = base64.urlsafe_b64encode(orjson.dumps({"workspaceId": "w", "jti": "k"})).decode().rstrip("=")

    event = link_event(_folder(tmp_path, f"a.{claims}.c\n"), "http://localhost:1/dev")

    assert orjson.loads(event) == {
        "action": "console_link",
        "workspaceId": "w",
        "apiKeyId": "k",
        "url": "http://localhost:1/dev",
    }


@pytest.mark.parametrize("text", ["", "a.b.c", "a.W10.c", "a.e30.c", "a", "a.é.c"])
def test_a_folder_without_a_key_has_none(tmp_path: Path, text: str) -> None:
    with pytest.raises(NoLink, match="api-key holds no API key"):
        link_event(_folder(tmp_path, text), "")
    with pytest.raises(NoLink):
        link_event(SimpleNamespace(api_key=tmp_path / "nothing"), "")  # type: ignore[arg-type]


def test_what_the_function_says() -> None:
    assert read_link(Outcome(payload=b'{"url":"http://x/#code=1","expiresAt":""}')) == "http://x/#code=1"
    with pytest.raises(NoLink, match="This API Key is revoked"):
        read_link(Outcome(payload=b'{"errorMessage":"This API Key is revoked"}', error="Unhandled"))


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("127.0.0.1", True),
        ("127.1.2.3", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.2", False),
        ("dev.example.com", False),
    ],
)
def test_a_link_is_shown_where_nobody_else_can_use_it(host: str, shown: bool) -> None:
    assert is_loopback(host) is shown


@pytest.mark.parametrize(
    ("text", "prefix"), [("", ""), ("/", ""), ("/dev", "/dev"), ("/dev/", "/dev"), ("/a/b-c.d", "/a/b-c.d")]
)
def test_a_prefix(text: str, prefix: str) -> None:
    assert read_prefix(text) == prefix


@pytest.mark.parametrize("text", ["dev", "/a//b", "/a b", "/a?b", '/"', "/é"])
def test_what_is_no_prefix(text: str) -> None:
    with pytest.raises(ValueError, match="the prefix is a path such as /dev"):
        read_prefix(text)
