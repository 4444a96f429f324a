"""API keys and the usage plans they are in, kept over restarts."""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass

from local.template.application import ApiKey
from local.template.names import opaque_id


class KeyConflict(Exception):
    """A key with this value exists, or the key is in the plan already."""


class KeyNotFound(Exception):
    """There is no such key, or it is not in the plan."""


@dataclass(frozen=True, kw_only=True)
class Key:
    """A key of the gateway. Times in seconds since 1970."""

    id: str
    name: str
    value: str
    enabled: bool
    description: str
    created: float
    updated: float


_COLUMNS = "id, name, value, enabled, description, created, updated"


class Keys:
    """All keys, on disk and, for the look-up of every request, in memory."""

    def __init__(self, state: sqlite3.Connection) -> None:
        self._state = state
        state.execute(
            "CREATE TABLE IF NOT EXISTS api_keys (id TEXT PRIMARY KEY, name TEXT NOT NULL, value TEXT NOT NULL UNIQUE,"
            " enabled INTEGER NOT NULL, description TEXT NOT NULL, created REAL NOT NULL, updated REAL NOT NULL)"
        )
        state.execute(
            "CREATE TABLE IF NOT EXISTS plan_keys (plan TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (plan, key))"
        )
        rows = state.execute(f"SELECT {_COLUMNS} FROM api_keys ORDER BY created, id").fetchall()
        self._keys = {row[0]: _key(row) for row in rows}
        self._by_value = {key.value: key for key in self._keys.values()}
        self._plans: dict[str, set[str]] = {}
        for plan, key in state.execute("SELECT plan, key FROM plan_keys").fetchall():
            self._plans.setdefault(key, set()).add(plan)

    def declare(self, declared: Iterable[ApiKey]) -> None:
        """Make the keys that the template declares, once."""
        for key in declared:
            if key.id not in self._keys:
                self.create(name=key.name, value=key.value, enabled=key.enabled, key_id=key.id)
            for plan in set(key.plans) - self._plans.get(key.id, set()):
                self.add_to_plan(plan, key.id)

    def create(
        self,
        *,
        name: str,
        value: str | None = None,
        enabled: bool = True,
        description: str = "",
        key_id: str | None = None,
    ) -> Key:
        """A new key; ``value`` is made when None. Raises KeyConflict when another key has the value."""
        now = time.time()
        secret = value or secrets.token_urlsafe(30)
        if secret in self._by_value:
            raise KeyConflict("API Key already exists")
        key = Key(
            id=key_id or opaque_id(secrets.token_hex(16)),
            name=name,
            value=secret,
            enabled=enabled,
            description=description,
            created=now,
            updated=now,
        )
        self._put(key)
        return key

    def get(self, key_id: str) -> Key:
        """A key by id. Raises KeyNotFound."""
        if key_id not in self._keys:
            raise KeyNotFound("Invalid API Key identifier specified")
        return self._keys[key_id]

    def update(self, key: Key) -> None:
        """Replace what is stored for the key's id; its value stays as it is."""
        self.get(key.id)
        self._put(key)

    def delete(self, key_id: str) -> None:
        """Delete a key and take it out of its plans. Raises KeyNotFound."""
        key = self.get(key_id)
        self._state.execute("DELETE FROM plan_keys WHERE key = ?", (key_id,))
        self._state.execute("DELETE FROM api_keys WHERE id = ?", (key_id,))
        del self._keys[key_id], self._by_value[key.value]
        self._plans.pop(key_id, None)

    def all(self) -> list[Key]:
        """All keys, oldest first."""
        return list(self._keys.values())

    def find(self, value: str) -> Key | None:
        """The key with a value."""
        return self._by_value.get(value)

    def plans(self, key_id: str) -> set[str]:
        """Ids of the plans that a key is in."""
        return self._plans.get(key_id, set())

    def in_plan(self, plan: str) -> list[Key]:
        """The keys of a plan, oldest first."""
        return [key for key in self._keys.values() if plan in self.plans(key.id)]

    def add_to_plan(self, plan: str, key_id: str) -> Key:
        """Put a key into a plan. Raises KeyNotFound, or KeyConflict when it is there."""
        key = self.get(key_id)
        if plan in self.plans(key_id):
            raise KeyConflict(f"Usage Plan Key already exists for key {key_id}")
        self._state.execute("INSERT INTO plan_keys VALUES (?, ?)", (plan, key_id))
        self._plans.setdefault(key_id, set()).add(plan)
        return key

    def remove_from_plan(self, plan: str, key_id: str) -> None:
        """Take a key out of a plan. Raises KeyNotFound when it is not in it."""
        if plan not in self.plans(key_id):
            raise KeyNotFound("Invalid Usage Plan Key identifier specified")
        self._state.execute("DELETE FROM plan_keys WHERE plan = ? AND key = ?", (plan, key_id))
        self._plans[key_id].discard(plan)

    def _put(self, key: Key) -> None:
        row = (key.id, key.name, key.value, key.enabled, key.description, key.created, key.updated)
        self._state.execute(f"INSERT OR REPLACE INTO api_keys ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        self._keys[key.id] = self._by_value[key.value] = key


def _key(row: tuple[str, str, str, int, str, float, float]) -> Key:
    key_id, name, value, enabled, description, created, updated = row
    return Key(
        id=key_id,
        name=name,
        value=value,
        enabled=bool(enabled),
        description=description,
        created=created,
        updated=updated,
    )
