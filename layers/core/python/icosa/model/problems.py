"""What is wrong with the records of a request's data: all of it, each with the record and the field that it is about
(docs/wire/rest.md#problems-of-records).

Rights, bodies, what they refer to and unique values are looked at in different packages, which note what they find
here. The first problem that was noted is the error of the request; it tells the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import orjson

from ..errors import IcosaError
from ..limits import PROBLEM_VALUE_CHARACTERS, PROBLEMS
from .inspect import inspect

_CUT = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """An error about one record.

    ``index`` is the record's place in the data, 0 for a single one; ``field`` the path of what the error is about
    (``phones.primaryPhoneNumber``), None for the record as a whole; ``value`` what was sent there. ``existing_id`` is
    the record that has a value which must be unique, ``duplicate_of`` the place of the record of the same data that has
    it.
    """

    error: IcosaError
    index: int = 0
    field: str | None = None
    value: Any = None
    existing_id: str | None = None
    duplicate_of: int | None = None

    @property
    def code(self) -> str:
        """Twenty's code where it has one."""
        return self.error.sub_code or self.error.problem_code or self.error.graphql_code

    def inside(self, index: int, path: str) -> Problem:
        """The same problem of a record that is inside another one of the data; ``path`` ends in a dot, or is empty."""
        return replace(self, index=index, field=path + self.field if self.field else path.rstrip(".") or None)

    def told(self) -> dict[str, Any]:
        """The problem as answers show it."""
        told: dict[str, Any] = {"index": self.index, "field": self.field}
        if self.value is not None:
            told["value"] = _shown(self.value)
        told |= {"message": self.error.message, "code": self.code}
        if self.existing_id is not None:
            told["existingId"] = self.existing_id
        if self.duplicate_of is not None:
            told["duplicateOf"] = self.duplicate_of
        return told


class Problems:
    """The problems of a request's records, as they are found."""

    def __init__(self, known: Iterable[Problem] = ()) -> None:
        self._all: dict[tuple[int, str | None, str], Problem] = {}
        self.extend(known)

    def add(self, problem: Problem) -> None:
        """Note a problem, once."""
        self._all.setdefault((problem.index, problem.field, problem.code), problem)

    def extend(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            self.add(problem)

    def __iter__(self) -> Iterator[Problem]:
        return iter(self._all.values())

    def __len__(self) -> int:
        return len(self._all)

    @property
    def indexes(self) -> frozenset[int]:
        """The places of the records that have problems."""
        return frozenset(index for index, _, _ in self._all)

    def of(self, index: int) -> list[Problem]:
        """The problems of one record, the first that was found first."""
        return [problem for problem in self if problem.index == index]

    @property
    def lasting(self) -> frozenset[int]:
        """The places of the records that have problems which stay when the other records with problems are left out:
        they do not only have the values of such.
        """
        indexes = self.indexes
        return frozenset(problem.index for problem in self if problem.duplicate_of not in indexes)

    def raise_any(self) -> None:
        """Raises the error of the problem that was found first, which tells all of them."""
        for first in self:
            raise self.told_by(first.error)

    def told_by[E: IcosaError](self, error: E) -> E:
        """An error that tells the problems, in the order of the records."""
        error.problems = self.told()
        error.untold = len(self) - len(error.problems)
        return error

    def told(self) -> list[dict[str, Any]]:
        """As many of the problems as an answer tells, in the order of the records: of each record the first before any
        other.
        """
        return [problem.told() for problem in _most(self)]


def _most(problems: Iterable[Problem]) -> list[Problem]:
    rank: dict[int, int] = {}
    ranked: list[tuple[int, int, Problem]] = []
    for problem in problems:
        ranked.append((rank.get(problem.index, 0), problem.index, problem))
        rank[problem.index] = rank.get(problem.index, 0) + 1
    chosen = sorted(ranked, key=lambda entry: entry[:2])[:PROBLEMS]
    return [problem for _, _, problem in sorted(chosen, key=lambda entry: (entry[1], entry[0]))]


def _shown(value: Any) -> Any:
    """A value that was sent, if it is short; else the beginning of its text."""
    try:
        text = orjson.dumps(value).decode()
    except TypeError:  # what JSON cannot hold: halves of surrogate pairs, integers of more than 64 bits
        text = value = inspect(value)
    if len(text) <= PROBLEM_VALUE_CHARACTERS:
        return value
    return (value if isinstance(value, str) else text)[:PROBLEM_VALUE_CHARACTERS] + _CUT
