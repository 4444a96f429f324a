"""Secrets of webhooks at rest."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from icosa.errors import Unavailable
from icosa.webhooks.secret_cipher import Owner, SecretCipher
from tests.support.kms import emulated_cipher

SECRET = "a secret that no log may have"
OWN = Owner(workspace_id="w1", webhook_id="h1")


@pytest.fixture(scope="module")
def cipher() -> Iterator[SecretCipher]:
    with emulated_cipher() as cipher:
        yield cipher


def test_secrets_are_decrypted_for_their_owner(cipher: SecretCipher) -> None:
    ciphertext = cipher.encrypt(SECRET, OWN)
    assert ciphertext is not None
    assert SECRET.encode() not in ciphertext
    assert cipher.decrypt(ciphertext, OWN) == SECRET


@pytest.mark.parametrize(
    "other", [Owner(workspace_id="w2", webhook_id="h1"), Owner(workspace_id="w1", webhook_id="h2")]
)
def test_secrets_are_decrypted_for_nobody_else(cipher: SecretCipher, other: Owner) -> None:
    ciphertext = cipher.encrypt(SECRET, OWN)
    with pytest.raises(ClientError, match="InvalidCiphertext"):
        cipher.decrypt(ciphertext, other)


def test_the_empty_secret_is_not_encrypted() -> None:
    cipher = SecretCipher(None, "")
    assert cipher.encrypt("", OWN) is None
    assert cipher.decrypt(None, OWN) == ""


def test_many_are_decrypted_in_their_order(cipher: SecretCipher) -> None:
    owners = [Owner(workspace_id="w1", webhook_id=f"h{number}") for number in range(25)]
    pairs = [
        (cipher.encrypt(f"secret {owner.webhook_id}" if number else "", owner), owner)
        for number, owner in enumerate(owners)
    ]
    assert cipher.decrypt_all(pairs) == ["", *(f"secret {owner.webhook_id}" for owner in owners[1:])]
    assert cipher.decrypt_all(pairs[3:4]) == ["secret h3"]


def test_the_most_talkative_log_has_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("botocore").setLevel(logging.NOTSET)
    with emulated_cipher() as cipher, caplog.at_level(logging.DEBUG):
        assert cipher.decrypt(cipher.encrypt(SECRET, OWN), OWN) == SECRET
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
        SecretCipher(Failing(error), "k").decrypt(b"x", OWN)


def test_other_failures_are_ours() -> None:
    with pytest.raises(ClientError):
        SecretCipher(Failing(_client_error("AccessDeniedException")), "k").decrypt(b"x", OWN)
