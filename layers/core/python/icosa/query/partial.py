"""Results of a batch whose records with problems are left out (docs/wire/rest.md#partial-batches)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .operation import Node


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that was left out: ``status`` and ``problems`` are what an error about it would tell."""

    status: int
    problems: Sequence[Mapping[str, Any]]


#: What became of a record of the data: None for one that was written and is gone by now.
Outcome = Node | Refused | None


def woven(written: Iterable[Node | None], refused: Mapping[int, Refused]) -> list[Outcome]:
    """The outcomes in the order of the data: ``refused`` by their places, what was written at the others."""
    rest = list(written)
    left = iter(rest)
    return [refused.get(index) or next(left) for index in range(len(rest) + len(refused))]


def to_json(refused: Mapping[int, Refused]) -> list[Any]:
    return [[index, part.status, list(part.problems)] for index, part in refused.items()]


def from_json(value: Iterable[Any]) -> dict[int, Refused]:
    """Inverse of ``to_json``."""
    return {index: Refused(status, problems) for index, status, problems in value}
