"""Objects, fields and records that change all the time, through the front door: nothing fails, nothing is stale.

``make changes RUNS=500`` does this at length. A failure names its seed: ``make changes RUNS=1 SEED=<seed>`` repeats it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.e2e.changing.run import run_lives
from tests.support.stack import local_stack

pytestmark = pytest.mark.slow

#: Lives, half of them with the stream, and the seed of the first ones.
_RUNS = int(os.environ.get("ICOSA_CHANGES", "2"))
_SEED = int(os.environ.get("ICOSA_CHANGES_SEED", "1"))
#: Seconds that a life rests: jobs begin a minute after what they follow from, and there are none in a short test.
_PAUSE = float(os.environ.get("ICOSA_CHANGES_PAUSE", "75" if "ICOSA_CHANGES" in os.environ else "0"))


def _report(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@pytest.mark.parametrize("stream", ["on", "off"])
def test_random_changes_are_seen_at_once(tmp_path: Path, stream: str) -> None:
    runs = (_RUNS + 1) // 2
    with local_stack(tmp_path / "data", stream=stream) as stack:
        tally = run_lives(
            stack.url, stack.key, runs=runs, seed=_SEED, pause=_PAUSE, kind=f"stream {stream}", report=_report
        )
    _report(f"stream {stream}: {tally.runs} lives, {tally.steps} steps, {tally.requests} requests")

    assert not tally.failures, "\n\n".join(tally.failures)
    assert tally.runs == runs
