"""Loading a Lambda function as Lambda does: its module anew, with an environment."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

_FUNCTIONS = Path(__file__).parents[2] / "functions"


def load(name: str) -> ModuleType:
    """The handler module of ``functions/<name>``."""
    spec = importlib.util.spec_from_file_location(f"{name}_handler", _FUNCTIONS / name / "handler.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
