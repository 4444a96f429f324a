"""One operation on records, run once where the request says so, for both APIs (``api.once``)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..access.context import RequestContext
from ..engine.write.reread import Write, reread
from ..errors import RecordNotFound
from ..query.operation import Merge, Node, Operation
from ..runtime.http import HttpResponse
from ..store.once import KeptAnswer
from .once import Ran, with_its_write
from .shown_record import has_relations, is_about_one


def written_once(
    context: RequestContext, operation: Operation, run: Callable[[], Ran], answer: Callable[[Any], HttpResponse]
) -> HttpResponse:
    """The answer of ``run``, or the one that was given before. ``answer`` makes it of the operation's result."""

    def of_nodes(nodes: Sequence[Node]) -> HttpResponse:
        return answer(nodes[0] if isinstance(operation, Merge) else nodes)

    def early(nodes: Sequence[Node], are_complete: bool) -> KeptAnswer | None:
        if not are_complete and has_relations(operation):
            return None
        made = of_nodes(nodes)
        return KeptAnswer(made.status, made.body, made.headers)

    def again(ids: Sequence[str]) -> HttpResponse:
        assert isinstance(operation, Write)
        nodes = reread(context, operation, ids)
        if not nodes and is_about_one(operation):
            raise RecordNotFound
        return of_nodes(nodes)

    if context.once is not None:
        context.once.answering = early
    return with_its_write(context, run, again)
