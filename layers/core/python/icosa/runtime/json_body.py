"""JSON bodies of requests, for all APIs (docs/wire/rest.md#bodies, docs/wire/rest.md#malformed-json)."""

from __future__ import annotations

from codecs import BOM_UTF8
from typing import Any

import orjson

from ..errors import PayloadTooLarge
from .http_errors import MalformedJson, UnsupportedMediaType


def read_body(raw: bytes, content_type: str | None, *, limit: int) -> Any:
    """The JSON object or array of a body, None when there is no body.

    Raises PayloadTooLarge over ``limit`` bytes, UnsupportedMediaType when the body is declared as something else than
    JSON, MalformedJson, also for a bare text, number or null, as Twenty's framework does
    (docs/wire/quirks.md#malformed-json).
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
