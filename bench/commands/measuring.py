"""What one request takes: CPU, latency, and where the time goes."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from bench.client import Client
from bench.cold import MEANING, TARGET, cold_starts
from bench.commands.common import Command, sized, verdict
from bench.folder import Folder, Workspace, function_logs
from bench.load import CLIENTS, Load, Loaded
from bench.measure import Measured, measured
from bench.operations import GROWTH, OPERATIONS, Facts, Operation, facts_of
from bench.profiling import profiled
from bench.seed import seeded
from bench.stack import local_stack
from bench.tables import table


def _add_seed(parser: argparse.ArgumentParser) -> None:
    sized(parser)


def _seed(options: argparse.Namespace) -> Any:
    workspace = seeded(Folder(options.data), people=options.people)
    assert workspace.seconds
    total = workspace.people + workspace.companies
    pace = f"{workspace.seconds:.0f} s, {total / workspace.seconds:.0f} records a second"
    print(f"{workspace.companies} companies, {workspace.people} people: {pace}")
    return {"people": workspace.people, "companies": workspace.companies, "seconds": workspace.seconds}


def _add_run(parser: argparse.ArgumentParser) -> None:
    sized(parser)
    parser.add_argument("--rounds", type=int, default=7, help="rounds of calls of each operation (default 7)")
    parser.add_argument("--seconds", type=float, default=0.7, help="length of a round (default 0.7)")
    parser.add_argument(
        "--load", type=float, default=5.0, help="seconds of each operation with several clients; 0: none (default 5)"
    )


def _run(options: argparse.Namespace) -> Any:
    folder = Folder(options.data)
    workspace = seeded(folder, people=options.people)
    print(f"{workspace.companies} companies, {workspace.people} people\n", flush=True)
    with folder.store() as environment:
        client = Client(environment, workspace)
        facts = facts_of(client)
        alone = [
            measured(client, operation, facts, rounds=options.rounds, seconds=options.seconds)
            for operation in OPERATIONS
        ]
    print("One client, the function in process (CPU of the process, DynamoDB excluded; ms):\n")
    print(_alone_table(alone), flush=True)
    loaded = _load(folder, workspace, facts, seconds=options.load) if options.load else []
    if loaded:
        print(f"\n{CLIENTS} clients, local stack over HTTP (everything on this machine; ms):\n")
        print(_load_table(loaded), flush=True)
    return {"alone": [asdict(result) for result in alone], "load": [asdict(result) for result in loaded]}


def _load(folder: Folder, workspace: Workspace, facts: Facts, *, seconds: float) -> list[Loaded]:
    with local_stack(folder.path, environments=2) as url:
        load = Load(url, workspace, partial(function_logs, folder))
        return [load.run(operation, facts, seconds=seconds) for operation in OPERATIONS]


def _alone_table(results: Sequence[Measured]) -> str:
    head = ["operation", "CPU", "best", "target", "met", "p50", "p95", "trips", "calls", "read units", "write units"]
    return table(
        head,
        [
            [
                *(
                    result.name,
                    result.cpu,
                    result.best,
                    result.target,
                    verdict(result.cpu, result.target),
                    result.p50,
                    result.p95,
                ),
                *(result.cost.round_trips, result.cost.calls, result.cost.read_units, result.cost.write_units),
            ]
            for result in results
        ],
    )


def _load_table(results: Sequence[Loaded]) -> str:
    return table(
        ["operation", "CPU", "requests", "a second", "p50", "p95"],
        [[result.name, result.cpu, result.requests, result.per_second, result.p50, result.p95] for result in results],
    )


def _add_profile(parser: argparse.ArgumentParser) -> None:
    sized(parser)
    parser.add_argument("operation", choices=[*_named()], help="what to profile")
    parser.add_argument("--calls", type=int, default=200, help="how many calls (default 200)")
    parser.add_argument("--lines", type=int, default=30, help="how many functions to show (default 30)")
    parser.add_argument(
        "--sort", choices=["tottime", "cumulative"], default="tottime", help="own time (default) or with what is called"
    )


def _profile(options: argparse.Namespace) -> Any:
    folder = Folder(options.data)
    workspace = seeded(folder, people=options.people)
    with folder.store() as environment:
        client = Client(environment, workspace)
        operation = _named()[options.operation]
        print(
            profiled(client, operation, facts_of(client), calls=options.calls, lines=options.lines, sort=options.sort)
        )


def _named() -> Mapping[str, Operation]:
    return {operation.name: operation for operation in (*GROWTH, *OPERATIONS)}


def _add_cold(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--runs", type=int, default=9, help="starts of each function (default 9)")


def _cold(options: argparse.Namespace) -> Any:
    starts = cold_starts(runs=options.runs)
    print(
        f"Import and initialisation, medians of {options.runs} (ms); target: {TARGET} times an empty function with "
        "the same clients\n"
    )
    rows = [
        [
            *(start.name, start.wall, start.cpu, start.modules, start.ratio, verdict(start.ratio, TARGET)),
            *(start.later, start.snapshot, start.snapshot_modules, start.baseline),
        ]
        for start in starts
    ]
    head = ["function", "time", "CPU", "modules", "ratio", "met", "later", "snapshot", "its modules", "against"]
    print(table(head, rows))
    print(f"\n{MEANING}")
    return [asdict(start) for start in starts]


COMMANDS: Sequence[Command] = (
    Command(
        name="seed",
        help="fill a workspace through the API",
        add=_add_seed,
        run=_seed,
    ),
    Command(
        name="run",
        help="the operations of docs/performance.md#targets: CPU, latency, cost (this is the default)",
        add=_add_run,
        run=_run,
    ),
    Command(
        name="profile",
        help="where the CPU of an operation goes",
        add=_add_profile,
        run=_profile,
    ),
    Command(
        name="cold",
        help="import and initialisation of every function",
        add=_add_cold,
        run=_cold,
    ),
)
