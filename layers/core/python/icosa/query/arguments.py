"""Rules on the arguments of operations that both APIs share, with Twenty's texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import BadRequest
from ..model.model import Object
from .cursors import decode
from .operation import Order, Page


def check_batch(records: Sequence[Any], limit: int) -> None:
    """Refuse a batch over the limit (spec/rest-core.md §1.6; the limit is ours, design.md §1). Raises BadRequest."""
    if len(records) > limit:
        raise BadRequest(f"Maximum number of records to upsert is {limit}.", sub_code="UPSERT_MAX_RECORDS_EXCEEDED")


def check_duplicates(ids: Sequence[Any] | None, data: Sequence[Any] | None) -> None:
    """Exactly one of both must be given (spec/rest-core.md §1.11). Raises BadRequest."""
    if ids is None and data is None:
        raise _invalid('You have to provide either "data" or "ids" argument')
    if ids is not None and data is not None:
        raise _invalid('You cannot provide both "data" and "ids" arguments')
    if data is not None and not data:
        raise _invalid('The "data" condition can not be empty when "ids" input not provided')


def check_merge(obj: Object, ids: Sequence[Any], priority_index: int, limit: int) -> None:
    """Spec/rest-core.md §1.12. Raises BadRequest."""
    if not obj.duplicate_criteria:
        raise _invalid(
            "Merge is only available for objects with duplicate criteria. "
            f"Object '{obj.name_singular}' does not have duplicate criteria defined."
        )
    if len(ids) < 2:
        raise _invalid("At least 2 record IDs are required for merge")
    if len(ids) > limit:
        raise _invalid(f"Maximum {limit} records can be merged at once")
    if not 0 <= priority_index < len(ids):
        raise _invalid(f"Invalid conflict priority '{priority_index}'. Valid options for {len(ids)} records: 0-{len(ids) - 1}")


def page_of(order: Order, *, limit: int, after: str | None, before: str | None, offset: int = 0) -> Page:
    """The page between cursors given as text; empty text is no cursor. Raises BadRequest (spec/rest-core.md §2.8)."""
    if after and before:
        raise BadRequest("Cannot provide both before and after", sub_code="ARGS_CONFLICT")
    return Page(limit=limit, after=decode(order, after), before=decode(order, before), offset=offset)


def _invalid(message: str) -> BadRequest:
    return BadRequest(message, sub_code="INVALID_QUERY_INPUT")
