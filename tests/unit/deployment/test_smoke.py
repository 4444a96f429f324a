"""`make smoke` when something is wrong. That it passes is shown with the local stack (tests/e2e)."""

from __future__ import annotations

from typing import Any

import pytest

from deployment import smoke
from deployment.smoke import Answer, Failed, Installation

_RIGHT = {
    ("GET", "/healthz"): Answer(200, '{"status":"ok"}'),
    ("POST", "/rest/companies"): Answer(201, '{"data":{"createCompany":{"id":"c1"}}}'),
}


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The calls that are made of an installation which answers the first of them, and 500 from then on."""
    made: list[tuple[str, str]] = []

    def call(_: Installation, method: str, path: str, body: Any = None, *, token: str | None = None) -> Answer:
        made.append((method, path))
        if method == "GET" and path == "/rest/companies" and token is not None:
            return Answer(401 if token else 403, "{}")
        if "limit=1" in path:
            return Answer(200, "{}")
        return _RIGHT.get((method, path), Answer(500, "no"))

    monkeypatch.setattr(Installation, "call", call)
    return made


def test_a_failure_is_told_ends_it_and_leaves_nothing(
    calls: list[tuple[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert smoke.run(Installation("https://x", "secret")) is False

    told = capsys.readouterr()
    assert told.out.splitlines()[-1].startswith("ok      a record is created")
    assert told.err == "FAILED  and read: answered 500 instead of 200: no\n"
    assert calls[-2:] == [("GET", "/rest/companies/c1"), ("DELETE", "/rest/companies/c1")]


def test_an_installation_that_does_not_answer() -> None:
    with pytest.raises(Failed, match="GET /healthz: "):
        Installation("http://127.0.0.1:1", "secret").call("GET", "/healthz")
    assert "secret" not in repr(Installation("http://127.0.0.1:1", "secret"))


@pytest.mark.parametrize(("arguments", "token"), [([], "t"), ([""], "t"), (["https://x"], ""), (["a", "b"], "t")])
def test_what_it_needs(
    arguments: list[str], token: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(smoke.TOKEN, token)

    assert smoke.main(arguments) == 2
    assert "usage: ICOSA_SMOKE_TOKEN=<token>" in capsys.readouterr().err
