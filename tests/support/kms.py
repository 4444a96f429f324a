"""The KMS key for secrets of webhooks, emulated by moto."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import boto3
import pytest
from moto import mock_aws

from icosa.webhooks.secret_cipher import SecretCipher, secret_cipher


@contextmanager
def emulated_cipher() -> Iterator[SecretCipher]:
    """The cipher that the functions use, for as long as the block."""
    with mock_aws(), pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEBHOOK_KEY_ID", boto3.client("kms").create_key()["KeyMetadata"]["KeyId"])
        secret_cipher.cache_clear()
        yield secret_cipher()
        secret_cipher.cache_clear()
