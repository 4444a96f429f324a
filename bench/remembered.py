"""What the CRM mix really costs while processes come and go: calls of several processes at some rate, each on a page or
a record that it draws, with the writes of the mix in between (docs/storage.md#records-that-are-remembered).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from bench import dataset
from bench.client import Call, Client
from bench.cost import MIXES, asked
from bench.operations import OPERATIONS, by_graph, facts_of, people
from icosa.prices import Cost, Prices
from icosa.store import record_memory

#: Calls until a process is replaced by a new one, on average.
_LIFE = 6_000
#: Pages of people with companies that are looked at: half of all calls want the first.
_PAGES = 20
_BY_NAME = {operation.name: operation for operation in OPERATIONS}
_EQUALITY, _GRAPHQL = "list 60 by an equality filter, with total", "GraphQL 60 people with company, with total"


@dataclass(frozen=True, slots=True, kw_only=True)
class Minute:
    """What the calls of one minute cost on average: read and write units, and USD for a million."""

    minute: int
    calls: int
    read_units: float
    write_units: float
    usd: Mapping[str, float]


def simulate(client: Client, prices: Prices, *, minutes: int, rate: float, processes: int) -> Iterator[Minute]:
    """The cost of each minute, as it ends. ``rate`` are calls a second of all processes together."""
    random = Random(7)
    [mix] = [mix for mix in MIXES if mix.name == "CRM"]
    names, weights = list(mix.shares), list(mix.shares.values())
    draws = _draws(client, random)
    memories = [_memory() for _ in range(processes)]
    began = time.monotonic()
    for minute in range(minutes):
        costs: list[Cost] = []
        reads = writes = 0.0
        for number in range(int(60 * rate)):
            time.sleep(max(0.0, began + 60 * minute + number / rate - time.monotonic()))
            [name] = random.choices(names, weights)
            process = random.randrange(processes)
            if random.random() < processes / _LIFE:
                memories[process] = _memory()
            record_memory.memory = memories[process]
            cost, _ = asked(client, name, draws[name]())
            reads, writes = reads + cost.read_units, writes + cost.write_units
            costs.append(cost.cost(prices))
        yield Minute(
            minute=minute + 1,
            calls=len(costs),
            read_units=reads / len(costs),
            write_units=writes / len(costs),
            usd={part: sum(getattr(cost, part) for cost in costs) / len(costs) for part in Cost.__dataclass_fields__},
        )


def _memory() -> record_memory.RecordMemory:
    return record_memory.RecordMemory(record_memory.BYTES)


def _draws(client: Client, random: Random) -> Mapping[str, Callable[[], Call]]:
    """Makers of a call of each operation of the mix."""
    pages = list(_pages(client))
    cursors = [None, *(page["pageInfo"]["endCursor"] for page in pages)]
    ids = [person["id"] for page in pages for person in page["data"]["people"]]
    facts = replace(facts_of(client), ids=ids)
    titles = dataset.TITLES
    ranks = [1 / (rank + 1) for rank in range(len(titles))]

    def plain(name: str) -> Callable[[], Call]:
        def draw() -> Call:
            return _BY_NAME[name].call(facts, random.randrange(1_000_000))

        return draw

    def by_title() -> Call:
        [title] = random.choices(titles, ranks)
        return people(filter=f'jobTitle[eq]:"{title}"')(facts, 0)

    def with_companies() -> Call:
        first = _BY_NAME[_GRAPHQL].call(facts, 0)
        cursor = None if random.random() < 0.5 else random.choice(cursors)
        document: str = first.body["query"].replace("$first: Int", "$first: Int, $after: String", 1)
        document = document.replace("first: $first", "first: $first, after: $after", 1)
        return by_graph(document, first=60, after=cursor)(facts, 0)

    return {name: plain(name) for name in _BY_NAME} | {_EQUALITY: by_title, _GRAPHQL: with_companies}


def _pages(client: Client) -> Iterator[dict[str, Any]]:
    """The first pages."""
    after: dict[str, str] = {}
    for _ in range(_PAGES):
        page = client.call(Call(method="GET", path="/rest/people", query=after)).json()
        yield page
        after = {"starting_after": page["pageInfo"]["endCursor"]}
