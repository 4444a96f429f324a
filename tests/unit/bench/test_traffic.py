"""Streams of recorded requests, and what they do to a table."""

from __future__ import annotations

import pytest

from bench.hot import collisions, lines, outcome, runs
from bench.partitions import hashed
from bench.recorded import Access
from bench.traffic import Names, Part, Remedy, Traffic
from icosa.model.model import Model
from icosa.store import keys
from tests.support.generated import generated_model

_WS = "00000000-0000-4000-8000-000000000001"
_KEY = "00000000-0000-4000-8000-000000000002"
_ID = "00000000-0000-4000-8000-000000000003"
_FRESH = (Part("one", 1.0, fresh=True),)


@pytest.fixture(scope="module")
def model() -> Model:
    return generated_model(_WS, objects=1, fields=1)


@pytest.fixture(scope="module")
def names(model: Model) -> Names:
    return Names(model)


@pytest.fixture(scope="module")
def obj(model: Model) -> str:
    return next(iter(model.by_singular.values())).key


@pytest.fixture(scope="module")
def rising(model: Model, obj: str) -> str:
    """The partition of the index of updatedAt."""
    [found] = [each for each in model.by_singular.values() if each.key == obj]
    return keys.index(_WS, obj, found.by_name["updatedAt"].key)


def _access(key: keys.Key, **units: float) -> Access:
    return Access(*key, **units)  # type: ignore[arg-type]


def test_shares_are_exact(names: Names, obj: str) -> None:
    place = (keys.records(_WS, obj), _ID)
    recorded = {"reads": [[_access(place, read=1.0)]], "writes": [[_access(place, write=2.0)]]}
    mix = (Part("reads", 0.7, fresh=True), Part("writes", 0.3, fresh=True))
    traffic = Traffic(recorded, mix, names, rate=1_000, sampled=10)

    loads = [load for _ in range(10) for load in traffic.second()]

    assert sum(load.read for load in loads) == pytest.approx(7_000)
    assert sum(load.write for load in loads) == pytest.approx(6_000)


def test_the_same_seed_makes_the_same_stream(names: Names, obj: str) -> None:
    recorded = {"one": [[_access((keys.records(_WS, obj), _ID), read=1.0)]]}
    first, second = (Traffic(recorded, _FRESH, names, rate=100) for _ in range(2))

    assert [first.second() for _ in range(3)] == [second.second() for _ in range(3)]


def test_records_are_others_and_rows_of_who_asks_the_same(names: Names, obj: str) -> None:
    request = [_access((f"{_WS}#K", _KEY), read=1.0), _access((keys.records(_WS, obj), _ID), read=1.0)]
    places = {load.place for load in Traffic({"one": [request]}, _FRESH, names, rate=20).second()}

    assert len(places) == 21
    assert (hashed(f"{_WS}#K"), _KEY) in places


def test_one_record_has_one_id_in_a_request(names: Names, obj: str) -> None:
    request = [_access((keys.records(_WS, obj), _ID), write=2.0), _access((keys.edges(_WS, _ID), "x"), write=2.0)]
    [record, edge] = sorted(
        Traffic({"one": [request]}, _FRESH, names, rate=1).second(), key=lambda load: -len(load.name)
    )

    assert edge.place[0] == hashed(keys.edges(_WS, record.place[1]))


def test_where_all_ask_for_the_same_page_the_records_stay(names: Names, obj: str) -> None:
    request = [_access((keys.records(_WS, obj), _ID), read=1.0)]
    loads = Traffic({"one": [request]}, (Part("one", 1.0, fresh=False),), names, rate=20).second()

    assert {load.place[1] for load in loads} == {_ID}


def test_times_rise_with_the_stream(names: Names, rising: str) -> None:
    old, new = (keys.index_sort(f"2026-01-0{day}T00:00:00.000Z", _ID) for day in (1, 2))
    request = [_access((rising, old), write=2.0), _access((rising, new), write=2.0)]
    traffic = Traffic({"one": [request]}, _FRESH, names, rate=1)

    sorts = [sorted(load.place[1].partition(keys.END)[0] for load in traffic.second()) for _ in range(5)]
    newest = [pair[1] for pair in sorts]

    assert newest == sorted(set(newest))
    assert all(pair[0] < newest[0] for pair in sorts)


def test_counters_are_drawn_as_writers_draw_them(names: Names, obj: str) -> None:
    request = [Access(keys.counter(_WS, obj), "3", write=2.0, transaction=True)]
    traffic = Traffic({"one": [request]}, _FRESH, names, rate=500, sampled=500)

    assert {load.place[1] for load in traffic.second()} == {str(number) for number in range(16)}


def test_shards_take_a_record_each_and_ranges_all_of_them(names: Names, obj: str) -> None:
    one = _access((keys.records(_WS, obj), _ID), read=1.0)
    many = Access(keys.records(_WS, obj), _ID, read=9.0, is_range=True)
    remedy = Remedy("", "records ", shards=4)
    singles = Traffic({"one": [[one]]}, _FRESH, names, rate=50, remedies=[remedy]).second()
    ranges = Traffic({"one": [[many]]}, _FRESH, names, rate=1, remedies=[remedy]).second()

    assert len({load.place[0] for load in singles}) == 4
    assert [load.read for load in ranges] == [2.25] * 4


def test_what_is_believed_is_read_once_for_many(names: Names) -> None:
    request = [_access((f"{_WS}#K", _KEY), read=1.0)]
    remedy = Remedy("", "API key", cached=50)

    assert len(Traffic({"one": [request]}, _FRESH, names, rate=100, sampled=100, remedies=[remedy]).second()) == 2


def test_one_key_that_all_read_is_found_with_its_remedy(names: Names) -> None:
    recorded = {"one": [[_access((f"{_WS}#K", _KEY), read=1.0)]]}
    three = runs(recorded, names, rate=16_000, seconds=100, mix=_FRESH)

    [row] = lines(three)
    # 3,000 of 16,000 for ever, and the rest for 69 seconds from what was saved.
    assert row[:4] == [16_000, "API key, reads", 70, 81]
    assert row[6:] == ["read of who asks only for each 50th request", None, None]


def test_transactions_on_one_item_collide(names: Names, obj: str) -> None:
    request = [Access(keys.counter(_WS, obj), "0", write=2.0, transaction=True)]
    result = outcome({"one": [request]}, names, rate=400, seconds=100, partitions=4, mix=_FRESH)

    # 25 a second for each of 16 counters, of which each is held for a hundredth.
    [(name, part)] = collisions(result)
    assert name.startswith("counter ")
    assert part == pytest.approx(0.22, abs=0.03)
