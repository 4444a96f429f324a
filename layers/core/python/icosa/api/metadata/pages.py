"""Pages of metadata collections (docs/wire/metadata.md#pages, docs/wire/metadata.md#connections).

Both APIs list by id, descending. REST's cursor is the id itself; GraphQL's is opaque and counts positions.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...errors import BadRequest
from ...identifiers import parse_uuid
from ..rest.params import Params
from .errors import FrameworkError

#: Entities of a page when the request names no limit, and at most.
PAGE_LIMIT = 1000

_PREFIX = "arrayconnection:"


def by_id[T](items: Sequence[T], id_of: Callable[[T], str]) -> list[T]:
    """``items`` in the order of every metadata list: by id, descending."""
    return sorted(items, key=id_of, reverse=True)


# ------------------------------------------------------------------ REST


@dataclass(frozen=True, slots=True)
class CollectionPage[T]:
    """A part of a collection. ``has_next_page`` means: there are more in the direction in which the client goes."""

    items: list[T]
    has_next_page: bool
    total_count: int
    id_of: Callable[[T], str]

    def envelope(self, data: Any) -> dict[str, Any]:
        """``{"data": …, "pageInfo": {…}, "totalCount": n}``."""
        info = {
            "hasNextPage": self.has_next_page,
            "startCursor": self.id_of(self.items[0]) if self.items else None,
            "endCursor": self.id_of(self.items[-1]) if self.items else None,
        }
        return {"data": data, "pageInfo": info, "totalCount": self.total_count}


def rest_page[T](items: Sequence[T], params: Params, id_of: Callable[[T], str]) -> CollectionPage[T]:
    """The page that ``limit``, ``starting_after`` and ``ending_before`` ask for. Raises BadRequest."""
    limit = params.limit(default=PAGE_LIMIT, maximum=PAGE_LIMIT)
    after, before = _cursor(params.after), _cursor(params.before)
    if after and before:
        raise FrameworkError("'starting_after' and 'ending_before' cannot be used together.")
    ordered = by_id(items, id_of)
    if before:
        beyond = [item for item in ordered if id_of(item) > before]
        taken = beyond[max(len(beyond) - limit, 0) :]
    else:
        beyond = [item for item in ordered if id_of(item) < after] if after else ordered
        taken = beyond[:limit]
    return CollectionPage(taken, len(taken) < len(beyond), len(ordered), id_of)


def _cursor(text: str) -> str | None:
    if not text:
        return None
    cursor = parse_uuid(text)
    if cursor is None:
        raise BadRequest(f"Invalid cursor: {text}", sub_code="INVALID_CURSOR")
    return cursor


# ------------------------------------------------------------------ GraphQL


def connection[T](ordered: Sequence[T], paging: Mapping[str, Any], node: Callable[[T], Any]) -> dict[str, Any]:
    """A connection over a whole list, cut as GraphQL's cursor specification says. Raises BadRequest for a malformed
    argument.
    """
    start, end = 0, len(ordered)
    if (after := paging.get("after")) is not None:
        start = max(start, _offset(after) + 1)
    if (before := paging.get("before")) is not None:
        end = min(end, _offset(before))
    end = max(start, end)
    first, last = _size("first", paging), _size("last", paging)
    if first is None and last is None:
        first = PAGE_LIMIT
    if first is not None:
        end = min(end, start + first)
    if last is not None:
        start = max(start, end - last)
    edges = [{"node": node(item), "cursor": _text(offset)} for offset, item in enumerate(ordered[start:end], start)]
    info = {
        "hasNextPage": end < len(ordered),
        "hasPreviousPage": start > 0,
        "startCursor": edges[0]["cursor"] if edges else None,
        "endCursor": edges[-1]["cursor"] if edges else None,
    }
    return {"edges": edges, "pageInfo": info}


def _size(name: str, paging: Mapping[str, Any]) -> int | None:
    size: int | None = paging.get(name)
    if size is None:
        return None
    if size < 0:
        raise BadRequest(f"'{name}' must be a non-negative integer", sub_code=f"INVALID_ARGS_{name.upper()}")
    return min(size, PAGE_LIMIT)


def _text(offset: int) -> str:
    return base64.b64encode(f"{_PREFIX}{offset}".encode()).decode()


def _offset(cursor: str) -> int:
    try:
        text = base64.b64decode(cursor, validate=True).decode()
        if not text.startswith(_PREFIX):
            raise ValueError(text)
        return int(text.removeprefix(_PREFIX))
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise BadRequest(f"Invalid cursor: {cursor}", sub_code="INVALID_CURSOR") from error
