"""Ids of entities in paths."""

from __future__ import annotations

from ...identifiers import parse_uuid
from .errors import MalformedId


def parse_entity_id(segment: str) -> str:
    """The id in lower case. Raises MalformedId."""
    entity_id = parse_uuid(segment)
    if entity_id is None:
        raise MalformedId
    return entity_id
