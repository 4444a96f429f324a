"""The same questions to Icosa and to Directus, over the same data, in one run, turn and turn about.

Both are asked over HTTP by one client. CPU is what all processes of a side use meanwhile: of Icosa the gateway, the
functions and Dynoxide, of Directus its server and PostgreSQL. That of the server alone is given besides: the
functions', and Directus' own process. Directus has no index but those that it makes itself: primary and unique keys.
"""

from __future__ import annotations

import csv
import io
import os
import statistics
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson
import urllib3

from bench import dataset
from bench.client import Client, Failed
from bench.directus_server import TOKEN, Directus, sql
from bench.folder import Folder, Workspace
from bench.measure import explained, quantile
from bench.operations import Facts, Operation
from bench.queries import questions

_TICKS = os.sysconf("SC_CLK_TCK")
_SHOWN = "id,first_name,last_name,job_title,email,created_at"

Request = tuple[str, str, Any]
"""Method, path with its query, body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """``icosa`` is the name of a question or operation of this package."""

    icosa: str
    directus: Callable[[Sequence[str], int], Request]
    undo: Callable[[Any], Request] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """Times in ms: of an answer, and of CPU for each answer by the server alone and by all processes."""

    p50: float
    p95: float
    server: float
    all: float


def _people(**query: Any) -> Callable[[Sequence[str], int], Request]:
    return lambda ids, number: ("GET", f"/items/people?{urlencode({'limit': 60, **query})}", None)


def _new(number: int) -> dict[str, Any]:
    row = _person_row(dataset.person(dataset.SMALLEST + number, []), None)
    return {**row, "id": str(uuid.uuid4()), "email": f"{uuid.uuid4().hex}@mail.example"}


_TITLED = {"filter[job_title][_eq]": dataset.COMMON_TITLE}
_TOTAL = {"meta": "filter_count"}
_NEWEST = {"sort": "-created_at"}


def _containing(field: str, part: str) -> Callable[[Sequence[str], int], Request]:
    return _people(**{f"filter[{field}][_icontains]": part}, **_TOTAL)


QUESTIONS: Sequence[Question] = (
    Question(icosa="get one", directus=lambda ids, number: ("GET", f"/items/people/{ids[number % len(ids)]}", None)),
    Question(icosa="equality (2 %)", directus=_people(**_TITLED, **_TOTAL)),
    Question(icosa="newest first", directus=_people(**_NEWEST, **_TOTAL)),
    Question(icosa="equality (2 %), newest first", directus=_people(**_TITLED, **_NEWEST, **_TOTAL)),
    Question(
        icosa="two equalities (2 %, 3 %)",
        directus=_people(**_TITLED, **{"filter[last_name][_eq]": "Xu"}, **_TOTAL),
    ),
    Question(icosa="ilike %ief eng% (2 %), index of type GIN", directus=_containing("job_title", "ief eng")),
    Question(icosa="ilike %engineer% (14 %), index of type GIN", directus=_containing("job_title", "engineer")),
    Question(icosa="ilike %no such title%, index of type GIN", directus=_containing("job_title", "no such title")),
    Question(icosa="ilike %anov% (3 %), a scan", directus=_containing("last_name", "anov")),
    Question(icosa="by last name, first name", directus=_people(sort="last_name,first_name", **_TOTAL)),
    Question(icosa="by company's name, nulls last", directus=_people(sort="company_id.name", **_TOTAL)),
    Question(
        icosa="groups of one field",
        directus=lambda ids, number: ("GET", "/items/people?aggregate[count]=*&groupBy[]=job_title&limit=-1", None),
    ),
    Question(
        icosa="GraphQL 60 people with company, with total",
        directus=_people(fields=f"{_SHOWN},company_id.id,company_id.name,company_id.domain", **_TOTAL),
    ),
    Question(
        icosa="60 companies, 5 newest people each",
        directus=lambda ids, number: (
            "GET",
            "/items/companies?"
            + urlencode(
                {
                    "limit": 60,
                    "fields": "id,name," + ",".join(f"people.{name}" for name in _SHOWN.split(",")),
                    "deep[people][_limit]": 5,
                    "deep[people][_sort]": "-created_at",
                }
            ),
            None,
        ),
    ),
    Question(
        icosa="create one",
        directus=lambda ids, number: ("POST", "/items/people", _new(number)),
        undo=lambda data: ("DELETE", f"/items/people/{data['id']}", None),
    ),
    Question(
        icosa="update one",
        directus=lambda ids, number: (
            "PATCH",
            f"/items/people/{ids[number % len(ids)]}",
            {"job_title": f"Engineer {uuid.uuid4().hex[:8]}"},
        ),
    ),
    Question(
        icosa="batch create 60",
        directus=lambda ids, number: ("POST", "/items/people", [_new(60 * number + i) for i in range(60)]),
        undo=lambda data: ("DELETE", "/items/people", [row["id"] for row in data]),
    ),
)


# ----------------------------------------------------------------------------------------------------------------- data


def fill(server: Directus, *, people: int, companies: int) -> list[str]:
    """Make the collections and give them the records of ``dataset``; the ids of some people."""
    _collection(server, "companies", ("name", "domain", "city"))
    _collection(server, "people", ("first_name", "last_name", "email", "job_title", "phone", "linkedin"))
    _send(server, "POST", "/fields/people", {"field": "created_at", "type": "timestamp", "schema": {}, "meta": {}})
    _send(server, "POST", "/fields/people", {"field": "company_id", "type": "uuid", "schema": {}, "meta": {}})
    _send(server, "POST", "/fields/companies", {"field": "people", "type": "alias", "meta": {"special": ["o2m"]}})
    relation = {"collection": "people", "field": "company_id", "related_collection": "companies"}
    _send(server, "POST", "/relations", {**relation, "meta": {"one_field": "people"}, "schema": {}})
    company_ids = [str(uuid.uuid4()) for _ in range(companies)]
    rows = [_company_row(dataset.company(number), company_ids[number]) for number in range(companies)]
    _copy(server, "companies", rows)
    ids = [str(uuid.uuid4()) for _ in range(people)]
    _copy(server, "people", [_person_row(dataset.person(i, company_ids), ids[i]) for i in range(people)])
    sql(server.database_port, "ANALYZE")
    return ids[:50]


def _collection(server: Directus, name: str, texts: Sequence[str]) -> None:
    key = {"field": "id", "type": "uuid", "schema": {"is_primary_key": True}, "meta": {"special": ["uuid"]}}
    fields = [key, *({"field": text, "type": "string", "schema": {}, "meta": {}} for text in texts)]
    _send(server, "POST", "/collections", {"collection": name, "schema": {}, "meta": {}, "fields": fields})


def _company_row(body: dataset.Record, record_id: str) -> dict[str, Any]:
    address = body["address"]["addressCity"]
    return {"id": record_id, "name": body["name"], "domain": body["domainName"]["primaryLinkUrl"], "city": address}


def _person_row(body: dataset.Record, record_id: str | None) -> dict[str, Any]:
    row = {
        "id": record_id,
        "first_name": body["name"]["firstName"],
        "last_name": body["name"]["lastName"],
        "email": body["emails"]["primaryEmail"],
        "job_title": body["jobTitle"],
        "phone": body.get("phones", {}).get("primaryPhoneNumber"),
        "linkedin": body["linkedinLink"]["primaryLinkUrl"],
        "created_at": body["createdAt"],
        "company_id": body.get("companyId"),
    }
    return {name: value for name, value in row.items() if value is not None or record_id is not None}


def _copy(server: Directus, table: str, rows: Sequence[dict[str, Any]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows(row.values() for row in rows)
    columns = ", ".join(rows[0])
    sql(server.database_port, f"COPY {table} ({columns}) FROM STDIN WITH (FORMAT csv)", rows=text.getvalue().encode())


# ------------------------------------------------------------------------------------------------------------ questions

_pool = urllib3.PoolManager(timeout=urllib3.Timeout(120), retries=False)


def _send(server: Directus, method: str, path: str, body: Any) -> Any:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    content = None if body is None else orjson.dumps(body)
    response = _pool.request(method, server.url + path, body=content, headers=headers)
    if response.status >= 300:
        raise Failed(f"Directus: {method} {path[:200]}: {response.status} {response.data[:500]!r}")
    return orjson.loads(response.data)["data"] if response.data else None


def operations(people: int, known: Sequence[Operation]) -> dict[str, Operation]:
    """The operations of this package that ``QUESTIONS`` name."""
    every = {operation.name: operation for operation in (*questions(people), *known)}
    return {question.icosa: every[question.icosa] for question in QUESTIONS}


def units(
    folder: Folder, workspace: Workspace, known: Sequence[Operation], facts: Facts
) -> dict[str, tuple[float, float]]:
    """What each question costs DynamoDB: read and write units, by its name."""
    with folder.store() as environment:
        client = Client(environment, workspace)
        costs = {name: explained(client, each, facts) for name, each in operations(workspace.people, known).items()}
    return {name: (cost.read_units, cost.write_units) for name, cost in costs.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """Icosa's side: the local stack that this process has started, and what it is asked about."""

    url: str
    workspace: Workspace
    facts: Facts
    known: Sequence[Operation]


