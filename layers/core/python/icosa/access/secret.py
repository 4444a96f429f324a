"""The deployment's signing secret."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from ..aws import client_without_debug_logs

#: HS256 wants a key of at least the hash's size (RFC 7518 §3.2).
_MIN_BYTES = 32


@cache
def signing_secret() -> str:
    """SIGNING_SECRET when set, else the Secrets Manager secret named by SIGNING_SECRET_ARN. Read once per process.

    Raises RuntimeError when neither is set or the secret is shorter than 32 bytes.
    """
    secret = os.environ.get("SIGNING_SECRET") or _from_secrets_manager(os.environ.get("SIGNING_SECRET_ARN"))
    if len(secret.encode()) < _MIN_BYTES:
        raise RuntimeError(f"the signing secret must have at least {_MIN_BYTES} bytes")
    return secret


def _from_secrets_manager(arn: str | None) -> str:
    if not arn:
        raise RuntimeError("neither SIGNING_SECRET nor SIGNING_SECRET_ARN is set")
    value: str = secrets_client().get_secret_value(SecretId=arn)["SecretString"]
    return value


@cache
def secrets_client() -> Any:
    """The client of Secrets Manager."""
    return client_without_debug_logs("secretsmanager")
