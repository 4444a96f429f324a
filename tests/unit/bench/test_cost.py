"""The arithmetic of ``python -m bench cost``."""

from __future__ import annotations

import pytest

from bench.cost import MIXES, Mix, Priced, total
from icosa.prices import Cost, Prices


def test_an_operation_costs_its_units_and_its_time() -> None:
    each = Priced(name="create", round_trips=3, read_units=5, write_units=34, cpu=0.002)
    cost = each.cost(Prices())
    assert cost.dynamodb == pytest.approx(5 * 0.125 + 34 * 0.625)
    assert cost.compute == pytest.approx(0.2 + 0.014 * 1769 / 1024 * 13.3334)
    assert total(cost) == pytest.approx(cost.dynamodb + cost.compute + 3.5)


def test_a_mix_is_the_mean_by_shares() -> None:
    costs = {"a": Cost(dynamodb=1, compute=2, gateway=3), "b": Cost(dynamodb=5, compute=6, gateway=3)}
    cost = Mix(name="mix", target=8, shares={"a": 75, "b": 25}).cost(costs)
    assert cost == Cost(dynamodb=2, compute=3, gateway=3)


@pytest.mark.parametrize("mix", MIXES, ids=lambda mix: mix.name)
def test_shares_add_up(mix: Mix) -> None:
    assert sum(mix.shares.values()) == 100
