"""Digest of the generator's code and settings: stored documents of other releases are not taken."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from ...settings import settings

_ROOT = Path(__file__).parents[2]
#: Packages whose code decides what a document says.
_PACKAGES = ("model", "documents")


@cache
def build_id() -> str:
    """Differs between releases that may make different documents from the same model."""
    digest = hashlib.sha256(repr(settings).encode())
    for package in _PACKAGES:
        for path in sorted((_ROOT / package).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()
