"""Selections of what does not exist, and where errors of documents stand (docs/wire/graphql.md#unknown-fields)."""

from __future__ import annotations

from typing import Any

import pytest

from icosa.access.api_keys import ApiKeys
from icosa.provisioning.workspace import Provisioned
from icosa.store.table import Table
from tests.support.graphql_client import GraphqlClient
from tests.support.provisioning import event_of
from tests.support.restricted import restricted_key


@pytest.fixture
def company(gql: GraphqlClient, tag: str) -> str:
    """The id of a company with one person."""
    made: str = gql.data("mutation($t: String) { createCompany(data: {name: $t}) { id } }", {"t": tag})[
        "createCompany"
    ]["id"]
    data = {"name": {"firstName": "Ann", "lastName": tag}, "companyId": made}
    gql.data("mutation($d: PersonCreateInput!) { createPerson(data: $d) { id } }", {"d": data})
    return made


#: Where it is selected, with the type and the name, and what is next to it.
_UNKNOWN: list[tuple[str, str, str, str]] = [
    ("{ companies(filter: F) { edges { node { id employes } } } }", "Company", "employes", "employees"),
    ("{ companies(filter: F) { edges { node { id e: nope } } } }", "Company", "nope", ""),
    ("{ companies(filter: F) { edges { node { nope(first: 1) { edges { node { id } } } } } } }", "Company", "nope", ""),
    (
        "{ companies(filter: F) { edges { node { people { edges { node { jobTitel } } } } } } }",
        "Person",
        "jobTitel",
        "",
    ),
    ("{ companies(filter: F) { edges { node { people { totalCont } } } } }", "PersonConnection", "totalCont", ""),
    ("{ companies(filter: F) { edges { node { domainName { primaryLink } } } } }", "Links", "primaryLink", ""),
    ("{ companies(filter: F) { minCreatedAt minCreatedA } }", "CompanyConnection", "minCreatedA", "minCreatedAt"),
    ("{ companies(filter: F) { nope } }", "CompanyConnection", "nope", ""),
    ("{ companies(filter: F) { edges { cursr } } }", "CompanyEdge", "cursr", "cursor"),
    ("{ companies(filter: F) { pageInfo { hasNextPag } } }", "PageInfo", "hasNextPag", "hasNextPage"),
    ("{ company(filter: F) { id nme } }", "Company", "nme", "name"),
    ("{ company(filter: F) { ...Old } } fragment Old on Company { id ... on Company { nme } }", "Company", "nme", ""),
    ("{ companiesGroupBy(groupBy: [{name: true}], filter: F) { totl } }", "CompanyGroupByConnection", "totl", ""),
    ('mutation { updateCompany(id: "ID", data: {position: 2}) { id nme } }', "Company", "nme", "name"),
    ("mutation { updateCompanies(filter: F, data: {position: 2}) { id nme } }", "Company", "nme", "name"),
]


def _aimed(document: str, company: str) -> str:
    return (
        document.replace("F)", f'{{id: {{eq: "{company}"}}}})')
        .replace("F,", f'{{id: {{eq: "{company}"}}}},')
        .replace("ID", company)
    )


def _has_null(value: Any) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return value is None or any(map(_has_null, inner))


@pytest.mark.parametrize(("document", "type_name", "field", "near"), _UNKNOWN)
def test_what_does_not_exist_is_null_with_a_warning(
    gql: GraphqlClient, company: str, document: str, type_name: str, field: str, near: str
) -> None:
    text = _aimed(document, company)
    answer = gql(text)

    assert "errors" not in answer
    assert _has_null(answer["data"])
    [warning] = answer["extensions"]["warnings"]
    assert warning["message"].startswith(f'Cannot query field "{field}" on type "{type_name}".')
    assert f'"{near}"' in warning["message"] or not near or near == "employees"
    [place] = warning["locations"]
    assert place["line"] == 1
    assert field in text[place["column"] - 1 :].split("}")[0]
    assert warning["code"] == "UNKNOWN_FIELD"


