"""The examples in docstrings are true."""

from __future__ import annotations

import doctest
from types import ModuleType

import pytest

from icosa.model import record
from icosa.store import derive, ops, retry, workspace_row


@pytest.mark.parametrize("module", [record, derive, ops, retry, workspace_row])
def test_examples(module: ModuleType) -> None:
    results = doctest.testmod(module)
    assert results.attempted and not results.failed
