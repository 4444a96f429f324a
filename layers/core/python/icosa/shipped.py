"""The data files that the product ships: standard objects, roles, demo records (the folder ``schemas/``)."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any


@cache
def folder() -> Path:
    """``schemas/`` stands beside the code in a layer (``/opt/schemas``) and at the root of a checkout."""
    return next(folder for parent in Path(__file__).parents if (folder := parent / "schemas").is_dir())


@cache
def load(name: str) -> Any:
    """The content of a JSON file by its path in ``schemas/`` without the suffix. Shared: never change what it returns.

    >>> load("standard-objects/index")[0]
    'company'
    """
    return json.loads((folder() / f"{name}.json").read_text(encoding="utf-8"))