def compare(
    ours: Ours, server: Directus, ids: Sequence[str], *, rounds: int, seconds: float
) -> dict[str, tuple[Side, Side]]:
    """Ask every question of both sides in turns."""
    results: dict[str, tuple[Side, Side]] = {}
    asked = operations(ours.workspace.people, ours.known)
    stack = next(pid for pid in _family(os.getpid()) if "-m\0local\0" in _command(pid))
    for question in QUESTIONS:
        operation = asked[question.icosa]
        sides = (
            _Turns(partial(_ask_icosa, ours, operation), _Icosa(stack)),
            _Turns(partial(_ask_directus, server, question, ids), _Processes(server.server, [server.postgres])),
        )
        for turn in range(rounds + 1):
            for side in sides:
                side.take(seconds, is_warm=turn > 0)
        results[question.icosa] = (sides[0].result(), sides[1].result())
    return results


Undo = Callable[[], object]


def _ask_icosa(ours: Ours, operation: Operation, number: int) -> Undo | None:
    call = operation.call(ours.facts, number)
    headers = {"Authorization": f"Bearer {ours.workspace.token}", "Content-Type": "application/json"}
    response = _pool.request(call.method, ours.url + call.target, body=call.content or None, headers=headers)
    if response.status >= 300:
        raise Failed(f"{call.method} {call.path}: {response.status} {response.data[:500]!r}")
    if operation.undo is None:
        return None
    undo = operation.undo(orjson.loads(response.data)["data"])
    return partial(_pool.request, undo.method, ours.url + undo.target, headers=headers)


