"""Bodies of webhooks as older clients send them (docs/wire/access.md#old-forms-of-webhooks)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

#: Operations were named by the verb first.
_EVENTS: Final[Mapping[str, str]] = {
    "create": "created",
    "update": "updated",
    "delete": "deleted",
    "destroy": "destroyed",
    "restore": "restored",
}


def in_present_form(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """A body with ``operations`` in place of one ``operation``.

    >>> in_present_form({"targetUrl": "https://a.example", "operation": "create.person"})
    {'targetUrl': 'https://a.example', 'operations': ['person.created']}
    """
    if raw.get("operation") is None or raw.get("operations") is not None:
        return raw
    members = {name: value for name, value in raw.items() if name not in ("operation", "operations")}
    return {**members, "operations": [_present(raw["operation"])]}


def _present(operation: Any) -> Any:
    """``person.created`` for ``create.person``. What is no such text is left to be refused, or kept as it is."""
    if not isinstance(operation, str):
        return operation
    verb, dot, name = operation.partition(".")
    return f"{name}.{_EVENTS[verb]}" if dot and verb in _EVENTS else operation
