"""Request bodies (spec/rest-core.md §0, §4.8)."""

from __future__ import annotations

from codecs import BOM_UTF8
from typing import Any

import orjson

from ...errors import BadRequest, PayloadTooLarge
from ...identifiers import parse_uuid
from ...runtime.http_errors import MalformedJson, UnsupportedMediaType

Record = dict[str, Any]


def read_body(raw: bytes, content_type: str | None, *, limit: int) -> Any:
    """The JSON object or array of a body, None when there is no body.

    Raises PayloadTooLarge over ``limit`` bytes, UnsupportedMediaType when the body is declared as something else than
    JSON, MalformedJson, also for a bare text, number or null, as Twenty's framework does (spec/observed.md 20).
    """
    if len(raw) > limit:
        raise PayloadTooLarge(f"Request body is larger than {limit} bytes")
    raw = raw.removeprefix(BOM_UTF8)  # RFC 8259 §8.1 leaves it to the reader; clients on Windows send it
    if not raw.strip():
        return None
    media_type = (content_type or "application/json").partition(";")[0].strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):
        raise UnsupportedMediaType(media_type)
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise MalformedJson(str(error)) from error
    if not isinstance(value, dict | list):
        raise MalformedJson("it must be an object or an array")
    return value


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
            raise _invalid(f'Value "{element}" is not a valid UUID')
        ids.append(record_id)
    return tuple(ids)


def as_index(name: str, value: Any) -> int:
    """The member ``name`` of a body as a position in a list. Raises BadRequest."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise _invalid(f'"{name}" must be an integer')
    return value


def _invalid(message: str) -> BadRequest:
    return BadRequest(message, sub_code="INVALID_QUERY_INPUT")
