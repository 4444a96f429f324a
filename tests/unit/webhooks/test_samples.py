"""Samples of events, for every field type (docs/wire/webhooks.md#tests)."""

from __future__ import annotations

import orjson
import pytest

from icosa.metadata.standard import standard_model
from icosa.webhooks.errors import UnknownEvent
from icosa.webhooks.js_text import js_text
from icosa.webhooks.samples import sample_event

NOW = "2026-01-31T12:00:00.000Z"
MODEL = standard_model("6d3b1b0e-0000-4000-8000-000000000001", now=NOW)


@pytest.mark.parametrize("action", ["created", "updated", "deleted", "restored", "destroyed"])
def test_every_object_has_a_sample(action: str) -> None:
    for obj in MODEL.objects:
        event = sample_event(MODEL, f"{obj.name_singular}.{action}", now=NOW)
        body = orjson.loads(event.body)
        assert js_text(body) == event.body
        assert list(body["record"]) == [field.input_name for field in obj.stored_fields]
        assert body["record"]["createdAt"] == NOW
        assert (body["record"]["deletedAt"] == NOW) == (action in ("deleted", "destroyed"))


def test_two_samples_are_two_events() -> None:
    first, second = (sample_event(MODEL, "person.created", now=NOW) for _ in range(2))
    assert first.event_id != second.event_id
    assert orjson.loads(first.body)["record"]["id"] != orjson.loads(second.body)["record"]["id"]


@pytest.mark.parametrize("name", ["", "person", "person.", "people.created", "person.painted", "*.*"])
def test_what_is_no_event(name: str) -> None:
    with pytest.raises(UnknownEvent):
        sample_event(MODEL, name, now=NOW)
