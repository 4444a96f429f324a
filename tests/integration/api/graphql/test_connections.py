"""Connections: pages, totals and aggregates, at the root and nested in every record of a page
(docs/wire/graphql.md#aggregate-fields, docs/wire/graphql.md#reading).
"""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from icosa.api.graphql.settings import GraphqlSettings
from icosa.provisioning.workspace import Provisioned
from icosa.settings import Tuning
from icosa.store.table import Table
from tests.support.graphql_client import GraphqlClient
from tests.support.provisioning import event_of

#: How many people each firm has; the last one has more than a list shows.
_SIZES = (0, 1, 3, 7, 65)
Person = dict[str, Any]


def test_changes_of_some_of_the_records_that_match(gql: GraphqlClient) -> None:
    tag = f"z{uuid.uuid4().hex[:10]}"
    people = [{"jobTitle": tag} for _ in range(3)]
    made = gql.data("mutation($d: [PersonCreateInput!]!) { createPeople(data: $d) { id } }", {"d": people})
    ids, condition = sorted(person["id"] for person in made["createPeople"]), f'filter: {{jobTitle: {{eq: "{tag}"}}}}'
    for verb, limit, expected in (("delete", 2, ids[:2]), ("restore", 1, ids[:1]), ("destroy", 60, ids)):
        answer = gql.data(f"mutation {{ {verb}People({condition}, limit: {limit}) {{ id }} }}")
        assert [person["id"] for person in answer[f"{verb}People"]] == expected
    refused = gql(f"mutation {{ destroyPeople({condition}, limit: 61) {{ id }} }}")
    assert refused["errors"][0]["message"] == "limit of a change must be a whole number from 1 to 60 records"


def test_pages_of_groups(gql: GraphqlClient) -> None:
    tag = f"z{uuid.uuid4().hex[:10]}"
    people = [{"jobTitle": f"{tag}-{number}"} for number in range(3)]
    gql.data("mutation($d: [PersonCreateInput!]!) { createPeople(data: $d) { id } }", {"d": people})

    def page(arguments: str) -> Any:
        condition = f'groupBy: [{{jobTitle: true}}], filter: {{jobTitle: {{startsWith: "{tag}"}}}}'
        return gql(f"{{ titles: peopleGroupBy({condition}, {arguments}) {{ groupByDimensionValues }} }}")

    first = page("limit: 2")
    assert [group["groupByDimensionValues"] for group in first["data"]["titles"]] == [[f"{tag}-0"], [f"{tag}-1"]]
    assert first["extensions"] == {"groups": {"titles": {"total": 3, "nextOffset": 2}}}
    last = page("limit: 2, offset: 2")
    assert [group["groupByDimensionValues"] for group in last["data"]["titles"]] == [[f"{tag}-2"]]
    assert "extensions" not in last
    for arguments, message in (
        ("limit: 201", "limit must not be larger than 200 groups. Ask for the next ones with offset"),
        ("offset: -1", 'Invalid argument: "offset" must be non-negative'),
    ):
        assert page(arguments)["errors"][0]["message"] == message


class World:
    """Firms with people of some titles, created in an order that is not that of their ids."""

    def __init__(self, gql: GraphqlClient) -> None:
        self.gql = gql
        self.tag = f"z{uuid.uuid4().hex[:10]}"
        firms = gql.data(
            "mutation($d: [CompanyCreateInput!]!) { createCompanies(data: $d) { id } }",
            {"d": [{"name": f"{self.tag} {size}"} for size in _SIZES]},
        )["createCompanies"]
        self.firms = [firm["id"] for firm in firms]
        self.people: dict[str, list[Person]] = {firm: [] for firm in self.firms}
        for firm, size in zip(self.firms, _SIZES, strict=True):
            for start in range(0, size, 60):
                made = gql.data(
                    "mutation($d: [PersonCreateInput!]!) { createPeople(data: $d) { id position jobTitle name { "
                    "firstName } } }",
                    {"d": [self._person(firm, i) for i in range(start, min(start + 60, size))]},
                )["createPeople"]
                self.people[firm] += made

    def _person(self, firm: str, i: int) -> dict[str, Any]:
        title = ("", "Sales", "Engineer")[i % 3]
        return {
            "name": {"firstName": f"P{i * 7 % 10}", "lastName": self.tag},
            "jobTitle": title,
            "position": i * 37 % 50,
            "companyId": firm,
        }

    def lists(self, arguments: str, selection: str) -> dict[str, Any]:
        """``people`` of every firm, with some arguments."""
        result = self.gql.data(
            "query($t: String) { companies(filter: {name: {startsWith: $t}}) "
            f"{{ edges {{ node {{ id people{arguments} {{ {selection} }} }} }} }} }}",
            {"t": self.tag},
        )
        return {edge["node"]["id"]: edge["node"]["people"] for edge in result["companies"]["edges"]}


