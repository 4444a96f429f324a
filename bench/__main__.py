"""``python -m bench``: seed if need be, then measure the operations of docs/performance.md#targets."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from bench import dataset, hot
from bench.client import Client, Failed
from bench.cold import MEANING, TARGET, cold_starts
from bench.cost import MIXES, ROUND_TRIP, priced, total
from bench.directus_server import CannotRun, Directus, directus
from bench.fill import filled
from bench.folder import Folder, Workspace, function_logs
from bench.fresh import Fresh, fresh
from bench.hostile import hostile_costs
from bench.limited import limited
from bench.load import CLIENTS, Load, Loaded
from bench.machine import describe
from bench.measure import Cost, Measured, explained, measured
from bench.month import months
from bench.objects import grown
from bench.operations import GROWTH, OPERATIONS, Facts, Operation, facts_of
from bench.profiling import profiled
from bench.queries import answered, questions
from bench.recorded import recording
from bench.remembered import Minute, simulate
from bench.seed import seeded
from bench.side_by_side import Ours, compare, fill, units
from bench.stack import StackFailed, local_stack
from bench.tables import table
from bench.traffic import Names
from icosa.catalog.commit import read
from icosa.prices import Cost as Usd
from icosa.prices import prices
from icosa.store import record_memory
from icosa.store.table import Table
from local.report import report
from local.run import EXPECTED

Command = Callable[[argparse.Namespace], Any]


def main(arguments: list[str]) -> int:
    """Run a benchmark; the exit status."""
    options = read_arguments(arguments)
    command: Command = options.command
    print(f"{describe()}\n", flush=True)
    try:
        result = command(options)
    except (*EXPECTED, Failed, StackFailed) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if options.json:
        options.json.write_bytes(orjson.dumps({"machine": describe(), "results": result}, option=orjson.OPT_INDENT_2))
    return 0


def read_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """The options of a command line; ``command`` is the function to call. Without the name of a command it is ``run``.

    Options may stand before the command. They are the command's own all the same: argparse would read them as options
    of the program, and then put the command's defaults in their place.
    """
    parser, commands = _parsers()
    if arguments[:1] in (["-h"], ["--help"]):
        return parser.parse_args(arguments)
    at = next((at for at, argument in enumerate(arguments) if argument in commands), None)
    if at is None:
        return parser.parse_args(["run", *arguments])
    return parser.parse_args([arguments[at], *arguments[:at], *arguments[at + 1 :]])


def _parsers() -> tuple[argparse.ArgumentParser, Mapping[str, argparse.ArgumentParser]]:
    """The program's parser and those of its commands."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--data", type=Path, default=Path(".icosa-bench"), help="data folder (default .icosa-bench)")
    common.add_argument("--json", type=Path, help="also write the results to this file")
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    commands = parser.add_subparsers(metavar="command", required=True)
    seed = commands.add_parser("seed", parents=[common], help="fill a workspace through the API")
    _sized(seed)
    seed.set_defaults(command=_seed)
    run = commands.add_parser(
        "run",
        parents=[common],
        help="the operations of docs/performance.md#targets: CPU, latency, cost (this is the default)",
    )
    _sized(run)
    run.add_argument("--rounds", type=int, default=7, help="rounds of calls of each operation (default 7)")
    run.add_argument("--seconds", type=float, default=0.7, help="length of a round (default 0.7)")
    run.add_argument(
        "--load", type=float, default=5.0, help="seconds of each operation with several clients; 0: none (default 5)"
    )
    run.set_defaults(command=_run)
    growth = commands.add_parser(
        "growth", parents=[common], help="cost of what an index answers, at two numbers of people"
    )
    growth.add_argument(
        "--people", type=_people, nargs=2, default=[1_000, 300_000], help="the two numbers (default 1000 300000)"
    )
    growth.set_defaults(command=_growth)
    queries = commands.add_parser(
        "queries",
        parents=[common],
        help="cost of questions that no single range of an index answers",
    )
    queries.add_argument(
        "--people", type=_people, nargs="+", default=[1_000, 50_000], help="numbers of people (default 1000 50000)"
    )
    queries.add_argument("--companies", type=int, default=10_000, help="companies of each (default 10000)")
    queries.set_defaults(command=_queries)
    sizes = commands.add_parser(
        "sizes",
        parents=[common],
        help="the same questions, each in a process of its own: with CPU and memory, at several numbers of people",
    )
    sizes.add_argument(
        "--people", type=_people, nargs="+", default=[1_000, 50_000, 250_000], help="default 1000 50000 250000"
    )
    sizes.add_argument("--companies", type=int, default=10_000, help="companies of each (default 10000)")
    sizes.add_argument("--only", default="", help="those whose name contains this text")
    sizes.set_defaults(command=_sizes)
    side = commands.add_parser(
        "directus",
        parents=[common],
        help="the same questions to Icosa and to Directus on PostgreSQL, in turns: latency, CPU, and Icosa's units",
    )
    _sized(side)
    side.add_argument("--rounds", type=int, default=3, help="turns of each side (default 3)")
    side.add_argument("--seconds", type=float, default=1.0, help="seconds of a turn (default 1)")
    side.set_defaults(command=_directus)
    cost = commands.add_parser(
        "cost", parents=[common], help="units of every operation, and USD for a million of each and of mixes of them"
    )
    cost.add_argument("--people", type=_people, default=5_000, help="number of people (default 5000)")
    cost.set_defaults(command=_cost)
    remembered = commands.add_parser(
        "remembered", parents=[common], help="what the CRM mix costs while processes come and go, minute by minute"
    )
    remembered.add_argument("--people", type=_people, default=5_000, help="number of people (default 5000)")
    remembered.add_argument("--minutes", type=int, default=5, help="for how long (default 5)")
    remembered.add_argument("--rate", type=float, default=10.0, help="calls a second (default 10)")
    remembered.add_argument("--processes", type=int, default=4, help="processes that answer (default 4)")
    remembered.set_defaults(command=_remembered)
    many = commands.add_parser(
        "objects", parents=[common], help="changes of the model, and requests, in workspaces of many objects"
    )
    many.add_argument("--sizes", type=int, nargs="+", default=[40, 100, 200], help="default 40 100 200")
    many.set_defaults(command=_objects)
    cold = commands.add_parser("cold", parents=[common], help="import and initialisation of every function")
    cold.add_argument("--runs", type=int, default=9, help="starts of each function (default 9)")
    cold.set_defaults(command=_cold)
    hostile = commands.add_parser(
        "hostile", parents=[common], help="the dearest requests that pass all limits, on 1,000 people"
    )
    hostile.add_argument("--only", default="", help="those whose description contains this text")
    hostile.set_defaults(command=_hostile)
    restricted = commands.add_parser(
        "limited", parents=[common], help="get one and lists by keys whose roles have object, field and row rules"
    )
    _sized(restricted)
    restricted.add_argument("--rounds", type=int, default=5, help="rounds of each operation (default 5)")
    restricted.add_argument("--seconds", type=float, default=0.5, help="seconds of a round (default 0.5)")
    restricted.set_defaults(command=_limited)
    heat = commands.add_parser(
        "hot", parents=[common], help="what one workspace saturates first, by a model of DynamoDB's partitions"
    )
    heat.add_argument("--people", type=_people, default=3_000, help="number of people (default 3000)")
    heat.add_argument("--rates", type=int, nargs="+", default=[100, 1_000, 10_000], help="requests a second")
    heat.add_argument("--seconds", type=int, default=480, help="length of the stream (default 480)")
    heat.set_defaults(command=_hot)
    month = commands.add_parser(
        "month", parents=[common], help="two months of a CRM's traffic under each setting `indexes`, and what they cost"
    )
    month.add_argument("--people", type=_people, default=10_000, help="number of people (default 10000)")
    month.set_defaults(command=_month)
    profile = commands.add_parser("profile", parents=[common], help="where the CPU of an operation goes")
    _sized(profile)
    profile.add_argument("operation", choices=[*_named()], help="what to profile")
    profile.add_argument("--calls", type=int, default=200, help="how many calls (default 200)")
    profile.add_argument("--lines", type=int, default=30, help="how many functions to show (default 30)")
    profile.add_argument(
        "--sort", choices=["tottime", "cumulative"], default="tottime", help="own time (default) or with what is called"
    )
    profile.set_defaults(command=_profile)
    return parser, commands.choices


