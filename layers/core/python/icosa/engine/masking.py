"""Taking out of results what the caller may see only parts of (``query.row_scope.RowScope.masked``)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ..model.model import Object
from ..query.operation import Connection, Group, GroupBy, Node, Operation, Search, SearchPage, Selection
from .context import Context


def mask(ctx: Context, operation: Operation, result: Any) -> None:
    """Mask the records of a result in place, those of its relations, too."""
    if isinstance(operation, Search):
        assert isinstance(result, SearchPage)
        result.hits = [replace(hit, item=ctx.rows.masked(hit.object, hit.item)) for hit in result.hits]
        return
    selection = operation.records if isinstance(operation, GroupBy) else operation.selection
    _mask(ctx, operation.object, selection or Selection(), [result])


def _mask(ctx: Context, obj: Object, selection: Selection, parts: Iterable[Any]) -> None:
    for part in parts:
        match part:
            case list():
                _mask(ctx, obj, selection, part)
            case Connection(nodes=nodes) | Group(records=nodes):
                _mask(ctx, obj, selection, nodes)
            case Node():
                part.item = ctx.rows.masked(obj, part.item)
                for name, related in part.related.items():
                    loaded = selection.relations[name]
                    relation = obj.by_name[loaded.relation or name]
                    _mask(ctx, ctx.model.target_of(relation), loaded.selection, [related])
