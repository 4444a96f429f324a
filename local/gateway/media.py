"""Binary media types, and compression of payloads."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from fnmatch import fnmatchcase

_WINDOW = {"gzip": 31, "deflate": 15}


def is_binary(media_type: str | None, binary_types: Sequence[str]) -> bool:
    """Whether a Content-Type or the first type of an Accept header is one of the API's BinaryMediaTypes."""
    if "*/*" in binary_types:
        return True
    if not media_type:
        return False
    bare = media_type.split(",")[0].split(";")[0].strip().lower()
    return any(fnmatchcase(bare, pattern.lower()) for pattern in binary_types)


def accepted_coding(accept_encoding: str | None) -> str | None:
    """The content coding that the gateway would answer with: gzip or deflate, by the client's weights; None for
    neither.
    """
    best, weight = None, 0.0
    for item in (accept_encoding or "").split(","):
        name, _, parameter = item.strip().partition(";")
        name = "gzip" if name.strip() == "*" else name.strip().lower()
        quality = _quality(parameter)
        if name in _WINDOW and quality > weight:
            best, weight = name, quality
    return best


def compress(body: bytes, coding: str) -> bytes:
    """The body in a content coding. Fastest level: the time is spent by the server that is being measured,
    not by AWS.
    """
    compressor = zlib.compressobj(1, zlib.DEFLATED, _WINDOW[coding])
    return compressor.compress(body) + compressor.flush()


def decompress(body: bytes, coding: str, limit: int) -> bytes | None:
    """The body out of a content coding; None when it is not valid, of another coding, or larger than
    ``limit`` bytes.
    """
    window = _WINDOW.get(coding)
    if window is None:
        return None
    try:
        decompressor = zlib.decompressobj(window)
        plain = decompressor.decompress(body, limit + 1)
    except zlib.error:
        return None
    return plain if len(plain) <= limit and decompressor.eof else None


def _quality(parameter: str) -> float:
    name, _, value = parameter.partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
