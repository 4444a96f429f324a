"""Filtered connections over nodes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..pages import by_id, connection
from .filters import select


def page(nodes: Iterable[Mapping[str, Any]], paging: Mapping[str, Any], filter: Mapping[str, Any]) -> dict[str, Any]:
    """The part of ``nodes`` that the arguments of a connection ask for, by id, descending."""
    chosen = select(nodes, filter, lambda node: node)
    return connection(by_id(chosen, lambda node: str(node["id"])), paging, lambda node: node)
