"""Bodies of events: JavaScript gives them back unchanged, whatever records hold."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icosa.errors import IcosaError
from icosa.model.model import Field, Model, Object, Option, Relation
from icosa.model.record import Record
from icosa.model.types.registry import by_name
from icosa.store import keys
from icosa.store.record import pack
from icosa.store.stream import RecordChange
from icosa.webhooks.event_body import body_for
from icosa.webhooks.js_text import js_text
from icosa.webhooks.record_events import MOST_BYTES, record_event
from tests.support.checkout import ROOT

WS = "11111111-1111-4111-8111-111111111111"
SECONDS = 1_777_885_965.0
NOW = "2026-05-04T09:12:44.120Z"
_OPTIONS = tuple(Option(id=v, value=v, label=v, position=i) for i, v in enumerate(("NEW", "WON")))
_JOINS = {"RELATION": "partId", "MORPH_RELATION": "morphId"}
_NODE = """
let text = '';
process.stdin.on('data', part => { text += part });
process.stdin.on('end', () => {
  for (const body of JSON.parse(text)) if (JSON.stringify(JSON.parse(body)) !== body) console.log(body);
});
"""


def _fields() -> tuple[Field, ...]:
    """One of each type with a value."""
    made = []
    for number, (name, type_) in enumerate(sorted(by_name.items()), 10):
        if type_.is_stored:
            options: dict[str, Any] = {}
            if name in _JOINS:
                options["relation"] = Relation(
                    kind="MANY_TO_ONE",
                    target_object_id="thing",
                    target_field_id="back",
                    on_delete="SET_NULL",
                    join_column=_JOINS[name],
                )
            if "SELECT" in name or name == "RATING":
                options["options"] = _OPTIONS
            made.append(Field(id=f"id-{name}", key=f"f{number}", name=name.lower(), type=type_, **options))
    stamps = (("id", "UUID"), ("updatedAt", "DATE_TIME"), ("deletedAt", "DATE_TIME"))
    own = [Field(id=name, key=f"f{i}", name=name, type=by_name[kind]) for i, (name, kind) in enumerate(stamps, 1)]
    return (*own, *made)


THING = Object(id="thing", key="o1", name_singular="thing", name_plural="things", fields=_fields())
MODEL = Model(workspace_id=WS, version=1, objects=(THING,))

_TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
_NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(10**30), 10**30),
    st.sampled_from([-0.0, 1e21, 1e-7]),
)
_KEYS = _TEXTS | st.sampled_from(["0", "12", "01", "4294967294", "4294967295", "9007199254740993", "__proto__", "-1"])
_JSON = st.recursive(
    st.none() | st.booleans() | _TEXTS | _NUMBERS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=6),
    max_leaves=12,
)


def unchanged_by_javascript(bodies: Sequence[str]) -> None:
    """One process of Node for many bodies; it prints those that it writes in another way."""
    answer = subprocess.run(
        ["node", "-e", _NODE], input=json.dumps(bodies), capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert answer.stdout == ""


def change(record: Record, *, old: Record | None = None, happening: Any = "created", live: bool = True) -> RecordChange:
    row = pack(record, None)
    before = None if old is None else pack(old, None)
    return RecordChange(
        workspace_id=WS,
        object_key="o1",
        record_id=record.id,
        is_live=live,
        happening=happening,
        row=row,
        old=before,
        version=record.version,
        seconds=SECONDS,
    )


def thing(version: int = 7, **values: Any) -> Record:
    stored = {THING.by_name[name].key: value for name, value in values.items()}
    return Record.of({"f1": "r1", **stored}, id="r1", partition=keys.records(WS, "o1"), version=version)


def body_of(made: RecordChange) -> Any:
    event = record_event(MODEL, made)
    assert event is not None
    return orjson.loads(event.body)


def test_javascript_writes_any_json_as_it_is_written_here() -> None:
    texts: list[str] = []

    @settings(max_examples=100, database=None)
    @given(_JSON)
    def collect(value: Any) -> None:
        texts.append(js_text(value))

    collect()
    unchanged_by_javascript(texts)


def test_bodies_with_fields_of_all_types() -> None:
    """Values are what a request may hold, checked as a request's are; what is refused is no record's."""
    bodies: list[str] = []
    fields = [field for field in THING.stored_fields if field.name not in ("id", "updatedAt", "deletedAt")]

    @settings(max_examples=90, database=None)
    @given(st.data())
    def collect(data: st.DataObject) -> None:
        values: dict[str, Any] = {}
        for field in data.draw(st.lists(st.sampled_from(fields), min_size=1, max_size=8, unique_by=id)):
            raw = data.draw(_value(field))
            try:
                stored = field.type.parse(field, raw)
            except IcosaError:
                continue
            if stored is not None:
                values[field.name] = stored
        event = record_event(MODEL, change(thing(**values)))
        assert event is not None
        bodies.append(body_for(event, webhook_id="w1", target_url='https://hook.example.com/?a="é"').decode())

    collect()
    unchanged_by_javascript(bodies)


def test_a_body_shows_a_value_of_every_type() -> None:
    values: dict[str, Any] = {
        "ACTOR": {"source": "API", "name": "n"},
        "FILES": [{"fileId": WS, "label": "a.pdf"}],
        "POSITION": 1.5,
        "RELATION": WS,
        "MORPH_RELATION": WS,
        "MULTI_SELECT": ["NEW"],
        "SELECT": "NEW",
        "RATING": "NEW",
    }
    stored: dict[str, Any] = {}
    for field in THING.stored_fields:
        if field.name not in ("id", "updatedAt", "deletedAt"):
            raw = values.get(field.type.name, field.type.example(field))
            stored[field.name] = field.type.parse(field, raw)
            assert stored[field.name] is not None, field.type.name
    body = body_of(change(thing(**stored)))
    assert {name for name, value in body["record"].items() if value in (None, "", [], {})} == {"updatedAt", "deletedAt"}
    unchanged_by_javascript([js_text(body)])


def _value(field: Field) -> st.SearchStrategy[Any]:
    """Values of a request: made from the example that documents show, or anything."""
    example = field.type.example(field)
    by_type: dict[str, st.SearchStrategy[Any]] = {
        "RAW_JSON": st.dictionaries(_KEYS, _JSON, max_size=5),
        "NUMBER": _NUMBERS,
        "NUMERIC": _NUMBERS,
        "POSITION": _NUMBERS,
        "TEXT": _TEXTS,
        "ARRAY": st.lists(_TEXTS, max_size=3),
        "RATING": st.sampled_from(["RATING_1", "NEW", "WON"]),
        "SELECT": st.sampled_from(["NEW", "WON"]),
        "MULTI_SELECT": st.lists(st.sampled_from(["NEW", "WON"]), max_size=2, unique=True),
        "BOOLEAN": st.booleans(),
        "UUID": st.uuids().map(str),
        "RELATION": st.uuids().map(str),
        "MORPH_RELATION": st.uuids().map(str),
        "FULL_NAME": st.fixed_dictionaries({"firstName": _TEXTS, "lastName": _TEXTS}),
        "CURRENCY": st.fixed_dictionaries(
            {"amountMicros": st.integers(-(10**17), 10**17), "currencyCode": st.just("EUR")}
        ),
        "ACTOR": st.fixed_dictionaries({"source": st.just("API"), "name": _TEXTS, "context": st.just({"a": 1.0})}),
        "ADDRESS": st.fixed_dictionaries({"addressCity": _TEXTS, "addressLat": st.floats(-90, 90)}),
        "FILES": _TEXTS.map(lambda name: [{"fileId": WS, "label": f"{name}.pdf"}]),
        "DATE": st.dates().map(str),
        "DATE_TIME": st.datetimes().map(lambda moment: moment.isoformat() + "Z"),
    }
    return by_type.get(field.type.name, st.just(example) | _JSON)


def test_a_body_member_by_member() -> None:
    event = record_event(MODEL, change(thing(text="é", updatedAt=NOW)))
    assert event is not None
    assert (event.name, event.at, event.sequence, event.object_key, event.record_id) == (
        "thing.created",
        NOW,
        7,
        "o1",
        "r1",
    )
    body = body_for(event, webhook_id="w1", target_url="https://hook.example.com/")
    sent = orjson.loads(body)
    assert list(sent) == [
        "targetUrl",
        "eventName",
        "objectMetadata",
        "workspaceId",
        "webhookId",
        "eventDate",
        "record",
    ]
    assert (sent["targetUrl"], sent["webhookId"]) == ("https://hook.example.com/", "w1")
    assert sent["objectMetadata"] == {"id": "thing", "nameSingular": "thing"}
    assert sent["record"]["text"] == "é" and "é".encode() in body
    assert [THING.by_key[key].input_name for key in event.fields] == list(sent["record"])


def test_what_an_update_has_changed() -> None:
    old = thing(text="a", updatedAt=NOW, full_name={"firstName": "A"}, relation="x")
    new = thing(8, text="a", updatedAt="2026-05-04T09:12:45.000Z", full_name={"firstName": "B"})
    body = body_of(change(new, old=old, happening="changed"))
    assert body["updatedFields"] == ["full_name", "partId"]
    assert body["eventDate"] == "2026-05-04T09:12:45.000Z"
    only_the_time = thing(8, text="a", updatedAt=NOW.replace("44", "45"), full_name={"firstName": "A"}, relation="x")
    assert record_event(MODEL, change(only_the_time, old=old, happening="changed")) is None


def test_the_times_of_events() -> None:
    """The request's, where the record has it; not a time that a client has chosen, nor one of an earlier change."""
    assert body_of(change(thing(updatedAt="2020-01-01T00:00:00.000Z")))["eventDate"] == "2026-05-04T09:12:45.000Z"
    assert body_of(change(thing(updatedAt=NOW), happening="destroyed"))["eventDate"] == "2026-05-04T09:12:45.000Z"
    same_second = thing(updatedAt="2026-05-04T09:12:45.300Z")
    assert body_of(change(same_second, happening="destroyed"))["eventDate"] == "2026-05-04T09:12:45.300Z"
    cleared = change(thing(8, updatedAt=NOW), old=thing(updatedAt=NOW, relation="x"), happening="changed")
    assert body_of(cleared)["eventDate"] == "2026-05-04T09:12:45.000Z"


