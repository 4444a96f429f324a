"""One entry for both APIs: an operation in, its result out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..query.operation import (
    Connection,
    Create,
    Delete,
    FindDuplicates,
    FindMany,
    FindOne,
    Group,
    GroupBy,
    Merge,
    Node,
    Operation,
    Restore,
    Update,
)
from .context import Context
from .create import create
from .duplicates import find_duplicates
from .groups import group_by
from .merge import merge
from .modify import delete, restore, update
from .read import find_many, find_one

Result = Node | Connection | list[Node] | list[Connection] | list[Group]

_RUN: Mapping[type, Callable[[Context, Any], Result]] = {
    FindOne: find_one,
    FindMany: find_many,
    FindDuplicates: find_duplicates,
    GroupBy: group_by,
    Create: create,
    Update: update,
    Delete: delete,
    Restore: restore,
    Merge: merge,
}


def execute(ctx: Context, operation: Operation) -> Result:
    """Run an operation whose permissions have been checked.

    FindOne and Merge give a Node (RecordNotFound without one), FindMany a Connection, FindDuplicates a Connection for each
    input, GroupBy groups, Create, Update, Delete and Restore nodes in the order of the input or of ids. Destroyed records
    come back in their last state.
    """
    return _RUN[type(operation)](ctx, operation)


__all__ = ["Result", "execute"]
