from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest


@pytest.fixture
def state() -> Iterator[sqlite3.Connection]:
    """A state file in memory."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        yield connection
