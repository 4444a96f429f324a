"""The register of a workspace's open batches (``store.batch``): one small item that requests read unless all they do is
to read one record.

It serves four purposes:

* Reads that count rows instead of fetching records must know whether rows may exist that no record confirms. They
  compare the register before and after: when no batch touched the object meanwhile, every row was confirmed.
* It orders a batch and those who clean up after it. A batch commits on the condition that it is still open
  (``require_open``); whoever wants to clean up gives it up first (``give_up``), so that it cannot commit any more.
* It tells which batches have been open for so long that their writers must be dead (``Register.abandoned``).
* It tells writers of which leaves they must write down by how much the numbers of their index rows change
  (``store.ledger``).

The functions below make operations for transactions. Those that open, commit, give up or close a batch also count up
the sequence numbers of its objects.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from . import keys
from .ops import CheckItem, UpdateItem

#: Milliseconds after which a batch that is still open counts as abandoned. Longer than any function may run.
ABANDONED_AFTER_MS = 60_000

#: The attribute that maps ids of open batches to their entries, and the prefix of the objects' sequence numbers.
_ENTRIES = "open"
_SEQUENCE = "seq_"
#: The prefix of the attributes of kept leaves: ``ledger_object#leaf``.
_KEPT = "ledger_"


@dataclass(frozen=True, slots=True)
class Kept:
    """Since when and until when the numbers of a leaf's rows are kept, in milliseconds since the epoch."""

    since: int
    until: int


@dataclass(frozen=True, slots=True)
class Register:
    """``open`` maps ids of open batches to ``(keys of the objects they touch, start in ms since the epoch)``.

    ``sequences`` holds, by object key, how many times batches that touch the object were opened, committed or closed;
    ``kept`` the leaves with ledgers, by the keys of objects and their own.
    """

    sequences: Mapping[str, int] = field(default_factory=dict)
    open: Mapping[str, tuple[frozenset[str], int]] = field(default_factory=dict)
    kept: Mapping[str, Mapping[str, Kept]] = field(default_factory=dict)

    @classmethod
    def parse(cls, item: Mapping[str, Any] | None) -> Register:
        """From the register's item; None is an empty register."""
        if item is None:
            return cls()
        entries = item.get(_ENTRIES, {})
        kept: dict[str, dict[str, Kept]] = {}
        for name, text in item.items():
            if name.startswith(_KEPT):
                object_key, _, leaf_key = name[len(_KEPT) :].partition("#")
                since, _, until = text.partition(" ")
                kept.setdefault(object_key, {})[leaf_key] = Kept(int(since), int(until))
        return cls(
            kept=kept,
            sequences={name[len(_SEQUENCE) :]: count for name, count in item.items() if name.startswith(_SEQUENCE)},
            open={
                batch: (frozenset(entry["objects"].split(",")), entry["started"]) for batch, entry in entries.items()
            },
        )

    def kept_leaves(self) -> Iterator[tuple[tuple[str, str], Kept]]:
        """The kept leaves, each as the keys of its object and its own."""
        for object_key, leaves in self.kept.items():
            for leaf_key, kept in leaves.items():
                yield (object_key, leaf_key), kept

    def touches(self, object_key: str) -> bool:
        """Whether an open batch concerns the object."""
        return any(object_key in objects for objects, _ in self.open.values())

    def is_quiet_since(self, earlier: Register, object_key: str) -> bool:
        """Whether no batch touched the object from ``earlier`` until now, so that all rows read in between are
        confirmed.
        """
        return (
            not earlier.touches(object_key)
            and not self.touches(object_key)
            and earlier.sequences.get(object_key) == self.sequences.get(object_key)
        )

    def abandoned(self, now_ms: int) -> list[str]:
        """Batches whose writers cannot be alive any more."""
        return [batch for batch, (_, started) in self.open.items() if now_ms - started > ABANDONED_AFTER_MS]


