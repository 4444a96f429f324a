"""All that is wrong with the records of a request is told at once (docs/wire/rest.md#problems-of-records)."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

import icosa.engine.write.attempt as attempt_module
from icosa.limits import PROBLEM_VALUE_CHARACTERS, PROBLEMS
from icosa.store.table import Table
from tests.support.graphql_client import GraphqlClient
from tests.support.provisioning import event_of
from tests.support.rest_client import Reply, RestClient
from tests.support.workspace import unique_tag, workspace_fixtures

shared_table, api_keys, workspace, event_of_role = workspace_fixtures("module")

_MANY = "mutation($d: [PersonCreateInput!]!) { createPeople(data: $d) { id } }"
_NOBODY = str(uuid.UUID(int=7))


@pytest.fixture(scope="module")
def rest(shared_table: Table, workspace: Any) -> RestClient:
    return RestClient(shared_table, event_of(workspace))


@pytest.fixture(scope="module")
def gql(shared_table: Table, workspace: Any) -> GraphqlClient:
    return GraphqlClient(shared_table, event_of(workspace))


@pytest.fixture
def tag() -> str:
    return unique_tag()


def _mail(tag: str) -> dict[str, Any]:
    return {"primaryEmail": f"{tag}@example.org"}


def _told(reply: Reply) -> list[tuple[int, str | None, str]]:
    return [(problem["index"], problem["field"], problem["code"]) for problem in reply.json["errors"]]


def test_every_kind_of_problem_of_a_batch(rest: RestClient, gql: GraphqlClient, tag: str) -> None:
    [taken] = rest("POST", "/rest/batch/people", [{"emails": _mail(tag)}]).json["data"]["createPeople"]
    rows: list[dict[str, Any]] = [
        {"emails": _mail(f"free.{tag}"), "jobTitle": "CTO"},
        {"phones": {"primaryPhoneNumber": "call me", "primaryPhoneCountryCode": "US"}, "emails": _mail(tag)},
        {"jobTitle": 5, "nope": 1, "emails": {"primaryEmail": "x", "additionalEmails": ["y"], "more": 1}},
        {"company": {"connect": {"where": {"domainName": {"primaryLinkUrl": f"https://{tag}.example"}}}}},
        {"company": {"connect": {"where": {"name": "Acme"}}}, "linkedinLink": {"primaryLinkUrl": "no link"}},
        {"companyId": _NOBODY, "id": taken["id"]},
        {"company": {"create": {"name": 5, "domainName": {"primaryLinkUrl": "javascript:x"}}}},
        {"emails": _mail(f"free.{tag}"), "position": {}},
        {"id": None, "createdAt": "yesterday"},
        {"company": {"connect": {"where": {"id": _NOBODY}}}, "companyId": _NOBODY},
    ]
    reply = rest("POST", "/rest/batch/people", rows)
    assert (reply.status, reply.message) == (400, "Provided phone number is invalid call me")
    assert reply.json["code"] == "INVALID_PHONE_NUMBER"
    assert _told(reply) == [
        (1, "phones.primaryPhoneNumber", "INVALID_PHONE_NUMBER"),
        (1, "emails.primaryEmail", "DUPLICATE_ENTRY"),
        (2, "jobTitle", "INVALID_ARGS_DATA"),
        (2, "nope", "INVALID_ARGS_DATA"),
        (2, "emails.primaryEmail", "INVALID_ARGS_DATA"),
        (2, "emails.additionalEmails", "INVALID_ARGS_DATA"),
        (2, "emails.more", "INVALID_ARGS_DATA"),
        (3, "company", "RECORD_TO_CONNECT_NOT_FOUND"),
        (4, "company", "INVALID_ARGS_DATA"),
        (4, "linkedinLink.primaryLinkUrl", "INVALID_URL"),
        (5, "id", "DUPLICATE_ENTRY"),
        (5, "companyId", "REFERENCED_RECORD_NOT_FOUND"),
        (6, "company.create.name", "INVALID_ARGS_DATA"),
        (6, "company.create.domainName.primaryLinkUrl", "INVALID_URL"),
        (7, "position", "INVALID_ARGS_DATA"),
        (7, "emails.primaryEmail", "DUPLICATE_ENTRY"),
        (8, "id", "INVALID_ARGS_DATA"),
        (8, "createdAt", "INVALID_ARGS_DATA"),
        (9, "company", "INVALID_ARGS_DATA"),
        (9, "companyId", "REFERENCED_RECORD_NOT_FOUND"),
    ]
    by_place = {(problem["index"], problem["field"]): problem for problem in reply.json["errors"]}
    assert by_place[1, "emails.primaryEmail"] == {
        "index": 1,
        "field": "emails.primaryEmail",
        "value": f"{tag}@example.org",
        "message": f"Duplicate Emails with value {tag}@example.org. Please set a unique one.",
        "code": "DUPLICATE_ENTRY",
        "existingId": taken["id"],
    }
    assert by_place[5, "id"]["existingId"] == taken["id"]
    assert by_place[7, "emails.primaryEmail"]["duplicateOf"] == 0
    assert "existingId" not in by_place[7, "emails.primaryEmail"]
    assert by_place[1, "phones.primaryPhoneNumber"]["value"] == "call me"
    [entry] = gql.send("POST", {"query": _MANY, "variables": {"d": rows}}).json["errors"]
    assert (entry["message"], entry["path"]) == (reply.message, ["createPeople"])
    assert entry["extensions"]["problems"] == reply.json["errors"]
    assert rest("GET", "/rest/people", filter=f"emails.primaryEmail[eq]:free.{tag}@example.org").json["totalCount"] == 0


def test_what_only_the_commit_finds(rest: RestClient, tag: str) -> None:
    """Ids, unique values and references are conditions of the commit, which names one of them."""
    [first, second] = [
        rest("POST", "/rest/people", {"emails": _mail(f"{name}.{tag}")}).json["data"]["createPerson"]["id"]
        for name in ("a", "b")
    ]
    rows = [
        {"emails": _mail(f"a.{tag}")},
        {},
        {"emails": _mail(f"b.{tag}"), "companyId": _NOBODY},
        {"id": first},
        {"company": {"create": {"accountOwnerId": _NOBODY}}},
        {"emails": _mail(f"c.{tag}")},
        {"emails": _mail(f"C.{tag}")},
    ]
    reply = rest("POST", "/rest/batch/people", rows)
    assert reply.status == 400
    assert "code" not in reply.json
    assert [(problem["index"], problem["field"]) for problem in reply.json["errors"]] == [
        (0, "emails.primaryEmail"),
        (2, "emails.primaryEmail"),
        (2, "companyId"),
        (3, "id"),
        (4, "company.create.accountOwnerId"),
        (6, "emails.primaryEmail"),
    ]
    assert reply.message in {problem["message"] for problem in reply.json["errors"]}
    assert reply.json["errors"][1]["existingId"] == second
    one = rest("POST", "/rest/people", {"emails": _mail(f"a.{tag}"), "companyId": _NOBODY})
    assert _told(one) == [
        (0, "emails.primaryEmail", "DUPLICATE_ENTRY"),
        (0, "companyId", "REFERENCED_RECORD_NOT_FOUND"),
    ]


def test_single_records_have_the_index_0(rest: RestClient, gql: GraphqlClient, tag: str) -> None:
    [taken, other] = [
        rest("POST", "/rest/people", {"emails": _mail(f"{name}.{tag}")}).json["data"]["createPerson"]["id"]
        for name in ("a", "b")
    ]
    bad = {"jobTitle": 1, "emails": _mail(f"a.{tag}"), "company": {"connect": {"where": {"id": _NOBODY}}}}
    expected = [
        (0, "jobTitle", "INVALID_ARGS_DATA"),
        (0, "company", "RECORD_TO_CONNECT_NOT_FOUND"),
        (0, "emails.primaryEmail", "DUPLICATE_ENTRY"),
    ]
    for reply in (
        rest("POST", "/rest/people", bad),
        rest("PATCH", f"/rest/people/{other}", bad),
        rest("PATCH", f"/rest/people?filter=id[eq]:{other}", bad),
    ):
        assert (reply.status, reply.message) == (400, 'Invalid string value 1 for text field "jobTitle"')
        assert _told(reply) == expected
        assert reply.json["errors"][-1]["existingId"] == taken
    for query in (
        "mutation($d: PersonCreateInput!) { createPerson(data: $d) { id } }",
        f'mutation($d: PersonUpdateInput!) {{ updatePerson(id: "{other}", data: $d) {{ id }} }}',
    ):
        [entry] = gql.send("POST", {"query": query, "variables": {"d": bad}}).json["errors"]
        assert entry["extensions"]["problems"] == reply.json["errors"]
    missing = rest("PATCH", f"/rest/people/{_NOBODY}", {"jobTitle": 1, "nope": 2})
    assert _told(missing) == [(0, "jobTitle", "INVALID_ARGS_DATA"), (0, "nope", "INVALID_ARGS_DATA")]
    nested = rest("PATCH", f"/rest/people/{other}", {"company": {"create": {"name": 1}}})
    assert _told(nested) == [(0, "company.create.name", "INVALID_ARGS_DATA")]
    assert "errors" not in rest("POST", "/rest/batch/people", [{}] * 61).json


def test_an_upsert_with_another_id_names_the_record_that_has_the_values(rest: RestClient, tag: str) -> None:
    taken = rest("POST", "/rest/people", {"emails": _mail(tag)}).json["data"]["createPerson"]["id"]
    [problem] = rest("POST", "/rest/people", {"id": _NOBODY, "emails": _mail(tag)}, upsert="true").json["errors"]
    assert (problem["field"], problem["value"], problem["existingId"]) == ("id", _NOBODY, taken)


def test_values_are_cut_and_problems_are_counted(rest: RestClient) -> None:
    rows = [{f"nope{number}": "x" * 1000 for number in range(5)} for _ in range(60)]
    rows[59] = {"id": "y" * 1000}
    errors = rest("POST", "/rest/batch/people", rows).json
    assert (len(errors["errors"]), errors["errorsOmitted"]) == (PROBLEMS, 59 * 5 + 1 - PROBLEMS)
    assert {problem["index"] for problem in errors["errors"]} == set(range(60))
    assert [problem["index"] for problem in errors["errors"]] == sorted(p["index"] for p in errors["errors"])
    assert all(len(problem["value"]) == PROBLEM_VALUE_CHARACTERS + 1 for problem in errors["errors"])
    structured = rest("POST", "/rest/people", {"jobTitle": {"a": ["b" * 500]}}).json["errors"][0]["value"]
    assert structured.startswith('{"a":["bbb') and len(structured) == PROBLEM_VALUE_CHARACTERS + 1
    assert rest("POST", "/rest/people", {"jobTitle": [True, 1.5]}).json["errors"][0]["value"] == [True, 1.5]


def test_records_that_are_too_large(rest: RestClient) -> None:
    reply = rest("POST", "/rest/batch/people", [{}, {"jobTitle": "x" * 420_000}, {"jobTitle": "y" * 420_000}, {}])
    assert (reply.status, reply.message) == (413, "The record is larger than the 400 KB that the store allows")
    assert _told(reply) == [(1, None, "TOO_LARGE"), (2, None, "TOO_LARGE")]
    notes = rest("POST", "/rest/batch/notes", [{}, {"bodyV2": {"markdown": "x" * 420_000}}, {"title": 1}])
    assert (notes.status, _told(notes)) == (
        413,
        [(1, "bodyV2.markdown", "TOO_LARGE"), (2, "title", "INVALID_ARGS_DATA")],
    )


# ------------------------------------------------------------------ partial batches


def test_a_partial_batch(rest: RestClient, tag: str) -> None:
    taken = rest("POST", "/rest/people", {"emails": _mail(tag)}).json["data"]["createPerson"]
    rows = [
        {"name": {"lastName": tag}, "jobTitle": "A"},
        {"name": {"lastName": tag}, "emails": _mail(tag)},
        {"name": {"lastName": tag}, "jobTitle": 1, "emails": {"primaryEmail": f"b.{tag}@example.org"}},
        {"name": {"lastName": tag}, "emails": {"primaryEmail": f"B.{tag}@example.org"}, "company": {"create": {}}},
        {"name": {"lastName": tag}, "emails": {"primaryEmail": f"b.{tag}@example.org"}},
        {"jobTitle": "x" * 420_000},
    ]
    reply = rest("POST", "/rest/batch/people", rows, partial="true", depth="1")
    assert reply.status == 207
    results = reply.json["data"]["createPeople"]
    assert [(result["index"], result["status"]) for result in results] == [
        *((0, 201), (1, 400), (2, 400), (3, 201), (4, 400), (5, 413)),
    ]
    assert (results[0]["record"]["jobTitle"], results[3]["record"]["company"]["deletedAt"]) == ("A", None)
    assert [problem["existingId"] for problem in results[1]["errors"]] == [taken["id"]]
    assert [(problem["index"], problem["field"]) for problem in results[2]["errors"]] == [(2, "jobTitle")]
    assert results[4]["errors"][0]["duplicateOf"] == 3
    assert rest("GET", "/rest/people", filter=f"name.lastName[eq]:{tag}").json["totalCount"] == 2
    again = rest("POST", "/rest/people", rows[:5], partial="true", upsert="true").json["data"]["createPeople"]
    assert [result["status"] for result in again] == [201, 201, 400, 201, 201]
    assert again[1]["record"]["id"] == taken["id"]
    assert again[3]["record"] == again[4]["record"]
    nothing = rest("POST", "/rest/batch/people", [{"nope": 1}], partial="true")
    assert (nothing.status, nothing.json["data"]["createPeople"][0]["status"]) == (207, 400)
    assert rest("POST", "/rest/batch/people", [], partial="true").json == {"data": {"createPeople": []}}
    all_good = rest("POST", "/rest/batch/people", [{}], partial="true")
    assert (all_good.status, all_good.json["data"]["createPeople"][0]["status"]) == (207, 201)
    whole = rest("POST", "/rest/batch/people", [{}], partial="false")
    assert (whole.status, "status" in whole.json["data"]["createPeople"][0]) == (201, False)


def test_partial_is_for_batches(rest: RestClient) -> None:
    assert rest("POST", "/rest/people", [], partial="true").status == 400
    reply = rest("POST", "/rest/people", {}, partial="true")
    assert reply.message == "'partial' is for batches: POST a list of records"
    assert rest("POST", "/rest/batch/people", [{}], partial="yes").status == 400
    too_many = rest("POST", "/rest/batch/people", [{}] * 61, partial="true")
    assert (too_many.status, "errors" in too_many.json) == (400, False)


@pytest.mark.parametrize("body_bytes", [64_000, 1])
def test_a_partial_batch_is_made_once(
    rest: RestClient, tag: str, body_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where its answer is too large to be kept, and is made again."""
    monkeypatch.setattr("icosa.store.once.BODY_BYTES", body_bytes)
    key = {"Idempotency-Key": tag}
    rows = [{"jobTitle": 1}, {"name": {"lastName": tag}}, {"nope": 1}, {"name": {"lastName": tag}, "jobTitle": "B"}]
    first = rest("POST", "/rest/batch/people", rows, headers=key, partial="true")
    again = rest("POST", "/rest/batch/people", rows, headers=key, partial="true")
    assert (again.status, again.json) == (first.status, first.json) == (207, first.json)
    assert "idempotency-replayed" not in first.headers and again.headers["idempotency-replayed"] == "true"
    assert [result["status"] for result in again.json["data"]["createPeople"]] == [400, 201, 400, 201]
    assert rest("GET", "/rest/people", filter=f"name.lastName[eq]:{tag}").json["totalCount"] == 2
    if body_bytes == 1:
        gone = first.json["data"]["createPeople"][1]["record"]["id"]
        rest("DELETE", f"/rest/people/{gone}")
        last = rest("POST", "/rest/batch/people", rows, headers=key, partial="true").json["data"]["createPeople"]
        assert last[1] == {"index": 1, "status": 201, "record": None}
        assert last[3] == first.json["data"]["createPeople"][3]
    refused = {"Idempotency-Key": f"{tag} refused"}
    bodies: list[list[dict[str, Any]]] = [[{"nope": 1}], [{}]]
    for body in bodies:  # What has written nothing is not kept.
        assert rest("POST", "/rest/batch/people", body, headers=refused, partial="true").status == 207


def test_a_value_that_is_taken_in_between(
    rest: RestClient, tag: str, shared_table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another request takes a value after the batch was checked: its record is left out, too."""
    commit = attempt_module.commit_changes  # type: ignore[attr-defined]
    calls = 0

    def late(*args: Any, **options: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            monkeypatch.setattr(attempt_module, "commit_changes", commit)
            rest("POST", "/rest/people", {"emails": _mail(tag)})
            monkeypatch.setattr(attempt_module, "commit_changes", late)
        commit(*args, **options)

    monkeypatch.setattr(attempt_module, "commit_changes", late)
    rows = [{"jobTitle": "A"}, {"emails": _mail(tag)}, {"jobTitle": "B"}]
    results = rest("POST", "/rest/batch/people", rows, partial="true").json["data"]["createPeople"]
    assert [result["status"] for result in results] == [201, 400, 201]
    assert results[1]["errors"][0]["code"] == "DUPLICATE_ENTRY"
    assert calls == 2
