"""Loading a Lambda function as Lambda does: its module anew, with an environment."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
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


@dataclass
class LambdaContext:
    """What a handler is called with beside its event."""

    function_name: str = "function"
    memory_limit_in_mb: int = 1769
    invoked_function_arn: str = "arn:aws:lambda:eu-central-1:123456789012:function:function"
    aws_request_id: str = "0b6f3f4e-6a0b-4bd0-a6c5-1f1f1f1f0001"
