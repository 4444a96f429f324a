"""Tokens for the functions that ask another one for them, made in this process."""

from __future__ import annotations

import pytest

from icosa.access import minting
from icosa.access.api_keys import ApiKeys


def tokens_in_process(api_keys: ApiKeys, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let ``minting`` ask whoever makes the tokens of ``api_keys``."""
    for name in ("request_token", "count_calls"):
        monkeypatch.setattr(minting, name, getattr(api_keys._tokens, name))
