"""What is measured: the operations of docs/performance.md#targets with their targets, and those whose cost must not
grow with the table.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bench import dataset
from bench.client import Call, Client

_PEOPLE = "/rest/people"
_BATCH = "/rest/batch/people"
#: Numbers of people that reads of single records choose from.
_SAMPLE = 50


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What operations need to know of a workspace. ``middle`` is a cursor of the default order."""

    ids: Sequence[str]
    company: str
    email: str
    middle: str


def facts_of(client: Client) -> Facts:
    """Look the facts up."""
    email = dataset.person(7, [])["emails"]["primaryEmail"]
    known = client.call(Call(method="GET", path=_PEOPLE, query={"filter": f'emails.primaryEmail[eq]:"{email}"'})).json()
    page = client.call(Call(method="GET", path=_PEOPLE)).json()
    sample = page["data"]["people"][:_SAMPLE]
    return Facts(
        ids=[person["id"] for person in sample],
        company=known["data"]["people"][0]["companyId"],
        email=email,
        middle=page["pageInfo"]["endCursor"],
    )


@dataclass(frozen=True, kw_only=True)
class Operation:
    """``call`` makes the request with a number; ``undo`` the one that removes what its answer says it made.

    ``target`` is the CPU in ms that docs/performance.md#targets allows. ``grows`` names why the cost may grow with the
    table. ``function`` answers.
    """

    name: str
    call: Callable[[Facts, int], Call]
    undo: Callable[[Any], Call] | None = None
    target: float | None = None
    grows: str | None = None
    function: str = "core_rest"


def people(**query: str) -> Callable[[Facts, int], Call]:
    return lambda facts, number: Call(method="GET", path=_PEOPLE, query=query)


def _one(facts: Facts, number: int) -> Call:
    return Call(method="GET", path=f"{_PEOPLE}/{facts.ids[number % len(facts.ids)]}")


def _body(facts: Facts, number: int) -> dict[str, Any]:
    """Somebody new, at a company that all of them share."""
    body = dataset.person(dataset.SMALLEST + number, [facts.company])
    return {**body, "emails": {"primaryEmail": f"{uuid.uuid4().hex}@mail.example"}}


def _create(facts: Facts, number: int) -> Call:
    return Call(method="POST", path=_PEOPLE, body=_body(facts, number))


def _create_batch(facts: Facts, number: int) -> Call:
    return Call(method="POST", path=_BATCH, body=[_body(facts, 60 * number + i) for i in range(60)])


def _update(facts: Facts, number: int) -> Call:
    """A title that nobody has, so that its rows change whatever was there."""
    return Call(
        method="PATCH",
        path=f"{_PEOPLE}/{facts.ids[number % len(facts.ids)]}",
        body={"jobTitle": f"Engineer {uuid.uuid4().hex[:8]}"},
    )


def by_graph(document: str, **variables: Any) -> Callable[[Facts, int], Call]:
    body = {"query": document, "variables": variables}
    return lambda facts, number: Call(method="POST", path="/graphql", body=body)


_SHOWN = "id name { firstName lastName } jobTitle emails { primaryEmail } createdAt"
_PEOPLE_WITH_COMPANY = by_graph(
    "query People($first: Int) { people(first: $first) { totalCount pageInfo { hasNextPage endCursor } "
    f"edges {{ node {{ {_SHOWN} company {{ id name domainName {{ primaryLinkUrl }} }} }} }} }} }}",
    first=60,
)
COMPANIES_WITH_PEOPLE = by_graph(
    "query Companies($first: Int) { companies(first: $first) { edges { node { id name "
    f"people(first: 5, orderBy: {{ createdAt: DescNullsLast }}) {{ totalCount edges {{ node {{ {_SHOWN} }} }} }} }} "
    "} } }",
    first=60,
)
_SEARCH = by_graph(
    "query Search($text: String!) { search(searchInput: $text, limit: 20) "
    "{ edges { node { recordId label objectNameSingular } } pageInfo { hasNextPage endCursor } } }",
    text=dataset.RARE_PREFIX,
)


def _get_by_graph(facts: Facts, number: int) -> Call:
    document = f"query Person($id: UUID!) {{ person(filter: {{ id: {{ eq: $id }} }}) {{ {_SHOWN} }} }}"
    return by_graph(document, id=facts.ids[number % len(facts.ids)])(facts, number)


