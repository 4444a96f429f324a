"""Secrets of webhooks at rest."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from icosa.errors import Unavailable
from icosa.webhooks.sealing import Owner, Seal
from tests.support.seal import emulated_seal

SECRET = "a secret that no log may have"
OWN = Owner(workspace_id="w1", webhook_id="h1")


@pytest.fixture(scope="module")
def seal() -> Iterator[Seal]:
    with emulated_seal() as made:
        yield made


def test_what_is_closed_opens_for_its_owner(seal: Seal) -> None:
    sealed = seal.close(SECRET, OWN)
    assert sealed is not None
    assert SECRET.encode() not in sealed
    assert seal.open(sealed, OWN) == SECRET


@pytest.mark.parametrize(
    "other", [Owner(workspace_id="w2", webhook_id="h1"), Owner(workspace_id="w1", webhook_id="h2")]
)
def test_it_opens_for_nobody_else(seal: Seal, other: Owner) -> None:
    sealed = seal.close(SECRET, OWN)
    with pytest.raises(ClientError, match="InvalidCiphertext"):
        seal.open(sealed, other)


def test_the_empty_secret_needs_no_seal() -> None:
    seal = Seal(None, "")
    assert seal.close("", OWN) is None
    assert seal.open(None, OWN) == ""


def test_many_are_opened_in_their_order(seal: Seal) -> None:
    owners = [Owner(workspace_id="w1", webhook_id=f"h{number}") for number in range(25)]
    closed = [
        (seal.close(f"secret {owner.webhook_id}" if number else "", owner), owner)
        for number, owner in enumerate(owners)
    ]
    assert seal.open_all(closed) == ["", *(f"secret {owner.webhook_id}" for owner in owners[1:])]
    assert seal.open_all(closed[3:4]) == ["secret h3"]


def test_the_most_talkative_log_has_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("botocore").setLevel(logging.NOTSET)
    with emulated_seal() as seal, caplog.at_level(logging.DEBUG):
        assert seal.open(seal.close(SECRET, OWN), OWN) == SECRET
    assert "secret" not in caplog.text
    assert "YSBzZWNyZXQ" not in caplog.text  # The same in Base64, as KMS is sent it.


def _client_error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": ""}}, "Decrypt")


class Failing:
    def __init__(self, error: Exception) -> None:
        self._error = error

    def decrypt(self, **_: Any) -> Any:
        raise self._error


@pytest.mark.parametrize(
    "error",
    [
        _client_error("ThrottlingException"),
        _client_error("KMSInternalException"),
        EndpointConnectionError(endpoint_url="https://kms.example"),
        ReadTimeoutError(endpoint_url="https://kms.example"),
    ],
)
def test_a_kms_that_does_not_answer_is_no_fault_of_the_request(error: Exception) -> None:
    with pytest.raises(Unavailable):
        Seal(Failing(error), "k").open(b"x", OWN)


def test_other_failures_are_ours() -> None:
    with pytest.raises(ClientError):
        Seal(Failing(_client_error("AccessDeniedException")), "k").open(b"x", OWN)
