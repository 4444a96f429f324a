"""The kinds of operations, by which calls are counted (``runtime.observation``): few, whatever objects there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from ..query.operation import (
    Create,
    Delete,
    FindDestroyed,
    FindDuplicates,
    FindMany,
    FindOne,
    GroupBy,
    Merge,
    Operation,
    Restore,
    Search,
    Update,
)
from ..runtime.observation import observed

#: The second name is that of work on many records at once, which costs many times as much.
_KINDS: Final[Mapping[type, tuple[str, str]]] = {
    FindOne: ("get", "get"),
    FindMany: ("list", "list"),
    FindDestroyed: ("destroyed", "destroyed"),
    FindDuplicates: ("duplicates", "duplicates"),
    GroupBy: ("group", "group"),
    Search: ("search", "search"),
    Create: ("create", "create_many"),
    Update: ("update", "update_many"),
    Delete: ("delete", "delete_many"),
    Restore: ("restore", "restore_many"),
    Merge: ("merge", "merge"),
}
#: Documents with several root fields, and those about the schema alone.
SEVERAL: Final = "several"
INTROSPECTION: Final = "introspection"


def kind_of(operation: Operation) -> str:
    """What an operation is counted as."""
    one, many = _KINDS[type(operation)]
    match operation:
        case Create(data=data):
            return one if len(data) == 1 else many
        case Update(id=None) | Delete(id=None) | Restore(id=None):
            return many
        case _:
            return one


def note_operations(operations: Sequence[Operation]) -> None:
    """Let the call be counted as these operations: by their kind, and with their object if there is one."""
    observation = observed()
    observation.operation = kind_of(operations[0]) if len(operations) == 1 else SEVERAL
    objects = {operation.object.name_singular for operation in operations if not isinstance(operation, Search)}
    if len(objects) == 1:
        observation.object = objects.pop()
