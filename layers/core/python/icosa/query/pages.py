"""Pages between cursors that come as text."""

from __future__ import annotations

from ..errors import BadRequest
from .cursors import decode
from .operation import Order, Page


def page_of(
    order: Order, *, limit: int, after: str | None, before: str | None, offset: int = 0, from_end: bool = False
) -> Page:
    """Empty text is no cursor. Raises BadRequest (docs/wire/rest.md#cursors,
    docs/wire/graphql.md#cursors-in-graphql).
    """
    if after and before:
        raise BadRequest("Cannot provide both before and after", sub_code="ARGS_CONFLICT")
    return Page(limit=limit, after=decode(order, after), before=decode(order, before), offset=offset, from_end=from_end)
