"""The secrets that sign tokens: as they are stored, and how long they are believed."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from icosa.access.secret import RefreshedKeys, SigningKey, SigningKeys, secrets_client, signing_keys
from tests.support.tokens import SECRET

OLD, NEW, NEWEST = SigningKey("o" * 40), SigningKey("n" * 40), SigningKey("m" * 40)


def _name() -> str:
    """A name of its own: a mock that another test has left open is one account with this one."""
    return f"signing-{uuid.uuid4()}"


@pytest.fixture(autouse=True)
def forgetful(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("SIGNING_SECRET", "SIGNING_SECRET_ARN", "SIGNING_SECRET_SECONDS"):
        monkeypatch.delenv(name, raising=False)
    for remembered in (signing_keys, secrets_client):
        remembered.cache_clear()
    yield
    for remembered in (signing_keys, secrets_client):
        remembered.cache_clear()


class Store:
    """A stored secret, a clock, and how often it was asked."""

    def __init__(self, stored: str | None) -> None:
        self.stored, self.now, self.asked = stored, 0.0, 0

    def fetch(self) -> str | None:
        self.asked += 1
        return self.stored

    def keys(self, known: str | None = None) -> RefreshedKeys:
        return RefreshedKeys(self.fetch, known=known, lifetime=300, clock=lambda: self.now)


def test_a_plain_value_is_one_secret() -> None:
    keys = SigningKeys.parse(SECRET)
    assert (keys.current.secret, keys.previous) == (SECRET, None)


@pytest.mark.parametrize("keys", [SigningKeys(NEW), SigningKeys(NEW, OLD)])
def test_what_is_stored_can_be_read(keys: SigningKeys) -> None:
    assert SigningKeys.parse(keys.stored()) == keys


def test_ids_and_texts_do_not_tell_the_secret() -> None:
    assert OLD.kid != NEW.kid
    for text in (repr(OLD), repr(SigningKeys(NEW, OLD)), OLD.kid):
        assert "ooo" not in text
        assert "nnn" not in text


def test_it_is_asked_for_again_after_its_time() -> None:
    store = Store(OLD.secret)
    keys = store.keys()
    assert [keys.keys().current for _ in range(3)] == [OLD] * 3
    store.stored, store.now = SigningKeys(NEW, OLD).stored(), 299
    assert (keys.keys().current, store.asked) == (OLD, 1)
    store.now = 300
    assert (keys.keys(), store.asked) == (SigningKeys(NEW, OLD), 2)


def test_what_the_environment_says_is_as_old_as_the_process() -> None:
    store = Store(SigningKeys(NEW, OLD).stored())
    keys = store.keys(known=OLD.secret)
    assert (keys.keys().current, store.asked) == (OLD, 0)
    store.now = 300
    assert (keys.keys().current, store.asked) == (NEW, 1)


def test_an_unknown_id_may_be_new() -> None:
    store = Store(OLD.secret)
    keys = store.keys()
    assert keys.candidates(OLD.kid) == (OLD,)
    store.stored = SigningKeys(NEW, OLD).stored()
    assert keys.candidates(NEW.kid) == (NEW,)
    assert keys.candidates(OLD.kid) == (OLD,)
    assert keys.candidates(None) == (OLD, NEW)
    assert store.asked == 2


def test_invented_ids_are_no_load() -> None:
    store = Store(OLD.secret)
    keys = store.keys()
    assert [keys.candidates(f"forged-{number}") for number in range(1000)] == [()] * 1000
    assert store.asked == 1 + 3
    store.now = 10
    assert [keys.candidates(f"forged-{number}") for number in range(1000)] == [()] * 1000
    assert store.asked == 1 + 3 + 1
    store.stored, store.now = SigningKeys(NEW, OLD).stored(), 20
    assert keys.candidates(NEW.kid) == (NEW,)


def test_what_is_known_is_used_while_nothing_answers() -> None:
    store = Store(OLD.secret)
    keys = store.keys()
    keys.keys()
    store.stored, store.now = None, 1000
    assert keys.candidates(OLD.kid) == (OLD,)
    asked = store.asked
    keys.candidates(OLD.kid)
    assert store.asked == asked
    with pytest.raises(RuntimeError, match=r"^the signing secret cannot be read$"):
        store.keys().keys()


def test_without_an_address_the_environment_is_all_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNING_SECRET", SECRET)
    assert signing_keys().newest() == signing_keys().keys() == SigningKeys(SigningKey(SECRET))


def test_from_secrets_manager(monkeypatch: pytest.MonkeyPatch) -> None:
    with mock_aws():
        client = boto3.client("secretsmanager")
        arn = client.create_secret(Name=_name(), SecretString=OLD.secret)["ARN"]
        monkeypatch.setenv("SIGNING_SECRET_ARN", arn)
        assert signing_keys().keys().current == OLD
        client.put_secret_value(SecretId=arn, SecretString=SigningKeys(NEW, OLD).stored())
        assert signing_keys().candidates(NEW.kid) == (NEW,)


def test_a_refusal_of_secrets_manager_is_no_end(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SIGNING_SECRET", SECRET)
    monkeypatch.setenv("SIGNING_SECRET_ARN", f"arn:aws:secretsmanager:eu-central-1:123456789012:secret:{_name()}")
    with mock_aws():
        assert signing_keys().newest().current.secret == SECRET
    assert "the signing secret could not be read" in caplog.text


def test_the_most_talkative_log_has_no_secret(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Lambda sets the root logger to the function's level, and botocore's reports of answers are whole at DEBUG."""
    logging.getLogger("botocore").setLevel(logging.NOTSET)
    with mock_aws(), caplog.at_level(logging.DEBUG):
        arn = boto3.client("secretsmanager").create_secret(Name=_name())["ARN"]
        with caplog.at_level(logging.INFO, "botocore"):
            boto3.client("secretsmanager").put_secret_value(SecretId=arn, SecretString=SECRET)
        monkeypatch.setenv("SIGNING_SECRET_ARN", arn)
        assert signing_keys().keys().current.secret == SECRET
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    "secret",
    [None, "too short", json.dumps({"current": "too short"}), json.dumps({"current": SECRET, "previous": "x"})],
)
def test_no_start_without_a_good_secret(monkeypatch: pytest.MonkeyPatch, secret: str | None) -> None:
    if secret:
        monkeypatch.setenv("SIGNING_SECRET", secret)
    with pytest.raises(RuntimeError) as caught:
        signing_keys()
    assert "too short" not in str(caught.value)
