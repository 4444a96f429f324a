"""What has changed since a moment, live or in the trash: for who keeps copies (docs/how-to/import-and-sync.md)."""

from __future__ import annotations

from typing import Any

import pytest

from icosa.store.table import Table
from tests.support.graphql_client import GraphqlClient
from tests.support.provisioning import event_of
from tests.support.rest_client import RestClient
from tests.support.workspace import workspace_fixtures

shared_table, api_keys, workspace, event_of_role = workspace_fixtures("module")
BOTH = "or(deletedAt[is]:NULL,deletedAt[is]:NOT_NULL)"


@pytest.fixture(scope="module")
def call(shared_table: Table, workspace: Any) -> RestClient:
    return RestClient(shared_table, event_of(workspace))


@pytest.fixture(scope="module")
def gql(shared_table: Table, workspace: Any) -> GraphqlClient:
    return GraphqlClient(shared_table, event_of(workspace))


@pytest.fixture(scope="module")
def world(call: RestClient) -> tuple[str, list[str]]:
    """A moment, and the ids of the companies that have changed since: three live ones, one that was deleted, one that
    was changed in the trash, where it had been before, and one that is back."""
    made: list[str] = []
    for _ in range(4):
        reply = call("POST", "/rest/batch/companies", [{"name": "old"}] * 60)
        made += [each["id"] for each in reply.json["data"]["createCompanies"]]
    old, changed = made[:40], made[40:46]
    for record_id in (*old[:5], changed[4], changed[5]):
        assert call("DELETE", f"/rest/companies/{record_id}?soft_delete=true").status == 200
    [mark] = call("POST", "/rest/companies", {"name": "mark"}).json["data"].values()
    since = str(mark["createdAt"])
    assert call("DELETE", f"/rest/companies/{mark['id']}").status == 200
    for record_id in changed[:3]:
        assert call("PATCH", f"/rest/companies/{record_id}", {"name": "new"}).status == 200
    assert call("DELETE", f"/rest/companies/{changed[3]}?soft_delete=true").status == 200
    assert call("PATCH", f"/rest/companies/{changed[4]}", {"name": "new"}).status == 200
    assert call("PATCH", f"/rest/companies/{changed[5]}/restore").status == 200
    return since, changed


@pytest.mark.parametrize("order", ["", "updatedAt", "updatedAt[DescNullsLast]", "name,updatedAt"])
@pytest.mark.parametrize("operator", ["gte", "gt"])
def test_pages_have_all_of_it(call: RestClient, world: tuple[str, list[str]], order: str, operator: str) -> None:
    since, changed = world
    by: dict[str, Any] = {"order_by": order} if order else {}
    shown: list[dict[str, Any]] = []
    cursor: dict[str, Any] = {}
    while True:
        params: dict[str, Any] = {"filter": f'updatedAt[{operator}]:"{since}",{BOTH}', "limit": "2", **cursor}
        page = call("GET", "/rest/companies", **params, **by)
        assert page.status == 200, page
        assert page.json["totalCount"] == 6
        shown += page.json["data"]["companies"]
        if not page.json["pageInfo"]["hasNextPage"]:
            break
        cursor = {"starting_after": page.json["pageInfo"]["endCursor"]}
    assert sorted(each["id"] for each in shown) == sorted(changed)
    if order.startswith("updatedAt"):
        times = [each["updatedAt"] for each in shown]
        assert times == sorted(times, reverse="Desc" in order)
    if not order:
        assert [each["id"] for each in shown] == sorted(changed)


def test_it_costs_two_ranges(call: RestClient, gql: GraphqlClient, world: tuple[str, list[str]]) -> None:
    since, changed = world
    filter = f'updatedAt[gte]:"{since}",{BOTH}'
    reply = call("GET", "/rest/companies", filter=filter, order_by="updatedAt", headers={"X-Icosa-Explain": "1"})
    plan, capacity = reply.headers["x-icosa-plan"], reply.headers["x-icosa-capacity"]
    assert "scan" not in plan
    assert float(capacity.partition("read=")[2].partition(" ")[0]) <= 16, (plan, capacity)
    query = """query($f: CompanyFilterInput) { companies(filter: $f, orderBy: [{updatedAt: AscNullsFirst}])
        { totalCount edges { node { id deletedAt } } } }"""
    both = {"or": [{"deletedAt": {"is": "NULL"}}, {"deletedAt": {"is": "NOT_NULL"}}]}
    variables = {"f": {"updatedAt": {"gte": since}, **both}}
    answer = gql.send("POST", {"query": query, "variables": variables}, explain=True)
    found = answer.json["data"]["companies"]
    assert sorted(edge["node"]["id"] for edge in found["edges"]) == sorted(changed)
    headers = {name.lower(): value for name, value in answer.headers.items()}
    assert "scan" not in headers["x-icosa-plan"]
