"""Which webhooks want an event (docs/wire/events.md#names), and whether anybody in a workspace wants any.

Most workspaces have no webhook, so that is what must cost nothing: the answer is kept for ``LOOK_SECONDS``, and a write
in such a workspace costs the function ``events`` no call at all in between. A look is one read of the workspace's row
(one read unit), which says how often the webhooks were changed and until when the feed of events is kept; webhooks are
read when that number is another than the last time (half a read unit for 4 KB). Where anybody listens there is a look
for every batch of the stream, so there a new webhook, or another name of a field, counts at once. The timeline is one
more listener, by a setting in the same row.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from ..access.workspace_status import is_there
from ..lru import LRUCache
from ..store import keys, workspace_registry
from ..store.ops import UpdateItem
from ..store.table import Item, Table, TransactionConflict
from ..store.workspace_row import FEED_UNTIL, WEBHOOKS_REVISION, has_timeline, next_webhooks

#: How long "nobody listens" is believed.
LOOK_SECONDS: Final = 5.0
#: Workspaces whose last look a process remembers.
_REMEMBERED: Final = 10_000

#: Operations that a webhook, or a reader of the feed, may name; and characters of one.
OPERATIONS: Final = 100
OPERATION_LENGTH: Final = 255

#: Of these events no wildcard speaks.
_ONLY_BY_NAME: Final = frozenset(("workflowRun.updated",))
_METADATA: Final = "metadata"
_OF_METADATA: Final = ("*.*", f"{_METADATA}.")


def patterns_of(name: str) -> tuple[str, ...]:
    """What ``operations`` may say to name an event.

    >>> patterns_of("person.created")
    ('person.created', '*.created', 'person.*', '*.*')
    >>> patterns_of("metadata.view.updated")
    ('metadata.view.updated', 'metadata.view.*', 'metadata.*.updated', 'metadata.*.*', '*.*')
    """
    if name in _ONLY_BY_NAME:
        return (name,)
    match name.split("."):
        case [kind, entity, action] if kind == _METADATA:
            return name, f"{kind}.{entity}.*", f"{kind}.*.{action}", f"{kind}.*.*", "*.*"
        case [subject, action]:
            return name, f"*.{action}", f"{subject}.*", "*.*"
    raise ValueError(name)


class MatchTable:
    """The operations of some webhooks, by what they say.

    >>> table = MatchTable({"a": ["person.*"], "b": ["*.created", "person.created"]})
    >>> table.wanting("person.created"), table.wanting("company.updated")
    (('a', 'b'), ())
    """

    __slots__ = ("_known", "_operations")

    def __init__(self, operations: Mapping[str, Iterable[str]]) -> None:
        self._operations = {webhook_id: frozenset(patterns) for webhook_id, patterns in operations.items()}
        self._known: dict[str, tuple[str, ...]] = {}

    @classmethod
    def of(cls, items: Iterable[Item]) -> MatchTable:
        """The table of the webhooks with these items, also of those that are switched off: what they want waits."""
        return cls({keys.sort_of(item): item["operations"] for item in items})

    def __bool__(self) -> bool:
        return any(self._operations.values())

    @property
    def wants_metadata(self) -> bool:
        """Whether any webhook may want events of metadata."""
        return any(pattern.startswith(_OF_METADATA) for wanted in self._operations.values() for pattern in wanted)

    def wanting(self, name: str) -> tuple[str, ...]:
        """Ids of the webhooks that want an event of this name."""
        known = self._known.get(name)
        if known is None:
            patterns = patterns_of(name)
            known = self._known[name] = tuple(
                webhook_id for webhook_id, wanted in self._operations.items() if not wanted.isdisjoint(patterns)
            )
        return known


def bump(ws: str) -> UpdateItem:
    """What a change of webhooks adds to its transaction, so that it is seen: two write units for each KB of the
    workspace's row.
    """
    return next_webhooks(ws)


@dataclass(frozen=True, slots=True)
class Audience:
    """Who listens to a workspace: its webhooks, whether events are put into the feed, and whether changes are told on
    timelines. ``workspace`` is its row.
    """

    workspace: Item
    webhooks: MatchTable
    has_feed: bool
    has_timeline: bool

    def wants(self, name: str) -> bool:
        """Whether an event of this name has to be made."""
        return self.has_feed or bool(self.webhooks.wanting(name))


@dataclass(frozen=True, slots=True)
class _Look:
    """What was seen of a workspace, and when."""

    seconds: float
    revision: int
    webhooks: MatchTable
    is_quiet: bool


class Audiences:
    """The audiences of all workspaces, as one process sees them. ``clock`` is monotonic, ``now`` in seconds since
    1970.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic, now: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._now = now
        self._looks: LRUCache[str, _Look] = LRUCache(size=_REMEMBERED)

    def of(self, table: Table, workspace_id: str) -> Audience | None:
        """Who listens; None where nobody does, and where the workspace is gone or being deleted."""
        last, moment = self._looks.get(workspace_id), self._clock()
        if last is not None and last.is_quiet and moment - last.seconds < LOOK_SECONDS:
            return None
        workspace = table.get(keys.workspace(workspace_id))
        if workspace is not None:
            # Here, because this look comes to each workspace with the first change after an update, and costs nothing.
            with suppress(TransactionConflict):
                workspace_registry.enter(table, workspace_id, workspace)
        row: Mapping[str, Any] = workspace or {}
        revision = int(row.get(WEBHOOKS_REVISION, 0))
        # The number is read first: webhooks that are read after it are at least as new as it says.
        if workspace is None:
            webhooks = MatchTable({})
        elif last is not None and last.revision == revision:
            webhooks = last.webhooks
        else:
            webhooks = MatchTable.of(table.query_all(keys.webhooks(workspace_id)))
        has_feed = float(row.get(FEED_UNTIL, 0)) > self._now()
        timeline = has_timeline(row)
        is_quiet = not webhooks and not has_feed and not timeline
        self._looks.put(workspace_id, _Look(moment, revision, webhooks, is_quiet))
        return (
            None
            if workspace is None or is_quiet or not is_there(workspace)
            else Audience(workspace, webhooks, has_feed, timeline)
        )
