"""Encryption of webhooks' secrets at rest, with a KMS key.

Workspace and webhook are the encryption context, which KMS checks: a ciphertext that is moved to another webhook or
workspace cannot be decrypted there. The role of the function can use the key in no other way (template.yaml).
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

#: KMS decrypts one ciphertext a call; so many calls run at once.
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


class SecretCipher:
    """Encrypts and decrypts secrets with one key. Raises Unavailable while KMS does not answer."""

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

    def encrypt(self, secret: str, owner: Owner) -> bytes | None:
        """The ciphertext to store; None for the empty secret, which there is no need to hide."""
        if not secret:
            return None
        with _unavailable_when_transient():
            answer = self._client.encrypt(
                KeyId=self._key_id, Plaintext=secret.encode(), EncryptionContext=owner.context
            )
        ciphertext: bytes = answer["CiphertextBlob"]
        return ciphertext

    def encrypt_all(self, pairs: Sequence[tuple[str, Owner]]) -> list[bytes | None]:
        """``encrypt`` for each, in parallel."""
        return list(_pool.map(lambda pair: self.encrypt(*pair), pairs))

    def decrypt(self, ciphertext: bytes | None, owner: Owner) -> str:
        """The secret that ``encrypt`` was given for the same owner."""
        if ciphertext is None:
            return ""
        with _unavailable_when_transient():
            answer = self._client.decrypt(
                KeyId=self._key_id, CiphertextBlob=ciphertext, EncryptionContext=owner.context
            )
        plaintext: bytes = answer["Plaintext"]
        return plaintext.decode()

    def decrypt_all(self, pairs: Sequence[tuple[bytes | None, Owner]]) -> list[str]:
        """``decrypt`` for each, in parallel."""
        if len(pairs) == 1:
            return [self.decrypt(*pairs[0])]
        return list(_pool.map(lambda pair: self.decrypt(*pair), pairs))


@cache
def secret_cipher() -> SecretCipher:
    """The deployment's cipher, made with the first secret."""
    return SecretCipher.from_environment()


@contextmanager
def _unavailable_when_transient() -> Iterator[None]:
    from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

    try:
        yield
    except (ConnectionError, HTTPClientError):
        raise _KmsUnavailable from None
    except ClientError as error:
        if error.response["Error"]["Code"] in _TRANSIENT:
            raise _KmsUnavailable from None
        raise


class _KmsUnavailable(Unavailable):
    """KMS throttles or does not answer."""

    def __init__(self) -> None:
        super().__init__("Secrets of webhooks cannot be read or kept right now. Please try again.")
