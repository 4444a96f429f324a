"""How much a workspace has of what its plan limits."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from ..model.model import Model
from ..store import access_row, keys
from ..store.lookup import count_live
from ..store.table import Table


def plan_usage(table: Table, model: Model) -> dict[str, int]:
    """By the names of limits. One round trip: a read unit for each object and two more; another one, of the keys, in a
    workspace whose keys have never been changed.
    """
    ws = model.workspace_id
    counts: list[Callable[[Table], Any]] = [partial(_count, ws, obj.key) for obj in model.objects]
    webhooks, access, *records = table.parallel(
        [lambda each: each.get(keys.webhook_count(ws)), lambda each: each.get(keys.access(ws)), *counts]
    )
    return {
        "records": sum(records),
        "objects": sum(obj.is_custom for obj in model.objects),
        "webhooks": int((webhooks or {}).get("count", 0)),
        "apiKeys": _live_keys(table, ws) if access is None else int(access[access_row.LIVE_KEYS]),
    }


def _count(ws: str, object_key: str, table: Table) -> int:
    return count_live(table, ws, object_key)


def _live_keys(table: Table, ws: str) -> int:
    return sum(item.get("revokedAt") is None for item in table.query_all(keys.api_keys(ws)))
