"""What a record is called where one text must stand for it: in search, on timelines."""

from __future__ import annotations

from .model import Object
from .types.base import Item


def label_of(obj: Object, item: Item) -> str:
    """The value of the label identifier; the members of a composite with a blank between them."""
    field = obj.by_id.get(obj.label_identifier_field_id or "")
    if field is None:
        return ""
    parts = (leaf.get(item) for leaf in field.leaves)
    return " ".join(str(part) for part in parts if part is not None)
