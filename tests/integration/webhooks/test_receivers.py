"""Receivers that know nothing of Icosa verify what it sends: one written after Twenty's page, and the libraries of
Standard Webhooks for Node and Python, for bodies with every type of field.
"""

from __future__ import annotations

import json
import secrets
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from icosa.model.model import Field, Model
from icosa.model.record import Record
from icosa.model.types.registry import by_name
from icosa.store import keys
from icosa.store.record import pack
from icosa.store.stream import RecordChange
from icosa.webhooks.event_body import body_for
from icosa.webhooks.record_events import record_event
from icosa.webhooks.sending.signatures import signed
from tests.support.checkout import ROOT
from tests.support.soak import examples
from tests.unit.model.fields import ID, make_field, make_model, make_object

_WS = "00000000-0000-4000-8000-000000000001"
#: Types of fields that hold no values of their own.
_WITHOUT = ("RELATION", "MORPH_RELATION", "TS_VECTOR", "RICH_TEXT_V2")
_TYPES = [name for name in by_name if name not in _WITHOUT]

_TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))
_NUMBERS = st.one_of(st.integers(-(2**53), 2**53), st.floats(-1e100, 1e100).filter(lambda x: x == 0 or abs(x) > 1e-100))
#: Of members; those that are places of an array JavaScript puts first.
_NAMES = _TEXTS | st.sampled_from(["1", "0", "10", "01"])
_JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        _TEXTS,
        _NUMBERS,
        st.integers(-(2**63), 2**63),
        st.floats(allow_nan=False, allow_infinity=False),
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_NAMES, inner),
    max_leaves=8,
)
#: Raw values by type; of other types the example of the documents.
_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "TEXT": _TEXTS,
    "NUMBER": _NUMBERS,
    "NUMERIC": st.decimals(-(10**20), 10**20, places=6).map(str) | st.integers(-(10**30), 10**30).map(str),
    "BOOLEAN": st.booleans(),
    "DATE": st.dates().map(str),
    "DATE_TIME": st.datetimes(min_value=datetime(1970, 1, 1)).map(lambda moment: moment.isoformat() + "Z"),
    "UUID": st.uuids().map(str),
    "ARRAY": st.lists(_TEXTS, max_size=4),
    "RAW_JSON": st.lists(_JSON, max_size=3) | st.dictionaries(_NAMES, _JSON, max_size=3),
    "POSITION": _NUMBERS,
    "FULL_NAME": st.fixed_dictionaries({"firstName": _TEXTS, "lastName": _TEXTS}),
    "CURRENCY": st.fixed_dictionaries(
        {"amountMicros": st.integers(0, 2**60), "currencyCode": st.sampled_from(["USD", "EUR"])}
    ),
}


def _model() -> Model:
    fields = [
        make_field(name, f"a{number}", f"g{number}", settings={"maxNumberOfValues": 3} if name == "FILES" else None)
        for number, name in enumerate(_TYPES)
    ]
    model = make_model(make_object("thing", *fields))
    return Model(workspace_id=_WS, version=1, objects=model.objects)


_MODEL = _model()


def _stored(field: Field, raw: Any) -> Any:
    return None if raw is None else field.type.parse(field, raw)


@st.composite
def _bodies(draw: st.DrawFn) -> tuple[str, bytes]:
    """An event's id, and its body."""
    [obj] = _MODEL.objects
    values: dict[str, Any] = {}
    for field in obj.stored_fields:
        strategy = _VALUES.get(field.type.name, st.just(field.type.example(field)))
        values[field.key] = _stored(field, draw(st.none() | strategy)) if field.name.startswith("a") else None
    values[obj.by_name["id"].key] = ID
    record = Record.of(values, id=ID, partition=keys.records(_WS, obj.key), version=7)
    row = pack(record, obj.stored_form)
    change = RecordChange(
        workspace_id=_WS,
        object_key=obj.key,
        record_id=ID,
        is_live=True,
        happening="created",
        row=row,
        old=None,
        seconds=1_800_000_000.0,
    )
    event = record_event(_MODEL, change)
    assert event is not None
    target = draw(st.sampled_from(["https://hooks.example/a?b=%C3%A9&c='", "http://xn--bcher-kva.example:8080/"]))
    return event.event_id, body_for(event, webhook_id=ID, target_url=target)


_SECRETS = st.sampled_from(
    [secrets.token_hex(32), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]
)


class Receivers:
    """The process of ``receivers.mjs``."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [ROOT / ".venv" / "bin" / "node", str(Path(__file__).with_name("receivers.mjs"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def verify(self, headers: dict[str, str], body: bytes, keys_: list[str]) -> list[list[bool]]:
        """For each secret what Twenty's receiver says, and the library."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"headers": headers, "body": body.decode(), "secrets": keys_}) + "\n")
        self._process.stdin.flush()
        answers: list[list[bool]] = json.loads(self._process.stdout.readline())
        return answers

    def end(self) -> None:
        self._process.communicate()


@pytest.fixture(scope="module")
def receivers() -> Iterator[Receivers]:
    process = Receivers()
    yield process
    process.end()


# The library compares the time with the machine's clock.
def _now_ms() -> int:
    return int(datetime.now(UTC).timestamp() * 1000)


@given(sent=_bodies(), secret=_SECRETS)
@hypothesis_settings(max_examples=examples(25), suppress_health_check=[HealthCheck.too_slow])
def test_bodies_with_every_type_of_field(receivers: Receivers, sent: tuple[str, bytes], secret: str) -> None:
    event_id, body = sent
    headers = signed(event_id, body, [secret], now_ms=_now_ms())
    assert receivers.verify(headers, body, [secret, "x" * 32]) == [[True, True], [False, False]]
    assert Webhook(secret).verify(body.decode(), headers) == json.loads(body)


def test_both_secrets_while_one_replaces_the_other(receivers: Receivers) -> None:
    new, old = secrets.token_hex(32), secrets.token_hex(32)
    headers = signed("evt_1", b'{"a":"\xc3\xa9"}', [new, old], now_ms=_now_ms())
    # Receivers of Standard Webhooks take either, Twenty's the new one.
    assert receivers.verify(headers, b'{"a":"\xc3\xa9"}', [new, old]) == [[True, True], [False, True]]
