"""The key that seals secrets of webhooks, for tests, emulated by moto."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import boto3
import pytest
from moto import mock_aws

from icosa.webhooks.sealing import Seal, webhook_seal


@contextmanager
def emulated_seal() -> Iterator[Seal]:
    """What the functions seal with, for as long as the block."""
    with mock_aws(), pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEBHOOK_KEY_ID", boto3.client("kms").create_key()["KeyMetadata"]["KeyId"])
        webhook_seal.cache_clear()
        yield webhook_seal()
        webhook_seal.cache_clear()
