"""The register of multi-step writes under way in a workspace: one small item that every request reads.

A write that exceeds one transaction adds index rows before its records are committed and removes obsolete ones after.
Reads that fetch records are not affected, they drop rows that no record confirms. Reads that only count rows must know
whether unconfirmed rows can exist: they look at the register before and after, and count records instead when a write
touched the object in between. The register also fences writers: committing demands that the batch is still open, so a
batch that was given up and cleaned away cannot come back to life.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from . import keys
from .ops import Update

#: Milliseconds after which a batch that is still open counts as abandoned. Longer than any function may run.
ABANDONED_AFTER_MS = 60_000


@dataclass(frozen=True, slots=True)
class Register:
    """``open`` maps the ids of open batches to ``(keys of the objects they touch, start in ms since the epoch)``."""

    sequence: int = 0
    open: Mapping[str, tuple[frozenset[str], int]] = field(default_factory=dict)

    @classmethod
    def parse(cls, item: Mapping[str, Any] | None) -> Register:
        """From the register's item; None (no batch ever) is an empty register."""
        if item is None:
            return cls()
        entries = item.get("open", {})
        return cls(
            sequence=item.get("seq", 0),
            open={batch: (frozenset(entry["objects"].split(",")), entry["started"]) for batch, entry in entries.items()},
        )

    def touches(self, object_key: str) -> bool:
        """Whether an open batch concerns the object."""
        return any(object_key in objects for objects, _ in self.open.values())

    def abandoned(self, now_ms: int) -> list[str]:
        return [batch for batch, (_, started) in self.open.items() if now_ms - started > ABANDONED_AFTER_MS]


_NAMES = {"#open": "open"}


def opening(ws: str, batch: str, objects: frozenset[str], now_ms: int, *, unchanged_since: int | None = None) -> Update:
    """Enter a batch. The register item must exist (provisioning creates it).

    ``unchanged_since`` is a sequence number: entering fails when the register has changed since it was read.
    """
    condition = "attribute_exists(PK) AND attribute_not_exists(#open.#batch)"
    values: dict[str, Any] = {":entry": {"objects": ",".join(sorted(objects)), "started": now_ms}, ":one": 1}
    if unchanged_since is not None:
        condition += " AND seq = :seen"
        values[":seen"] = unchanged_since
    return Update(
        keys.open_batches(ws), "SET #open.#batch = :entry ADD seq :one", condition, names={**_NAMES, "#batch": batch}, values=values
    )


def holding(ws: str, batch: str) -> Update:
    """Demand, at commit, that nobody has given the batch up."""
    return Update(
        keys.open_batches(ws),
        "ADD seq :one",
        "attribute_exists(#open.#batch) AND attribute_not_exists(#open.#batch.settling)",
        names={**_NAMES, "#batch": batch},
        values={":one": 1},
    )


def claiming(ws: str, batch: str) -> Update:
    """Give an abandoned batch up: from here on it cannot commit, so its traces can be removed."""
    return Update(
        keys.open_batches(ws),
        "SET #open.#batch.settling = :one ADD seq :one",
        "attribute_exists(#open.#batch)",
        names={**_NAMES, "#batch": batch},
        values={":one": 1},
    )


def closing(ws: str, batch: str, *, at_commit: bool) -> Update:
    """Remove a batch. ``at_commit``: only if nobody has given it up (``holding`` and closing in one)."""
    condition = "attribute_exists(#open.#batch)"
    if at_commit:
        condition += " AND attribute_not_exists(#open.#batch.settling)"
    return Update(
        keys.open_batches(ws), "REMOVE #open.#batch ADD seq :one", condition, names={**_NAMES, "#batch": batch}, values={":one": 1}
    )


def new_register(ws: str) -> dict[str, Any]:
    """The register item of a new workspace."""
    pk, sk = keys.open_batches(ws)
    return {"PK": pk, "SK": sk, "seq": 0, "open": {}}
