"""How documents are run: aliases, fragments, several root fields, errors, statuses (docs/wire/graphql.md#documents,
docs/wire/graphql.md#errors-in-graphql).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from icosa.api.graphql.settings import GraphqlSettings
from icosa.provisioning.workspace import Provisioned
from icosa.store.table import Table
from tests.support.graphql_client import GraphqlClient
from tests.support.provisioning import event_of

UNKNOWN = "7c1b6b6e-3a3e-4f61-8b64-0a5a0d6a0001"


@pytest.fixture
def pair(gql: GraphqlClient, tag: str) -> dict[str, str]:
    """A company with two people, by their names."""
    company = gql.data("mutation($t: String) { createCompany(data: {name: $t}) { id } }", {"t": tag})["createCompany"][
        "id"
    ]
    people = gql.data(
        "mutation($d: [PersonCreateInput!]!) { createPeople(data: $d) { id } }",
        {"d": [{"name": {"firstName": first, "lastName": tag}, "companyId": company} for first in ("Ann", "Bob")]},
    )["createPeople"]
    return {"company": company, "Ann": people[0]["id"], "Bob": people[1]["id"]}


def test_aliases_at_every_level(gql: GraphqlClient, pair: dict[str, str], tag: str) -> None:
    result = gql.data(
        """query($c: UUID!) {
          one: company(filter: {id: {eq: $c}}) {
            called: name type: __typename
            ann: people(filter: {name: {firstName: {eq: "Ann"}}}) { all: totalCount list: edges { at: node { n: name {
              f: firstName } } } }
            bob: people(filter: {name: {firstName: {eq: "Bob"}}}) { all: totalCount list: edges { at: node { n: name {
              f: firstName } } } }
            people { totalCount }
          }
          two: company(filter: {id: {eq: $c}}) { id }
        }""",
        {"c": pair["company"]},
    )

    assert result == {
        "one": {
            "called": tag,
            "type": "Company",
            "ann": {"all": 1, "list": [{"at": {"n": {"f": "Ann"}}}]},
            "bob": {"all": 1, "list": [{"at": {"n": {"f": "Bob"}}}]},
            "people": {"totalCount": 2},
        },
        "two": {"id": pair["company"]},
    }
    assert list(result["one"]) == ["called", "type", "ann", "bob", "people"]


def test_fragments_and_directives(gql: GraphqlClient, pair: dict[str, str], tag: str) -> None:
    document = """
      query Q($id: UUID!, $more: Boolean!) {
        person(filter: {id: {eq: $id}}) { ...Named ... on Person @include(if: $more) { jobTitle } company @skip(if:
          $more) { ...Firm } }
      }
      fragment Named on Person { id name { ...Full } }
      fragment Full on FullName { lastName __typename }
      fragment Firm on Company { name }
    """

    more = gql.data(document, {"id": pair["Ann"], "more": True})["person"]
    less = gql.data(document, {"id": pair["Ann"], "more": False})["person"]
    named = {"id": pair["Ann"], "name": {"lastName": tag, "__typename": "FullName"}}
    assert more == {**named, "jobTitle": ""}
    assert less == {**named, "company": {"name": tag}}


def test_the_same_field_in_two_places_is_one(gql: GraphqlClient, pair: dict[str, str]) -> None:
    result = gql.data(
        """query($c: UUID!) { company(filter: {id: {eq: $c}}) {
          people(first: 1) { edges { node { id } } } people(first: 1) { edges { node { name { firstName } } cursor }
            totalCount }
        } }""",
        {"c": pair["company"]},
    )["company"]["people"]

    assert result["totalCount"] == 2
    assert list(result["edges"][0]) == ["node", "cursor"]
    assert list(result["edges"][0]["node"]) == ["id", "name"]


def test_mutations_run_in_order(gql: GraphqlClient, tag: str) -> None:
    result = gql.data(
        """mutation($t: String) {
          first: createNote(data: {title: $t, position: 1}) { position }
          second: updateNotes(filter: {title: {eq: $t}}, data: {position: 2}) { position }
          third: createNote(data: {title: $t, position: 3}) { position }
          fourth: deleteNotes(filter: {title: {eq: $t}}) { position }
        }""",
        {"t": tag},
    )

    assert result["first"] == {"position": 1}
    assert result["second"] == [{"position": 2}]
    assert sorted(note["position"] for note in result["fourth"]) == [2, 3]
    assert list(result) == ["first", "second", "third", "fourth"]


def test_one_failing_field_does_not_hide_the_others(gql: GraphqlClient, pair: dict[str, str], tag: str) -> None:
    answer = gql(
        f'{{ none: company(filter: {{id: {{eq: "{UNKNOWN}"}}}}) {{ id }} '
        f'some: company(filter: {{id: {{eq: "{pair["company"]}"}}}}) {{ name }} '
        "bad: people(first: -1) { totalCount } }"
    )

    assert answer["data"] == {"none": None, "some": {"name": tag}, "bad": None}
    assert [(error["path"], error["extensions"]["code"]) for error in answer["errors"]] == [
        (["none"], "NOT_FOUND"),
        (["bad"], "BAD_USER_INPUT"),
    ]


@pytest.mark.parametrize(
    ("document", "message", "code", "sub_code"),
    [
        ("{ companies( }", None, "GRAPHQL_PARSE_FAILED", None),
        ("{ companies }", None, "GRAPHQL_VALIDATION_FAILED", None),
        ("{ people { edges { node { id { x } } } } }", None, "GRAPHQL_VALIDATION_FAILED", None),
        ("{ people { edges { node { company } } } }", None, "GRAPHQL_VALIDATION_FAILED", None),
        ("{ people { totalCount { x } } }", None, "GRAPHQL_VALIDATION_FAILED", None),
        ("{ people { edges { node { id(x: 1) } } } }", None, "GRAPHQL_VALIDATION_FAILED", None),
        ("{ ...F }", 'Unknown fragment "F".', "GRAPHQL_VALIDATION_FAILED", None),
        ("{ people(filter: $f) { totalCount } }", 'Variable "$f" is not defined.', "GRAPHQL_VALIDATION_FAILED", None),
        ("subscription { people { totalCount } }", None, "GRAPHQL_VALIDATION_FAILED", None),
        (
            "{ foo { a } }",
            "Unknown field foo. The corresponding object may have been deleted or renamed.",
            "BAD_USER_INPUT",
            "UNKNOWN_ROOT_FIELD",
        ),
        (
            "{ foo { a } bar people { totalCount } }",
            "Unknown fields foo, bar. The corresponding object may have been deleted or renamed.",
            "BAD_USER_INPUT",
            "UNKNOWN_ROOT_FIELD",
        ),
        ("mutation { people { totalCount } }", None, "BAD_USER_INPUT", "UNKNOWN_ROOT_FIELD"),
    ],
)
def test_refused_documents(
    gql: GraphqlClient, document: str, message: str | None, code: str, sub_code: str | None
) -> None:
    answer = gql(document)

    assert list(answer) == ["errors"]
    [error] = answer["errors"]
    assert (error["extensions"]["code"], error["extensions"].get("subCode")) == (code, sub_code)
    assert message is None or error["message"] == message


def test_a_refused_mutation_changes_nothing(gql: GraphqlClient, tag: str) -> None:
    gql(
        "mutation($t: String) { createNote(data: {title: $t}) { id } createTask(data: {title: $t}) { id { x } } }",
        {"t": tag},
    )

    assert (
        gql.data("query($t: String) { notes(filter: {title: {eq: $t}}) { totalCount } }", {"t": tag})["notes"][
            "totalCount"
        ]
        == 0
    )


@pytest.mark.parametrize(
    ("document", "message", "sub_code"),
    [
        ("{ companies(skip: 1) { totalCount } }", "Argument not allowed: skip", "INVALID_QUERY_INPUT"),
        ("{ company { id } }", 'Missing required argument: "filter" (object)', "INVALID_QUERY_INPUT"),
        ("{ company(filter: {}) { id } }", "Missing filter argument", "INVALID_QUERY_INPUT"),
        ("{ company(filter: {and: []}) { id } }", "Missing filter argument", "INVALID_QUERY_INPUT"),
        ("mutation { createCompany { id } }", 'Missing required argument: "data" (object)', "INVALID_QUERY_INPUT"),
        ("mutation { deleteCompany { id } }", 'Missing required argument: "id" (UUID)', "INVALID_QUERY_INPUT"),
        ("mutation { deleteCompanies { id } }", 'Missing required argument: "filter" (object)', "INVALID_QUERY_INPUT"),
        (
            "mutation { updateCompanies(filter: {}, data: {position: 1}) { id } }",
            "A non-empty filter is required for a bulk mutation",
            "INVALID_ARGS_FILTER",
        ),
        (
            'mutation { mergeTasks(ids: ["7c1b6b6e-3a3e-4f61-8b64-0a5a0d6a0001"], conflictPriorityIndex: 0) { id } }',
            "Merge is only available for objects with duplicate criteria. Object 'task' does not have duplicate "
            "criteria defined.",
            "INVALID_QUERY_INPUT",
        ),
        (
            '{ people(filter: {foo: {eq: "x"}}) { totalCount } }',
            'Object person doesn\'t have any "foo" field.',
            "INVALID_ARGS_FILTER",
        ),
        (
            '{ people(filter: {createdAt: {gte: "2024-01-01", lte: "2024-01-31"}}) { totalCount } }',
            'Filter for field "createdAt" must have exactly one operator',
            "INVALID_ARGS_FILTER",
        ),
        (
            "{ people(orderBy: [{foo: AscNullsFirst}]) { totalCount } }",
            'Field "foo" does not exist or is not sortable',
            "INVALID_QUERY_INPUT",
        ),
        (
            '{ company(filter: {id: {eq: "7c1b6b6e-3a3e-4f61-8b64-0a5a0d6a0001"}}) { people(skip: 1) { totalCount } } '
            "}",
            "Argument not allowed: skip",
            "INVALID_QUERY_INPUT",
        ),
        ("{ peopleGroupBy { totalCount } }", '"groupBy" must be an array.', "INVALID_QUERY_INPUT"),
        (
            "mutation { createPerson(data: {foo: 1}) { id } }",
            'Object person doesn\'t have any "foo" field.',
            "INVALID_ARGS_DATA",
        ),
    ],
)
def test_errors_of_a_field(gql: GraphqlClient, document: str, message: str, sub_code: str) -> None:
    answer = gql(document)

    assert list(answer["data"].values()) == [None]
    [error] = answer["errors"]
    assert (error["message"], error["extensions"]["code"], error["extensions"]["subCode"]) == (
        message,
        "BAD_USER_INPUT",
        sub_code,
    )


@pytest.mark.parametrize(
    "document",
    [
        "query($x: ID!) { company(filter: {id: {eq: $x}}) { id } }",
        "query($x: String!) { company(filter: {id: {eq: $x}}) { id } }",
        "query($x: Whatever) { company(filter: {id: {eq: $x}}) { id } }",
        "query($x: ID!) { company(filter: {and: {id: {in: [$x]}}}) { id } }",
    ],
)
def test_declared_types_do_not_matter(gql: GraphqlClient, pair: dict[str, str], document: str) -> None:
    assert gql.data(document, {"x": pair["company"]})["company"]["id"] == pair["company"]


def test_enums_are_texts(gql: GraphqlClient, tag: str) -> None:
    order = {"o": {"name": {"firstName": "DescNullsLast"}}, "s": "NEW", "t": tag}
    gql.data(
        "mutation($t: String, $s: String) { createOpportunity(data: {name: $t, stage: $s}) { id } }",
        {"t": tag, "s": "MEETING"},
    )

    assert gql.data("query($o: [X]) { people(orderBy: $o, first: 0) { totalCount } }", order)["people"] is not None
    for condition in ('"MEETING"', "MEETING"):
        result = gql.data(
            f"query($t: String) {{ opportunities(filter: {{name: {{eq: $t}}, stage: {{eq: {condition}}}}}) {{ "
            "totalCount } }",
            order,
        )
        assert result["opportunities"]["totalCount"] == 1


def test_typed_list_members_may_be_cut(gql: GraphqlClient, tag: str) -> None:
    """Clients of newer schemas select inside JSON members (docs/wire/graphql.md#json-members)."""
    data = {"t": tag, "l": {"primaryLinkUrl": "a.example", "secondaryLinks": [{"label": "B", "url": "b.example"}]}}
    result = gql.data(
        """mutation($t: String, $l: LinksCreateInput) { createCompany(data: {name: $t, domainName: $l}) {
          domainName { secondaryLinks } again: domainName { secondaryLinks { url nope } } createdBy { context {
            provider } }
        } }""",
        data,
    )["createCompany"]

    assert result["domainName"]["secondaryLinks"] == [{"label": "B", "url": "b.example"}]
    assert result["again"]["secondaryLinks"] == [{"url": "b.example", "nope": None}]
    assert result["createdBy"]["context"] == {"provider": None}


def test_records_in_the_trash_are_not_shown_by_those_that_point_at_them(
    gql: GraphqlClient, pair: dict[str, str]
) -> None:
    gql.data(f'mutation {{ deleteCompany(id: "{pair["company"]}") {{ id }} }}')
    where = f'filter: {{id: {{eq: "{pair["Ann"]}"}}}}'

    assert gql.data(f"{{ person({where}) {{ companyId company {{ id }} }} }}")["person"] == {
        "companyId": None,
        "company": None,
    }
    assert gql.data(f"{{ person({where}) {{ companyId }} }}")["person"] == {"companyId": pair["company"]}


def test_root_typename(gql: GraphqlClient) -> None:
    assert gql.data("{ __typename }") == {"__typename": "Query"}
    assert gql.data("mutation { x: __typename }") == {"x": "Mutation"}


# ------------------------------------------------------------------ http


def test_queries_by_get(gql: GraphqlClient, pair: dict[str, str], tag: str) -> None:
    document = (
        "query A { companies { totalCount } } query B($t: String) { companies(filter: {name: {eq: $t}}) { totalCount "
        "} }"
    )
    reply = gql.send("GET", query=urlencode({"query": document, "variables": f'{{"t":"{tag}"}}', "operationName": "B"}))

    assert (reply.status, reply.json) == (200, {"data": {"companies": {"totalCount": 1}}})


def test_no_mutations_by_get(gql: GraphqlClient, tag: str) -> None:
    reply = gql.send("GET", query=urlencode({"query": f'mutation {{ createNote(data: {{title: "{tag}"}}) {{ id }} }}'}))

    assert (reply.status, reply.headers["allow"]) == (405, "POST")
    assert (
        gql.data("query($t: String) { notes(filter: {title: {eq: $t}}) { totalCount } }", {"t": tag})["notes"][
            "totalCount"
        ]
        == 0
    )


def test_statuses(gql: GraphqlClient) -> None:
    assert gql.send("POST", raw="{").status == 400
    assert gql.send("POST", []).json["errors"][0]["message"] == "Batching is not supported."
    assert gql.send("POST", {}).status == 400
    assert gql.send("GET").json == {
        "errors": [
            {
                "message": "Must provide query string.",
                "extensions": {"userFriendlyMessage": "Must provide query string.", "code": "BAD_USER_INPUT"},
            }
        ]
    }
    missing = gql.send("POST", {"query": "query($x: UUID!) { company(filter: {id: {eq: $x}}) { id } }"})
    assert (missing.status, missing.message) == (400, 'Variable "$x" of required type "UUID!" was not provided.')


def test_answers_that_cannot_be_delivered(gql: GraphqlClient, tag: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("icosa.runtime.http.ANSWER_LIMIT", 40)
    hint = "is larger than 40 bytes. Send Accept-Encoding: gzip. Ask for fewer records or fewer fields"
    [error] = gql('{ company(filter: {name: {eq: "none"}}) { id name } companies { totalCount } }')["errors"]
    assert error["message"] == f"The answer {hint}"
    [error] = gql("mutation($t: String) { createCompany(data: {name: $t}) { id } }", {"t": tag})["errors"]
    assert error["message"] == f"The change was made, but its answer {hint}"


def test_a_revoked_key(shared_table: Table, workspace: Provisioned) -> None:
    stranger = GraphqlClient(shared_table, event_of(workspace, key_id=UNKNOWN))

    assert stranger.error("{ people { totalCount } }") == (
        "This API Key is revoked",
        "FORBIDDEN",
        "FORBIDDEN_EXCEPTION",
    )
    assert "data" not in stranger("{ people { totalCount } }")


def test_no_token(shared_table: Table) -> None:
    assert GraphqlClient(shared_table, {}).error("{ people { totalCount } }")[1] == "FORBIDDEN"


# ------------------------------------------------------------------ rights


def test_rights_are_the_callers_own(
    client_with: Callable[..., GraphqlClient], gql: GraphqlClient, pair: dict[str, str]
) -> None:
    nobody = client_with()
    reader = client_with(canReadAllObjectRecords=True)
    denied = ("Entity performing the request does not have permission", "FORBIDDEN", "PERMISSION_DENIED")

    assert gql.data("{ people(first: 1) { totalCount } }")["people"]["totalCount"] > 0
    assert nobody.error("{ people(first: 1) { totalCount } }") == denied
    assert reader.data("{ people(first: 1) { totalCount } }")["people"]["totalCount"] > 0
    assert reader.error("mutation { createCompany(data: {}) { id } }") == denied
    assert reader.error(f'mutation {{ destroyCompany(id: "{pair["company"]}") {{ id }} }}') == denied
    assert nobody.data("{ noteTargets(first: 1) { totalCount } }")["noteTargets"] is not None
    assert nobody.error("{ noteTargets(first: 1) { edges { node { targetCompany { id } } } } }") == denied


def test_introspection_is_the_callers_own(client_with: Callable[..., GraphqlClient], gql: GraphqlClient) -> None:
    document = '{ __type(name: "Company") { name } __schema { queryType { fields { name } } } }'

    everything, nothing = gql.data(document), client_with().data(document)
    assert everything["__type"] == {"name": "Company"}
    assert nothing["__type"] is None
    assert "companies" in {field["name"] for field in everything["__schema"]["queryType"]["fields"]}
    assert "companies" not in {field["name"] for field in nothing["__schema"]["queryType"]["fields"]}


def test_introspection_through_types_of_types_ends(gql: GraphqlClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("icosa.api.graphql.introspection._MOST_TEXT", 1_000_000)
    inner = "name"
    for _ in range(30):
        inner = f"fields {{ type {{ {inner} }} }}"

    message, code, _ = gql.error(f"{{ __schema {{ types {{ {inner} }} }} }}")

    assert message == "Introspection is too complex. Select the types of fields by kind, name and ofType only"
    assert code == "BAD_USER_INPUT"


# ------------------------------------------------------------------ limits


@pytest.fixture
def limited(shared_table: Table, workspace: Provisioned) -> Callable[..., GraphqlClient]:
    return lambda **limits: GraphqlClient(shared_table, event_of(workspace), settings=GraphqlSettings(**limits))


def test_root_fields_are_limited(gql: GraphqlClient) -> None:
    document = "{ " + " ".join(f"a{i}: people(first: 0) {{ totalCount }}" for i in range(21)) + " }"

    assert gql.error(document) == (
        "Query too complex - Too many root resolvers requested: 21 - Maximum allowed root resolvers: 20",
        "BAD_USER_INPUT",
        None,
    )


def test_fields_are_limited(limited: Callable[..., GraphqlClient]) -> None:
    document = "{ people { edges { node { " + " ".join(f"a{i}: id" for i in range(50)) + " } } } }"

    assert limited(query_field_limit=40).error(document)[0] == (
        "Query too complex - Too many fields requested - Maximum allowed fields: 40"
    )


def test_depth_is_limited(gql: GraphqlClient) -> None:
    inside = "id"
    for i in range(6):
        inside = f"company {{ {inside} }}" if i % 2 else f"people(first: 1) {{ edges {{ node {{ {inside} }} }} }}"

    assert gql.error(f"{{ people(first: 1) {{ edges {{ node {{ {inside} }} }} }} }}") == (
        "Maximum depth of 5 reached",
        "BAD_USER_INPUT",
        "MAX_DEPTH_REACHED",
    )


def test_complexity_is_limited(gql: GraphqlClient) -> None:
    people = "people { edges { node { noteTargets { edges { node { id } } } } } }"

    message, code, sub_code = gql.error(f"{{ companies {{ edges {{ node {{ {people} }} }} }} }}")
    assert (code, sub_code) == ("BAD_USER_INPUT", "TOO_COMPLEX_QUERY")
    assert message == (
        "Query complexity is too high. Please, reduce the amount of relation fields requested. "
        "Query complexity: 12201. Maximum complexity: 2000."
    )
    assert gql.data(f"{{ companies(first: 10) {{ edges {{ node {{ {people} }} }} }} }}")["companies"] is not None


def test_batches_are_limited(gql: GraphqlClient, tag: str) -> None:
    many = [{"title": tag}] * 61

    assert gql.error("mutation($d: [NoteCreateInput!]!) { createNotes(data: $d) { id } }", {"d": many}) == (
        "Maximum number of records to upsert is 60.",
        "BAD_USER_INPUT",
        "TOO_MANY_RECORDS_TO_UPDATE",
    )
    assert (
        gql.data("query($t: String) { notes(filter: {title: {eq: $t}}) { totalCount } }", {"t": tag})["notes"][
            "totalCount"
        ]
        == 0
    )


def test_searches_for_duplicates_are_limited(gql: GraphqlClient) -> None:
    [error] = gql("query($i: [UUID!]) { companyDuplicates(ids: $i) { totalCount } }", {"i": [UNKNOWN] * 61})["errors"]
    assert error["message"] == "Duplicates of at most 60 records can be looked for at once"


def test_pages_are_limited(gql: GraphqlClient) -> None:
    page = gql.data("{ people(first: 100000) { edges { node { id } } pageInfo { hasNextPage } } }")["people"]

    assert len(page["edges"]) <= 200


@pytest.mark.parametrize(
    "document",
    [
        "{" * 5000,
        "{ " + "a: __typename " * 9_000 + "}",
        "{ a " + "...F " * 5_000 + "} fragment F on Query { a }",
        "query(" + " ".join(f"$v{i}: [[[[Int]]]]" for i in range(1500)) + ") { __typename }",
        "{ people(filter: " + "{and: [" * 150 + "{}" + "]}" * 150 + ") { totalCount } }",
    ],
)
def test_hostile_documents(gql: GraphqlClient, document: str) -> None:
    answer: Any = gql(document)

    assert "data" in answer or answer["errors"]
