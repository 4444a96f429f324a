"""The data folder: what is where in it, and that one stack at a time has it."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import orjson

#: Bytes from which a log file is put aside when the stack starts.
_LOG_LIMIT = 16 * 1024 * 1024


class FolderInUse(Exception):
    """Another stack runs on this data folder."""


class DataFolder:
    """Paths in the data folder. Everything in it is readable by its owner only: it holds keys and secrets."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.state = self.path / "state.db"
        self.database = self.path / "dynamodb.db"
        self.logs = self.path / "logs"
        self.pycache = self.path / "pycache"
        self.api_key = self.path / "api-key"
        self.exports = self.path / "exports"
        self._running = self.path / "running.json"
        self._lock = -1

    def create(self) -> None:
        """Make the folder and those in it if they are not there, and close them to others if they were open."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in (self.path, self.logs, self.pycache):
            folder.mkdir(mode=0o700, exist_ok=True)
            folder.chmod(0o700)

    def lock(self) -> None:
        """Have the folder for this process, until it ends. Raises FolderInUse."""
        self._lock = os.open(self.path / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._lock)
            raise FolderInUse(f"a local stack is running on {self.path}") from error

    def unlock(self) -> None:
        """Give the folder back."""
        os.close(self._lock)

    def log(self, name: str) -> Path:
        """The log file of a process; a large one of earlier days is put aside as ``.1``."""
        path = self.logs / f"{name}.log"
        if path.exists() and path.stat().st_size > _LOG_LIMIT:
            path.replace(path.with_suffix(".log.1"))
        return path

    def write_private(self, path: Path, text: str) -> None:
        """Write a file that only its owner may read, whole or not at all."""
        draft = path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(text)
        draft.replace(path)

    def announce(self, *, endpoint: str, dynamodb: str, access_key: str) -> None:
        """Leave word where the running stack's AWS services are, and what opens them."""
        place = {"endpoint": endpoint, "dynamodb": dynamodb, "accessKey": access_key}
        self.write_private(self._running, orjson.dumps(place).decode())

    def running(self) -> tuple[str, str] | None:
        """Endpoint and access key of the stack that runs on this folder; None when none does."""
        try:
            self.lock()
        except FolderInUse:
            place = orjson.loads(self._running.read_bytes())
            return place["endpoint"], place["accessKey"]
        self.unlock()
        return None

    def running_dynamodb(self) -> str:
        """The address of the running stack's tables."""
        return str(orjson.loads(self._running.read_bytes())["dynamodb"])
