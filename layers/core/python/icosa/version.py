"""The product's version, as pyproject.toml and the changelog have it."""

from __future__ import annotations

from typing import Final

VERSION: Final = "0.2.0"
#: What clients see: compatible releases share it.
API_VERSION: Final = "v" + VERSION.rpartition(".")[0]
