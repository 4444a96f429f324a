"""The model of DynamoDB's partitions, on loads that can be counted by hand."""

from __future__ import annotations

from bench.partitions import BURST_SECONDS, Load, Partitions, hashed, partitions_of

_HEAT = 10


def _table() -> Partitions:
    return Partitions(heat_seconds=_HEAT)


def _refused(table: Partitions, loads: list[Load], seconds: int) -> list[float]:
    """What is refused in each second of a steady load."""
    return [sum(refusal.refused for refusal in table.second(loads)[0]) for _ in range(seconds)]


def _writes(sorts: list[str], units: float, key: str = "p") -> list[Load]:
    return [Load((hashed(key), sort), key, 0.0, units / len(sorts)) for sort in sorts]


def test_a_partition_serves_its_limits_for_ever() -> None:
    table = _table()
    loads = [Load((hashed("p"), "a"), "p", 3_000.0, 1_000.0)]

    assert not any(_refused(table, loads, 2 * BURST_SECONDS))
    assert len(table) == 4


def test_what_was_not_used_is_burst_capacity() -> None:
    refused = _refused(_table(), _writes(["a"], 1_600.0), 2 * BURST_SECONDS)
    lasting = 1_000 * BURST_SECONDS // 600

    assert not any(refused[:lasting])
    assert set(refused[lasting:]) == {600.0}


def test_burst_capacity_comes_back() -> None:
    table = _table()
    _refused(table, _writes(["a"], 2_000.0), BURST_SECONDS)
    assert _refused(table, _writes(["a"], 2_000.0), 1) == [1_000.0]
    _refused(table, _writes(["a"], 400.0), 10)

    assert _refused(table, _writes(["a"], 2_000.0), 7) == [0.0] * 6 + [1_000.0]


def test_reads_and_writes_have_limits_of_their_own() -> None:
    [load] = _writes(["a"], 5_000.0)
    refusals, beyond = Partitions().second([load])

    assert refusals == []
    assert beyond == {("p", "write")}


def test_heat_splits_by_sort_key() -> None:
    table = _table()
    loads = _writes([f"{number:02}" for number in range(20)], 2_000.0)

    assert len(table) == 4
    _refused(table, loads, 3 * _HEAT)
    assert len(table) == 5
    assert table.second(loads) == ([], set())


def test_one_item_cannot_be_split() -> None:
    table = _table()
    loads = [*_writes(["hot"], 1_900.0), *_writes(["cold", "warm"], 100.0)]
    _refused(table, loads, 5 * BURST_SECONDS)

    assert _refused(table, loads, 1)[0] >= 900.0


def test_splits_do_not_help_keys_that_only_rise() -> None:
    table = _table()
    refused = [sum(one.refused for one in table.second(_writes([f"{at:06}"], 2_000.0))[0]) for at in range(1_000)]

    assert refused[-1] == 1_000.0


def test_the_name_that_asks_most_is_blamed() -> None:
    place = hashed("p")
    loads = [Load((place, "a"), "small", 0.0, 400.0), Load((place, "b"), "large", 0.0, 700.0)]

    assert Partitions().second(loads)[1] == {("large", "write")}


def test_how_many_partitions_a_table_has() -> None:
    assert partitions_of(0, 0) == 4
    assert partitions_of(12_000, 4_000) == 4
    assert partitions_of(12_001, 4_000) == 5
    assert partitions_of(40_000, 40_000) == 40
