"""One operation on records, run once where the request says so, for both APIs (``api.once``)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..access.context import RequestContext
from ..engine.write.reread import Write, reread
from ..errors import RecordNotFound
from ..query.operation import Create, Merge, Node, Operation
from ..query.partial import from_json, woven
from ..runtime.http import HttpResponse
from ..store.once import KeptAnswer
from .once import Ran, with_its_write
from .shown_record import has_relations, is_about_one


def written_once(
    context: RequestContext, operation: Operation, run: Callable[[], Ran], answer: Callable[[Any], HttpResponse]
) -> HttpResponse:
    """The answer of ``run``, or the one that was given before. ``answer`` makes it of the operation's result."""

    once = context.once

    def of_nodes(nodes: Sequence[Node | None], beside: Any) -> HttpResponse:
        if isinstance(operation, Create) and operation.is_partial:
            return answer(woven(nodes, from_json(beside or ())))
        return answer(nodes[0] if isinstance(operation, Merge) else nodes)

    def early(nodes: Sequence[Node], are_complete: bool) -> KeptAnswer | None:
        if once is None or (not are_complete and has_relations(operation)):
            return None
        made = of_nodes(nodes, once.beside)
        return KeptAnswer(made.status, made.body, made.headers)

    def again(ids: Sequence[str]) -> HttpResponse:
        assert isinstance(operation, Write)
        assert once is not None and once.found is not None
        nodes: Sequence[Node | None] = reread(context, operation, ids)
        if not nodes and is_about_one(operation):
            raise RecordNotFound
        if isinstance(operation, Create) and operation.is_partial:
            by_id = {node.item.id: node for node in nodes if node is not None}
            nodes = [by_id.get(record_id) for record_id in ids]
        return of_nodes(nodes, once.found.beside)

    if once is not None:
        once.answering = early
    return with_its_write(context, run, again)