def _sized(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--people", type=_people, default=50_000, help="number of people; a fifth as many companies (default 50000)"
    )


def _people(text: str) -> int:
    number = int(text)
    if number < dataset.SMALLEST:
        raise argparse.ArgumentTypeError(f"at least {dataset.SMALLEST} people")
    return number


def _named() -> Mapping[str, Operation]:
    return {operation.name: operation for operation in (*GROWTH, *OPERATIONS)}


# ------------------------------------------------------------------------------------------------------------- commands


def _seed(options: argparse.Namespace) -> Any:
    workspace = seeded(Folder(options.data), people=options.people)
    assert workspace.seconds
    total = workspace.people + workspace.companies
    pace = f"{workspace.seconds:.0f} s, {total / workspace.seconds:.0f} records a second"
    print(f"{workspace.companies} companies, {workspace.people} people: {pace}")
    return {"people": workspace.people, "companies": workspace.companies, "seconds": workspace.seconds}


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


def _growth(options: argparse.Namespace) -> Any:
    folder = Folder(options.data / "cost")
    workspaces = [filled(folder, people=people, contains=False) for people in options.people]
    with folder.store() as environment:
        costs = [_costs(Client(environment, workspace)) for workspace in workspaces]
    small, large = options.people
    head = [
        *("operation", f"trips at {small}", f"at {large}", f"read units at {small}", f"at {large}"),
        *(f"write units at {small}", f"at {large}", "ratio"),
    ]
    rows = []
    for operation in GROWTH:
        smaller, larger = (measured[operation.name] for measured in costs)
        units = (_units(smaller), _units(larger))
        rows.append(
            [
                *(operation.name, smaller.round_trips, larger.round_trips, smaller.read_units, larger.read_units),
                *(smaller.write_units, larger.write_units, units[1] / units[0]),
            ]
        )
    print(table(head, rows))
    print("".join(f"\n{operation.name}: {operation.grows}" for operation in GROWTH if operation.grows))
    return {
        str(people): {name: asdict(cost) for name, cost in measured.items()}
        for people, measured in zip(options.people, costs, strict=True)
    }


