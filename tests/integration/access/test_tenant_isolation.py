"""Every call to DynamoDB that requests of records make, against the policy of the role that is their workspace's."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple, cast

from icosa.provisioning.workspace import Provisioned, provision
from icosa.store import keys
from icosa.store.table import Table
from icosa.store.tenants import Credentials, Tenants
from tests.support.checkout import template_document
from tests.support.graphql_client import GraphqlClient
from tests.support.iam import is_allowed
from tests.support.provisioning import event_of, forget
from tests.support.rest_client import RestClient
from tests.support.workspace import workspace_fixtures

shared_table, api_keys, workspace, event_of_role = workspace_fixtures("module")
_TABLE = "arn:aws:dynamodb:eu-central-1:123456789012:table/icosa"
_PARTS = {"put": "PutItem", "delete": "DeleteItem", "update": "UpdateItem", "condition_check": "ConditionCheckItem"}


class Called(NamedTuple):
    """What IAM learns of a call: its action and the partition keys that it names."""

    action: str
    partitions: tuple[str, ...]


class _Client:
    """A client that notes for what it is used."""

    def __init__(self, client: Any, calls: list[Called]) -> None:
        self._client = client
        self.calls = calls

    def __getattr__(self, name: str) -> Any:
        send = getattr(self._client, name)

        def call(*arguments: Any, **named: Any) -> Any:
            self.calls += _described(name, arguments, named)
            return send(*arguments, **named)

        return call


def _described(name: str, arguments: tuple[Any, ...], named: dict[str, Any]) -> Iterator[Called]:
    match name:
        case "sync_get_item":
            yield Called("dynamodb:GetItem", (arguments[1]["PK"],))
        case "sync_batch_get":
            yield Called("dynamodb:BatchGetItem", tuple(key["PK"] for key in arguments[1]))
        case "sync_batch_write":
            yield Called("dynamodb:BatchWriteItem", tuple(each["PK"] for part in arguments[1:] for each in part))
        case "sync_transact_get":
            yield Called("dynamodb:GetItem", tuple(part["key"]["PK"] for part in arguments[0]))
        case "sync_query_page":
            yield Called("dynamodb:Query", (named["expression_attribute_values"][":pk"],))
        case "sync_transact_write":
            for part in arguments[0]:
                yield Called(f"dynamodb:{_PARTS[part['type']]}", ((part.get("key") or part["item"])["PK"],))
        case "sync_put_item" | "sync_update_item" | "sync_delete_item":
            action = name.removeprefix("sync_").removesuffix("_item").capitalize()
            yield Called(f"dynamodb:{action}Item", ((named.get("key") or named["item"])["PK"],))
        case _:
            raise AssertionError(f"{name} is no call that these functions make")


class _Nobody:
    """The client of a function whose own role reaches nothing."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} was called without a workspace")


def _isolated(table: Table, calls: list[Called]) -> Table:
    made = Table(table.name, cast(Any, _Nobody()))

    def assume(workspace_id: str) -> Credentials:
        return Credentials(workspace_id, "", "", float("inf"))

    made._tenants = Tenants(assume, lambda _: cast(Any, _Client(table._client, calls)))
    return made


@cache
def _statements() -> list[dict[str, Any]]:
    role = template_document()["Resources"]["TenantRole"]["Properties"]
    [policy] = role["Policies"]
    # Which of two tables it is does not matter here.
    return [{**each, "Resource": _TABLE} for each in policy["PolicyDocument"]["Statement"]]


def _may(called: Called, workspace_id: str | None) -> bool:
    context = {"dynamodb:LeadingKeys": called.partitions} if called.partitions else {}
    if workspace_id is not None:
        context["aws:PrincipalTag/workspaceId"] = (workspace_id,)
    return is_allowed(_statements(), called.action, _TABLE, context)


