"""Questions that no single range of an index answers: what each costs DynamoDB at several numbers of people.

Unlike those of ``operations.GROWTH`` their results grow with the number of people; what they cost should not grow
faster.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench import dataset
from bench.client import Client
from bench.folder import Workspace
from bench.measure import Cost, explained
from bench.operations import COMPANIES_WITH_PEOPLE, Operation, by_graph, facts_of, people
from icosa.catalog.loader import MetadataState, load_model
from icosa.store import keys, record_memory
from icosa.store.ledger import KEPT_MS
from icosa.store.register import Kept, keep_leaf
from icosa.store.table import Table

_TITLED = f'jobTitle[eq]:"{dataset.COMMON_TITLE}"'
_CHIEFS = 'jobTitle[ilike]:"%ief eng%"'
_NEWEST = "createdAt[DescNullsLast]"
_NAMED = "name.lastName[eq]:Xu"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What a question cost, and how long its second answer took, in ms."""

    name: str
    cost: Cost
    milliseconds: float


def _since(people: int) -> str:
    """The time since which so many people were created."""
    return str(dataset.person(people, [])["createdAt"])


def questions(people_count: int) -> Sequence[Operation]:
    """The questions, for so many people. Lists have 60 records, those by REST their exact total."""
    since = _since(people_count // 2)
    half, third = (f'createdAt[gte]:"{_since(people_count // part)}"' for part in (2, 3))
    rest = {
        "list, default order": {},
        "newest first": {"order_by": _NEWEST},
        "equality (2 %)": {"filter": _TITLED},
        "not equal (98 %)": {"filter": f'jobTitle[neq]:"{dataset.COMMON_TITLE}"'},
        "one of two, or a name": {"filter": f"or({_TITLED},{_NAMED})"},
        "without a company": {"filter": "companyId[is]:NULL"},
        "equality (2 %), newest first": {"filter": _TITLED, "order_by": _NEWEST},
        "equality (2 %), by position": {"filter": _TITLED, "order_by": "position"},
        "equality (2 %), by last name": {"filter": _TITLED, "order_by": "name.lastName"},
        "two equalities (2 %, 3 %)": {"filter": f"{_TITLED},{_NAMED}"},
        "two equalities, newest first": {"filter": f"{_TITLED},{_NAMED}", "order_by": _NEWEST},
        "equality (2 %), created since (50 %)": {"filter": f"{_TITLED},{half}"},
        "created since (50 %)": {"filter": half},
        "created since (33 %)": {"filter": third},
        "ilike %ief eng% (2 %), index of type GIN": {"filter": _CHIEFS},
        "the same, newest first": {"filter": _CHIEFS, "order_by": _NEWEST},
        "ilike %engineer% (14 %), index of type GIN": {"filter": 'jobTitle[ilike]:"%engineer%"'},
        "like %engineer% (14 %), index of type GIN": {"filter": 'jobTitle[like]:"%engineer%"'},
        "ilike %no such title%, index of type GIN": {"filter": 'jobTitle[ilike]:"%no such title%"'},
        "ilike %anov% (3 %), a scan": {"filter": 'name.lastName[ilike]:"%anov%"'},
        "the same by a scan, newest first": {"filter": 'name.lastName[ilike]:"%anov%"', "order_by": _NEWEST},
        "ilike %anov% or ilike %milo%, a scan": {
            "filter": 'or(name.lastName[ilike]:"%anov%",name.firstName[ilike]:"%milo%")'
        },
        "by last name, first name": {"order_by": "name.lastName,name.firstName"},
        "by company's name": {"order_by": "company.name"},
        "by company's name, nulls last": {"order_by": "company.name[AscNullsLast]"},
        "company's name begins with Amber": {"filter": 'company.name[startsWith]:"Amber"'},
        "company's name is one": {"filter": f'company.name[eq]:"{dataset.company(7)["name"]}"'},
    }
    operations = [Operation(name=name, call=people(**query)) for name, query in rest.items()]
    graph = {
        "ilike %ief eng% (2 %), index of type GIN, no total": "people(first: 60, filter: { jobTitle: { ilike: "
        '"%ief eng%" } }) { edges { node { id } } }',
        "ilike %anov% (3 %), no total": 'people(first: 60, filter: { name: { lastName: { ilike: "%anov%" } } }) '
        "{ edges { node { id } } }",
        "created since (50 %), no total": "people(first: 60, filter: { createdAt: { gte: "
        f'"{since}" }} }}) {{ edges {{ node {{ id }} }} }}',
        "minimum and maximum": "people(first: 0) { minCreatedAt maxCreatedAt }",
        "groups of one field": "peopleGroupBy(groupBy: [{ jobTitle: true }]) { groupByDimensionValues totalCount }",
        "groups of one field of an equality (2 %)": "peopleGroupBy(groupBy: [{ createdAt: { granularity: MONTH, "
        f'timeZone: "UTC" }} }}], filter: {{ jobTitle: {{ eq: "{dataset.COMMON_TITLE}" }} }}) '
        "{ groupByDimensionValues totalCount }",
    }
    operations += [
        Operation(name=name, call=by_graph(f"{{ {field} }}"), function="core_graphql") for name, field in graph.items()
    ]
    operations.append(
        Operation(
            name="duplicates of one",
            call=lambda facts, _: by_graph(
                "query Q($ids: [UUID]) { personDuplicates(ids: $ids) { edges { node { id } } } }", ids=[facts.ids[0]]
            )(facts, 0),
            function="core_graphql",
        )
    )
    operations.append(
        Operation(name="60 companies, 5 newest people each", call=COMPANIES_WITH_PEOPLE, function="core_graphql")
    )
    return operations


def keep_numbers(workspace: Workspace, *, of: Iterable[tuple[str, str]]) -> None:
    """Let the numbers of some fields' rows be kept, as if somebody had counted them long ago."""
    table = Table.from_environment()
    row = table.get(keys.workspace(workspace.id))
    assert row is not None
    model = load_model(table, workspace.id, MetadataState.parse(row))
    for object_name, field_name in of:
        obj = model.by_singular[object_name]
        kept = Kept(0, int(time.time() * 1000) + KEPT_MS)
        table.update(keep_leaf(workspace.id, obj.key, obj.leaves[field_name,].key, kept, seen=None))


def answered(client: Client, workspace: Workspace) -> list[Answered]:
    """Every question, when it has been asked before, by a process that has forgotten the records; the numbers of some
    have been kept since then.
    """
    facts, people_count = facts_of(client), workspace.people
    keep_numbers(workspace, of=(("person", "createdAt"), ("person", "jobTitle")))
    results: list[Answered] = []
    for operation in questions(people_count):
        client.call(operation.call(facts, 0))
        record_memory.memory.forget()
        cost = explained(client, operation, facts)
        begun = time.perf_counter()
        client.call(operation.call(facts, 0))
        results.append(Answered(name=operation.name, cost=cost, milliseconds=(time.perf_counter() - begun) * 1000))
    return results
