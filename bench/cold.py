"""Cold starts: what a fresh interpreter needs to import and initialise each function, against one that only has the client library.

Modules are compiled beforehand, as the build does it. Start of the interpreter and of Lambda's runtime is the same for all and not
counted.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from bench.folder import ROOT
from local.functions.variables import Services, function_variables
from local.template.names import Deployment
from local.template.reader import read_application

#: Design §8: a function may take so many times the baseline.
TARGET = 2.5
_BASELINE = """from pydynox import pydynox_core
def handler(event, context): return None
"""
_PROBE = """import sys, time
sys.path[0:0] = sys.argv[1:]
wall, cpu, known = time.perf_counter(), time.process_time(), len(sys.modules)
import handler
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
print('[%f, %f, %d]' % (wall * 1000, cpu * 1000, len(sys.modules) - known))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cold:
    """Medians in ms; ``ratio`` compares CPU with the baseline's, which a busy machine disturbs less than the time it takes."""

    name: str
    wall: float
    cpu: float
    modules: int
    ratio: float


def cold_starts(*, runs: int) -> list[Cold]:
    """The baseline first, then every function of the template."""
    with tempfile.TemporaryDirectory() as scratch:
        empty = Path(scratch) / "empty"
        empty.mkdir()
        (empty / "handler.py").write_text(_BASELINE, encoding="utf-8")
        candidates = [("only pydynox", [empty], dict(_plain())), *_functions()]
        samples: dict[str, list[tuple[float, float, int]]] = {name: [] for name, _, _ in candidates}
        for run in range(runs + 1):
            # One after the other, so that a slow moment of the machine meets all of them.
            for name, search_path, environment in candidates:
                sample = _start(search_path, {**environment, "PYTHONPYCACHEPREFIX": f"{scratch}/pycache"})
                if run:  # The first run compiles.
                    samples[name].append(sample)
    base = statistics.median(cpu for _, cpu, _ in samples["only pydynox"])
    return [
        Cold(
            name=name,
            wall=statistics.median(wall for wall, _, _ in taken),
            cpu=(cpu := statistics.median(cpu for _, cpu, _ in taken)),
            modules=taken[0][2],
            ratio=cpu / base,
        )
        for name, taken in samples.items()
    ]


def _functions() -> list[tuple[str, Sequence[Path], dict[str, str]]]:
    deployment = Deployment(endpoint="http://127.0.0.1:9")
    application = read_application(ROOT / "template.yaml", deployment, {})
    services = Services(endpoint=deployment.endpoint, dynamodb=deployment.endpoint, region=deployment.region, access_key="bench")
    secrets = {secret.arn: "s" * 64 for secret in application.secrets}
    return [
        (function.code.name, function.search_path, function_variables(function, services, secrets, None))
        for function in application.functions.values()
    ]


def _plain() -> Mapping[str, str]:
    return {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}


def _start(search_path: Sequence[Path], environment: Mapping[str, str]) -> tuple[float, float, int]:
    command = [sys.executable, "-c", _PROBE, *map(str, search_path)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=dict(environment))
    wall, cpu, modules = orjson.loads(done.stdout.splitlines()[-1])
    return wall, cpu, modules
