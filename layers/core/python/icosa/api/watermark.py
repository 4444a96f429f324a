"""The header that says until when a reader has seen everything (docs/wire/rest.md#watermark)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from ..engine.context import Context
from ..engine.watermark import watermark
from ..query.operation import FindDestroyed, FindMany, Operation

HEADER: Final = "x-icosa-watermark"


def watermark_header(context: Context, operations: Sequence[Operation]) -> Mapping[str, str]:
    """For answers with lists of records, or of what is left of them."""
    if not any(isinstance(operation, FindMany | FindDestroyed) for operation in operations):
        return {}
    return {HEADER: watermark(context)}
