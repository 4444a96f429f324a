"""What the bodies of requests hold: records, ids, positions."""

from __future__ import annotations

from typing import Any

from ...errors import BadRequest
from ...identifiers import parse_uuid
from ...model.inspect import as_text

Record = dict[str, Any]


def as_record(body: Any) -> Record:
    """Raises BadRequest unless the body is an object."""
    if not isinstance(body, dict):
        raise BadRequest("Request body must be a JSON object")
    return body


def as_records(value: Any, *, name: str = "Request body") -> tuple[Record, ...]:
    """Raises BadRequest unless the value is an array of objects."""
    if not isinstance(value, list) or not all(isinstance(element, dict) for element in value):
        raise BadRequest(f"{name} must be a JSON array of objects")
    return tuple(value)


def as_ids(name: str, value: Any) -> tuple[str, ...]:
    """The member ``name`` of a body as record ids. Raises BadRequest."""
    if not isinstance(value, list):
        raise _invalid(f'"{name}" must be an array of record IDs')
    ids = []
    for element in value:
        record_id = parse_uuid(element)
        if record_id is None:
            raise _invalid(f'Value "{as_text(element)}" is not a valid UUID')
        ids.append(record_id)
    return tuple(ids)


def as_index(name: str, value: Any) -> int:
    """The member ``name`` of a body as a position in a list. Raises BadRequest."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise _invalid(f'"{name}" must be an integer')
    return value


def as_flag(name: str, value: Any) -> bool:
    """The member ``name`` of a body as a truth value. Raises BadRequest."""
    if not isinstance(value, bool):
        raise _invalid(f'"{name}" must be a boolean')
    return value


def _invalid(message: str) -> BadRequest:
    return BadRequest(message, sub_code="INVALID_QUERY_INPUT")
