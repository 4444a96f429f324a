"""Functions of the template that the stack itself has a use for."""

from __future__ import annotations

from collections.abc import Mapping

from local.template.application import Function


def marked_function(functions: Mapping[str, Function], mark: str) -> Function | None:
    """The function with ``Metadata: {Icosa: {<mark>: true}}``; None when the template has none."""
    for function in functions.values():
        if (function.metadata.get("Icosa") or {}).get(mark) is True:
            return function
    return None
