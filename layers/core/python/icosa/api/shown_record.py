"""Which record an answer is about: the one whose tag it has (docs/wire/rest.md#conditional-requests)."""

from __future__ import annotations

from typing import Any

from ..model.record import Record
from ..query.operation import Create, Delete, FindOne, Merge, Node, Operation, Restore, Update


def has_relations(operation: Operation) -> bool:
    """Whether the answer shows related records."""
    return isinstance(operation, Create | Update | Delete | Restore | Merge) and bool(operation.selection.relations)


def is_about_one(operation: Operation) -> bool:
    """Whether a write answers with one record, and not with a list."""
    match operation:
        case Update(id=str()) | Restore(id=str()) | Delete(id=str()) | Create(is_list=False) | Merge():
            return True
    return False


def record_of(operation: Operation, result: Any) -> Record | None:
    """The record that the result of an operation shows; None where it shows several, or one that is not stored."""
    match operation:
        case FindOne() | Merge(dry_run=False):
            node = result
        case Update(id=str()) | Restore(id=str()) | Delete(id=str(), destroy=False):
            [node] = result
        case Create(is_list=False):
            [node] = result
        case _:
            return None
    assert isinstance(node, Node)
    return node.item
