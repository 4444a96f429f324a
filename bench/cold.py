"""Cold starts: what a fresh interpreter needs to import and initialise a function, against one that only has its client
libraries; and what it needs to import everything ahead of a snapshot (``icosa.runtime.prime``).

Modules are compiled beforehand, as the build does it. Start of the interpreter and of Lambda's runtime is the same for
all and not counted.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from bench.folder import ROOT
from local.functions.variables import Services, function_variables
from local.template.names import Deployment
from local.template.reader import read_application

#: docs/performance.md#targets: a function may take so many times the baseline.
TARGET = 2.5
#: Functions that do nothing, by the client libraries that they import: of the data plane, and of the control plane,
#: too.
_BASELINES = {
    "only pydynox": "from pydynox import pydynox_core",
    "only pydynox, boto3, PynamoDB": (
        "import boto3, pynamodb.models\nfrom pydynox import pydynox_core\nboto3.client('apigateway')"
    ),
}
#: What the numbers mean to somebody who calls the API.
MEANING = """\
time, CPU: without SnapStart, the first request of a new environment waits for this, besides the start of Python.
later: without SnapStart, the first requests that need libraries which are not imported yet pay for those; all together
  pay this.
snapshot: with SnapStart, this is paid once, when a version is deployed. No request pays any of it: a restored
  environment imports nothing (tests/integration/functions/test_first_requests.py). What is left is the restore itself,
  which only AWS can tell ("Restore Duration" in the function's log)."""
_SNAPSHOT = {"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"}
_EMPTY = "\ndef handler(event, context): return None\n"
_PROBE = """import sys, time
sys.path[0:0] = sys.argv[1:]
wall, cpu, known = time.perf_counter(), time.process_time(), len(sys.modules)
import handler
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
print('[%f, %f, %d, %d]' % (wall * 1000, cpu * 1000, len(sys.modules) - known, 'pynamodb' in sys.modules))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cold:
    """Medians in ms; ``ratio`` compares CPU with the ``baseline``'s, which a busy machine disturbs less than the time
    it takes. ``snapshot`` is the CPU until a snapshot can be taken; None for baselines.
    """

    name: str
    wall: float
    cpu: float
    modules: int
    baseline: str
    ratio: float
    snapshot: float | None
    snapshot_modules: int | None

    @property
    def later(self) -> float | None:
        """CPU of what is imported when it is needed, if no snapshot is taken."""
        return None if self.snapshot is None else self.snapshot - self.cpu


@dataclass(frozen=True, slots=True)
class _Start:
    wall: float
    cpu: float
    modules: int
    has_control_plane: bool


def cold_starts(*, runs: int) -> list[Cold]:
    """The baselines first, then every function of the template."""
    with tempfile.TemporaryDirectory() as scratch:
        candidates = [*_baselines(Path(scratch)), *_functions()]
        starts: dict[str, list[_Start]] = {name: [] for name, _, _ in candidates}
        snapshots: dict[str, list[_Start]] = {name: [] for name, _, _ in candidates if name not in _BASELINES}
        for run in range(runs + 1):
            # One after the other, so that a slow moment of the machine meets all of them.
            for name, search_path, variables in candidates:
                environment = {**variables, "PYTHONPYCACHEPREFIX": f"{scratch}/pycache"}
                for taken, more in ((starts, {}), (snapshots, _SNAPSHOT)):
                    if name in taken:
                        start = _start(search_path, {**environment, **more})
                        if run:  # The first run compiles.
                            taken[name].append(start)
    cpu = {name: statistics.median(start.cpu for start in taken) for name, taken in starts.items()}
    plain, full = _BASELINES
    return [
        Cold(
            name=name,
            wall=statistics.median(start.wall for start in taken),
            cpu=cpu[name],
            modules=taken[0].modules,
            baseline=(baseline := full if taken[0].has_control_plane else plain),
            ratio=cpu[name] / cpu[baseline],
            snapshot=statistics.median(start.cpu for start in snapshots[name]) if name in snapshots else None,
            snapshot_modules=snapshots[name][0].modules if name in snapshots else None,
        )
        for name, taken in starts.items()
    ]


def _baselines(scratch: Path) -> Iterator[tuple[str, Sequence[Path], dict[str, str]]]:
    for number, (name, imports) in enumerate(_BASELINES.items()):
        folder = scratch / f"empty{number}"
        folder.mkdir()
        (folder / "handler.py").write_text(imports + _EMPTY, encoding="utf-8")
        yield name, [folder], {"AWS_DEFAULT_REGION": "us-east-1", **_plain()}


def _functions() -> list[tuple[str, Sequence[Path], dict[str, str]]]:
    deployment = Deployment(endpoint="http://127.0.0.1:9")
    application = read_application(ROOT / "template.yaml", deployment, {})
    services = Services(
        endpoint=deployment.endpoint, dynamodb=deployment.endpoint, region=deployment.region, access_key="bench"
    )
    secrets = {secret.arn: "s" * 64 for secret in application.secrets}
    return [
        (function.code.name, function.search_path, function_variables(function, services, secrets, None))
        for function in application.functions.values()
    ]


def _plain() -> Mapping[str, str]:
    return {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}


def _start(search_path: Sequence[Path], environment: Mapping[str, str]) -> _Start:
    command = [sys.executable, "-c", _PROBE, *map(str, search_path)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=dict(environment))
    wall, cpu, modules, has_control_plane = orjson.loads(done.stdout.splitlines()[-1])
    return _Start(wall, cpu, modules, bool(has_control_plane))
