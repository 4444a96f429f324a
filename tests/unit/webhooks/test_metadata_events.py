"""Which events of metadata are made, and what they say (docs/wire/events.md#metadata)."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from icosa.access.permissions import Permissions
from icosa.access.roles import Role
from icosa.metadata.entity_changes import entity_changes
from icosa.model.model import Model
from icosa.store import keys
from icosa.store.event_row import EventRow
from icosa.store.stream import MetadataChange
from icosa.webhooks.metadata_events import EntityChange, is_shown, metadata_events

_SECONDS = 1_777_885_965.0
_MOMENT = "2026-05-04T09:12:44.120Z"
_CHANGE = MetadataChange(
    workspace_id="ws", kind="view", row_id="views#v", old=None, new=None, revision=7, seconds=_SECONDS
)


def events(*entities: EntityChange, wanted: tuple[str, ...] = ()) -> list[EventRow]:
    return metadata_events(_CHANGE, entities, lambda name: not wanted or name in wanted)


def test_what_is_told() -> None:
    made = events(
        EntityChange("view", "a", None, {"name": "A", "updatedAt": _MOMENT}),
        EntityChange("view", "b", {"name": "B", "n": 1}, {"name": "C", "n": 1}),
        EntityChange("view", "c", {"name": "C"}, None),
        EntityChange("view", "d", {"name": "D", "updatedAt": "x"}, {"name": "D", "updatedAt": _MOMENT}),
    )
    assert [(event.name, event.record_id, event.at) for event in made] == [
        ("metadata.view.created", "a", _MOMENT),
        ("metadata.view.updated", "b", "2026-05-04T09:12:45.000Z"),
        ("metadata.view.deleted", "c", "2026-05-04T09:12:45.000Z"),
    ]
    assert [orjson.loads(event.body)["event"]["properties"] for event in made] == [
        {"after": {"name": "A", "updatedAt": _MOMENT}},
        {
            "before": {"name": "B", "n": 1},
            "after": {"name": "C", "n": 1},
            "updatedFields": ["name"],
            "diff": {"name": {"before": "B", "after": "C"}},
        },
        {"before": {"name": "C"}},
    ]
    assert {event.sequence for event in made} == {7} and {event.object_key for event in made} == {None}


def test_ids_follow_from_what_happened() -> None:
    first, again = (events(EntityChange("view", "a", None, {"name": name}))[0].event_id for name in ("A", "B"))
    others = [
        events(change)[0].event_id
        for change in (
            EntityChange("view", "b", None, {}),
            EntityChange("viewField", "a", None, {}),
            EntityChange("view", "a", {}, None),
        )
    ]
    assert first == again and len({first, *others}) == 4


def test_only_what_is_wanted_is_made() -> None:
    both = EntityChange("view", "a", None, {}), EntityChange("viewField", "b", None, {})
    assert [event.record_id for event in events(*both, wanted=("metadata.viewField.created",))] == ["b"]


def test_large_bodies_name_the_entity_only() -> None:
    [event] = events(EntityChange("view", "a", {"name": "x" * 150_000}, {"name": "y" * 150_000}))
    body = orjson.loads(event.body)
    assert body["truncated"] is True
    assert body["event"]["properties"] == {"updatedFields": ["name"]} and body["event"]["recordId"] == "a"


@pytest.mark.parametrize(("created", "count"), [(_MOMENT, 1), ("2026-04-01T00:00:00.000Z", 0)])
def test_an_index_that_only_moves_to_a_row_of_its_own_is_not_new(created: str, count: int) -> None:
    item: dict[str, Any] = keys.item_at(
        keys.index_row("ws", "o", "i"), rev=7, id="i", name="IDX", members=[], created_at=created, updated_at=created
    )
    change = MetadataChange(
        workspace_id="ws", kind="index", row_id=item["SK"], old=None, new=item, revision=7, seconds=_SECONDS
    )
    assert len(list(entity_changes(change, _no_model))) == count


def _no_model() -> Model:
    raise AssertionError("only names of views take the model")


@pytest.mark.parametrize(("name", "flag"), [("fieldMetadata", "DATA_MODEL"), ("role", "ROLES"), ("viewSort", None)])
def test_events_are_shown_to_those_who_may_read_the_entity(name: str, flag: str | None) -> None:
    event = f"metadata.{name}.updated"
    assert is_shown(event, Permissions(Role(id="r", flags=frozenset({"API_KEYS_AND_WEBHOOKS"})))) == (flag is None)
    if flag is not None:
        assert is_shown(event, Permissions(Role(id="r", flags=frozenset({flag}))))
    assert is_shown("person.created", Permissions(Role(id="r"))) is None
