"""A request on the table of one branch of parallel work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..model.model import Model
from ..settings import Settings
from ..store.register import Register
from ..store.table import Table
from .context import Context


class Branch:
    """The same request, reading through another table object, which has a meter of its own."""

    __slots__ = ("actor", "model", "now", "register", "settings", "table")

    def __init__(self, ctx: Context, table: Table) -> None:
        self.model: Model = ctx.model
        self.register: Register = ctx.register
        self.settings: Settings = ctx.settings
        self.now: str = ctx.now
        self.actor: Mapping[str, Any] = ctx.actor
        self.table = table