def _use(rest: RestClient, gql: GraphqlClient) -> None:
    """Requests of every kind: each operation, single and many, in one transaction and in several, refused ones too."""

    def call(method: str, path: str, body: Any = None, **headers: str) -> Any:
        reply = rest(method, path, body, headers={name.replace("_", "-"): text for name, text in headers.items()})
        assert reply.status < 500, reply
        return reply.json

    def run(query: str) -> None:
        assert "INTERNAL_SERVER_ERROR" not in str(gql(query))

    company = call("POST", "/rest/companies", {"name": "Acme"})["data"]["createCompany"]["id"]
    people = [{"name": {"lastName": f"P{i}"}, "companyId": company} for i in range(30)]
    ids = [each["id"] for each in call("POST", "/rest/batch/people?depth=1", people)["data"]["createPeople"]]
    call("POST", "/rest/people", {"emails": {"primaryEmail": "a@example.com"}}, Idempotency_Key="k")
    call("POST", "/rest/people", {"emails": {"primaryEmail": "a@example.com"}}, Idempotency_Key="k")
    call("POST", "/rest/people", {"emails": {"primaryEmail": "a@example.com"}})
    call("POST", "/rest/people?upsert=true", {"emails": {"primaryEmail": "a@example.com"}, "jobTitle": "x"})
    call("POST", "/rest/people", {"company": {"create": {"name": "Nested"}}})
    call("POST", "/rest/people", {"companyId": str(uuid.uuid4())})
    for query in (
        "",
        "?order_by=createdAt[DescNullsLast]&depth=1",
        "?filter=name.lastName[ilike]:%25P%25",
        "?filter=company.name[eq]:Acme&order_by=company.name",
        "?filter=deletedAt[is]:NOT_NULL",
        "/groupBy?group_by=[{%22jobTitle%22:true}]&aggregate=[%22totalCount%22]&include_records_sample=true",
        f"/{ids[0]}?depth=1",
        f"/{uuid.uuid4()}",
    ):
        call("GET", f"/rest/people{query}")
    call("POST", "/rest/people/duplicates", {"ids": ids[:2]})
    call("PATCH", f"/rest/people/{ids[0]}", {"jobTitle": "CTO", "position": "first"})
    call("PATCH", f"/rest/people?filter=id[in]:[{','.join(ids[:20])}]", {"jobTitle": "CTO"})
    call("PATCH", "/rest/people/merge", {"ids": ids[:2], "conflictPriorityIndex": 0})
    call("DELETE", f"/rest/people/{ids[3]}?soft_delete=true")
    call("PATCH", f"/rest/people/{ids[3]}/restore")
    call("DELETE", f"/rest/people?filter=id[in]:[{','.join(ids[4:24])}]&soft_delete=true")
    call("PATCH", f"/rest/people/restore?filter=id[in]:[{','.join(ids[4:24])}]")
    call("DELETE", f"/rest/companies/{company}")
    call("GET", "/rest/views")
    call("GET", "/rest/webhooks")
    run('{ people(filter: {name: {lastName: {like: "P%"}}}) { totalCount edges { node { id company { name } } } } }')
    run('{ search(searchInput: "P1", limit: 5) { edges { node { recordId } } } }')
    run("{ companies { edges { node { people { totalCount } } } } }")
    run("{ __schema { queryType { name } } }")
    run("{ objects { edges { node { id } } } }")
    run('mutation { a: createPerson(data: {jobTitle: "a"}) { id } b: createPeople(data: [{}, {}]) { id } }')
    run(f'mutation {{ destroyPerson(id: "{ids[5]}") {{ id }} }}')


def test_a_workspace_reaches_its_own_rows_and_no_others(
    shared_table: Table, workspace: Provisioned, api_keys: Any
) -> None:
    other = provision(shared_table, api_keys, "Other")
    calls: dict[str, list[Called]] = {}
    for made in (workspace, other):
        forget()
        noted = calls[made.workspace_id] = []
        table = _isolated(shared_table, noted)
        _use(RestClient(table, event_of(made)), GraphqlClient(table, event_of(made)))
    assert {called.action.partition(":")[2] for called in itertools.chain(*calls.values())} == {
        *("GetItem", "BatchGetItem", "Query", "ConditionCheckItem"),
        *("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"),
    }, "the requests do not use all that the role may do"
    for own, noted in calls.items():
        [foreign] = calls.keys() - {own}
        different = set(noted)
        assert len(different) > 100
        assert [called for called in different if not _may(called, own)] == []
        for stranger in (foreign, None, own[:-1], f"{own[:-1]}?", str(uuid.uuid4())):
            assert [called for called in different if _may(called, stranger)] == []


def test_what_reaches_beyond_a_workspace_is_denied(workspace: Provisioned) -> None:
    own, other = workspace.workspace_id, str(uuid.uuid4())
    mine, theirs = keys.records(own, "o1"), keys.records(other, "o1")
    assert _may(Called("dynamodb:BatchGetItem", (mine, mine)), own)
    for called in (
        Called("dynamodb:BatchGetItem", (mine, theirs)),
        Called("dynamodb:Scan", ()),
        Called("dynamodb:Query", ()),
        Called("dynamodb:DeleteTable", ()),
        Called("dynamodb:GetItem", (keys.ended_signing_keys()[0],)),
        Called("dynamodb:GetItem", (keys.sign_in_code("d")[0],)),
        Called("dynamodb:GetItem", (keys.subdomain("acme")[0],)),
        Called("dynamodb:GetItem", (f"{own}2#R#o1",)),
    ):
        assert not _may(called, own), called