@pytest.fixture(scope="module")
def world(gql: GraphqlClient) -> World:
    return World(gql)


_TUNINGS = {
    "in memory": Tuning(),
    "queried": Tuning(child_list_records=-1),
    "long lists": Tuning(edge_rows=4),
}


@pytest.fixture(params=list(_TUNINGS))
def plan(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    world: World,
    shared_table: Table,
    workspace: Provisioned,
) -> str:
    """The plans by which lists of children are read; all give the same answers."""
    settings = GraphqlSettings(tuning=_TUNINGS[request.param])
    monkeypatch.setattr(world, "gql", GraphqlClient(shared_table, event_of(workspace), settings=settings))
    return str(request.param)


def _ids(connection: Any) -> list[str]:
    return [edge["node"]["id"] for edge in connection["edges"]]


_PAGE = "totalCount edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"


def test_a_list_without_arguments(world: World, plan: str) -> None:
    for firm, people in world.lists("", _PAGE).items():
        expected = sorted(person["id"] for person in world.people[firm])
        assert people["totalCount"] == len(expected)
        assert _ids(people) == expected[:60]
        assert people["pageInfo"]["hasNextPage"] == (len(expected) > 60)
        assert people["pageInfo"]["hasPreviousPage"] is False


def test_totals_alone(world: World, plan: str) -> None:
    for firm, people in world.lists("", "totalCount").items():
        assert people == {"totalCount": len(world.people[firm])}


def test_first(world: World, plan: str) -> None:
    for firm, people in world.lists("(first: 2)", _PAGE).items():
        expected = sorted(person["id"] for person in world.people[firm])
        assert (_ids(people), people["totalCount"]) == (expected[:2], len(expected))
        assert people["pageInfo"]["hasNextPage"] == (len(expected) > 2)


def test_last(world: World, plan: str) -> None:
    for firm, people in world.lists("(last: 2)", _PAGE).items():
        expected = sorted(person["id"] for person in world.people[firm])
        assert _ids(people) == expected[-2:]
        assert people["pageInfo"]["hasNextPage"] is False
        assert people["pageInfo"]["hasPreviousPage"] == (len(expected) > 2)


def test_more_than_60_are_shown_when_asked_for(world: World, plan: str) -> None:
    people = world.lists("(first: 100)", "edges { node { id } }")[world.firms[-1]]

    assert len(people["edges"]) == 65


def test_orders(world: World, plan: str) -> None:
    for firm, people in world.lists("(first: 5, orderBy: [{position: DescNullsLast}])", _PAGE).items():
        expected = sorted(world.people[firm], key=lambda person: (-person["position"], person["id"]))
        assert _ids(people) == [person["id"] for person in expected[:5]]


def test_orders_through_a_relation(world: World, plan: str) -> None:
    for firm, people in world.lists(
        "(first: 3, orderBy: [{company: {name: AscNullsFirst}}, {position: AscNullsFirst}])", _PAGE
    ).items():
        expected = sorted(world.people[firm], key=lambda person: (person["position"], person["id"]))
        assert _ids(people) == [person["id"] for person in expected[:3]]


