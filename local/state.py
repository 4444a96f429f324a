"""What the local stack itself must remember over a restart: one SQLite file in the data folder."""

from __future__ import annotations

import sqlite3
from pathlib import Path


def open_state(path: Path) -> sqlite3.Connection:
    """The state file, made when it is not there. Every statement commits by itself; used by one thread only.

    Each store that keeps something here makes its own tables.
    """
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    return connection


class Settings:
    """Named values: what was generated or done once for this data folder."""

    def __init__(self, state: sqlite3.Connection) -> None:
        self._state = state
        state.execute("CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL)")

    def get(self, name: str) -> str | None:
        """The value of a setting, None when it was never set."""
        row = self._state.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def set(self, name: str, value: str) -> None:
        """Set or replace a setting."""
        self._state.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))
