"""Results for the objects that were seen last."""

from __future__ import annotations

from collections.abc import Callable


class Recent[T, R]:
    """A function whose last few results are kept, by the identity of their argument.

    For work on a value of a record that several conditions of a filter share: they see the same object one after the
    other. Arguments must not change.
    """

    _MOST = 8

    def __init__(self, function: Callable[[T], R]) -> None:
        self._function = function
        self._results: dict[int, tuple[T, R]] = {}

    def __call__(self, argument: T) -> R:
        entry = self._results.get(id(argument))
        if entry is not None and entry[0] is argument:  # kept alive here, so no other object has its id
            return entry[1]
        result = self._function(argument)
        if len(self._results) >= self._MOST:
            self._results = {}
        self._results[id(argument)] = (argument, result)
        return result
