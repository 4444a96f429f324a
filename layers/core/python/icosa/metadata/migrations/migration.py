"""What a migration is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ...store.table import Table
from ...store.versions import FORMAT, STANDARD

MigrationKind = Literal["format", "standard"]

#: The attribute of a workspace's row that a kind of migration raises.
ATTRIBUTES: Mapping[MigrationKind, str] = {"format": FORMAT, "standard": STANDARD}


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One workspace, and how far a migration of it is: ``state`` is what the step before left, None at the beginning.

    A step should end soon after ``clock`` says ``until``. ``now`` is ``now_ms`` as a stored DATE_TIME.
    """

    table: Table
    workspace_id: str
    state: Mapping[str, Any] | None
    now: str
    now_ms: int
    until: float
    clock: Callable[[], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What a step has done. ``state`` is for the next step, None when nothing is left to do.

    ``records`` were looked at; ``report`` has a line for whatever could not be done.
    """

    state: Mapping[str, Any] | None
    records: int = 0
    report: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """Leads from one version of a kind to the next.

    ``step`` is called until it says that nothing is left. It may be repeated from any state that it has left, also
    beside itself, and with the state lost: a process may die at each of its calls.
    """

    name: str
    kind: MigrationKind
    from_version: int
    to_version: int
    description: str
    step: Callable[[Work], Progress]