def _delete_one(data: Any) -> Call:
    return Call(method="DELETE", path=f"{_PEOPLE}/{data['createPerson']['id']}")


def _delete_batch(data: Any) -> Call:
    ids = ",".join(f'"{person["id"]}"' for person in data["createPeople"])
    return Call(method="DELETE", path=_PEOPLE, query={"filter": f"id[in]:[{ids}]"})


_TITLED = people(filter=f'jobTitle[eq]:"{dataset.COMMON_TITLE}"')
_NEWEST_FIRST = people(order_by="createdAt[DescNullsLast]")
_GET = Operation(name="get one", call=_one, target=1.5)
_CREATE = Operation(name="create one", call=_create, undo=_delete_one, target=2.5)
_UPDATE = Operation(name="update one", call=_update, target=2.5)
_CREATE_BATCH = Operation(name="batch create 60", call=_create_batch, undo=_delete_batch, target=40)

_GRAPHQL: Sequence[Operation] = (
    Operation(name="GraphQL get one", call=_get_by_graph, function="core_graphql"),
    Operation(
        name="GraphQL 60 people with company, with total", call=_PEOPLE_WITH_COMPANY, target=6, function="core_graphql"
    ),
    Operation(name="GraphQL 60 companies, 5 newest people each", call=COMPANIES_WITH_PEOPLE, function="core_graphql"),
    Operation(name="GraphQL search", call=_SEARCH, function="core_graphql"),
)

#: docs/performance.md#targets.
OPERATIONS: Sequence[Operation] = (
    _GET,
    Operation(name="list 60 by an equality filter, with total", call=_TITLED, target=4),
    Operation(name="list 60 by createdAt desc, with total", call=_NEWEST_FIRST, target=4),
    _CREATE,
    _UPDATE,
    _CREATE_BATCH,
    *_GRAPHQL,
)

#: Operations that an index answers. Each has the same result at any number of people.
GROWTH: Sequence[Operation] = (
    _GET,
    Operation(name="unique look-up", call=lambda facts, _: _filtered(f'emails.primaryEmail[eq]:"{facts.email}"')),
    Operation(name="list, default order", call=people()),
    Operation(
        name="list, next page",
        call=lambda facts, _: Call(method="GET", path=_PEOPLE, query={"starting_after": facts.middle}),
    ),
    Operation(name="list, with relations", call=people(depth="1")),
    Operation(name="order by createdAt desc", call=_NEWEST_FIRST),
    Operation(name="order by createdAt asc", call=people(order_by="createdAt[AscNullsFirst]")),
    Operation(name="equality", call=people(filter=f'jobTitle[eq]:"{dataset.RARE_TITLE}"')),
    Operation(name="range", call=people(filter=f'createdAt[gte]:"{dataset.RECENT}"')),
    Operation(
        name="range, ordered",
        call=people(filter=f'createdAt[gte]:"{dataset.RECENT}"', order_by="createdAt[DescNullsLast]"),
    ),
    Operation(name="prefix ilike", call=people(filter=f'name.lastName[ilike]:"{dataset.RARE_PREFIX}%"')),
    Operation(name="relation", call=lambda facts, _: _filtered(f'companyId[eq]:"{facts.company}"')),
    Operation(
        name="two conditions",
        call=people(filter=f'jobTitle[eq]:"{dataset.RARE_TITLE}",createdAt[gte]:"{dataset.RECENT}"'),
    ),
    Operation(
        name="groupBy of few",
        call=lambda facts, _: Call(
            method="GET",
            path=f"{_PEOPLE}/groupBy",
            query={"group_by": '[{"name":{"firstName":true}}]', "filter": f'jobTitle[eq]:"{dataset.RARE_TITLE}"'},
        ),
    ),
    _CREATE,
    _UPDATE,
    _CREATE_BATCH,
    *_GRAPHQL,
    Operation(
        name="equality with 2 % of all",
        call=_TITLED,
        grows="the exact total counts the index rows of the matches: grows with the result",
    ),
)


def _filtered(text: str) -> Call:
    return Call(method="GET", path=_PEOPLE, query={"filter": text})
