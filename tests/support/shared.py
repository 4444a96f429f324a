"""What the processes of a test run share: the data folder of a stack that was provisioned once, and compiled modules.

Outside a test run, and where the run's folder is not there, nothing is shared.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path

_VARIABLE = "ICOSA_TESTS_SHARED"
#: The functions that follow the table's stream, and what removes expired items.
_FOLLOWERS = 3


def begin_run() -> Path:
    """Make the run's folder, and tell the processes that are started from now on."""
    folder = Path(tempfile.mkdtemp(prefix="icosa-tests-"))
    os.environ[_VARIABLE] = str(folder)
    return folder


def end_run(folder: Path) -> None:
    """Remove the run's folder."""
    del os.environ[_VARIABLE]
    shutil.rmtree(folder, ignore_errors=True)


def share_modules(data: Path) -> None:
    """Have the stack on a new data folder use the modules that other stacks have compiled."""
    if (folder := _folder()) is not None:
        (folder / "pycache").mkdir(mode=0o700, exist_ok=True)
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        (data / "pycache").symlink_to(folder / "pycache", target_is_directory=True)


def furnish(data: Path, start: Callable[[Path], AbstractContextManager[object]]) -> None:
    """Make a data folder as the first stack of the run left it, which ``start`` starts if there was none yet."""
    if (folder := _folder()) is None:
        return
    first = folder / "first"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not first.exists():
            draft = folder / "draft"
            share_modules(draft)
            with start(draft):
                _wait_for_the_stream(draft)
            draft.rename(first)
    shutil.copytree(first, data, symlinks=True)


def _folder() -> Path | None:
    path = os.environ.get(_VARIABLE)
    return Path(path) if path and Path(path).is_dir() else None


def _wait_for_the_stream(data: Path) -> None:
    """Wait until everybody has been told of what provisioning wrote: otherwise each copy would tell them again."""
    while True:
        [(followers, place)] = _rows(data / "state.db", "SELECT count(*), min(place) FROM checkpoints")
        [(end,)] = _rows(data / "dynamodb.db", "SELECT max(CAST(sequence_number AS INTEGER)) FROM _stream_records")
        if followers == _FOLLOWERS and place == end:
            return
        time.sleep(0.05)


def _rows(database: Path, query: str) -> list[tuple[int, ...]]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return connection.execute(query).fetchall()
