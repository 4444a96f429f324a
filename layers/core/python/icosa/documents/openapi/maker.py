"""What documents follow from besides the model: the code that makes them, and the limits that they tell of."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from ...settings import settings

_ROOT = Path(__file__).parents[2]


@cache
def maker() -> str:
    """Differs between releases that make different documents, so that nobody takes a document that another release
    made.
    """
    digest = hashlib.sha256(repr(settings).encode())
    for folder in ("model", "schema"):
        for path in sorted((_ROOT / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()
