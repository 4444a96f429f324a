"""Headers that prove where a delivery comes from: Twenty's, and those of Standard Webhooks
(docs/wire/deliveries.md#signatures).

Twenty's receivers compute ``HMAC-SHA256(secret, "<ms>:<body>")`` in hexadecimal; those of Standard Webhooks
``HMAC-SHA256(key, "<id>.<seconds>.<body>")`` in base64, where several signatures may stand side by side.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets as random
from collections.abc import Sequence
from typing import Final

_PREFIX: Final = "whsec_"
#: Bytes from which on base64 text is taken for an encoded key; shorter text is a secret as it stands.
_KEY_BYTES: Final = 24

TIMESTAMP: Final = "X-Twenty-Webhook-Timestamp"
SIGNATURE: Final = "X-Twenty-Webhook-Signature"
NONCE: Final = "X-Twenty-Webhook-Nonce"
STANDARD_ID: Final = "webhook-id"
STANDARD_TIMESTAMP: Final = "webhook-timestamp"
STANDARD_SIGNATURE: Final = "webhook-signature"

#: Headers that are not kept in the log of deliveries.
SIGNATURES: Final = frozenset((SIGNATURE, NONCE, STANDARD_SIGNATURE))


def key_of(secret: str) -> bytes:
    """The key that a secret stands for in Standard Webhooks.

    >>> key_of("my secret")
    b'my secret'
    >>> key_of("whsec_" + base64.b64encode(bytes(24)).decode()) == key_of("A" * 32) == bytes(24)
    True
    """
    text = secret.removeprefix(_PREFIX)
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return text.encode()
    return key if len(key) >= _KEY_BYTES else text.encode()


def signed(event_id: str, body: bytes, secrets: Sequence[str], *, now_ms: int) -> dict[str, str]:
    """The headers of one attempt. ``secrets`` are the webhook's, the newest first: all of them sign, while one replaces
    another. Without one only the id and the time are told.
    """
    seconds = str(now_ms // 1000)
    headers = {STANDARD_ID: event_id, STANDARD_TIMESTAMP: seconds}
    if not secrets:
        return headers
    content = b".".join((event_id.encode(), seconds.encode(), body))
    headers[STANDARD_SIGNATURE] = " ".join(f"v1,{_base64(key_of(secret), content)}" for secret in secrets)
    # Twenty's receivers know one signature: the newest secret's.
    headers[TIMESTAMP] = str(now_ms)
    headers[SIGNATURE] = _digest(secrets[0].encode(), f"{now_ms}:".encode() + body).hex()
    headers[NONCE] = random.token_hex(16)
    return headers


def _digest(key: bytes, content: bytes) -> bytes:
    return hmac.digest(key, content, hashlib.sha256)


def _base64(key: bytes, content: bytes) -> str:
    return base64.b64encode(_digest(key, content)).decode()
