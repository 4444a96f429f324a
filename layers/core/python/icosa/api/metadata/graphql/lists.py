"""Filtered connections over nodes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..pages import by_id, connection
from .call import Info
from .filters import count, select


def page(
    info: Info, nodes: Iterable[Mapping[str, Any]], paging: Mapping[str, Any], filter: Mapping[str, Any]
) -> dict[str, Any]:
    """The part of ``nodes`` that the arguments of a connection ask for, by id, descending. Raises TooMuchAsked."""
    if filter:
        # Once for a field inside every item of a list: each has nodes of its own.
        place = tuple(key for key in info.path.as_list() if isinstance(key, str))
        if place not in info.context.counted_filters:
            info.context.counted_filters.add(place)
            count(filter, info.context.demand)
    chosen = select(nodes, filter, lambda node: node)
    return connection(by_id(chosen, lambda node: str(node["id"])), paging, lambda node: node)
