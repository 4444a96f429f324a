"""Secrets of webhooks at rest: ciphertexts that only a KMS key opens, and only for the webhook that they were made for.

Workspace and webhook are the encryption context, which KMS checks: a ciphertext that is moved to another webhook, or to
another workspace, does not open there. The role of the function can use the key in no other way (template.yaml).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

from ..aws import client_without_debug_logs
from ..errors import Unavailable

#: KMS opens one ciphertext at a time; so many are on their way together.
_PARALLEL = 10
_TRANSIENT = frozenset(
    ("ThrottlingException", "KMSInternalException", "DependencyTimeoutException", "KeyUnavailableException")
)

_pool = ThreadPoolExecutor(max_workers=_PARALLEL, thread_name_prefix="kms")


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose secret it is."""

    workspace_id: str
    webhook_id: str

    @property
    def context(self) -> dict[str, str]:
        return {"workspaceId": self.workspace_id, "webhookId": self.webhook_id}


class Seal:
    """Seals and opens secrets with one key. Raises Unavailable while KMS does not answer."""

    def __init__(self, client: Any, key_id: str) -> None:
        self._client = client
        self._key_id = key_id

    @classmethod
    def from_environment(cls) -> Self:
        """The key WEBHOOK_KEY_ID; AWS_ENDPOINT_URL_KMS points at an emulator."""
        from botocore.config import Config

        config = Config(
            connect_timeout=2,
            read_timeout=5,
            retries={"mode": "standard", "total_max_attempts": 3},
            max_pool_connections=_PARALLEL,
        )
        return cls(client_without_debug_logs("kms", config=config), os.environ["WEBHOOK_KEY_ID"])

    def close(self, secret: str, owner: Owner) -> bytes | None:
        """What to store for a secret: nothing for the empty one, which there is no need to hide."""
        if not secret:
            return None
        with _patience():
            answer = self._client.encrypt(
                KeyId=self._key_id, Plaintext=secret.encode(), EncryptionContext=owner.context
            )
        sealed: bytes = answer["CiphertextBlob"]
        return sealed

    def open(self, sealed: bytes | None, owner: Owner) -> str:
        """The secret that ``close`` sealed for the same owner."""
        if sealed is None:
            return ""
        with _patience():
            answer = self._client.decrypt(KeyId=self._key_id, CiphertextBlob=sealed, EncryptionContext=owner.context)
        plaintext: bytes = answer["Plaintext"]
        return plaintext.decode()

    def open_all(self, many: Sequence[tuple[bytes | None, Owner]]) -> list[str]:
        """``open`` for each, side by side."""
        if len(many) == 1:
            return [self.open(*many[0])]
        return list(_pool.map(lambda one: self.open(*one), many))


@cache
def webhook_seal() -> Seal:
    """The deployment's seal, made when the first secret is."""
    return Seal.from_environment()


@contextmanager
def _patience() -> Iterator[None]:
    from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

    try:
        yield
    except (ConnectionError, HTTPClientError):
        raise _Unreachable from None
    except ClientError as error:
        if error.response["Error"]["Code"] in _TRANSIENT:
            raise _Unreachable from None
        raise


class _Unreachable(Unavailable):
    def __init__(self) -> None:
        super().__init__("Secrets of webhooks cannot be read or kept right now. Please try again.")
