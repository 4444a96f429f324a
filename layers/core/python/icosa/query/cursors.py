"""Cursors: base64 of compact JSON with the ordered values of a record, nested by their paths, and its id last.

``order_by=name.firstName`` gives ``{"name":{"firstName":"Ada"},"id":"7c1b…"}``. Clients must treat cursors as opaque,
but Twenty's are readable and some clients build them (docs/wire/rest.md#cursors,
docs/wire/graphql.md#cursors-in-graphql).
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

import orjson

from ..errors import BadRequest
from ..model.model import Object
from .operation import Cursor, Node, Order, OrderTerm

_ID = "id"
_MISSING = object()
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
#: Cursors travel in query strings: the URL alphabet is taken as well, and a plus sign that became a blank.
_ALPHABET = str.maketrans("-_ ", "+/+")


def cursor_of(obj: Object, order: Order, node: Node) -> str:
    """The cursor of a record in a list with this order.

    ``node.ordered`` holds the ordered values when the order goes through a relation; otherwise they are in the item.
    """
    values = node.ordered if node.ordered is not None else tuple(term.leaf.get(node.item) for term in order)
    return encode(order, Cursor(values, obj.leaves[(_ID,)].get(node.item)))


def encode(order: Order, cursor: Cursor) -> str:
    """Text of a cursor."""
    document: dict[str, Any] = {}
    for term, value in zip(order, cursor.values, strict=True):
        path = term.path
        if path == (_ID,):
            continue
        place = document
        for name in path[:-1]:
            place = place.setdefault(name, {})
        place[path[-1]] = None if value is None else term.leaf.kind.cursor_value(value)
    document[_ID] = cursor.id
    return b64encode(orjson.dumps(document)).decode()


def decode(order: Order, text: str | None) -> Cursor | None:
    """Inverse of ``encode``; None for no cursor and for one that names neither an ordered field nor an id.

    Raises BadRequest when the text is no cursor or was made for another order.
    """
    if not text:
        return None
    document = _document(text)
    raw_values = {term.path: _find(document, term) for term in order}
    record_id = document.get(_ID, _MISSING)
    if record_id is _MISSING and all(value is _MISSING for value in raw_values.values()):
        return None
    for path, value in (*raw_values.items(), ((_ID,), record_id)):
        if value is _MISSING:
            raise _invalid(
                f'Cursor is missing the value for orderBy field "{".".join(path)}": it was encoded for a different '
                "orderBy. "
                "Restart pagination without a cursor."
            )
    if not isinstance(record_id, str) or not _UUID.fullmatch(record_id):
        raise _invalid(f"Invalid cursor: {text}")
    try:
        values = tuple(
            None if (raw := raw_values[term.path]) is None else term.leaf.kind.from_cursor(raw) for term in order
        )
    except (ValueError, TypeError) as error:
        raise _invalid(f"Invalid cursor: {text}") from error
    return Cursor(values, record_id.lower())


def _document(text: str) -> dict[str, Any]:
    try:
        standard = text.translate(_ALPHABET).rstrip("=")
        document = orjson.loads(b64decode(standard + "=" * (-len(standard) % 4), validate=True))
    except ValueError as error:  # binascii.Error and JSONDecodeError are ValueErrors
        raise _invalid(f"Invalid cursor: {text}") from error
    if not isinstance(document, dict):
        raise _invalid(f"Invalid cursor: {text}")
    return document


def _find(document: Mapping[str, Any], term: OrderTerm) -> Any:
    """The value at the term's path, nested or as one dotted key; ``_MISSING`` when there is none."""
    dotted = ".".join(term.path)
    if dotted in document:
        return document[dotted]
    place: Any = document
    for name in term.path:
        if not isinstance(place, Mapping) or name not in place:
            return _MISSING
        place = place[name]
    return place


def _invalid(message: str) -> BadRequest:
    return BadRequest(message, sub_code="INVALID_CURSOR")