def _ask_directus(server: Directus, question: Question, ids: Sequence[str], number: int) -> Undo | None:
    data = _send(server, *question.directus(ids, number))
    return None if question.undo is None else partial(_send, server, *question.undo(data))


class _Processes:
    """CPU seconds of a server, and of other processes with all that they have started."""

    def __init__(self, server: int, others: Sequence[int]) -> None:
        self._server, self._others = server, others

    def read(self) -> tuple[float, float]:
        own = _cpu(_family(self._server))
        return own, own + sum(_cpu(_family(other)) for other in self._others)


class _Icosa(_Processes):
    """The local stack: its functions are the server."""

    def __init__(self, stack: int) -> None:
        super().__init__(stack, [])

    def read(self) -> tuple[float, float]:
        family = _family(self._server)
        functions = [pid for pid in family if "local/functions/runtime" in _command(pid).replace(".", "/")]
        return _cpu(functions), _cpu(family)


def _family(first: int) -> list[int]:
    """A process and all that descend from it."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(") ")[2].split()
        except OSError:
            continue  # it has ended
        parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    family, waiting = [first], [first]
    while waiting:
        children = parents.get(waiting.pop(), [])
        family += children
        waiting += children
    return family


def _cpu(pids: Sequence[int]) -> float:
    """CPU seconds of processes; of PostgreSQL's also what its ended children have used."""
    total = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(") ")[2].split()
        except OSError:
            continue
        total += sum(map(int, fields[11:13]))
    return total / _TICKS


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


class _Turns:
    """The measurements of one question to one side."""

    def __init__(self, ask: Callable[[int], Undo | None], processes: _Processes) -> None:
        self._ask, self._processes = ask, processes
        self._walls: list[float] = []
        self._server: list[float] = []
        self._all: list[float] = []
        self._number = 0

    def take(self, seconds: float, *, is_warm: bool) -> None:
        """Ask for some seconds, at least twice."""
        undone: list[Undo] = []
        walls: list[float] = []
        before, began = self._processes.read(), time.perf_counter()
        while len(walls) < 2 or time.perf_counter() - began < seconds:
            begun = time.perf_counter()
            undo = self._ask(self._number)
            walls.append(time.perf_counter() - begun)
            self._number += 1
            if undo is not None:
                undone.append(undo)
        after = self._processes.read()
        for undo in undone:
            undo()
        if is_warm:
            self._walls += walls
            self._server.append((after[0] - before[0]) / len(walls) * 1000)
            self._all.append((after[1] - before[1]) / len(walls) * 1000)

    def result(self) -> Side:
        return Side(
            p50=statistics.median(self._walls) * 1000,
            p95=quantile(self._walls, 0.95) * 1000,
            server=statistics.median(self._server),
            all=statistics.median(self._all),
        )
