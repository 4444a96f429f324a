"""What calls cost at list prices."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from bench.client import Client
from bench.commands.common import Command, people, verdict
from bench.cost import MIXES, ROUND_TRIP, priced, total
from bench.fill import filled
from bench.folder import Folder
from bench.month import months
from bench.remembered import simulate
from bench.tables import table
from icosa.prices import Cost as Usd
from icosa.prices import prices
from icosa.store.table import Table


def _add_cost(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--people", type=people, default=5_000, help="number of people (default 5000)")


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
        [mix.name, total(mix.cost(firsts)), *_usd(cost), mix.target, verdict(total(cost), mix.target)]
        for mix, cost in mixes
    ]
    print(f"\n{table(head, rows)}")
    return {
        "operations": [{**asdict(each), "usd": asdict(costs[each.name])} for each in results],
        "mixes": {mix.name: {**asdict(cost), "target": mix.target} for mix, cost in mixes},
    }


def _usd(cost: Usd) -> list[float]:
    return [cost.dynamodb, cost.compute, cost.gateway, total(cost)]


def _add_remembered(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--people", type=people, default=5_000, help="number of people (default 5000)")
    parser.add_argument("--minutes", type=int, default=5, help="for how long (default 5)")
    parser.add_argument("--rate", type=float, default=10.0, help="calls a second (default 10)")
    parser.add_argument("--processes", type=int, default=4, help="processes that answer (default 4)")


def _remembered(options: argparse.Namespace) -> Any:
    folder = Folder(options.data / "cost")
    workspace = filled(folder, people=options.people, contains=False)
    with folder.store() as environment:
        client = Client(environment, workspace)
        minutes = list(
            simulate(client, prices, minutes=options.minutes, rate=options.rate, processes=options.processes)
        )
    head = ["minute", "calls", "read units", "write units", "DynamoDB", "USD a million"]
    rows = [
        [each.minute, each.calls, each.read_units, each.write_units, each.usd["dynamodb"], sum(each.usd.values())]
        for each in minutes
    ]
    print(f"{options.people} people; {options.processes} processes, {options.rate:g} calls of the CRM mix a second\n")
    print(table(head, rows))
    return [asdict(each) for each in minutes]


def _add_month(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--people", type=people, default=10_000, help="number of people (default 10000)")


def _month(options: argparse.Namespace) -> Any:
    folder = Folder(options.data / "month")
    workspace = filled(folder, people=options.people, contains=False)
    with folder.store() as environment:
        client = Client(environment, workspace)
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


COMMANDS: Sequence[Command] = (
    Command(
        name="cost",
        help="units of every operation, and USD for a million of each and of mixes of them",
        add=_add_cost,
        run=_cost,
    ),
    Command(
        name="remembered",
        help="what the CRM mix costs while processes come and go, minute by minute",
        add=_add_remembered,
        run=_remembered,
    ),
    Command(
        name="month",
        help="two months of a CRM's traffic under each setting `indexes`, and what they cost",
        add=_add_month,
        run=_month,
    ),
)
