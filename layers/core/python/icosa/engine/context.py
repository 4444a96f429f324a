"""What the engine needs to know about a request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from ..model.model import Model
from ..settings import Settings
from ..store.register import Register
from ..store.table import Table


class Context(Protocol):
    """One request of one workspace. ``access.session`` provides it.

    ``now`` is the request's time as a stored DATE_TIME, ``actor`` the stored ACTOR value of the caller; ``register`` is
    the register of open batches as read at the start of the request.
    """

    @property
    def model(self) -> Model: ...
    @property
    def table(self) -> Table: ...
    @property
    def register(self) -> Register: ...
    @property
    def settings(self) -> Settings: ...
    @property
    def now(self) -> str: ...
    @property
    def actor(self) -> Mapping[str, Any]: ...