@pytest.mark.parametrize(("document", "type_name", "field", "near"), _UNKNOWN)
def test_a_strict_request_is_refused(
    gql: GraphqlClient, company: str, document: str, type_name: str, field: str, near: str
) -> None:
    answer = gql(_aimed(document, company), strict=True)

    assert list(answer) == ["errors"]
    [error] = answer["errors"]
    assert error["message"].startswith(f'Cannot query field "{field}" on type "{type_name}".')
    assert error["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert error["extensions"]["userFriendlyMessage"] == error["message"]
    assert error["locations"][0]["line"] == 1


def test_a_composite_without_a_selection_has_all_its_members(gql: GraphqlClient, company: str, tag: str) -> None:
    document = f'{{ people(filter: {{companyId: {{eq: "{company}"}}}}) {{ edges {{ node {{ name n: emails }} }} }} }}'
    answer = gql(document)

    [edge] = answer["data"]["people"]["edges"]
    assert edge["node"]["name"] == {"firstName": "Ann", "lastName": tag}
    assert set(edge["node"]["n"]) == {"primaryEmail", "additionalEmails"}
    assert [warning["code"] for warning in answer["extensions"]["warnings"]] == ["NO_SELECTION", "NO_SELECTION"]
    [error] = gql(document, strict=True)["errors"]
    assert error["message"].startswith('Field "name" of type "FullName" must have a selection')
    assert error["locations"][0]["line"] == 1


@pytest.mark.parametrize(
    "document",
    [
        '{ people(filter: {employes: {eq: "x"}}) { totalCount } }',
        "{ people(orderBy: [{employes: AscNullsFirst}]) { totalCount } }",
        "{ people(nope: 1) { totalCount } }",
        "mutation { createPerson(data: {employes: 1}) { id } }",
        "{ peopleGroupBy(groupBy: [{employes: true}]) { totalCount } }",
        "{ companies { edges { node { people(nope: 1) { totalCount } } } } }",
    ],
)
def test_what_decides_about_records_must_exist(gql: GraphqlClient, document: str) -> None:
    answer = gql(document)

    [error] = answer["errors"]
    assert error["locations"][0]["line"] == 1
    assert error["extensions"]["userFriendlyMessage"] not in ("", "An error occurred.")


@pytest.mark.parametrize(
    ("document", "line", "column"),
    [
        ("{\n  people {\n    totalCount { x }\n  }\n}", 3, 5),
        ("{\n  people {\n    ...F\n  }\n}", 3, 5),
        ("query {\n  people(filter: $f) { totalCount }\n}", 2, 18),
        ("{\n  foo { a }\n}", 2, 3),
        ("{\n  people(first: -1) { totalCount }\n}", 2, 3),
        ("{\n  people( { totalCount }\n}", 2, 11),
        ("query ($id: UUID!) { person(filter: {id: {eq: $id}}) { id } }", 1, 8),
        ("{ __schema { nope } }", 1, 14),
    ],
)
def test_errors_say_where(gql: GraphqlClient, document: str, line: int, column: int) -> None:
    reply = gql.send("POST", {"query": document})

    assert reply.json["errors"][0]["locations"] == [{"line": line, "column": column}]


def test_introspection_is_as_strict_as_ever(gql: GraphqlClient) -> None:
    [error] = gql("{ __schema { typs { name } } }")["errors"]

    assert error["message"] == 'Cannot query field "typs" on type "__Schema". Did you mean "types"?'


def test_many_warnings_are_few(gql: GraphqlClient) -> None:
    names = " ".join(f"a{number}b" for number in range(300))
    warnings = gql(f"{{ companies(first: 1) {{ edges {{ node {{ {names} }} }} }} }}")["extensions"]["warnings"]

    assert len(warnings) == 21
    assert warnings[-1]["message"] == "280 more of this kind."


def test_hidden_fields_are_neither_null_nor_suggested(
    shared_table: Table, workspace: Provisioned, api_keys: ApiKeys
) -> None:
    hidden = ["person.jobTitle", "person.company"]
    key = restricted_key(
        shared_table, workspace, api_keys, hidden=hidden, objects={"task": {"canReadObjectRecords": False}}
    )
    blind = GraphqlClient(shared_table, event_of(workspace, key_id=key))

    for field in ("jobTitle", "company { id }", "companyId"):
        [error] = blind(f"{{ people(first: 1) {{ edges {{ node {{ {field} }} }} }} }}")["errors"]
        assert error["extensions"]["code"] == "FORBIDDEN"
    document = "{ people(first: 1) { cuontEmptyJobTitle edges { node { jobTitl companyI companie taskTarget } } } }"
    warnings = blind(document)["extensions"]["warnings"]
    text = "".join(warning["message"] for warning in warnings)
    assert len(warnings) == 5
    assert not any(f'"{name}"' in text for name in ("jobTitle", "companyId", "company", "countEmptyJobTitle"))
    [error] = blind("{ tasks(first: 1) { edges { node { titel } } } }")["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"
    assert "title" not in str(blind("{ tasks(first: 1) { edges { node { titel } } } }"))
