"""Replaces the signing secret, for operators: nothing leads here, IAM decides who may invoke it.

An event is ``{"action": "rotate_secret"}`` or ``{"action": "end_all_tokens"}`` (``icosa.access.rotation``).
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from icosa.access.rotation import Rotation
from icosa.access.secret import secrets_client
from icosa.runtime.handlers import direct_handler, function_logger
from icosa.runtime.prime import prime
from icosa.store.table import Table

logger = function_logger()


def _read() -> str:
    value: str = secrets_client().get_secret_value(SecretId=os.environ["SIGNING_SECRET_ARN"])["SecretString"]
    return value


def _write(value: str) -> None:
    secrets_client().put_secret_value(SecretId=os.environ["SIGNING_SECRET_ARN"], SecretString=value)


def _forget_answers() -> None:
    _gateway().flush_stage_authorizers_cache(restApiId=os.environ["API_ID"], stageName=os.environ["API_STAGE"])


@cache
def _gateway() -> Any:
    import boto3  # The other client loads it as well, and only when it is used.

    return boto3.client("apigateway")


rotation = Rotation(Table.from_environment(), _read, _write, _forget_answers)
handler = direct_handler(logger, rotation.run)
prime(secrets_client, _gateway)
