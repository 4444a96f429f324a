"""An installation for each test, and a cipher for secrets of webhooks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from icosa.store.table import Table
from icosa.webhooks import secret_cipher
from tests.integration.lifecycle.world import World
from tests.support.provisioning import forget


class _PlainCipher:
    """Seals nothing: what is sealed does not matter here."""

    def encrypt(self, text: str, _owner: object) -> bytes | None:
        return text.encode() or None

    def decrypt_all(self, sealed: list[tuple[bytes | None, object]]) -> list[str]:
        return [(text or b"").decode() for text, _ in sealed]


@pytest.fixture(autouse=True)
def _cipher(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for module in ("icosa.webhooks.secret_cipher", "icosa.webhooks.service", "icosa.webhooks.custom_headers"):
        monkeypatch.setattr(f"{module}.secret_cipher", _PlainCipher, raising=False)
    assert secret_cipher is not None
    yield


@pytest.fixture
def world(control_table: Table, tmp_path: Path) -> World:
    forget()
    return World(control_table, tmp_path)
