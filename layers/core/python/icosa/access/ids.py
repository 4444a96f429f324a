"""Ids in what one function asks of another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import BadRequest
from ..identifiers import parse_uuid


def id_of(asked: Mapping[str, Any], name: str) -> str:
    """An id, which becomes part of storage keys: nothing but a UUID in lower case. Raises BadRequest."""
    value = asked.get(name)
    if not isinstance(value, str) or parse_uuid(value) != value:
        raise BadRequest(f"{name} must be a UUID")
    return value
