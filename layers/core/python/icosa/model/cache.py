"""Values that follow from an immutable object, computed once and kept with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, Self


class Cached:
    """Base of the immutable parts of a model.

    The cache is no field: a copy made with ``dataclasses.replace`` begins with an empty one.
    """

    @cached_property
    def _cache(self) -> dict[Callable[..., Any], Any]:
        return {}

    def cached[T, *Args](self, build: Callable[[Self, *Args], T], *args: *Args) -> T:
        """``build(self, …)``, called once for each function: pass a function of a module or a class, not a closure.

        Further arguments are what ``build`` needs beside the object (the model that holds it); the result must not
        depend on which of them come first.
        """
        try:
            return self._cache[build]  # type: ignore[no-any-return]
        except KeyError:
            value = self._cache[build] = build(self, *args)
            return value
