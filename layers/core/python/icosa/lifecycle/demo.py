"""The records of a demo workspace, for those who want to go on without them.

Their ids follow from the workspace and ``schemas/demo``, so nothing has to be remembered of them, and nothing else is
ever taken for one. A record that somebody has changed, or put into the trash, is *changed*: it may be somebody's work
by now, and stays unless it is said that it goes, too.

Records go as by any client: what points at them is treated as their relations say
(docs/storage.md#references-and-destruction), webhooks are told, and a role that may not destroy them is refused.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from ..access.session import current_model
from ..engine.background import background
from ..engine.context import Context
from ..engine.executor import execute
from ..engine.records import get_any
from ..model.model import Model, Object
from ..model.operators import IN
from ..query.operation import Compare, Delete, Operation
from ..settings import settings
from ..shipped import load
from ..store import keys
from ..store.operation_row import Operation as OperatorsOperation
from ..store.register import Register
from ..store.table import chunked
from .steps import Budget, Step, Surroundings
from .suspension import finish

_REFERENCE: Final = "ref:"


def demo_id(workspace_id: str, reference: str) -> str:
    """The id of the record that a text of the form ``ref:…`` stands for.

    >>> demo_id("20202020-0687-4c41-b707-ed1bfca972a7", "ref:company/acme")
    '13db0795-9278-5c43-bab6-099bbc2db13c'
    """
    return str(uuid.uuid5(uuid.UUID(workspace_id), reference))


def resolved(workspace_id: str, value: Any) -> Any:
    """``value`` with every reference in it replaced by the id that it stands for."""
    match value:
        case str() if value.startswith(_REFERENCE):
            return demo_id(workspace_id, value)
        case dict():
            return {name: resolved(workspace_id, member) for name, member in value.items()}
        case _:
            return value


@dataclass(frozen=True, slots=True)
class DemoRecords:
    """What there is of an object's demo records: ids of those that are as they came, and of those that are not."""

    object: Object
    unchanged: Sequence[str]
    changed: Sequence[str]


def demo_records(ctx: Context) -> Iterator[DemoRecords]:
    """Of all objects, those first that refer to others. Two read units for each of 500 records."""
    for plural in reversed(load("demo/index")):
        obj = ctx.model.by_plural.get(plural)
        if obj is None:
            continue
        ids = [demo_id(ctx.model.workspace_id, body["id"]) for body in load(f"demo/{plural}")]
        found = {record_id: state for record_id, state in zip(ids, get_any(ctx, obj, ids), strict=True) if state}
        created, updated = obj.by_name["createdAt"].key, obj.by_name["updatedAt"].key
        unchanged = [
            record_id
            for record_id, state in found.items()
            if state.live and state.item.get(created) == state.item.get(updated)
        ]
        yield DemoRecords(obj, unchanged, [record_id for record_id in found if record_id not in unchanged])


def destroy(
    ctx: Context,
    *,
    with_changed: bool,
    is_over: Callable[[], bool],
    authorize: Callable[[Operation], Operation] = lambda operation: operation,
) -> Mapping[str, Mapping[str, int]]:
    """Destroy demo records until ``is_over``: ``{"removed", "kept", "left"}``, each the numbers by plural name.

    ``authorize`` checks an operation, and raises for one that the caller may not do. What is changed is decided before
    anything goes, since what goes changes what points at it; who must go on later is told so by ``left``.
    """
    numbers: dict[str, dict[str, int]] = {"removed": {}, "kept": {}, "left": {}}
    going: list[tuple[str, int, Operation]] = []
    for records in demo_records(ctx):
        name = records.object.name_plural
        if records.changed and not with_changed:
            numbers["kept"][name] = len(records.changed)
        ids = [*records.unchanged, *(records.changed if with_changed else ())]
        for part in chunked(ids, ctx.settings.bulk_limit):
            filter = Compare(records.object.leaves["id",], IN, list(part))
            # All are authorized before the first goes.
            operation = authorize(Delete(object=records.object, destroy=True, filter=filter))
            going.append((name, len(part), operation))
    for name, number, operation in going:
        if is_over():
            numbers["left"][name] = numbers["left"].get(name, 0) + number
            continue
        gone = execute(_with_register(ctx), operation)
        assert isinstance(gone, list)
        numbers["removed"][name] = numbers["removed"].get(name, 0) + len(gone)
    return numbers


def _with_register(ctx: Context) -> Context:
    """The context with the register as it is now: each deletion has changed it."""
    register = Register.parse(ctx.table.get(keys.open_batches(ctx.model.workspace_id)))
    return replace(ctx, register=register)  # type: ignore[type-var]


def remove_demo(around: Surroundings, operation: OperatorsOperation, budget: Budget) -> Step:
    """The next step of an operator's removal."""
    model: Model | None = current_model(around.table, operation.workspace_id)
    if model is None:
        return Step(operation, is_done=True)
    ctx = background(around.table, model, now=around.now, settings=settings, started=budget.clock())
    numbers = destroy(ctx, with_changed=bool(operation.asked.get("withChanged")), is_over=lambda: budget.is_over)
    operation = operation.with_counts(numbers["removed"])
    if any(numbers["left"].values()):
        around.table.update(operation.saved())
        return Step(operation, is_done=False)
    operation = replace(operation, result={"removed": operation.counts, "kept": numbers["kept"]})
    finish(around, operation)
    return Step(operation, is_done=True)
