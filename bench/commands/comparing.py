"""Icosa beside others, and beside its own limits."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from bench import hot
from bench.client import Client
from bench.commands.common import Command, people, sized
from bench.directus_server import CannotRun, Directus, directus
from bench.fill import filled
from bench.folder import Folder
from bench.hostile import hostile_costs
from bench.limited import limited
from bench.operations import OPERATIONS, facts_of
from bench.recorded import recording
from bench.seed import seeded
from bench.side_by_side import Ours, compare, fill, units
from bench.stack import local_stack
from bench.tables import table
from bench.traffic import Names
from icosa.catalog.commit import read
from icosa.store.table import Table


def _add_directus(parser: argparse.ArgumentParser) -> None:
    sized(parser)
    parser.add_argument("--rounds", type=int, default=3, help="turns of each side (default 3)")
    parser.add_argument("--seconds", type=float, default=1.0, help="seconds of a turn (default 1)")


def _directus(options: argparse.Namespace) -> Any:
    folder = Folder(options.data)
    try:
        with directus(folder.path / "directus") as server:
            return _side_by_side(options, folder, server)
    except CannotRun as missing:
        print(f"skipped: {missing}")
        return None


def _side_by_side(options: argparse.Namespace, folder: Folder, server: Directus) -> Any:
    workspace = filled(folder, people=options.people)
    with folder.store() as environment:
        facts = facts_of(Client(environment, workspace))
    costs = units(folder, workspace, OPERATIONS, facts)
    ids = fill(server, people=workspace.people, companies=workspace.companies)
    with local_stack(folder.path, environments=1) as url:
        ours = Ours(url=url, workspace=workspace, facts=facts, known=OPERATIONS)
        found = compare(ours, server, ids, rounds=options.rounds, seconds=options.seconds)
    head = [
        *("question", "Icosa p50", "p95", "functions", "all", "Directus p50", "p95", "server", "all"),
        *("functions : server", "read units", "write units"),
    ]
    rows = [
        [
            *(name, icosa.p50, icosa.p95, icosa.server, icosa.all, other.p50, other.p95, other.server, other.all),
            *(icosa.server / other.server if other.server else None, *costs[name]),
        ]
        for name, (icosa, other) in found.items()
    ]
    print("Times in ms; CPU for each answer: of the functions or the server alone, and of all processes of a side.\n")
    print(table(head, rows))
    return {name: [asdict(side) for side in sides] for name, sides in found.items()}


def _add_hostile(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--only", default="", help="those whose description contains this text")


def _hostile(options: argparse.Namespace) -> Any:
    folder = Folder(options.data)
    workspace = seeded(folder, people=1_000)
    with folder.store() as environment:
        costs = hostile_costs(Client(environment, workspace), options.only)
    print(
        table(
            ["request", "CPU (s)", "body (KB)", "status", "refused"],
            [[cost.what, cost.cpu, cost.kilobytes, cost.status, cost.message[:60]] for cost in costs],
        )
    )
    return [asdict(cost) for cost in costs]


def _add_limited(parser: argparse.ArgumentParser) -> None:
    sized(parser)
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each operation (default 5)")
    parser.add_argument("--seconds", type=float, default=0.5, help="seconds of a round (default 0.5)")


def _limited(options: argparse.Namespace) -> Any:
    folder = Folder(options.data)
    workspace = seeded(folder, people=options.people)
    with folder.store() as environment:
        results = list(limited(Client(environment, workspace), rounds=options.rounds, seconds=options.seconds))
    head = ["role", "operation", "CPU", "best", "p50", "p95"]
    rows = [
        [each.role, each.timed.name, *(each.timed.cpu, each.timed.best, each.timed.p50, each.timed.p95)]
        for each in results
    ]
    print(table(head, rows))
    return [asdict(result) for result in results]


def _add_hot(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--people", type=people, default=3_000, help="number of people (default 3000)")
    parser.add_argument("--rates", type=int, nargs="+", default=[100, 1_000, 10_000], help="requests a second")
    parser.add_argument("--seconds", type=int, default=480, help="length of the stream (default 480)")


def _hot(options: argparse.Namespace) -> Any:
    folder = Folder(options.data)
    workspace = seeded(folder, people=options.people)
    with folder.store() as environment, recording() as recordings:
        client = Client(environment, workspace)
        requests = hot.recorded(client, facts_of(client), recordings)
        names = Names(read(Table.from_environment(), workspace.id).model)
    rows, results = [], []
    for rate in options.rates:
        three = hot.runs(requests, names, rate=rate, seconds=options.seconds)
        new, prepared = three.new, three.prepared
        print(
            f"{rate} a second: {new.reads:.0f} read units and {new.writes:.0f} write units a second; a new table ends "
            f"with {new.partitions} partitions, one prepared for half as much again with {prepared.partitions}",
            flush=True,
        )
        rows += hot.lines(three)
        results.append(asdict(three))
    head = [
        *("requests", "what", "new table: refused from", "%", "prepared: refused from", "%"),
        *("remedy", "with it: refused from", "%"),
    ]
    print(f"\n{table(head, rows)}")
    return results


COMMANDS: Sequence[Command] = (
    Command(
        name="directus",
        help="the same questions to Icosa and to Directus on PostgreSQL, in turns: latency, CPU, and Icosa's units",
        add=_add_directus,
        run=_directus,
    ),
    Command(
        name="hostile",
        help="the dearest requests that pass all limits, on 1,000 people",
        add=_add_hostile,
        run=_hostile,
    ),
    Command(
        name="limited",
        help="get one and lists by keys whose roles have object, field and row rules",
        add=_add_limited,
        run=_limited,
    ),
    Command(
        name="hot",
        help="what one workspace saturates first, by a model of DynamoDB's partitions",
        add=_add_hot,
        run=_hot,
    ),
)
