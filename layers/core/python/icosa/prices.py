"""What AWS asks for the parts of a call, and what a call costs by that."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """USD for a million of each, without free tiers and discounts: the list prices of us-east-1 for what the template
    deploys. Other regions and architectures have others (parameter ``ListPrices``).
    """

    #: Read and write request units of a table on demand.
    reads: float = 0.125
    writes: float = 0.625
    #: Requests of a REST API.
    requests: float = 3.5
    #: Invocations of a function, and the time of one with a gigabyte of memory, in seconds.
    invocations: float = 0.2
    gigabyte_seconds: float = 13.3334
    #: A month of a gigabyte in the table.
    gigabyte_months: float = 250_000

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """The prices of ``LIST_PRICES``: ``reads=0.125 writes=0.625 …``, those left out by default. Raises ValueError
        naming what cannot be read.
        """
        known = {field.name for field in fields(cls)}
        prices: dict[str, float] = {}
        for part in environment.get("LIST_PRICES", "").split():
            name, _, text = part.partition("=")
            if name not in known:
                raise ValueError(f"LIST_PRICES: {name!r} is none of {', '.join(sorted(known))}")
            try:
                prices[name] = float(text)
            except ValueError:
                raise ValueError(f"LIST_PRICES: {name} must be a number, not {text!r}") from None
            if not 0 <= prices[name] < math.inf:
                raise ValueError(f"LIST_PRICES: {name} must be zero or more, not {text!r}")
        return cls(**prices)

    def of_call(self, *, reads: float, writes: float, seconds: float, megabytes: int) -> Cost:
        """What a million calls cost that are like one."""
        billed = math.ceil(seconds * 1000) / 1000
        return Cost(
            dynamodb=reads * self.reads + writes * self.writes,
            compute=self.invocations + billed * megabytes / 1024 * self.gigabyte_seconds,
            gateway=self.requests,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """USD for a million calls."""

    dynamodb: float
    compute: float
    gateway: float

    def __str__(self) -> str:
        million = self.dynamodb + self.compute + self.gateway
        return (
            f"call={million / _MILLION:.8f} million={million:.2f} dynamodb={self.dynamodb:.2f}"
            f" lambda={self.compute:.2f} gateway={self.gateway:.2f}"
        )


prices = Prices.read(os.environ)
