"""Answers that are larger than Lambda delivers as text go out as gzip, to clients that take it.

All others stay text, which the gateway compresses: that costs the function nothing, while gzip takes several times the
CPU of sending records as they are (docs/performance.md#compressed-answers).
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator

from .compression import accepts_gzip, gzipped
from .http import ANSWER_LIMIT, HttpRequest, HttpResponse, is_deliverable, too_large

#: Answers repeat themselves, so more effort would save little.
_LEVEL = 6
_GZIP_WINDOW = 31
#: Characters of a block of text, and of a streamed answer that stays text.
_BLOCK = 1 << 16
#: What base64 leaves of Lambda's limit.
_PACKED_LIMIT = ANSWER_LIMIT * 3 // 4
#: Characters of an answer, however small it becomes.
_TEXT_LIMIT = 256_000_000


def deliver(response: HttpResponse, request: HttpRequest, *, is_change: bool = False) -> HttpResponse:
    """The response as Lambda delivers it: as it is, or as gzip. Raises AnswerTooLarge; ``is_change`` tells the client
    whether something happened.
    """
    if is_deliverable(response.body):
        return response
    if not accepts_gzip(request):
        raise too_large(is_change=is_change, is_compressible=True)
    return gzipped(response, gzip.compress(response.body, _LEVEL, mtime=0), is_change=is_change)


def stream(parts: Iterable[str], request: HttpRequest) -> HttpResponse:
    """A successful answer whose text is made while it is compressed, so that it is never in memory as a whole.

    Texts of less than a block, and those for clients that take no gzip, stay text. Raises AnswerTooLarge.
    """
    blocks = _blocks(parts)
    first = next(blocks, b"")
    if not accepts_gzip(request):
        return HttpResponse(200, _whole(first, blocks))
    second = next(blocks, None)
    if second is None:
        return HttpResponse(200, first)
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP_WINDOW)
    packed = [packer.compress(first), packer.compress(second)]
    size, packed_size = len(first) + len(second), sum(map(len, packed))
    for block in blocks:
        packed.append(packer.compress(block))
        size += len(block)
        packed_size += len(packed[-1])
        if size > _TEXT_LIMIT or packed_size > _PACKED_LIMIT:
            raise too_large(is_change=False)
    packed.append(packer.flush())
    return gzipped(HttpResponse(200, b""), b"".join(packed))


def _blocks(parts: Iterable[str]) -> Iterator[bytes]:
    waiting: list[str] = []
    size = 0
    for part in parts:
        waiting.append(part)
        size += len(part)
        if size >= _BLOCK:
            yield "".join(waiting).encode()
            waiting.clear()
            size = 0
    if waiting:
        yield "".join(waiting).encode()


def _whole(first: bytes, blocks: Iterable[bytes]) -> bytes:
    collected, size = [first], len(first)
    for block in blocks:
        collected.append(block)
        size += len(block)
        if size > ANSWER_LIMIT:
            break
    body = b"".join(collected)
    if not is_deliverable(body):
        raise too_large(is_change=False, is_compressible=True)
    return body
