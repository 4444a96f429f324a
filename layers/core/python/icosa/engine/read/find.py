"""The read operations FindOne and FindMany: records and lists with their relations. The executor calls them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...errors import RecordNotFound
from ...query.operation import Connection, FindMany, FindOne, Node, Page
from ...store.table import Table
from ..context import BranchContext, Context
from ..records import get_visible
from .connections import find_page_in_scope, read_connection
from .relations import children_of, load_relations
from .steady import Watch


def find_one(ctx: Context, operation: FindOne) -> Node:
    """The live record with an id, or the first that matches a filter. Raises RecordNotFound."""
    if operation.id is not None:
        [item] = get_visible(ctx, operation.object, [operation.id])
        items = [] if item is None else [item]
    else:
        query = FindMany(object=operation.object, filter=operation.filter, page=Page(limit=1), total_count=False)
        items = find_page_in_scope(ctx, query).items
    if not items:
        raise RecordNotFound
    node = Node(items[0])
    load_relations(ctx, operation.object, [node], operation.selection)
    return node


def find_many(ctx: Context, operation: FindMany) -> Connection:
    """A page of the matches with their relations, and the totals and aggregates that the operation wants."""
    children = children_of(ctx, operation.object, operation.selection) if operation.page.limit > 1 else []
    if not children:
        connection: Connection = read_connection(ctx, operation)
        load_relations(ctx, operation.object, connection.nodes, operation.selection)
        return connection
    # What changes while the lists are read is the difference of two looks: the first is beside the page.
    watch = Watch(ctx)

    def page(table: Table) -> Connection:
        return read_connection(BranchContext(ctx, table), operation)

    branches: list[Callable[[Table], Any]] = [page, *watch.readers(children)]
    results = ctx.table.parallel(branches)
    connection = results[0]
    watch.take(results[1:])
    load_relations(ctx, operation.object, connection.nodes, operation.selection, watch)
    return connection
