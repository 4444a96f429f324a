"""What a request may ask for (docs/limits.md), counted over all of it, in REST and GraphQL alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson
import pytest

from icosa import limits
from icosa.engine.read import planner
from icosa.limits import Limit
from icosa.provisioning.workspace import Provisioned
from icosa.store.table import Table
from tests.support.graphql_client import GraphqlClient
from tests.support.provisioning import event_of
from tests.support.rest_client import RestClient


@pytest.fixture(scope="module")
def gql(shared_table: Table, workspace: Provisioned) -> GraphqlClient:
    return GraphqlClient(shared_table, event_of(workspace))


def beyond(limit: Limit, count: int | None = None) -> str:
    number = limit.most + 1 if count is None else count
    return f"The request has {number} {limit.what}, at most {limit.most} are allowed. {limit.advice}"


def refused(gql: GraphqlClient, query: str, variables: Mapping[str, Any] | None = None) -> str:
    """The message with which a whole document is refused."""
    body = gql(query, variables)
    assert "data" not in body
    [error] = body["errors"]
    assert (error["extensions"]["code"], error["extensions"]["subCode"]) == ("BAD_USER_INPUT", "TOO_COMPLEX_QUERY")
    message: str = error["message"]
    return message


CONDITIONS = limits.FILTER_CONDITIONS


def filter_of(count: int) -> str:
    return "or(" + ",".join(f"jobTitle[eq]:t{number}" for number in range(count)) + ")"


def test_conditions_over_rest(call: RestClient) -> None:
    assert call("GET", "/rest/people", filter=filter_of(CONDITIONS.most), limit="1").status == 200
    for method, body in (("GET", None), ("PATCH", {"jobTitle": "x"}), ("DELETE", None)):
        reply = call(method, "/rest/people", body, filter=filter_of(CONDITIONS.most + 1))
        assert (reply.status, reply.message) == (400, beyond(CONDITIONS)), method
        assert reply.json["code"] == "TOO_COMPLEX_QUERY"
    reply = call("GET", "/rest/people/groupBy", filter=filter_of(CONDITIONS.most + 1), group_by='[{"jobTitle":true}]')
    assert (reply.status, reply.message) == (400, beyond(CONDITIONS))


def conditions(count: int) -> dict[str, Any]:
    return {"or": [{"jobTitle": {"eq": f"t{number}"}} for number in range(count)]}


@pytest.mark.parametrize(
    "roots",
    [
        "a: people(filter: $f) {totalCount}",
        "a: people(filter: $half) {totalCount} b: people(filter: $more) {totalCount}",
        "a: people(filter: $half) {totalCount} "
        "b: peopleGroupBy(groupBy: [{jobTitle: true}], filter: $more) {totalCount}",
        "a: people(filter: $half) {totalCount} b: companies {edges {node {people(filter: $more) {totalCount}}}}",
        "a: person(filter: $f) {id}",
        "a: companies {edges {node {x: people(filter: $half) {totalCount} y: people(filter: $more) {totalCount}}}}",
    ],
)
def test_conditions_over_graphql(gql: GraphqlClient, roots: str) -> None:
    half = CONDITIONS.most // 2
    variables = {"f": conditions(CONDITIONS.most + 1), "half": conditions(half), "more": conditions(half + 1)}
    query = f"query q($f: PersonFilterInput, $half: PersonFilterInput, $more: PersonFilterInput) {{{roots}}}"
    assert refused(gql, query, variables) == beyond(CONDITIONS)
    variables = {"f": conditions(CONDITIONS.most), "half": conditions(half), "more": conditions(half)}
    assert all("Record not found" in error["message"] for error in gql(query, variables).get("errors", ()))


def test_conditions_of_changes_by_filter(gql: GraphqlClient) -> None:
    for field in ("deletePeople", "destroyPeople", "restorePeople", "updatePeople"):
        data = ', data: {jobTitle: "x"}' if field == "updatePeople" else ""
        query = f"mutation m($f: PersonFilterInput!) {{{field}(filter: $f{data}) {{id}}}}"
        assert refused(gql, query, {"f": conditions(CONDITIONS.most + 1)}) == beyond(CONDITIONS), field


def test_conditions_of_a_search_count_once_for_all_objects(gql: GraphqlClient) -> None:
    query = 'query q($f: ObjectRecordFilterInput) {search(searchInput: "a", limit: 1, filter: $f) {edges {cursor}}}'
    ids = [{"id": {"neq": f"20202020-0000-4000-8000-{number:012}"}} for number in range(CONDITIONS.most + 1)]
    assert refused(gql, query, {"f": {"and": ids}}) == beyond(CONDITIONS)
    assert "errors" not in gql(query, {"f": {"and": ids[1:]}})


@pytest.mark.parametrize("empty", [{}, {"and": []}, {"or": [{}]}, {"not": {}}])
def test_blocks_without_conditions_count(gql: GraphqlClient, empty: dict[str, Any]) -> None:
    query = "query q($f: PersonFilterInput) {people(filter: $f) {totalCount}}"
    message = refused(gql, query, {"f": {"and": [empty] * (CONDITIONS.most + 1)}})
    assert message == beyond(CONDITIONS)


@pytest.mark.parametrize(
    ("limit", "condition"),
    [
        (limits.FILTER_LIST_MEMBERS, lambda n: {"jobTitle": {"in": ["a"] * n}}),
        (limits.FILTER_LIST_MEMBERS, lambda n: {"emails": {"primaryEmail": {"in": ["no address"] * n}}}),
        (limits.FILTER_VALUE_CHARACTERS, lambda n: {"jobTitle": {"eq": "a" * n}}),
        (limits.FILTER_VALUE_CHARACTERS, lambda n: {"jobTitle": {"in": ["a" * (n - 5), "b" * 5]}}),
        (limits.FILTER_PATTERN_CHARACTERS, lambda n: {"jobTitle": {"like": "%" * n}}),
        (limits.FILTER_PATTERN_CHARACTERS, lambda n: {"jobTitle": {"startsWith": "a" * n}}),
        (limits.FILTER_PATTERN_CHARACTERS, lambda n: {"emails": {"additionalEmails": {"like": "a" * n}}}),
        (limits.FILTER_PATTERN_CHARACTERS, lambda n: {"or": [{"jobTitle": {"ilike": "a" * (n - 5)}},
                                                             {"company": {"name": {"ilike": "_" * 5}}}]}),
    ],
)  # fmt: skip
def test_operands(gql: GraphqlClient, limit: Limit, condition: Any) -> None:
    query = "query q($f: PersonFilterInput) {people(filter: $f) {totalCount}}"
    assert refused(gql, query, {"f": condition(limit.most + 1)}) == beyond(limit)
    assert "errors" not in gql(query, {"f": condition(limit.most)})


def test_operands_over_rest(call: RestClient) -> None:
    limit = limits.FILTER_PATTERN_CHARACTERS
    assert call("GET", "/rest/people", filter=f"jobTitle[like]:{'a' * limit.most}").status == 200
    reply = call("GET", "/rest/people", filter=f"jobTitle[like]:{'a' * (limit.most + 1)}")
    assert (reply.status, reply.message) == (400, beyond(limit))
    limit = limits.FILTER_LIST_MEMBERS
    members = ",".join(["a"] * limit.most)
    assert call("GET", "/rest/people", filter=f"jobTitle[in]:[{members}]").status == 200
    reply = call("GET", "/rest/people", filter=f"jobTitle[in]:[{members},a]")
    assert (reply.status, reply.message) == (400, beyond(limit))


def test_terms_of_all_searches_count(gql: GraphqlClient) -> None:
    def searches(terms: int, count: int) -> str:
        text = " ".join(f"t{number}" for number in range(terms))
        return (
            "{"
            + " ".join(f'r{n}: search(searchInput: "{text}", limit: 1) {{edges {{cursor}}}}' for n in range(count))
            + "}"
        )

    limit = limits.SEARCH_TERMS
    assert refused(gql, searches(8, limit.most // 8 + 1)) == beyond(limit, limit.most + 8)
    assert "errors" not in gql(searches(8, limit.most // 8))
    assert "errors" not in gql(searches(0, 20))


def test_order_criteria(call: RestClient, gql: GraphqlClient) -> None:
    limit = limits.ORDER_CRITERIA
    each = ["jobTitle", "avatarUrl", "createdAt", "updatedAt"]
    order = ", ".join(f"{{{name}: AscNullsFirst}}" for name in each)
    roots = [f"r{n}: people(first: 1, orderBy: [{order}]) {{totalCount}}" for n in range(limit.most // 4 + 1)]
    assert refused(gql, f"{{{' '.join(roots)}}}") == beyond(limit, limit.most + 4)
    assert "errors" not in gql(f"{{{' '.join(roots[1:])}}}")
    assert call("GET", "/rest/people", order_by=",".join(each)).status == 200


def test_dimensions(call: RestClient, gql: GraphqlClient) -> None:
    limit = limits.GROUP_DIMENSIONS

    def group_by(count: int) -> str:
        return "[" + ",".join(['{"createdAt":{"granularity":"YEAR","timeZone":"UTC"}}'] * count) + "]"

    reply = call("GET", "/rest/people/groupBy", group_by=group_by(limit.most + 1))
    assert (reply.status, reply.message) == (400, beyond(limit))
    assert call("GET", "/rest/people/groupBy", group_by=group_by(limit.most)).status == 200
    grouped = "peopleGroupBy(groupBy: $g) {totalCount}"
    query = f"query q($g: [PersonGroupByInput!]!) {{a: {grouped} b: {grouped}}}"
    half = [{"createdAt": {"granularity": "YEAR", "timeZone": "UTC"}}] * (limit.most // 2 + 1)
    assert refused(gql, query, {"g": half}) == beyond(limit, 2 * len(half))


def test_records_written(gql: GraphqlClient, tag: str) -> None:
    limit = limits.RECORDS
    roots = " ".join(f"r{number}: createNotes(data: $d) {{id}}" for number in range(limit.most // 60 + 1))
    message = refused(gql, f"mutation m($d: [NoteCreateInput!]!) {{{roots}}}", {"d": [{"title": tag}] * 60})
    assert message == beyond(limit, limit.most + 60)
    roots = " ".join(
        f'r{n}: deleteNotes(filter: {{title: {{eq: "{tag}"}}}}) {{id}}' for n in range(limit.most // 60 + 1)
    )
    assert refused(gql, f"mutation {{{roots}}}") == beyond(limit, limit.most + 60)
    assert gql.data(f'{{notes(filter: {{title: {{eq: "{tag}"}}}}) {{totalCount}}}}') == {"notes": {"totalCount": 0}}


MARKS, BYTES = limits.RICH_TEXT_MARKS, limits.RICH_TEXT_BYTES


def notes(count: int, **body: str) -> list[dict[str, Any]]:
    return [{"title": "n", "bodyV2": body} for _ in range(count)]


@pytest.mark.parametrize(
    ("limit", "count", "data"),
    [
        (MARKS, MARKS.most + 20, notes(20, markdown="*" * (MARKS.most // 20 + 1))),
        (MARKS, MARKS.most + 20, notes(20, markdown="a\r" * (MARKS.most // 20 + 1))),
        (BYTES, BYTES.most + 10, notes(10, markdown="a" * (BYTES.most // 10 + 1))),
        (BYTES, BYTES.most + 20, notes(10, markdown="ü" * (BYTES.most // 20 + 1))),
        (BYTES, BYTES.most + 10, notes(10, blocknote="[" + " " * (BYTES.most // 10 - 1) + "]")),
    ],
)
def test_rich_text_to_convert(
    call: RestClient, gql: GraphqlClient, limit: Limit, count: int, data: list[dict[str, Any]]
) -> None:
    reply = call("POST", "/rest/batch/notes", data)
    assert (reply.status, reply.message) == (400, beyond(limit, count))
    half = len(data) // 2
    created = "a: createNotes(data: $a) {id} b: createNotes(data: $b) {id}"
    query = f"mutation m($a: [NoteCreateInput!]!, $b: [NoteCreateInput!]!) {{{created}}}"
    assert refused(gql, query, {"a": data[:half], "b": data[half:]}) == beyond(limit, count)
    reply = call("PATCH", "/rest/notes", {"bodyV2": {"markdown": "*" * (MARKS.most + 1)}}, filter="title[eq]:none")
    assert (reply.status, reply.message) == (400, beyond(MARKS))


def test_rich_text_in_nested_records_counts(call: RestClient) -> None:
    body = {"note": {"create": {"title": "n", "bodyV2": {"markdown": "*" * (MARKS.most + 1)}}}}
    reply = call("POST", "/rest/noteTargets", body)
    assert (reply.status, reply.message) == (400, beyond(MARKS))


@pytest.mark.parametrize("member", ["markdown", "blocknote"])
def test_a_document_that_no_record_can_hold(call: RestClient, member: str) -> None:
    """Refused before it is converted: the Markdown would be beyond the limit, too."""
    reply = call("POST", "/rest/notes", {"title": "n", "bodyV2": {member: "[" + "*" * 410_000 + "]"}})
    assert (reply.status, reply.message) == (413, "The record is larger than the 400 KB that the store allows")


def test_both_forms_are_not_converted(call: RestClient) -> None:
    both = notes(8, markdown="*" * (MARKS.most // 4), blocknote="[]")
    assert call("POST", "/rest/batch/notes", both).status == 201


@pytest.mark.parametrize("is_text", [False, True])
@pytest.mark.parametrize(
    ("field", "member", "value"),
    [
        ("emails", "additionalEmails", "a@b.example"),
        ("phones", "additionalPhones", {"number": "0610203040", "countryCode": "FR"}),
        ("linkedinLink", "secondaryLinks", {"url": "https://a.example"}),
    ],
)
def test_members_of_lists(
    call: RestClient, gql: GraphqlClient, field: str, member: str, value: Any, is_text: bool
) -> None:
    limit = limits.LIST_MEMBERS

    def record(count: int) -> dict[str, Any]:
        members = [value] * count
        return {field: {member: orjson.dumps(members).decode() if is_text else members}}

    reply = call("POST", "/rest/people", record(limit.most + 1))
    assert (reply.status, reply.message) == (400, beyond(limit))
    half = record(limit.most // 2 + 1)
    reply = call("POST", "/rest/batch/people", [half, half])
    assert (reply.status, reply.message) == (400, beyond(limit, 2 * (limit.most // 2 + 1)))
    reply = call("PATCH", "/rest/people", record(limit.most + 1), filter="jobTitle[eq]:none")
    assert (reply.status, reply.message) == (400, beyond(limit))
    query = "mutation m($d: PersonCreateInput!) {a: createPerson(data: $d) {id} b: createPerson(data: $d) {id}}"
    assert refused(gql, query, {"d": half}) == beyond(limit, 2 * (limit.most // 2 + 1))


def test_offsets(gql: GraphqlClient) -> None:
    limit = limits.OFFSET
    half = limit.most // 2
    roots = "a: people(first: 1, offset: $a) {totalCount} b: people(first: 1, offset: $b) {edges {node {id}}}"
    query = f"query q($a: Int, $b: Int) {{{roots}}}"
    assert refused(gql, query, {"a": half, "b": half + 1}) == beyond(limit)
    assert "errors" not in gql(query, {"a": half, "b": half})
    inner = "companies {edges {node {people(offset: $a) {edges {node {id}}}}}} people(offset: $b) {edges {node {id}}}"
    assert refused(gql, f"query q($a: Int, $b: Int) {{{inner}}}", {"a": half, "b": half + 1}) == beyond(limit)


def test_offsets_that_skip_too_many_and_those_beyond_all(
    gql: GraphqlClient, call: RestClient, tag: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = replace(limits.OFFSET, most=3)
    monkeypatch.setattr(planner, "OFFSET", limit)
    monkeypatch.setattr(planner, "_FAR_OFFSET", 2)
    monkeypatch.setattr(limits, "OFFSET", limit)
    assert call("POST", "/rest/batch/opportunities", [{"name": tag}] * 5).status == 201
    query = "query q($n: Int) {opportunities(first: 1, offset: $n) {edges {node {id}}}}"
    total = gql.data("{opportunities(first: 1) {totalCount}}")["opportunities"]["totalCount"]
    assert len(gql.data(query, {"n": 3})["opportunities"]["edges"]) == 1
    assert gql.error(query, {"n": 4})[0] == beyond(limit, 4)
    for offset in (total, total + 1, 2**31 - 1):
        assert gql.data(query, {"n": offset}) == {"opportunities": {"edges": []}}
