"""Emptying the trash: what was deleted longer ago than the workspace keeps it is destroyed.

A schedule asks for it several times a day (``functions/jobs``), and sends a message for each active workspace to the
queue of jobs; nothing of that needs the table's stream. A step does what fits into its time, and its message names the
object with which the next one goes on. Whoever dies has destroyed some, which the next round does not find any more.

A round costs a workspace with an empty trash a read unit, one for the register, and half a read unit for each object.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ..access.workspace_settings import trash_days
from ..catalog.loader import MetadataState
from ..catalog.models import current_model
from ..engine.background import BackgroundContext, background
from ..engine.write.expired import destroy_expired
from ..model.dates import instant_of
from ..model.model import Model, Object
from ..settings import settings
from ..store import keys, workspace_registry
from ..store.versions import FormatTooNew
from ..store.workspace_row import status_of
from .steps import Budget, Surroundings

logger = logging.getLogger(__name__)

_DAY_MS: Final = 86_400_000


@dataclass(frozen=True, slots=True)
class TrashStep:
    """``next_object`` is the key of the object with which the next step goes on, None when nothing is left."""

    destroyed: int = 0
    next_object: str | None = None


def ask_for_all(around: Surroundings) -> int:
    """Queue a step for every workspace; how many there are. A read unit for 50 of them, and a message for each."""
    ids = list(workspace_registry.all_ids(around.table))
    around.jobs().send_trash(ids)
    return len(ids)


def empty_trash(
    around: Surroundings, workspace_id: str, first: str | None = None, budget: Budget | None = None
) -> TrashStep:
    """Destroy what is due in a workspace, from an object on, until the step's time is over."""
    started, budget = time.monotonic(), budget or Budget()
    workspace = around.table.get(keys.workspace(workspace_id))
    if workspace is None or status_of(workspace) != "active":
        return TrashStep()
    days = trash_days(workspace.get("preferences", {}))
    if days is None or days * _DAY_MS >= around.now_ms():
        return TrashStep()
    before = instant_of(around.now_ms() - days * _DAY_MS)
    try:
        model = current_model(around.table, workspace_id, MetadataState.parse(workspace))
    except FormatTooNew:
        return TrashStep()  # A later release does it.
    ctx = background(around.table, model, now=around.now, settings=settings, started=started)
    destroyed = 0
    for obj in _objects(model, first):
        after: str | None = None
        while True:
            if budget.is_over:
                return TrashStep(destroyed, obj.key)
            gone, after = _page(ctx, obj, before, after, budget)
            destroyed += gone
            if after is None:
                break
    return TrashStep(destroyed)


def _objects(model: Model, first: str | None) -> Iterator[Object]:
    """Objects whose trash has an index, in the order of their keys. Those of version 0.2 get it by their migration."""
    for key in sorted(model.by_key):
        if model.by_key[key].has_trash_index and (first is None or key >= first):
            yield model.by_key[key]


def _page(
    ctx: BackgroundContext, obj: Object, before: str, after: str | None, budget: Budget
) -> tuple[int, str | None]:
    page = destroy_expired(ctx, obj, before=before, after=after, most=settings.bulk_limit)
    budget.spend(page.destroyed + page.kept)
    if page.kept:
        about = {"object": obj.key, "kept": page.kept, "workspace_id": ctx.model.workspace_id}
        logger.warning("other records forbid to destroy what is in the trash", extra=about)
    return page.destroyed, page.last
