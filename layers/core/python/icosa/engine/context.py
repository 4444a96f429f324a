"""What the engine needs to know about a request.

Every function of the package takes a ``Context`` first. ``access.session`` provides it for requests of users, the
janitor makes its own; reads that run side by side each get a ``BranchContext``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from ..model.model import Model
from ..query.row_scope import RowScope
from ..settings import Settings
from ..store.lease import Lease
from ..store.once import Once
from ..store.register import Register
from ..store.table import Table


class Quota(Protocol):
    """How many records the workspace may have."""

    def check(self, table: Table, model: Model, added: int) -> None:
        """Raises if it may not have so many more."""


class Context(Protocol):
    """One request of one workspace.

    ``now`` is the request's time as a stored DATE_TIME, ``actor`` the stored ACTOR value of the caller; ``register`` is
    the register of open batches as read at the start of the request. ``settings`` hold the limits of the APIs and the
    planner's ``tuning``. ``rows`` are the records that the caller may see. ``once`` is there for a
    request that is made once. ``lease`` says for how long the request may write by ``model``. ``quota`` is asked before
    records become live, None if there may be any number.
    """

    @property
    def model(self) -> Model: ...
    @property
    def table(self) -> Table: ...
    @property
    def register(self) -> Register: ...
    @property
    def lease(self) -> Lease: ...
    @property
    def settings(self) -> Settings: ...
    @property
    def now(self) -> str: ...
    @property
    def actor(self) -> Mapping[str, Any]: ...
    @property
    def rows(self) -> RowScope: ...
    @property
    def once(self) -> Once | None: ...
    @property
    def quota(self) -> Quota | None: ...


class BranchContext:
    """The same request for one branch of ``Table.parallel``: it reads through the branch's table, which counts its
    own costs.
    """

    __slots__ = ("actor", "lease", "model", "now", "once", "quota", "register", "rows", "settings", "table")

    def __init__(self, ctx: Context, table: Table) -> None:
        self.model: Model = ctx.model
        self.register: Register = ctx.register
        self.lease: Lease = ctx.lease
        self.settings: Settings = ctx.settings
        self.now: str = ctx.now
        self.actor: Mapping[str, Any] = ctx.actor
        self.rows: RowScope = ctx.rows
        self.once: Once | None = ctx.once
        self.quota: Quota | None = ctx.quota
        self.table = table