class _Unread(Register):
    """The register of a request that has not read it: whatever is asked of it is a mistake."""

    __slots__ = ()

    def __getattribute__(self, name: str) -> Any:
        if not name.startswith("__") and hasattr(Register, name):
            raise AssertionError("the register was not read")
        return super().__getattribute__(name)

    def __repr__(self) -> str:
        return "UNREAD"


UNREAD: Final[Register] = _Unread()


def open_batch(ws: str, batch: str, objects: Iterable[str], now_ms: int) -> UpdateItem:
    """Enter a batch. The register item must exist (provisioning creates it)."""
    objects = sorted(objects)
    condition = "attribute_exists(PK) AND attribute_not_exists(#open.#batch)"
    entry = {"objects": ",".join(objects), "started": now_ms}
    return _update(ws, batch, objects, "SET #open.#batch = :entry", condition, {":entry": entry})


def require_unchanged(ws: str, obj: str, since: Register) -> CheckItem:
    """Require that no batch has touched an object since the register was read."""
    sequence = since.sequences.get(obj)
    names = {"#s": f"{_SEQUENCE}{obj}"}
    if sequence is None:
        return CheckItem(keys.open_batches(ws), "attribute_not_exists(#s)", names)
    return CheckItem(keys.open_batches(ws), "#s = :sequence", names, {":sequence": sequence})


def require_open(ws: str, batch: str, objects: Iterable[str]) -> UpdateItem:
    """Require, at commit, that nobody has given the batch up."""
    return _update(
        ws, batch, objects, "", "attribute_exists(#open.#batch) AND attribute_not_exists(#open.#batch.settling)"
    )


def give_up(ws: str, batch: str, objects: Iterable[str]) -> UpdateItem:
    """Give an abandoned batch up: it cannot commit any more, so what it has written can be removed."""
    return _update(ws, batch, objects, "SET #open.#batch.settling = :one", "attribute_exists(#open.#batch)")


def close_batch(ws: str, batch: str, objects: Iterable[str], *, at_commit: bool) -> UpdateItem:
    """Remove a batch's entry. ``at_commit``: on the condition of ``require_open``."""
    condition = "attribute_exists(#open.#batch)"
    if at_commit:
        condition += " AND attribute_not_exists(#open.#batch.settling)"
    return _update(ws, batch, objects, "REMOVE #open.#batch", condition)


def keep_leaf(
    ws: str, obj: str, leaf: str, kept: Kept, *, seen: Kept | None, ended: Iterable[tuple[str, str]] = ()
) -> UpdateItem:
    """Let the numbers of a leaf's rows be kept, unless somebody has said so since the register was read; and those of
    ``ended`` (objects and leaves) no longer.
    """
    condition = "attribute_exists(PK) AND " + ("attribute_not_exists(#k)" if seen is None else "#k = :seen")
    values = {":k": f"{kept.since} {kept.until}"}
    if seen is not None:
        values[":seen"] = f"{seen.since} {seen.until}"
    names = {"#k": f"{_KEPT}{obj}#{leaf}", **{f"#e{i}": f"{_KEPT}{o}#{k}" for i, (o, k) in enumerate(sorted(ended))}}
    removing = ", ".join(name for name in names if name != "#k")
    expression = "SET #k = :k" + (f" REMOVE {removing}" if removing else "")
    return UpdateItem(keys.open_batches(ws), expression, condition, names, values)


def new_register(ws: str) -> dict[str, Any]:
    """The register item of a new workspace."""
    return keys.item_at(keys.open_batches(ws), **{_ENTRIES: {}})


def _update(
    ws: str,
    batch: str,
    objects: Iterable[str],
    expression: str,
    condition: str,
    values: Mapping[str, Any] | None = None,
) -> UpdateItem:
    """An update of the register that also counts up the sequence of every object concerned."""
    names = {f"#s{i}": f"{_SEQUENCE}{obj}" for i, obj in enumerate(sorted(objects))}
    adding = ", ".join(f"{name} :one" for name in names)
    return UpdateItem(
        keys.open_batches(ws),
        f"{expression} ADD {adding}".strip(),
        condition,
        names={**names, "#open": _ENTRIES, "#batch": batch},
        values={":one": 1, **(values or {})},
    )
