"""Many lives in one workspace."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from .api import Api, Mismatch
from .life import Life, Names

#: Steps after every kind of field is there, and those of the second part of a life.
_FIRST_STEPS, _LATER_STEPS = 5, 3
#: Lives that rest at the same time, and how many lives have one that rests: the more there are, the larger the model.
_RESTING, _LIVES_FOR_EACH = 4, 4
#: Failures after which there is nothing to learn.
_ENOUGH = 10


@dataclass
class Tally:
    """What was done, and what was wrong."""

    runs: int = 0
    steps: int = 0
    requests: int = 0
    failures: list[str] = field(default_factory=list)


@dataclass(eq=False)
class _Resting:
    seed: int
    life: Life
    until: float


def run_lives(
    url: str, key: str, *, runs: int, seed: int, pause: float, kind: str, report: Callable[[str], None]
) -> Tally:
    """So many lives, one after the other, with the seeds from ``seed`` on; lives of another ``kind`` are others.

    Every fourth rests for ``pause`` seconds before it goes on and ends, while others begin: whatever is done behind the
    scenes some time after a change has been done by then, or is being done. A life that fails is left as it is.
    """
    api = Api(url, key)
    names, tally = Names(Random(0)), Tally()
    resting: list[_Resting] = []
    company = next(
        o for o in api.ask("GET", "/rest/metadata/objects")["data"]["objects"] if o["nameSingular"] == "company"
    )

    def attempt(number: int, life: Life, part: Callable[[], None]) -> bool:
        try:
            part()
        except Mismatch as error:
            history = "\n  ".join(life.history[-25:])
            tally.failures.append(f"seed {number}: {error}\nhistory:\n  {history}")
            report(tally.failures[-1])
            return False
        return True

    def wake(oldest: _Resting) -> None:
        resting.remove(oldest)
        time.sleep(max(0.0, oldest.until - time.monotonic()))

        def go_on() -> None:
            oldest.life.check()
            oldest.life.go_on(_LATER_STEPS)
            oldest.life.end()

        done = attempt(oldest.seed, oldest.life, go_on)
        tally.runs += done
        tally.steps += len(oldest.life.history)
        if tally.runs % 10 == 0:
            report(f"{tally.runs} lives, {tally.steps} steps, {api.requests} requests")

    try:
        for number in range(seed, seed + runs):
            life = Life(api, names, Random(f"{kind} {number}"), company["id"], number)

            def begin(life: Life = life) -> None:
                life.begin()
                life.go_on(_FIRST_STEPS)

            if attempt(number, life, begin):
                resting.append(_Resting(number, life, time.monotonic() + (0 if number % _LIVES_FOR_EACH else pause)))
            for field in [field for field in resting if field.until <= time.monotonic()] or resting[_RESTING:]:
                wake(field)
            if len(tally.failures) >= _ENOUGH:
                break
        for field in [*resting]:
            wake(field)
    finally:
        tally.requests = api.requests
        api.close()
    return tally
