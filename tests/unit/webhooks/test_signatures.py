"""Signatures: Twenty's formula, and the library of Standard Webhooks as its users have it."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from icosa.webhooks.sending.signatures import (
    NONCE,
    SIGNATURE,
    STANDARD_ID,
    STANDARD_TIMESTAMP,
    TIMESTAMP,
    signed,
)

_EVENT = "evt_0123456789abcdef0123456789abcdef"


def _now_ms() -> int:
    # The library compares the time with the machine's clock.
    return int(datetime.now(UTC).timestamp() * 1000)


_SECRETS = [
    secrets.token_hex(32),
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
]


@pytest.mark.parametrize("secret", _SECRETS, ids=["Twenty's", "prefixed", "bare"])
@given(text=st.text())
def test_the_standard_library_verifies(secret: str, text: str) -> None:
    body = json.dumps({"record": text}, ensure_ascii=False).encode("utf-8", errors="replace")
    headers = signed(_EVENT, body, [secret], now_ms=_now_ms())
    assert Webhook(secret).verify(body.decode(), headers) == json.loads(body)


@pytest.mark.parametrize("known", [0, 1])
def test_both_secrets_verify_while_one_replaces_the_other(known: int) -> None:
    both = [secrets.token_hex(32), secrets.token_hex(32)]
    headers = signed(_EVENT, b"{}", both, now_ms=_now_ms())
    assert Webhook(both[known]).verify("{}", headers) == {}
    with pytest.raises(WebhookVerificationError):
        Webhook(secrets.token_hex(32)).verify("{}", headers)
    assert headers[SIGNATURE] == _twenty(both[0], headers[TIMESTAMP], b"{}")


@given(secret=st.text(min_size=1), body=st.text().map(lambda text: text.encode("utf-8", errors="replace")))
def test_twentys_signature(secret: str, body: bytes) -> None:
    secret = secret.encode("utf-8", errors="replace").decode()
    headers = signed(_EVENT, body, [secret], now_ms=1_700_000_000_123)
    assert headers[TIMESTAMP] == "1700000000123"
    assert headers[SIGNATURE] == _twenty(secret, "1700000000123", body)
    assert len(bytes.fromhex(headers[NONCE])) == 16


def _twenty(secret: str, timestamp: str, body: bytes) -> str:
    return hmac.new(secret.encode(), timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()


def test_without_a_secret_nothing_is_signed() -> None:
    assert signed(_EVENT, b"{}", [], now_ms=1_700_000_000_123) == {
        STANDARD_ID: _EVENT,
        STANDARD_TIMESTAMP: "1700000000",
    }


def test_nonces_differ() -> None:
    assert len({signed(_EVENT, b"{}", ["s"], now_ms=0)[NONCE] for _ in range(20)}) == 20
