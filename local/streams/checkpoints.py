"""How far each follower of a stream has come."""

from __future__ import annotations

import sqlite3


class Checkpoints:
    """Places in streams by the name of the follower, kept over restarts."""

    def __init__(self, state: sqlite3.Connection) -> None:
        self._state = state
        state.execute("CREATE TABLE IF NOT EXISTS checkpoints (name TEXT PRIMARY KEY, place INTEGER NOT NULL)")

    def get(self, name: str) -> int | None:
        """The place up to which everything is done; None for a follower that never ran."""
        row = self._state.execute("SELECT place FROM checkpoints WHERE name = ?", (name,)).fetchone()
        return None if row is None else int(row[0])

    def set(self, name: str, place: int) -> None:
        """Remember that everything up to a place is done."""
        self._state.execute("INSERT OR REPLACE INTO checkpoints VALUES (?, ?)", (name, place))