def test_filters(world: World, plan: str) -> None:
    for firm, people in world.lists('(filter: {jobTitle: {eq: "Sales"}}, offset: 1)', _PAGE).items():
        expected = sorted(person["id"] for person in world.people[firm] if person["jobTitle"] == "Sales")
        assert (_ids(people), people["totalCount"]) == (expected[1:], len(expected))


def test_filters_through_a_relation(world: World, plan: str) -> None:
    for firm, people in world.lists('(filter: {company: {name: {endsWith: " 7"}}})', "totalCount").items():
        assert people["totalCount"] == (len(world.people[firm]) if firm == world.firms[3] else 0)


def test_aggregates(world: World, plan: str) -> None:
    selection = "totalCount countEmptyJobTitle countUniqueValuesJobTitle percentageEmptyJobTitle edges { node { id } }"
    for firm, people in world.lists("(first: 1, filter: {position: {gte: 0}})", selection).items():
        titles = [person["jobTitle"] for person in world.people[firm]]
        empty = titles.count("")
        assert people["totalCount"] == len(titles)
        assert people["countEmptyJobTitle"] == (empty if titles else None)
        assert people["percentageEmptyJobTitle"] == (pytest.approx(empty / len(titles)) if titles else None)
        assert people["countUniqueValuesJobTitle"] == (len({title for title in titles if title}) if titles else None)
        assert len(people["edges"]) == min(len(titles), 1)


@pytest.mark.parametrize("order", ["", ", orderBy: [{name: {firstName: DescNullsFirst}}, {position: AscNullsLast}]"])
def test_walks(world: World, order: str, plan: str) -> None:
    firm = world.firms[3]
    forward: list[str] = []
    cursor = '""'
    for _ in range(10):
        people = world.lists(f"(first: 2, after: {cursor}{order})", _PAGE)[firm]
        forward += _ids(people)
        cursor = f'"{people["pageInfo"]["endCursor"]}"'
        if not people["pageInfo"]["hasNextPage"]:
            break
    assert sorted(forward) == sorted(person["id"] for person in world.people[firm])

    cursor = f'"{people["edges"][-1]["cursor"]}"'
    backward = world.lists(f"(last: 100, before: {cursor}{order})", _PAGE)[firm]
    assert _ids(backward) == forward[:-1]
    assert backward["pageInfo"]["hasNextPage"] is True


def test_children_of_children(world: World, gql: GraphqlClient) -> None:
    firm = world.firms[2]
    result = gql.data(
        f"""{{ company(filter: {{id: {{eq: "{firm}"}}}}) {{
          people(orderBy: {{position: AscNullsFirst}}) {{ edges {{ node {{ id company {{ id people(first: 1) {{
            totalCount }} }} }} }} }}
        }} }}"""
    )["company"]["people"]

    assert len(result["edges"]) == 3
    assert all(edge["node"]["company"] == {"id": firm, "people": {"totalCount": 3}} for edge in result["edges"])


def test_records_in_the_trash_are_no_children(world: World, gql: GraphqlClient) -> None:
    made = gql.data(
        'mutation($f: UUID) { createPeople(data: [{companyId: $f}, {companyId: $f, jobTitle: "gone"}]) { id } }',
        {"f": world.firms[0]},
    )["createPeople"]
    gql.data(f'mutation {{ deletePerson(id: "{made[1]["id"]}") {{ id }} }}')
    for arguments in ("", '(filter: {jobTitle: {neq: "nobody"}})', "(filter: {deletedAt: {is: NOT_NULL}})"):
        people = world.lists(arguments, "totalCount edges { node { id } }")[world.firms[0]]
        assert people["totalCount"] == len(people["edges"]) <= 1
    gql.data(
        f'mutation {{ destroyPerson(id: "{made[0]["id"]}") {{ id }} destroyPeople(filter: {{jobTitle: {{eq: '
        f'"gone"}}}}) {{ id }} }}'
    )


# ------------------------------------------------------------------ cost


