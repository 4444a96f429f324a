"""Until when a caller who keeps copies has seen everything (docs/wire/rest.md#watermark)."""

from __future__ import annotations

from ..model.dates import format_instant
from ..store import tombstones
from .context import Context


def watermark(ctx: Context) -> str:
    """As a DATE_TIME. It costs nothing: the register was read with who asks."""
    return format_instant(tombstones.watermark(ctx.register))
