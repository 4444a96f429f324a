"""What a call costs at list prices."""

from __future__ import annotations

import pytest

from icosa.prices import Prices


def test_a_million_calls_like_one() -> None:
    cost = Prices().of_call(reads=15, writes=2, seconds=0.0101, megabytes=2048)

    assert cost.dynamodb == pytest.approx(15 * 0.125 + 2 * 0.625)
    assert cost.compute == pytest.approx(0.2 + 0.011 * 2 * 13.3334)
    assert cost.gateway == 3.5
    assert str(cost) == "call=0.00000712 million=7.12 dynamodb=3.12 lambda=0.49 gateway=3.50"


def test_prices_are_a_setting() -> None:
    prices = Prices.read({"LIST_PRICES": "reads=0.15  requests=4"})

    assert prices == Prices(reads=0.15, requests=4)
    assert Prices.read({}) == Prices.read({"LIST_PRICES": ""}) == Prices()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "read=1",
            "LIST_PRICES: 'read' is none of gigabyte_months, gigabyte_seconds, invocations, reads, requests, writes",
        ),
        ("reads=cheap", "LIST_PRICES: reads must be a number, not 'cheap'"),
        ("reads", "LIST_PRICES: reads must be a number, not ''"),
        ("reads=-1", "LIST_PRICES: reads must be zero or more, not '-1'"),
        ("reads=nan", "LIST_PRICES: reads must be zero or more, not 'nan'"),
    ],
)
def test_prices_that_are_none(text: str, message: str) -> None:
    with pytest.raises(ValueError) as refused:
        Prices.read({"LIST_PRICES": text})

    assert str(refused.value) == message