@pytest.mark.parametrize(
    ("happening", "name", "fields"),
    [
        ("created", "thing.created", None),
        ("restored", "thing.restored", ["deletedAt"]),
        ("deleted", "thing.deleted", ["deletedAt"]),
        ("destroyed", "thing.destroyed", None),
    ],
)
def test_names_of_events(happening: Any, name: str, fields: list[str] | None) -> None:
    body = body_of(change(thing(), happening=happening))
    assert (body["eventName"], body.get("updatedFields")) == (name, fields)


def test_a_record_in_the_trash_that_is_deleted_again() -> None:
    old, new = thing(deletedAt=NOW), thing(8, deletedAt="2026-05-05T00:00:00.000Z")
    assert body_of(change(new, old=old, happening="changed", live=False))["eventName"] == "thing.deleted"


@pytest.mark.parametrize("size", [MOST_BYTES - 20_000, MOST_BYTES])
def test_a_body_that_is_too_large_names_the_record(size: int) -> None:
    event = record_event(MODEL, change(thing(text="x" * size)))
    assert event is not None
    body = orjson.loads(body_for(event, webhook_id="w", target_url="https://" + "h" * 2_000))
    if size == MOST_BYTES:
        assert (body["record"], body["truncated"], event.fields) == ({"id": "r1"}, True, ())
        unchanged_by_javascript([event.body])
    else:
        assert "truncated" not in body and len(body["record"]["text"]) == size


def test_an_object_that_is_gone_has_no_events() -> None:
    made = change(thing())
    assert record_event(Model(workspace_id=WS, version=2, objects=()), made) is None


def test_ids_tell_workspaces_records_actions_and_versions_apart() -> None:
    other = Model(workspace_id=WS.replace("1", "2"), version=1, objects=(THING,))
    events = [
        record_event(model, made)
        for model in (MODEL, other)
        for made in (
            change(thing(7)),
            change(thing(8)),
            change(thing(7), happening="destroyed"),
            change(thing(7), happening="restored"),
        )
    ]
    assert len({event.event_id for event in events if event is not None}) == 8
