"""Root fields that older clients send to ``/graphql`` (docs/wire/graphql.md#metadata-at-graphql)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.graphql_client import GraphqlClient
from tests.support.kms import emulated_cipher

_URL = "https://hooks.example.com/"


@pytest.fixture(scope="module", autouse=True)
def kms() -> Iterator[None]:
    with emulated_cipher():
        yield


def test_queries_of_the_metadata_api_are_answered(gql: GraphqlClient) -> None:
    data = gql.data(
        """query Q($n: Int) { currentWorkspace { id displayName } objects(paging: {first: $n}) { edges { node {
          nameSingular isCustom } } } roles: getRoles { label workspaceMembers { id } agents { id } } ...F }
        fragment F on Query { apiKeys { name } webhooks { id } }""",
        {"n": 2},
    )

    assert data["currentWorkspace"]["displayName"] == "Acme"
    assert len(data["objects"]["edges"]) == 2
    assert data["roles"][0]["workspaceMembers"] == []
    assert data["apiKeys"]


def test_rights_are_those_of_the_metadata_api(client_with: Callable[..., GraphqlClient]) -> None:
    nobody = client_with()

    for document in (
        "{ getRoles { label } }",
        "{ webhooks { id } }",
        "{ apiKeys { id } }",
        f'mutation {{ createWebhook(data: {{targetUrl: "{_URL}", operation: "create.person"}}) {{ id }} }}',
    ):
        [error] = nobody(document)["errors"]
        assert error["extensions"]["code"] == "FORBIDDEN"
    assert nobody.data("{ currentWorkspace { id } }")["currentWorkspace"]["id"]


def test_a_webhook_in_the_old_form(gql: GraphqlClient) -> None:
    made = gql.data(
        f'mutation Hook {{ createWebhook(data: {{targetUrl: "{_URL}", operation: "create.person"}}) {{ id }} }}'
    )["createWebhook"]
    shown = gql.data("query($id: UUID!) { webhook(id: $id) { targetUrl operations } }", made)["webhook"]
    changed = gql.data(
        "mutation($id: ID!, $data: WebhookUpdateInput!) { w: updateWebhook(where: {id: $id}, data: $data) { ...W } } "
        "fragment W on Webhook { operations }",
        {"id": made["id"], "data": {"operation": "*.*"}},
    )["w"]
    deleted = gql.data(f'mutation {{ deleteWebhook(where: {{id: "{made["id"]}"}}) {{ id }} }}')["deleteWebhook"]

    assert shown == {"targetUrl": _URL, "operations": ["person.created"]}
    assert changed == {"operations": ["*.*"]}
    assert deleted == made
    assert gql.data("query($id: UUID!) { webhook(id: $id) { id } }", made)["webhook"] is None


def test_a_webhook_in_the_present_form(gql: GraphqlClient) -> None:
    made = gql.data(
        "mutation($w: CreateWebhookInput!) { createWebhook(input: $w) { id operations } }",
        {"w": {"targetUrl": _URL, "operations": ["company.*"]}},
    )["createWebhook"]

    assert made["operations"] == ["company.*"]
    gql.data("mutation($id: UUID!) { deleteWebhook(id: $id) { id } }", {"id": made["id"]})


def test_a_webhook_is_switched_at_the_present_address_only(gql: GraphqlClient) -> None:
    made = gql.data(f'mutation {{ createWebhook(data: {{targetUrl: "{_URL}", operations: []}}) {{ id }} }}')
    webhook = made["createWebhook"]["id"]
    for change in (
        "mutation($id: UUID!) { updateWebhook(input: {id: $id, update: {isEnabled: true}}) { id } }",
        "mutation($id: UUID!) { updateWebhook(where: {id: $id}, data: {isEnabled: false}) { id } }",
    ):
        [error] = gql(change, {"id": webhook})["errors"]
        assert error["message"] == "'isEnabled' of webhooks is changed at /metadata and /rest/metadata/webhooks only"
    gql.data("mutation($id: UUID!) { deleteWebhook(id: $id) { id } }", {"id": webhook})


def test_what_is_selected_of_a_change_may_have_variables_and_fragments(gql: GraphqlClient) -> None:
    made = gql.data(
        "mutation($w: WebhookCreateInput!, $all: Boolean!, $none: Boolean = false) { ...Change } "
        "fragment Change on Mutation { createWebhook(data: $w) { ...Parts } } "
        "fragment Parts on Webhook { id targetUrl @include(if: $all) ...More @include(if: $none) } "
        "fragment More on Webhook { operations }",
        {"w": {"targetUrl": _URL, "operation": "create.person"}, "all": True},
    )["createWebhook"]

    assert set(made) == {"id", "targetUrl"}
    gql.data("mutation($id: UUID!) { deleteWebhook(id: $id) { id } }", {"id": made["id"]})


def test_arguments_of_neither_form_are_named(gql: GraphqlClient) -> None:
    messages = [error["message"] for error in gql("mutation { createWebhook(data: 5) { id } }")["errors"]]

    assert messages[0] == 'Unknown argument "data" on field "Mutation.createWebhook".'
    assert not any("$" in message for message in messages)


def test_secrets_are_not_shown(gql: GraphqlClient) -> None:
    document = f'mutation {{ createWebhook(data: {{targetUrl: "{_URL}", operation: "a.b"}}) {{ id secret }} }}'
    [error] = gql(document)["errors"]

    assert error["message"] == "Secrets of webhooks are shown at /metadata and /rest/metadata/webhooks only"
    assert gql.data("{ webhooks { id } }") == {"webhooks": []}


@pytest.mark.parametrize(
    ("document", "hint"),
    [
        ("{ currentWorkspace { id } people { totalCount } }", "send it in a request of its own, without records."),
        (
            'mutation { deleteOneObject(input: {id: "7c1b6b6e-3a3e-4f61-8b64-0a5a0d6a0001"}) { id } }',
            "send it to /metadata.",
        ),
        ('mutation { generateApiKeyToken(apiKeyId: "x", expiresAt: "y") { token } }', "send it to /metadata."),
        ("{ nothing { id } }", "may have been deleted or renamed."),
        ("{ nothing { id } currentWorkspace { id } }", "may have been deleted or renamed."),
    ],
)
def test_what_is_not_answered(gql: GraphqlClient, document: str, hint: str) -> None:
    [error] = gql(document)["errors"]

    assert error["extensions"]["subCode"] == "UNKNOWN_ROOT_FIELD"
    assert error["message"].endswith(hint)
    assert error["locations"]


def test_changes_come_by_post_only(gql: GraphqlClient) -> None:
    reply = gql.send("GET", query="query=mutation{deleteWebhook(where:{id:1}){id}}")

    assert reply.status == 405


def test_a_key_is_no_user(gql: GraphqlClient) -> None:
    [error] = gql("{ currentUser { id email workspaceMember { id name { firstName } } } }")["errors"]

    assert (error["message"], error["extensions"]["code"]) == ("Forbidden resource", "FORBIDDEN")
    assert "currentApiKey" in error["extensions"]["userFriendlyMessage"]


def test_names_of_operations_are_root_fields(gql: GraphqlClient, tag: str) -> None:
    made = gql.data(
        "mutation($t: String) { createOneCompany(data: {name: $t}) { id } createManyPeople(data: [{}]) { id } }",
        {"t": tag},
    )
    where: dict[str, Any] = {"f": {"id": {"eq": made["createOneCompany"]["id"]}}}
    read = gql.data(
        "query($f: X) { findManyCompanies(filter: $f) { totalCount } findOneCompany(filter: $f) { name } }", where
    )
    changed = gql.data(
        "mutation($id: ID!) { updateOneCompany(id: $id, data: {position: 4}) { position } "
        "deleteOneCompany(id: $id) { id } restoreOneCompany(id: $id) { id } destroyOneCompany(id: $id) { id } }",
        {"id": made["createOneCompany"]["id"]},
    )

    assert read == {"findManyCompanies": {"totalCount": 1}, "findOneCompany": {"name": tag}}
    assert changed["updateOneCompany"] == {"position": 4}
    assert "findManyCompanies" not in str(gql.data("{ __schema { queryType { fields { name } } } }"))
