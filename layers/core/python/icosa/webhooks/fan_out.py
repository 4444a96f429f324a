"""From what the stream tells to events, and from events to deliveries; and to activities on timelines.

For each workspace that somebody listens to: the rows of events, then a delivery for each event and webhook, then a
message for each delivery, and at last the activities (``timeline``), where they are on. Ids of events, deliveries and
activities follow from what happened, rows are put once, and all of it is done again when the stream repeats its
records: a process that dies in between leaves nothing out, and what is sent twice is the message that a delivery's row
makes harmless.

Costs, beside the look (``matching``): for an event that somebody wants one write unit for each KB of its row (twice
that in a feed), and a write unit and a tenth of a request to SQS for each webhook; for moves and removals what
``moves`` says. Metadata costs nothing more; the model is read only for the names of some views. Round trips do not grow
with the number of records: moves two, rows one, deliveries one.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from ..catalog.loader import MetadataState
from ..catalog.models import current_model
from ..model.dates import epoch_ms
from ..model.model import Model, Object
from ..model.timeline import is_activity, timeline_of
from ..store import delivery_row, event_row, feed
from ..store.delivery_row import Delivery
from ..store.event_row import EventRow
from ..store.meter import Meter
from ..store.stream import MetadataChange, RecordChange
from ..store.table import Item, Table
from ..store.workspace_row import is_quiet
from .delivery_queue import DeliveryQueue, first_attempts
from .matching import Audience, Audiences
from .metadata_events import EntityChanges, metadata_events
from .moves import Patience, resolve, with_deletions
from .record_events import record_event
from .timeline.writer import write_activities

Place = str
"""Names a record of the stream: its sequence number."""


@dataclass(slots=True)
class _Work:
    """What the stream tells of one workspace."""

    changes: list[tuple[Place, RecordChange]] = field(default_factory=list)
    metadata: list[tuple[Place, MetadataChange]] = field(default_factory=list)
    failed: dict[Place, Exception] = field(default_factory=dict)

    def leave_out(self, workspace: Item) -> None:
        """Forget changes that nobody is told of."""
        self.changes = [each for each in self.changes if not is_quiet(workspace, each[1].seconds)]
        self.metadata = [each for each in self.metadata if not is_quiet(workspace, each[1].seconds)]


class FanOut:
    """Makes events and deliveries. ``queue`` opens the queue with the first message, ``now`` gives seconds since
    1970. ``entity_changes`` says what a row of metadata is about.
    """

    def __init__(
        self,
        audiences: Audiences,
        queue: Callable[[], DeliveryQueue],
        entity_changes: EntityChanges,
        *,
        now: Callable[[], float] = time.time,
        patience: Patience | None = None,
    ) -> None:
        self._audiences = audiences
        self._queue = queue
        self._entity_changes = entity_changes
        self._now = now
        self._patience = patience or Patience()

    def publish(
        self,
        table: Table,
        changes: Iterable[tuple[Place, RecordChange | MetadataChange]],
        *,
        meter_of: Callable[[str], Meter] | None = None,
    ) -> dict[Place, Exception]:
        """Tell everybody who listens. What failed, by the places of the records that must come again. ``meter_of``
        gives the meter of a workspace; else that of the table counts for all.
        """
        by_workspace: dict[str, _Work] = defaultdict(_Work)
        for place, change in changes:
            work = by_workspace[change.workspace_id]
            if isinstance(change, MetadataChange):
                work.metadata.append((place, change))
            else:
                work.changes.append((place, change))
        failed: dict[Place, Exception] = {}
        for workspace_id, work in by_workspace.items():
            try:
                own = table if meter_of is None else table.metered(meter_of(workspace_id))
                self._publish(own, workspace_id, work)
            except Exception as error:  # noqa: BLE001  # Other workspaces' events must not wait for it; the caller reports it.
                work.failed |= {place: error for place, _ in (*work.changes, *work.metadata)}
            failed |= work.failed
        return failed

    def _publish(self, table: Table, workspace_id: str, work: _Work) -> None:
        started = time.monotonic()
        audience = self._audiences.of(table, workspace_id)
        if audience is None:
            return

        work.leave_out(audience.workspace)

        def read_model() -> Model:
            return current_model(table, workspace_id, MetadataState.parse(audience.workspace))

        events = self._of_metadata(audience, read_model, work)
        model = read_model() if work.changes else None
        told: Sequence[_Told] = () if model is None else self._told(table, audience, model, work)
        if model is not None:
            events += _events(model, [(each.place, each.change) for each in told if each.is_event], work.failed)
        if events:
            self._send(table, workspace_id, audience, events)
        timeline = None if model is None or not audience.has_timeline else timeline_of(model)
        on_timelines = [] if timeline is None else [each for each in told if each.is_on_timelines]
        if model is None or timeline is None or not on_timelines:
            return
        try:
            changes = [each.change for each in on_timelines]
            write_activities(table, model, timeline, changes, now=self._now(), started=started)
        except Exception as error:  # noqa: BLE001  # Other records need not come again; the caller reports it.
            work.failed |= {each.place: error for each in on_timelines}

    def _send(self, table: Table, workspace_id: str, audience: Audience, events: Sequence[EventRow]) -> None:
        """Put the rows of events where they belong, and tell the webhooks that want them."""
        if audience.has_feed:
            feed.append(table, workspace_id, events, now=int(self._now()))
        else:
            table.parallel([_putter(workspace_id, event, int(self._now())) for event in events])
        deliveries = [
            Delivery.of_event(webhook_id, event.event_id, event.name, epoch_ms(event.at))
            for event in events
            for webhook_id in audience.webhooks.wanting(event.name)
        ]
        if deliveries:
            delivery_row.create(table, workspace_id, deliveries)
            messages = first_attempts(workspace_id, ((each.webhook_id, each.delivery_id) for each in deliveries))
            self._queue().send(list(messages))

    def _of_metadata(self, audience: Audience, model: Callable[[], Model], work: _Work) -> list[EventRow]:
        """The events of metadata, each once. Without anybody who may want them the rows are not even looked at."""
        if not audience.has_feed and not audience.webhooks.wants_metadata:
            return []
        events: dict[str, EventRow] = {}
        for place, change in work.metadata:
            try:
                made = metadata_events(change, self._entity_changes(change, model), audience.wants)
            except Exception as error:  # noqa: BLE001  # One row must not stop the others; the caller reports it.
                work.failed[place] = error
            else:
                for event in made:
                    events.setdefault(event.event_id, event)
        return list(events.values())

    def _told(self, table: Table, audience: Audience, model: Model, work: _Work) -> list[_Told]:
        """What there is to tell of records. Into the feed what happened to a record before comes before it."""
        timeline = timeline_of(model) if audience.has_timeline else None
        wanted = [
            _Told(place, change, is_event, is_on_timelines)
            for place, change in work.changes
            if (obj := model.by_key.get(change.object_key)) is not None and not is_activity(obj)
            for is_event in (_is_wanted(audience, obj, change),)
            for is_on_timelines in (timeline is not None and timeline.has(obj),)
            if is_event or is_on_timelines
        ]
        resolved = resolve(table, model, [each.change for each in wanted])
        told = [
            replace(each, change=change) for each, change in zip(wanted, resolved, strict=True) if change is not None
        ]
        if not audience.has_feed:
            return told
        complete = with_deletions(table, model.workspace_id, [each.change for each in told], self._patience)
        return [replace(each, change=change) for each, parts in zip(told, complete, strict=True) for change in parts]


@dataclass(frozen=True, slots=True)
class _Told:
    """A change of a record, with the place of the stream that tells of it, and who is told of it."""

    place: Place
    change: RecordChange
    is_event: bool
    is_on_timelines: bool


def _is_wanted(audience: Audience, obj: Object, change: RecordChange) -> bool:
    """Whether anybody may want to hear of a change, before anything is read or rendered for it."""
    return any(audience.wants(f"{obj.name_singular}.{action}") for action in _ACTIONS[change.happening])


#: The actions that a happening may be.
_ACTIONS: Final[Mapping[str, Sequence[str]]] = {
    "created": ("created",),
    "restored": ("restored",),
    "changed": ("updated", "deleted"),
    "deleted": ("deleted",),
    "removed": ("deleted", "destroyed"),
}


def _events(
    model: Model, changes: Sequence[tuple[Place, RecordChange]], failed: dict[Place, Exception]
) -> list[EventRow]:
    """The events of changes, each once, in their order. What cannot be told gets into ``failed``."""
    events: dict[str, EventRow] = {}
    for place, change in changes:
        try:
            event = record_event(model, change)
        except Exception as error:  # noqa: BLE001  # One record must not stop the others; the caller reports it.
            failed[place] = error
        else:
            if event is not None:
                events.setdefault(event.event_id, event)
    return list(events.values())


def _putter(workspace_id: str, event: EventRow, now: int) -> Callable[[Table], bool]:
    return lambda table: event_row.put_once(table, workspace_id, event, now=now)
