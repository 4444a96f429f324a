import logging
import uuid
from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from icosa.access.secret import secrets_client, signing_secret
from tests.support.tokens import SECRET


def _name() -> str:
    """A name of its own: a mock that another test has left open is one account with this one."""
    return f"signing-{uuid.uuid4()}"


@pytest.fixture(autouse=True)
def forgetful(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("SIGNING_SECRET", raising=False)
    monkeypatch.delenv("SIGNING_SECRET_ARN", raising=False)
    for remembered in (signing_secret, secrets_client):
        remembered.cache_clear()
    yield
    for remembered in (signing_secret, secrets_client):
        remembered.cache_clear()


def test_the_environment_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNING_SECRET", SECRET)
    monkeypatch.setenv("SIGNING_SECRET_ARN", "arn:aws:secretsmanager:eu-central-1:123456789012:secret:none")
    assert signing_secret() == SECRET


def test_from_secrets_manager(monkeypatch: pytest.MonkeyPatch) -> None:
    with mock_aws():
        arn = boto3.client("secretsmanager").create_secret(Name=_name(), SecretString=SECRET)["ARN"]
        monkeypatch.setenv("SIGNING_SECRET_ARN", arn)
        assert signing_secret() == SECRET


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
        assert signing_secret() == SECRET
    assert SECRET not in caplog.text


@pytest.mark.parametrize("secret", [None, "too short"])
def test_no_start_without_a_good_secret(monkeypatch: pytest.MonkeyPatch, secret: str | None) -> None:
    if secret:
        monkeypatch.setenv("SIGNING_SECRET", secret)
    with pytest.raises(RuntimeError) as caught:
        signing_secret()
    assert "too short" not in str(caught.value)
