"""What the same request costs in small and large workspaces."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from bench.client import Client
from bench.commands.common import Command, people
from bench.fill import filled
from bench.folder import Folder
from bench.fresh import Fresh, fresh
from bench.measure import Cost, explained
from bench.objects import grown
from bench.operations import GROWTH, facts_of
from bench.queries import answered, questions
from bench.tables import table
from icosa.store import record_memory
from local.report import report


def _add_growth(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--people", type=people, nargs=2, default=[1_000, 300_000], help="the two numbers (default 1000 300000)"
    )


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


def _add_queries(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--people", type=people, nargs="+", default=[1_000, 50_000], help="numbers of people (default 1000 50000)"
    )
    parser.add_argument("--companies", type=int, default=10_000, help="companies of each (default 10000)")


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


def _add_sizes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--people", type=people, nargs="+", default=[1_000, 50_000, 250_000], help="default 1000 50000 250000"
    )
    parser.add_argument("--companies", type=int, default=10_000, help="companies of each (default 10000)")
    parser.add_argument("--only", default="", help="those whose name contains this text")


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


def _add_objects(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sizes", type=int, nargs="+", default=[40, 100, 200], help="default 40 100 200")


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


COMMANDS: Sequence[Command] = (
    Command(
        name="growth",
        help="cost of what an index answers, at two numbers of people",
        add=_add_growth,
        run=_growth,
    ),
    Command(
        name="queries",
        help="cost of questions that no single range of an index answers",
        add=_add_queries,
        run=_queries,
    ),
    Command(
        name="sizes",
        help="the same questions, each in a process of its own: with CPU and memory, at several numbers of people",
        add=_add_sizes,
        run=_sizes,
    ),
    Command(
        name="objects",
        help="changes of the model, and requests, in workspaces of many objects",
        add=_add_objects,
        run=_objects,
    ),
)