def _costs(client: Client) -> dict[str, Cost]:
    """What a process pays that has not read the records before."""
    facts = facts_of(client)
    costs: dict[str, Cost] = {}
    for operation in GROWTH:
        record_memory.memory.forget()
        costs[operation.name] = explained(client, operation, facts)
    return costs


def _units(cost: Cost) -> float:
    return cost.read_units + cost.write_units


def _queries(options: argparse.Namespace) -> Any:
    folder = Folder(options.data)
    workspaces = [filled(folder, people=people, companies=options.companies) for people in options.people]
    with folder.store() as environment:
        results = [answered(Client(environment, workspace), workspace) for workspace in workspaces]
    head = ["question", *(f"{title} at {people}" for people in options.people for title in ("trips", "units", "ms"))]
    rows = [
        [
            each[0].name,
            *(part for one in each for part in (one.cost.round_trips, one.cost.read_units, one.milliseconds)),
        ]
        for each in zip(*results, strict=True)
    ]
    print(table(head, rows))
    for each in results[-1]:
        print(f"\n{each.name}: {each.cost.plan}", end="")
    print()
    return {
        str(people): [asdict(each) for each in result] for people, result in zip(options.people, results, strict=True)
    }


def _sizes(options: argparse.Namespace) -> Any:
    folder = Folder(options.data)
    workspaces = [filled(folder, people=people, companies=options.companies) for people in options.people]
    names = [each.name for each in questions(options.people[0]) if options.only in each.name]
    found: dict[str, list[Fresh]] = {name: [] for name in names}
    with folder.store() as environment:
        for workspace in workspaces:
            for name in names:
                found[name].append(fresh(environment, workspace, name))
                report(f"{workspace.people} people: {name}: {_size_cells(found[name][-1])}")
    titles = ("trips", "units", "CPU", "ms", "MB")
    head = ["question", *(f"{title} at {people}" for people in options.people for title in titles)]
    print(table(head, [[name, *(cell for each in found[name] for cell in _size_cells(each))] for name in names]))
    return {name: [asdict(each) for each in results] for name, results in found.items()}


def _size_cells(each: Fresh) -> list[object]:
    if each.cost is None:
        return ["refused", "", "", "", round(each.megabytes)]
    cost = each.cost
    return [cost.round_trips, round(cost.read_units), round(each.cpu), round(each.milliseconds), round(each.megabytes)]


def _objects(options: argparse.Namespace) -> Any:
    folder = Folder(options.data)
    workspace = folder.make(people=0, companies=0)
    with folder.store() as environment:
        results = list(grown(Client(environment, workspace), options.sizes))
    head = ["objects", "request", "trips", "read units", "write units", "ms", "KB"]
    rows = [
        [
            *(each.objects, each.name, each.cost.round_trips, each.cost.read_units, each.cost.write_units),
            *(each.milliseconds, each.kilobytes),
        ]
        for each in results
    ]
    print(table(head, rows))
    return [asdict(each) for each in results]


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


