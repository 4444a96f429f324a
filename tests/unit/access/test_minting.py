"""Asking the function that makes tokens."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from icosa.access import minting
from icosa.access.failures import KeyRevoked
from icosa.errors import BadRequest, Forbidden, IcosaError, NotFound, Unavailable

ASKED = {"workspace_id": "w", "caller_key_id": "c", "key_id": "k", "expires_at": "2199-12-31"}


class Lambda:
    """Lambda with one answer."""

    class exceptions:  # the name is botocore's
        class TooManyRequestsException(Exception):
            pass

    def __init__(self, answer: Any, **more: Any) -> None:
        self.answer, self.more, self.calls = answer, more, list[dict[str, Any]]()

    def invoke(self, **call: Any) -> dict[str, Any]:
        self.calls.append(call)
        if isinstance(self.answer, Exception):
            raise self.answer
        return {"Payload": io.BytesIO(json.dumps(self.answer).encode()), **self.more}


@pytest.fixture(autouse=True)
def named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKENS_FUNCTION", "arn:tokens:live")


def answering(monkeypatch: pytest.MonkeyPatch, answer: Any, **more: Any) -> Lambda:
    client = Lambda(answer, **more)
    monkeypatch.setattr(minting, "lambda_client", lambda: client)
    return client


def test_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    client = answering(monkeypatch, {"token": "a.b.c"})

    assert minting.request_token(**ASKED) == "a.b.c"
    [call] = client.calls
    assert call["FunctionName"] == "arn:tokens:live"
    assert json.loads(call["Payload"]) == {
        "workspaceId": "w",
        "callerKeyId": "c",
        "keyId": "k",
        "expiresAt": "2199-12-31",
    }


@pytest.mark.parametrize(
    "error",
    [
        NotFound("API Key with id k not found", sub_code="API_KEY_NOT_FOUND"),
        BadRequest("This API Key has expired", sub_code="API_KEY_EXPIRED"),
        Forbidden("no", sub_code="X", friendly="Sorry"),
        KeyRevoked(),
        Unavailable("later"),
    ],
)
def test_a_refusal_comes_back_as_the_same_error(monkeypatch: pytest.MonkeyPatch, error: IcosaError) -> None:
    answering(monkeypatch, minting.refusal(error))

    with pytest.raises(IcosaError) as caught:
        minting.request_token(**ASKED)

    assert isinstance(caught.value, next(kind for kind in type(error).__mro__ if kind.__module__ == "icosa.errors"))
    for name in ("status", "rest_error", "graphql_code", "message", "sub_code", "friendly"):
        assert getattr(caught.value, name) == getattr(error, name)


def test_a_failure_of_the_function_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, {"errorType": "KeyError", "errorMessage": "a secret"}, FunctionError="Unhandled")

    with pytest.raises(RuntimeError, match=r"^the function that makes tokens failed$"):
        minting.request_token(**ASKED)


def test_a_busy_lambda_is_worth_another_try(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, Lambda.exceptions.TooManyRequestsException())

    with pytest.raises(Unavailable):
        minting.request_token(**ASKED)