def test_round_trips_do_not_depend_on_the_number_of_parents(world: World, gql: GraphqlClient) -> None:
    def cost(first: int, selection: str) -> int:
        page = f"companies(filter: {{name: {{startsWith: $t}}}}, first: {first})"
        trips, _ = gql.explained(
            f"query($t: String) {{ {page} {{ edges {{ node {{ {selection} }} }} }} }}", {"t": world.tag}
        )
        return trips

    plain = "people(first: 5) { edges { node { id noteTargets { edges { node { id } } } } } } accountOwner { id }"
    sorted_ = (
        'people(first: 5, filter: {jobTitle: {eq: "Sales"}}, orderBy: {position: AscNullsLast}) { totalCount edges { '
        "node { id } } }"
    )
    counted = "people { totalCount }"
    for selection in (plain, sorted_, counted):
        assert cost(5, selection) == cost(4, selection) <= 7


def test_what_is_not_selected_costs_nothing(world: World, gql: GraphqlClient) -> None:
    document = "query($t: String) {{ companies(filter: {{name: {{startsWith: $t}}}}, first: 3) {{ {} }} }}"

    def calls(selection: str) -> int:
        return gql.explained(document.format(selection), {"t": world.tag})[1]

    assert calls("__typename") == 0
    assert calls("edges { node { id } }") < calls("edges { node { id people { totalCount } } }")
    assert calls("edges { node { id } }") <= calls("totalCount edges { node { id } }")
    assert calls("edges { node { id } }") < calls("countEmptyName edges { node { id } }")


def test_several_root_fields_read_side_by_side(world: World, gql: GraphqlClient) -> None:
    item = f'company(filter: {{id: {{eq: "{world.firms[3]}"}}}}) {{ id people {{ edges {{ node {{ id }} }} }} }}'
    trips = gql.explained(f"{{ {item} }}")[0]

    assert gql.explained("{ " + " ".join(f"a{i}: {item}" for i in range(4)) + " }")[0] == trips


# ------------------------------------------------------------------ groups


def test_groups_of_the_trash(world: World, gql: GraphqlClient, tag: str) -> None:
    gql.data(
        "mutation($t: String) { createNotes(data: [{title: $t}, {title: $t}]) { id } deleteNotes(filter: {title: {eq: "
        "$t}}) { id } }",
        {"t": tag},
    )
    [group] = gql.data(
        """query($t: String) { notesGroupBy(groupBy: [{title: true}], filter: {title: {eq: $t}, deletedAt: {is:
          NOT_NULL}}) {
          groupByDimensionValues totalCount maxDeletedAt edges { node { title deletedAt } } pageInfo { startCursor }
        } }""",
        {"t": tag},
    )["notesGroupBy"]

    assert (group["groupByDimensionValues"], group["totalCount"], len(group["edges"])) == ([tag], 2, 2)
    assert group["maxDeletedAt"] == max(edge["node"]["deletedAt"] for edge in group["edges"])
    counted = gql.data(
        "query($t: String) { notes(filter: {title: {eq: $t}, deletedAt: {is: NOT_NULL}}) { totalCount "
        "countNotEmptyTitle } }",
        {"t": tag},
    )["notes"]
    assert counted == {"totalCount": 2, "countNotEmptyTitle": 2}


def test_buckets_are_days(gql: GraphqlClient, tag: str) -> None:
    gql.data(
        'mutation($t: String) { createOpportunity(data: {name: $t, closeDate: "2026-03-31T23:30:00Z", amount: '
        "{amountMicros: 5}}) { id } }",
        {"t": tag},
    )
    result = gql.data(
        """query($t: String) { opportunitiesGroupBy(
          groupBy: [{closeDate: {granularity: MONTH, timeZone: "Europe/Paris"}}, {stage: true}, {amount: {amountMicros:
            true}}]
          filter: {name: {eq: $t}}
        ) { groupByDimensionValues sumAmountAmountMicros } }""",
        {"t": tag},
    )

    assert result["opportunitiesGroupBy"] == [
        {"groupByDimensionValues": ["2026-04-01T00:00:00.000Z", "NEW", 5], "sumAmountAmountMicros": 5}
    ]