def _cost(options: argparse.Namespace) -> Any:
    folder = Folder(options.data / "cost")
    plain = filled(folder, people=options.people, contains=False)
    # Workspaces are known by their number of people; an index for contains filters would make writes dearer.
    indexed = filled(folder, people=options.people + 1)
    with folder.store() as environment:
        results = priced(Client(environment, plain), Client(environment, indexed))
    costs = {each.name: each.cost(prices) for each in results}
    firsts = {each.name: each.cost(prices, first=True) for each in results}
    head = [
        "operation",
        "trips",
        "first",
        "read units",
        "write units",
        "CPU, ms",
        "DynamoDB",
        "Lambda",
        "gateway",
        "USD",
    ]
    rows = [
        [
            *(each.name, each.round_trips, each.first, each.read_units, each.write_units, 1000 * each.cpu),
            *_usd(costs[each.name]),
        ]
        for each in results
    ]
    print(f"{options.people} people; authentication included; Lambda: CPU and {ROUND_TRIP * 1000:g} ms a round trip\n")
    print(table(head, rows))
    mixes = [(mix, mix.cost(costs)) for mix in MIXES]
    head = ["mix", "first", "DynamoDB", "Lambda", "gateway", "USD a million", "below", "met"]
    rows = [
        [mix.name, total(mix.cost(firsts)), *_usd(cost), mix.target, _verdict(total(cost), mix.target)]
        for mix, cost in mixes
    ]
    print(f"\n{table(head, rows)}")
    return {
        "operations": [{**asdict(each), "usd": asdict(costs[each.name])} for each in results],
        "mixes": {mix.name: {**asdict(cost), "target": mix.target} for mix, cost in mixes},
    }


def _remembered(options: argparse.Namespace) -> Any:
    folder = Folder(options.data / "cost")
    workspace = filled(folder, people=options.people, contains=False)
    minutes: list[Minute] = []
    with folder.store() as environment, Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
        client = Client(environment, workspace)
        calls = simulate(client, prices, minutes=options.minutes, rate=options.rate, processes=options.processes)
        minutes.extend(calls)
    head = ["minute", "calls", "read units", "write units", "DynamoDB", "USD a million"]
    rows = [
        [each.minute, each.calls, each.read_units, each.write_units, each.usd["dynamodb"], sum(each.usd.values())]
        for each in minutes
    ]
    print(f"{options.people} people; {options.processes} processes, {options.rate:g} calls of the CRM mix a second\n")
    print(table(head, rows))
    return [asdict(each) for each in minutes]


def _month(options: argparse.Namespace) -> Any:
    folder = Folder(options.data / "month")
    workspace = filled(folder, people=options.people, contains=False)
    with folder.store() as environment:
        client = Client(environment, workspace)
        with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):  # lines of metrics, one a call
            bills = list(months(client, Table.from_environment(), workspace.id))
    head = ["indexes", "month", "read units", "write units", "of jobs", "built", "dropped", "index rows", "USD"]
    rows = [
        [
            *(bill.setting, bill.month, round(bill.reads), round(bill.writes), round(bill.job_writes)),
            *(bill.built, bill.dropped, bill.rows, bill.usd(prices)),
        ]
        for bill in bills
    ]
    print(f"{options.people} people; DynamoDB alone, authentication left out\n")
    print(table(head, rows))
    return [{**asdict(bill), "usd": bill.usd(prices)} for bill in bills]


def _usd(cost: Usd) -> list[float]:
    return [cost.dynamodb, cost.compute, cost.gateway, total(cost)]


def _cold(options: argparse.Namespace) -> Any:
    starts = cold_starts(runs=options.runs)
    print(
        f"Import and initialisation, medians of {options.runs} (ms); target: {TARGET} times an empty function with "
        "the same clients\n"
    )
    rows = [
        [
            *(start.name, start.wall, start.cpu, start.modules, start.ratio, _verdict(start.ratio, TARGET)),
            *(start.later, start.snapshot, start.snapshot_modules, start.baseline),
        ]
        for start in starts
    ]
    head = ["function", "time", "CPU", "modules", "ratio", "met", "later", "snapshot", "its modules", "against"]
    print(table(head, rows))
    print(f"\n{MEANING}")
    return [asdict(start) for start in starts]


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


def _profile(options: argparse.Namespace) -> Any:
    folder = Folder(options.data)
    workspace = seeded(folder, people=options.people)
    with folder.store() as environment:
        client = Client(environment, workspace)
        operation = _named()[options.operation]
        print(
            profiled(client, operation, facts_of(client), calls=options.calls, lines=options.lines, sort=options.sort)
        )


# --------------------------------------------------------------------------------------------------------------- tables


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
                    _verdict(result.cpu, result.target),
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


def _verdict(value: float, target: float | None) -> str:
    return "" if target is None else "yes" if value < target else "NO"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
