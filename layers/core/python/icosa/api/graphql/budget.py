"""What one request may cost, estimated from its document before anything is read, and counted while the
answer is made.
"""

from __future__ import annotations

from ...errors import TooMuchAsked
from ...query.demand import Demand
from .failures import AnswerHasTooManyValues, TooDeep

#: Targets of to-one relations are read so many at a time (DynamoDB's BatchGetItem).
_TARGETS_A_READ = 100
#: An answer with more values cannot be shorter than the 6 MB that Lambda delivers: ``"a":1,``.
_MOST_VALUES = 1_000_000


class Budget:
    """Complexity is the number of reads that a document can cause: 1 for each root field, 1 for each parent's
    one-to-many list, 1 for every 100 targets of a to-one relation. With parents counted it bounds work, where Twenty's
    count of relation fields (docs/wire/graphql.md#complexity) bounds text. ``demand`` counts what REST counts, too.
    """

    def __init__(self, *, complexity: int, depth: int) -> None:
        self.demand = Demand()
        self._most = complexity
        self._depth = depth
        self._spent = 0
        self._values = 0

    def root(self, relation_orders: int = 0) -> None:
        """A root field; every order through a relation reads that relation."""
        self._spend(1 + relation_orders)

    def to_one(self, parents: int) -> None:
        """The targets of up to so many records."""
        self._spend(1 + parents // _TARGETS_A_READ)

    def to_many(self, parents: int) -> None:
        """A list for each of up to so many records."""
        self._spend(max(parents, 1))

    def check_depth(self, depth: int) -> None:
        """``depth`` relations inside one another. Raises TooDeep."""
        if depth > self._depth:
            raise TooDeep(self._depth)

    def _spend(self, reads: int) -> None:
        self._spent += reads
        if self._spent > self._most:
            raise TooMuchAsked(
                "Query complexity is too high. Please, reduce the amount of relation fields requested. "
                f"Query complexity: {self._spent}. Maximum complexity: {self._most}."
            )

    def count(self, values: int) -> None:
        """So many values go into the answer. Raises AnswerHasTooManyValues."""
        self._values += values
        if self._values > _MOST_VALUES:
            raise AnswerHasTooManyValues
