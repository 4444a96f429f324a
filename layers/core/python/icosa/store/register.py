"""The register of multi-step writes under way in a workspace: one small item that every request reads.

A write that exceeds one transaction adds index rows before its records are committed and removes obsolete ones after.
Reads that fetch records are not affected, they drop rows that no record confirms. Reads that only count rows must know
whether unconfirmed rows can exist: they look at the register before and after, and count records instead when a write
touched the object in between. The register also fences writers: committing demands that the batch is still open, so a
batch that was given up and cleaned away cannot come back to life.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from . import keys
from .ops import Check, Update

#: Milliseconds after which a batch that is still open counts as abandoned. Longer than any function may run.
ABANDONED_AFTER_MS = 60_000


_ENTRY = "open"
_SEQUENCE = "seq_"


@dataclass(frozen=True, slots=True)
class Register:
    """``open`` maps ids of open batches to ``(keys of the objects they touch, start in ms since the epoch)``.

    ``sequences`` counts, by object key, how often batches that touch the object were opened, committed or closed.
    """

    sequences: Mapping[str, int] = field(default_factory=dict)
    open: Mapping[str, tuple[frozenset[str], int]] = field(default_factory=dict)

    @classmethod
    def parse(cls, item: Mapping[str, Any] | None) -> Register:
        """From the register's item; None is an empty register."""
        if item is None:
            return cls()
        entries = item.get(_ENTRY, {})
        return cls(
            sequences={name[len(_SEQUENCE) :]: count for name, count in item.items() if name.startswith(_SEQUENCE)},
            open={
                batch: (frozenset(entry["objects"].split(",")), entry["started"]) for batch, entry in entries.items()
            },
        )

    def touches(self, object_key: str) -> bool:
        """Whether an open batch concerns the object."""
        return any(object_key in objects for objects, _ in self.open.values())

    def is_quiet_since(self, earlier: Register, object_key: str) -> bool:
        """Whether no batch touched the object from ``earlier`` until now: rows read in between are all confirmed."""
        return (
            not earlier.touches(object_key)
            and not self.touches(object_key)
            and earlier.sequences.get(object_key) == self.sequences.get(object_key)
        )

    def abandoned(self, now_ms: int) -> list[str]:
        """Batches whose writer cannot be alive any more."""
        return [batch for batch, (_, started) in self.open.items() if now_ms - started > ABANDONED_AFTER_MS]


def opening(ws: str, batch: str, objects: Iterable[str], now_ms: int) -> Update:
    """Enter a batch. The register item must exist (provisioning creates it)."""
    objects = sorted(objects)
    condition = "attribute_exists(PK) AND attribute_not_exists(#open.#batch)"
    entry = {"objects": ",".join(objects), "started": now_ms}
    return _update(ws, batch, objects, "SET #open.#batch = :entry", condition, {":entry": entry})


def unchanged(ws: str, obj: str, since: Register) -> Check:
    """Demand that no batch has touched an object since a look at the register."""
    seen = since.sequences.get(obj)
    names = {"#s": f"{_SEQUENCE}{obj}"}
    if seen is None:
        return Check(keys.open_batches(ws), "attribute_not_exists(#s)", names)
    return Check(keys.open_batches(ws), "#s = :seen", names, {":seen": seen})


def holding(ws: str, batch: str, objects: Iterable[str]) -> Update:
    """Demand, at commit, that nobody has given the batch up."""
    return _update(
        ws, batch, objects, "", "attribute_exists(#open.#batch) AND attribute_not_exists(#open.#batch.settling)"
    )


def claiming(ws: str, batch: str, objects: Iterable[str]) -> Update:
    """Give an abandoned batch up: from here on it cannot commit, so its traces can be removed."""
    return _update(ws, batch, objects, "SET #open.#batch.settling = :one", "attribute_exists(#open.#batch)")


def closing(ws: str, batch: str, objects: Iterable[str], *, at_commit: bool) -> Update:
    """Remove a batch. ``at_commit``: only if nobody has given it up (``holding`` and closing in one)."""
    condition = "attribute_exists(#open.#batch)"
    if at_commit:
        condition += " AND attribute_not_exists(#open.#batch.settling)"
    return _update(ws, batch, objects, "REMOVE #open.#batch", condition)


def new_register(ws: str) -> dict[str, Any]:
    """The register item of a new workspace."""
    return keys.item_at(keys.open_batches(ws), **{_ENTRY: {}})


def _update(
    ws: str,
    batch: str,
    objects: Iterable[str],
    expression: str,
    condition: str,
    values: Mapping[str, Any] | None = None,
) -> Update:
    """An update of the register that also counts up the sequence of every object concerned."""
    names = {f"#s{i}": f"{_SEQUENCE}{obj}" for i, obj in enumerate(sorted(objects))}
    adding = ", ".join(f"{name} :one" for name in names)
    return Update(
        keys.open_batches(ws),
        f"{expression} ADD {adding}".strip(),
        condition,
        names={**names, "#open": _ENTRY, "#batch": batch},
        values={":one": 1, **(values or {})},
    )
