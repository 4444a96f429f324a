"""Whether an API key and a token of it are valid now, from the key's item."""

from __future__ import annotations

from ..store.table import Item
from .failures import InvalidToken, KeyExpired, KeyRevoked


def live_key(key: Item | None, now: str, *, generation: int | None = None) -> Item:
    """The item of an API key that is valid at ``now``. Raises KeyRevoked, also without an item, and KeyExpired; with
    the ``generation`` of a token InvalidToken when the key's tokens have been replaced since.
    """
    if key is None or key.get("revokedAt") is not None:
        raise KeyRevoked
    if key["expiresAt"] <= now:
        raise KeyExpired
    if generation is not None and generation != generation_of(key):
        raise InvalidToken
    return key


def generation_of(key: Item) -> int:
    """How often all tokens of an API key were replaced."""
    return int(key.get("tokenGeneration", 0))
