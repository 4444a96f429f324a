"""Reads as results: records and slices of lists with their relations."""

from __future__ import annotations

from ...errors import RecordNotFound
from ...query.operation import Connection, FindMany, FindOne, Node, Page
from ..context import Context
from ..records import get_live
from .connections import connection, find_in_scope
from .relations import load


def find_one(ctx: Context, operation: FindOne) -> Node:
    """The live record with an id, or the first that matches a filter. Raises RecordNotFound."""
    if operation.id is not None:
        [item] = get_live(ctx, operation.object, [operation.id])
        items = [] if item is None else [item]
    else:
        page = FindMany(object=operation.object, filter=operation.filter, page=Page(limit=1), total_count=False)
        items = find_in_scope(ctx, page).items
    if not items:
        raise RecordNotFound
    node = Node(items[0])
    load(ctx, operation.object, [node], operation.selection)
    return node


def find_many(ctx: Context, operation: FindMany) -> Connection:
    """A page of the matches with everything that was asked for beside it."""
    found = connection(ctx, operation)
    load(ctx, operation.object, found.nodes, operation.selection)
    return found
