"""Secrets and headers of webhooks in clear, as a process needs them: opened by KMS, and remembered for five minutes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ...lru import LRUCache
from ...model.dates import instant_of
from ..entity import Webhook
from ..secret_cipher import Owner, SecretCipher, secret_cipher

_SECONDS: Final = 300.0
_REMEMBERED: Final = 2_000


class SecretUnreadable(Exception):
    """KMS refuses to open a secret: its key is gone, or it is another webhook's."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a webhook's requests are signed with, the newest first, and its own headers."""

    secrets: Sequence[str]
    headers: Mapping[str, str]

    def __repr__(self) -> str:
        return "Credentials(…)"


class Opener:
    """Opens what webhooks have sealed. The memory is by ciphertext, so a changed secret counts at once."""

    def __init__(
        self, cipher: Callable[[], SecretCipher] = secret_cipher, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._cipher = cipher
        self._clock = clock
        self._known: LRUCache[tuple[Owner, bytes], tuple[str, float]] = LRUCache(size=_REMEMBERED)

    def credentials(self, workspace_id: str, webhook: Webhook, now_ms: int) -> Credentials:
        """Raises SecretUnreadable, and Unavailable while KMS does not answer."""
        owner = Owner(workspace_id=workspace_id, webhook_id=webhook.id)
        return Credentials(
            [self._open(sealed, owner) for sealed in webhook.ciphertexts(instant_of(now_ms))],
            {name: self._open(sealed, owner) for name, sealed in webhook.sealed_headers.items()},
        )

    def _open(self, sealed: bytes, owner: Owner) -> str:
        known = self._known.get((owner, sealed))
        if known is not None and self._clock() - known[1] < _SECONDS:
            return known[0]
        from botocore.exceptions import ClientError  # Here, because most calls know the secret.

        try:
            text = self._cipher().decrypt(sealed, owner)
        except ClientError as error:
            raise SecretUnreadable(error.response["Error"]["Code"]) from None
        self._known.put((owner, sealed), (text, self._clock()))
        return text
