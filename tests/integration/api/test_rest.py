"""The Core REST API as clients see it: routes, statuses, envelopes, errors (docs/wire/rest.md#routes,
docs/wire/rest.md#parameters, docs/wire/rest.md#errors).
"""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from icosa.settings import Settings
from icosa.store.table import Table
from tests.support.provisioning import event_of
from tests.support.rest_client import RestClient
from tests.support.workspace import EventOfRole, unique_tag, workspace_fixtures

UNKNOWN = "7c1b6b6e-3a3e-4f61-8b64-0a5a0d6a0001"
DENIED = "Entity performing the request does not have permission"


shared_table, api_keys, workspace, event_of_role = workspace_fixtures("module")


@pytest.fixture(scope="module")
def call(shared_table: Table, workspace: Any) -> RestClient:
    return RestClient(shared_table, event_of(workspace))


@pytest.fixture
def tag() -> str:
    return unique_tag()


def _person(call: RestClient, tag: str, **values: Any) -> dict[str, Any]:
    reply = call("POST", "/rest/people", {"name": {"firstName": "Ada", "lastName": tag}, **values})
    assert reply.status == 201
    person: dict[str, Any] = reply.json["data"]["createPerson"]
    return person


def _of(tag: str) -> str:
    return f"name.lastName[eq]:{tag}"


# ------------------------------------------------------------------ envelopes


def test_empty_list(call: RestClient, tag: str) -> None:
    reply = call("GET", "/rest/people", filter=_of(tag))
    assert (reply.status, reply.json) == (
        200,
        {
            "data": {"people": []},
            "totalCount": 0,
            "pageInfo": {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None},
        },
    )


def test_a_record_through_its_life(call: RestClient, tag: str) -> None:
    person = _person(call, tag, jobTitle="Analyst")
    path = f"/rest/people/{person['id']}"
    assert call("GET", path).json == {"data": {"person": person}}
    assert call("GET", path.upper().replace("/REST/PEOPLE", "/rest/people")).status == 200
    patched = call("PATCH", path, {"jobTitle": "CTO"}).json["data"]["updatePerson"]
    assert (patched["jobTitle"], patched["name"], patched["createdAt"]) == ("CTO", person["name"], person["createdAt"])
    assert call("PUT", path, {"jobTitle": "CEO"}).json["data"]["updatePerson"]["name"] == person["name"]
    assert call("DELETE", f"{path}?soft_delete=true").json == {"data": {"deletePerson": {"id": person["id"]}}}
    assert call("GET", path).status == 404
    assert call("GET", "/rest/people", filter=f"{_of(tag)},deletedAt[is]:NOT_NULL").json["totalCount"] == 1
    for restore in (f"{path}/restore", f"/rest/restore/people/{person['id']}"):
        restored = call("PATCH", restore)
        assert (restored.status, restored.json["data"]["restorePerson"]["deletedAt"]) == (200, None)
    assert call("DELETE", f"{path}?soft_delete=false").json == {"data": {"deletePerson": {"id": person["id"]}}}
    assert call("PATCH", f"{path}/restore").status == 404


def test_many_records_through_their_life(call: RestClient, tag: str) -> None:
    batch = call("POST", "/rest/batch/people", [{"name": {"firstName": letter, "lastName": tag}} for letter in "ABC"])
    assert batch.status == 201
    assert [person["name"]["firstName"] for person in batch.json["data"]["createPeople"]] == ["A", "B", "C"]
    updated = call("PATCH", f"/rest/people?filter={_of(tag)}", {"jobTitle": "Same"})
    assert [person["jobTitle"] for person in updated.json["data"]["updatePeople"]] == ["Same"] * 3
    deleted = call("DELETE", f"/rest/people?filter={_of(tag)}&soft_delete=true").json["data"]["deletePeople"]
    assert sorted(map(repr, deleted)) == sorted(
        repr({"id": person["id"]}) for person in batch.json["data"]["createPeople"]
    )
    restored = call("PATCH", f"/rest/people/restore?filter={_of(tag)},deletedAt[is]:NOT_NULL")
    assert len(restored.json["data"]["restorePeople"]) == 3
    assert len(call("DELETE", f"/rest/people?filter={_of(tag)}").json["data"]["deletePeople"]) == 3
    assert call("PATCH", f"/rest/people?filter={_of(tag)}", {"jobTitle": "x"}).json == {"data": {"updatePeople": []}}


def test_post_to_an_id_ignores_it(call: RestClient, tag: str) -> None:
    reply = call("POST", f"/rest/people/{UNKNOWN}", {"name": {"lastName": tag}})
    assert reply.status == 201
    assert reply.json["data"]["createPerson"]["id"] != UNKNOWN


def test_upsert(call: RestClient, tag: str) -> None:
    body = {"name": {"lastName": tag}, "emails": {"primaryEmail": f"{tag}@example.com"}}
    first = call("POST", "/rest/people?upsert=true", body)
    second = call("POST", "/rest/people?upsert=true", {**body, "jobTitle": "CTO"})
    assert (first.status, second.status) == (201, 201)
    assert second.json["data"]["createPerson"]["id"] == first.json["data"]["createPerson"]["id"]
    assert call("POST", "/rest/people?upsert=1", body).status == 400


def test_pages(call: RestClient, tag: str) -> None:
    call("POST", "/rest/batch/people", [{"name": {"firstName": letter, "lastName": tag}} for letter in "edcba"])

    def page(**params: Any) -> tuple[str, Any]:
        reply = call("GET", "/rest/people", filter=_of(tag), order_by="name.firstName", limit="2", **params)
        assert reply.json["totalCount"] == 5
        return "".join(person["name"]["firstName"] for person in reply.json["data"]["people"]), reply.json["pageInfo"]

    first, info = page()
    assert (first, info["hasNextPage"], info["hasPreviousPage"]) == ("ab", True, False)
    second, info = page(starting_after=info["endCursor"])
    assert (second, info["hasNextPage"], info["hasPreviousPage"]) == ("cd", True, True)
    third, last = page(starting_after=info["endCursor"])
    assert (third, last["hasNextPage"], last["hasPreviousPage"]) == ("e", False, True)
    assert page(ending_before=last["startCursor"])[0] == "cd"
    empty, none = page(starting_after=last["endCursor"])
    assert (empty, none["startCursor"], none["endCursor"]) == ("", None, None)


def test_pages_ordered_through_a_relation(call: RestClient, tag: str) -> None:
    firms = [
        call("POST", "/rest/companies", {"name": f"{n} {tag}"}).json["data"]["createCompany"]["id"] for n in (2, 1)
    ]
    for firm in (*firms, None):
        _person(call, tag, companyId=firm)
    seen, cursor = [], ""
    for _ in range(3):
        reply = call(
            "GET",
            "/rest/people",
            filter=_of(tag),
            order_by="company.name[AscNullsLast]",
            limit="1",
            starting_after=cursor,
        )
        seen.append(reply.json["data"]["people"][0]["companyId"])
        cursor = reply.json["pageInfo"]["endCursor"]
    assert seen == [firms[1], firms[0], None]


def test_limit_zero(call: RestClient, tag: str) -> None:
    _person(call, tag)
    reply = call("GET", "/rest/people", filter=_of(tag), limit="0")
    assert (reply.json["data"]["people"], reply.json["totalCount"], reply.json["pageInfo"]["hasNextPage"]) == (
        [],
        1,
        True,
    )


# ------------------------------------------------------------------ selections


def test_depth(call: RestClient, tag: str) -> None:
    firm = call("POST", "/rest/companies", {"name": tag}).json["data"]["createCompany"]
    person = _person(call, tag, companyId=firm["id"])
    for query in ("", "?depth=", "?depth=0"):
        rendered = call("GET", f"/rest/people/{person['id']}{query}").json["data"]["person"]
        assert (rendered["companyId"], "company" in rendered, "noteTargets" in rendered) == (firm["id"], False, False)
    rendered = call("GET", f"/rest/people/{person['id']}?depth=1").json["data"]["person"]
    assert (rendered["company"], rendered["noteTargets"]) == (firm, [])
    assert call("GET", f"/rest/companies/{firm['id']}?depth=1").json["data"]["company"]["people"] == [person]
    assert (
        call("POST", "/rest/people?depth=1", {"companyId": firm["id"]}).json["data"]["createPerson"]["company"] == firm
    )
    assert "searchVector" not in rendered


def test_a_related_record_in_the_trash_is_shown_with_depth_0_only(call: RestClient, tag: str) -> None:
    firm = call("POST", "/rest/companies", {"name": tag}).json["data"]["createCompany"]
    person = _person(call, tag, companyId=firm["id"])
    call("DELETE", f"/rest/companies/{firm['id']}?soft_delete=true")
    assert call("GET", f"/rest/people/{person['id']}").json["data"]["person"]["companyId"] == firm["id"]
    rendered = call("GET", f"/rest/people/{person['id']}?depth=1").json["data"]["person"]
    assert (rendered["company"], rendered["companyId"]) == (None, None)


def test_fields(call: RestClient, tag: str) -> None:
    firm = call("POST", "/rest/companies", {"name": tag}).json["data"]["createCompany"]
    person = _person(call, tag, companyId=firm["id"])
    path = f"/rest/people/{person['id']}"

    def rendered(**params: Any) -> Any:
        return call("GET", path, **params).json["data"]["person"]

    assert rendered(fields="name, jobTitle,name") == {"id": person["id"], "name": person["name"], "jobTitle": ""}
    assert rendered(fields="company") == rendered(fields="companyId") == {"id": person["id"], "companyId": firm["id"]}
    assert rendered(fields="company", depth="1") == {"id": person["id"], "company": firm}
    assert rendered(fields="noteTargets,companyId", depth="1") == {
        "id": person["id"],
        "companyId": firm["id"],
        "noteTargets": [],
    }
    assert call("GET", path, fields="foo,name,searchVector").message == (
        "'fields' parameter invalid. Unknown or unreadable fields on 'person': foo, searchVector"
    )
    assert call("GET", path, fields="noteTargets,name,taskTargets").message == (
        "'fields' parameter invalid. One-to-many relation fields on 'person' are only returned with depth=1: "
        "noteTargets, taskTargets"
    )


def test_many_fields_are_capped(shared_table: Table, workspace: Any) -> None:
    client = RestClient(shared_table, event_of(workspace), Settings(field_limit=9))
    rendered = client("POST", "/rest/companies", {"name": "x"}).json["data"]["createCompany"]
    assert list(rendered) == [
        "id",
        "name",
        "domainName",
        "createdAt",
        "updatedAt",
        "deletedAt",
        "position",
        "accountOwnerId",
        "address",
    ]


# ------------------------------------------------------------------ other operations


def test_duplicates(call: RestClient, tag: str) -> None:
    first, second = _person(call, tag), _person(call, tag)
    info = {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None}
    by_ids = call("POST", "/rest/people/duplicates", {"ids": [first["id"], UNKNOWN]})
    assert by_ids.status == 200
    [entry] = by_ids.json["data"]
    assert (entry["personDuplicates"], entry["totalCount"]) == ([second], 1)
    by_data = call("POST", "/rest/people/duplicates", {"data": [{"name": {"firstName": "Nobody", "lastName": tag}}]})
    assert by_data.json == {"data": [{"personDuplicates": [], "totalCount": 0, "pageInfo": info}]}
    assert call("POST", "/rest/people/duplicates", {"ids": []}).json == {"data": []}
    many: dict[str, Any]
    for many in ({"ids": [UNKNOWN] * 61}, {"data": [{}] * 61}):
        assert (
            call("POST", "/rest/people/duplicates", many).message
            == "Duplicates of at most 60 records can be looked for at once"
        )
    for body, message in (
        ({}, 'You have to provide either "data" or "ids" argument'),
        (None, 'You have to provide either "data" or "ids" argument'),
        ({"ids": [], "data": []}, 'You cannot provide both "data" and "ids" arguments'),
        ({"data": []}, 'The "data" condition can not be empty when "ids" input not provided'),
        ({"data": [1]}, '"data" must be a JSON array of objects'),
        ({"ids": ["x"]}, 'Value "x" is not a valid UUID'),
    ):
        assert call("POST", "/rest/people/duplicates", body).message == message


def test_merge(call: RestClient, tag: str) -> None:
    first, second = _person(call, tag, jobTitle="first"), _person(call, tag, jobTitle="second")
    body: dict[str, Any] = {"ids": [first["id"], second["id"]], "conflictPriorityIndex": 0}
    dry = call("PATCH", "/rest/people/merge", {**body, "dryRun": True}).json["data"]["mergePerson"]
    assert dry["jobTitle"] == "first"
    assert dry["id"] not in body["ids"]
    merged = call("PATCH", "/rest/people/merge", body)
    assert (merged.status, merged.json["data"]["mergePerson"]["id"]) == (200, first["id"])
    assert call("GET", f"/rest/people/{second['id']}").status == 404
    for wrong, message in (
        ({"ids": [UNKNOWN], "conflictPriorityIndex": 0}, "At least 2 record IDs are required for merge"),
        ({"conflictPriorityIndex": 0}, "At least 2 record IDs are required for merge"),
        ({"ids": [UNKNOWN] * 10, "conflictPriorityIndex": 0}, "Maximum 9 records can be merged at once"),
        ({**body, "conflictPriorityIndex": 5}, "Invalid conflict priority '5'. Valid options for 2 records: 0-1"),
        ({**body, "conflictPriorityIndex": "0"}, '"conflictPriorityIndex" must be an integer'),
    ):
        assert call("PATCH", "/rest/people/merge", wrong).message == message
    assert call("PATCH", "/rest/tasks/merge", body).message == (
        "Merge is only available for objects with duplicate criteria. Object 'task' does not have duplicate criteria "
        "defined."
    )


def test_changes_of_some_of_the_records_that_match(call: RestClient, tag: str) -> None:
    made = call("POST", "/rest/batch/people", [{"jobTitle": tag} for _ in range(5)]).json["data"]["createPeople"]
    ids, condition = sorted(person["id"] for person in made), f'jobTitle[eq]:"{tag}"'

    def of(reply: Any) -> list[str]:
        assert reply.status == 200, reply
        [records] = reply.json["data"].values()
        return [record["id"] for record in records]

    changed = of(call("PATCH", "/rest/people", {"position": 7}, filter=condition, limit=2))
    assert changed == ids[:2]
    assert of(call("DELETE", "/rest/people", filter=condition, limit=2, soft_delete="true")) == ids[:2]
    assert of(call("PATCH", "/rest/restore/people", filter=condition, limit=1)) == ids[:1]
    left = [ids[0], *ids[2:]]
    assert of(call("DELETE", "/rest/people", filter=condition, limit=3, soft_delete="true")) == left[:3]
    assert sorted(of(call("DELETE", "/rest/people", filter=condition, limit=60))) == ids
    for limit in ("0", "61", "-1", "x", "1.5"):
        refused = call("DELETE", "/rest/people", filter=condition, limit=limit)
        message = "limit of a change must be a whole number from 1 to 60 records"
        assert (refused.status, refused.message) == (400, message)
    assert call("DELETE", "/rest/people", filter=f"jobTitle[eq]:{tag}", limit=1).status == 400, "it may have been cut"


def test_pages_of_groups(call: RestClient, tag: str) -> None:
    people = [{"jobTitle": f"{tag}-{number}"} for number in range(5)]
    assert call("POST", "/rest/batch/people", people).status == 201
    query: dict[str, Any] = {"filter": f"jobTitle[startsWith]:{tag}", "group_by": [{"jobTitle": True}]}

    def page(**params: Any) -> tuple[list[str], str, str | None]:
        reply = call("GET", "/rest/people/groupBy", **query, **params)
        titles = [group["groupByDimensionValues"][0].removeprefix(f"{tag}-") for group in reply.json]
        return titles, reply.headers["x-icosa-groups"], reply.headers.get("link")

    assert page() == (["0", "1", "2", "3", "4"], "5", None)
    titles, total, link = page(limit=2)
    shown = [titles]
    while link is not None:
        address, _, rest = link.partition("; ")
        assert rest == 'rel="next"' and total == "5"
        reply = call("GET", address[1:-1].removeprefix("https://api.example"))
        shown.append([group["groupByDimensionValues"][0].removeprefix(f"{tag}-") for group in reply.json])
        link = reply.headers.get("link")
    assert shown == [["0", "1"], ["2", "3"], ["4"]]
    assert page(offset=9) == ([], "5", None)
    assert page(limit=200, offset=4)[0] == ["4"]


@pytest.mark.parametrize(
    ("params", "message", "code"),
    [
        (
            {"limit": 201},
            "limit must not be larger than 200 groups. Ask for the next ones with offset",
            "INVALID_LIMIT_QUERY_PARAM",
        ),
        ({"offset": -1}, "offset '-1' is invalid. Should be an integer from 0", "INVALID_QUERY_INPUT"),
        ({"offset": "x"}, "offset 'x' is invalid. Should be an integer from 0", "INVALID_QUERY_INPUT"),
    ],
)
def test_pages_of_groups_that_cannot_be(call: RestClient, params: dict[str, Any], message: str, code: str) -> None:
    reply = call("GET", "/rest/people/groupBy", group_by=[{"jobTitle": True}], **params)
    assert (reply.status, reply.message, reply.json["code"]) == (400, message, code)


def test_unknown_aggregates_are_named(call: RestClient) -> None:
    reply = call("GET", "/rest/people/groupBy", group_by=[{"jobTitle": True}], aggregate=["totalCount", "sumNope"], x=1)
    assert (reply.status, reply.headers["x-icosa-ignored"]) == (200, "aggregate[sumNope], x")


def test_group_by(call: RestClient, tag: str) -> None:
    deals = (
        ("NEW", 1, "2024-01-15"),
        ("NEW", 3, "2024-01-20"),
        ("PROPOSAL", 2, "2024-02-10"),
        ("CUSTOMER", None, None),
    )
    for stage, amount, date in deals:
        money = {"amountMicros": amount and amount * 1_000_000, "currencyCode": "EUR"}
        assert (
            call(
                "POST", "/rest/opportunities", {"name": tag, "stage": stage, "amount": money, "closeDate": date}
            ).status
            == 201
        )

    def groups(**params: Any) -> Any:
        reply = call("GET", "/rest/opportunities/groupBy", filter=f"name[eq]:{tag}", **params)
        assert reply.status == 200
        return reply.json

    names = [
        "totalCount",
        "fooBar",
        "sumAmountAmountMicros",
        "avgAmountAmountMicros",
        "percentageEmptyCloseDate",
        "maxCloseDate",
    ]
    assert groups(
        group_by=[{"stage": True}],
        aggregate=names,
        order_by=[{"aggregate": {"sumAmountAmountMicros": "DescNullsLast"}}],
    ) == [
        {
            "totalCount": count,
            "sumAmountAmountMicros": total,
            "avgAmountAmountMicros": average,
            "percentageEmptyCloseDate": empty,
            "maxCloseDate": latest,
            "groupByDimensionValues": [stage],
        }
        for stage, count, total, average, empty, latest in (
            ("NEW", "2", "4000000", "2000000.000000000000", "0.00000000000000000000", "2024-01-20T00:00:00.000Z"),
            ("PROPOSAL", "1", "2000000", "2000000.000000000000", "0.00000000000000000000", "2024-02-10T00:00:00.000Z"),
            ("CUSTOMER", "1", None, None, "1.00000000000000000000", None),
        )
    ]
    by_month = groups(
        group_by=[{"closeDate": {"granularity": "MONTH", "timeZone": "UTC"}}],
        order_by=[{"closeDate": {"orderBy": "DescNullsFirst", "granularity": "MONTH"}}],
    )
    assert [group["groupByDimensionValues"] for group in by_month] == [
        [None],
        ["2024-02-01T00:00:00.000Z"],
        ["2024-01-01T00:00:00.000Z"],
    ]
    [sampled] = groups(
        group_by=[{"name": True}],
        include_records_sample="true",
        order_by_for_records="amount.amountMicros[DescNullsLast]",
    )
    assert [record["stage"] for record in sampled["records"]] == ["NEW", "PROPOSAL", "NEW", "CUSTOMER"]
    assert "company" not in sampled["records"][0]
    assert len(groups(group_by=[{"stage": True}], limit="2")) == 2
    assert len(groups(group_by=[{"stage": True}], limit="0")) == 3
    assert (
        call("GET", "/rest/opportunities/groupBy", filter=f"name[eq]:{UNKNOWN}", group_by=[{"stage": True}]).json == []
    )
    assert call("GET", "/rest/opportunities/groupBy", group_by=[{"stage": True}], viewId=UNKNOWN).status == 400


# ------------------------------------------------------------------ errors


PATH = "Valid examples: /rest/companies/id or /rest/companies or /rest/batch/companies"
ERRORS: list[tuple[str, str, dict[str, Any], int, str]] = [
    ("GET", "/rest/foos", {}, 400, "object 'foos' not found. eg: companies"),
    ("GET", "/rest/People", {}, 400, "object 'People' not found. eg: companies"),
    ("GET", f"/rest/person/{UNKNOWN}", {}, 400, "object 'person' not found. Did you mean 'people'?"),
    ("GET", f"/rest/companies/{UNKNOWN}/toto", {}, 400, f"Query path '/rest/companies/{UNKNOWN}/toto' invalid. {PATH}"),
    ("GET", "/rest", {}, 400, f"Query path '/rest' invalid. {PATH}"),
    ("GET", "/rest/people/abc", {}, 400, "'abc' is not a valid UUID"),
    ("GET", f"/rest/people/{UNKNOWN}", {}, 404, "Record not found"),
    ("PATCH", f"/rest/people/{UNKNOWN}", {"body": {"jobTitle": "x"}}, 404, "Record not found"),
    # What is wrong with the data is said before the records are looked for.
    ("PATCH", f"/rest/people/{UNKNOWN}", {"body": {"foo": "x"}}, 400, 'Object person doesn\'t have any "foo" field.'),
    ("PATCH", f"/rest/people/{UNKNOWN}", {"body": {"id": UNKNOWN, "name": "x"}}, 400,
     "Invalid object value 'x' for field \"name\""),
    ("PATCH", f"/rest/people/{UNKNOWN}", {"body": {"id": UNKNOWN}}, 404, "Record not found"),
    ("PATCH", f"/rest/people?filter=id[eq]:{UNKNOWN}", {"body": {"jobTitle": 1}}, 400,
     'Invalid string value 1 for text field "jobTitle"'),
    ("DELETE", f"/rest/people/{UNKNOWN}", {}, 404, "Record not found"),
    ("PATCH", "/rest/people", {"body": {"jobTitle": "x"}}, 400, "A non-empty filter is required for a bulk mutation"),
    ("PATCH", "/rest/people/restore", {}, 400, "A non-empty filter is required for a bulk mutation"),
    ("DELETE", "/rest/people", {"filter": ""}, 400, "A non-empty filter is required for a bulk mutation"),
    ("GET", "/rest/people", {"starting_after": "invalid-cursor"}, 400, "Invalid cursor: invalid-cursor"),
    ("GET", "/rest/people", {"ending_before": UNKNOWN}, 400, f"Invalid cursor: {UNKNOWN}"),
    ("GET", "/rest/people", {"filter": "companyId[eq]:x"}, 400, "Invalid UUID value 'x' for field \"companyId\""),
    # Of several mistakes, depth comes before limit, limit before filter, and these before the object.
    ("GET", "/rest/foos", {"limit": "abc", "depth": "2", "filter": "x"}, 400,
     "'depth=2' parameter invalid. Allowed values are 0, 1"),
    ("GET", "/rest/foos", {"limit": "abc", "filter": "x"}, 400, "limit 'abc' is invalid. Should be an integer"),
    ("GET", "/rest/foos", {"filter": "x"}, 400, "'filter' invalid for 'x'. eg: price[gte]:10"),
    ("POST", "/rest/people", {}, 400, "Request body must be a JSON object"),
    ("POST", "/rest/people", {"body": []}, 400, "Request body must be a JSON object"),
    ("POST", "/rest/batch/people", {"body": {}}, 400, "Request body must be a JSON array of objects"),
    ("POST", "/rest/people", {"body": {"foo": 1}}, 400, 'Object person doesn\'t have any "foo" field.'),
    ("POST", "/rest/batch/people", {"body": [{}] * 61}, 400, "Maximum number of records to upsert is 60."),
    ("POST", "/rest/people", {"raw": "{}", "headers": {"Content-Type": "text/csv"}}, 415,
     "Content-Type 'text/csv' is not supported. Send application/json"),
    ("PATCH", "/rest/people/merge", {"body": {}}, 400, "At least 2 record IDs are required for merge"),
    ("PATCH", "/rest/people/merge", {"body": {"ids": [UNKNOWN]}}, 400, "At least 2 record IDs are required for merge"),
    ("PATCH", "/rest/people/merge", {"body": {"ids": [UNKNOWN] * 2}}, 400,
     '"conflictPriorityIndex" must be an integer'),
    ("PUT", "/rest/people/merge", {}, 405, "Cannot PUT /rest/people/merge. Allowed methods are PATCH"),
    ("GET", "/rest/batch/people", {}, 405, "Cannot GET /rest/batch/people. Allowed methods are POST"),
    ("GET", "/people", {}, 404, "Cannot GET /people"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "options", "status", "message"), ERRORS)
def test_errors(call: RestClient, method: str, path: str, options: dict[str, Any], status: int, message: str) -> None:
    reply = call(method, path, **options)
    assert (reply.status, reply.json["statusCode"], reply.json["messages"]) == (status, status, [message])
    assert reply.headers["access-control-allow-origin"] == "*"
    assert reply.headers["content-type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize("raw", ['{"name": ', '"Ada"', "null"])
def test_malformed_json(call: RestClient, raw: str) -> None:
    reply = call("POST", "/rest/people", raw=raw)
    assert (reply.status, reply.json["statusCode"], reply.json["error"]) == (400, 400, "Bad Request")


def test_large_bodies(shared_table: Table, workspace: Any) -> None:
    client = RestClient(shared_table, event_of(workspace), Settings(body_limit=50))
    reply = client("POST", "/rest/people", {"jobTitle": "x" * 50})
    assert (reply.status, reply.json["error"], reply.message) == (
        413,
        "PayloadTooLargeException",
        "Request body is larger than 50 bytes",
    )


def test_large_answers(call: RestClient, tag: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("icosa.runtime.http.ANSWER_LIMIT", 300)
    hint = "is larger than 300 bytes. Send Accept-Encoding: gzip. Ask for fewer records or fewer fields"
    assert (
        call("POST", "/rest/people", {"name": {"lastName": tag}}).message
        == f"The change was made, but its answer {hint}"
    )
    listed = call("GET", "/rest/people", filter=_of(tag))
    assert (listed.status, listed.message) == (400, f"The answer {hint}")
    assert call("GET", "/rest/people", filter=_of(tag), limit="0").status == 200


def test_no_caller(shared_table: Table) -> None:
    client = RestClient(shared_table, {"requestContext": {}})
    reply = client("GET", "/rest/foos")
    assert (reply.status, reply.json) == (
        403,
        {"statusCode": 403, "messages": ["Missing authentication token"], "error": "FORBIDDEN_EXCEPTION"},
    )


def test_faults_say_nothing_of_their_cause(
    call: RestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any) -> Any:
        raise RuntimeError("a secret")

    monkeypatch.setattr("icosa.api.rest.service.execute", fail)
    reply = call("GET", "/rest/people")
    assert (reply.status, reply.json) == (
        500,
        {"statusCode": 500, "error": "InternalServerErrorException", "messages": ["Internal server error"]},
    )
    [record] = caplog.records
    assert "a secret" in (record.exc_text or "")


def test_explain(call: RestClient, tag: str) -> None:
    person = _person(call, tag)
    headers = call("GET", f"/rest/people/{person['id']}", headers={"X-Icosa-Explain": "1"}).headers
    assert (headers["x-icosa-round-trips"], headers["x-icosa-calls"], headers["x-icosa-capacity"]) == (
        "1",
        "1",
        "read=1 write=0",
    )
    assert "x-icosa-plan" in headers
    assert "x-icosa-plan" not in call("GET", "/rest/people").headers


# ------------------------------------------------------------------ rights


@pytest.fixture(scope="module")
def restricted(shared_table: Table, event_of_role: EventOfRole) -> RestClient:
    """A key that may read everything, and change nothing."""
    return RestClient(shared_table, event_of_role(canReadAllObjectRecords=True))


def test_a_reader_may_read_and_nothing_else(call: RestClient, restricted: RestClient, tag: str) -> None:
    person = _person(call, tag)
    path = f"/rest/people/{person['id']}"
    assert restricted("GET", path).json["data"]["person"]["id"] == person["id"]
    assert restricted("POST", "/rest/people/duplicates", {"ids": [person["id"]]}).status == 200
    for method, where, body in (
        ("POST", "/rest/people", {}),
        ("POST", "/rest/people?upsert=true", {}),
        ("POST", "/rest/batch/people", [{}]),
        ("PATCH", path, {"jobTitle": "x"}),
        ("PATCH", f"{path}/restore", None),
        ("DELETE", path, None),
        ("DELETE", f"{path}?soft_delete=true", None),
        ("PATCH", "/rest/people/merge", {"ids": [person["id"], UNKNOWN], "conflictPriorityIndex": 0}),
    ):
        reply = restricted(method, where, body)
        assert (reply.status, reply.message, reply.json["code"]) == (403, DENIED, "PERMISSION_DENIED")
    assert call("GET", path).json["data"]["person"] == person


def test_a_record_created_in_the_trash_under_an_id(call: RestClient, tag: str) -> None:
    record_id = str(uuid.uuid4())
    body = {"id": record_id, "name": {"lastName": tag}, "deletedAt": "2026-01-31T12:00:00.000Z"}
    assert call("POST", "/rest/people", body).status == 201
    assert call("GET", f"/rest/people/{record_id}").status == 404
    assert call("GET", "/rest/people", filter=f"deletedAt[is]:NOT_NULL,{_of(tag)}").json["totalCount"] == 1
    assert call("POST", "/rest/people", body).message == "A duplicate entry was detected"
    assert call("POST", "/rest/people", {**body, "deletedAt": None}).message == "A duplicate entry was detected"
    live = str(uuid.uuid4())
    assert call("POST", "/rest/people", {"id": live}).status == 201
    assert call("POST", "/rest/people", {**body, "id": live}).message == "A duplicate entry was detected"


def test_a_path_with_a_line_break(call: RestClient) -> None:
    reply = call("GET", "/rest/people/\n")
    assert (reply.status, reply.message) == (400, "'\n' is not a valid UUID")


# ------------------------------------------------------------------ what must not be guessed


ODD = ("TRUE", "1", "yes", "", "true&soft_delete=true", "on")


def test_odd_booleans_change_nothing(call: RestClient, tag: str) -> None:
    person = _person(call, tag)
    path, mine = f"/rest/people/{person['id']}", f"filter={_of(tag)}"
    for text in ODD:
        for target in (f"{path}?soft_delete={text}", f"/rest/people?{mine}&soft_delete={text}"):
            reply = call("DELETE", target)
            assert reply.status == 400
            assert reply.message.startswith("'soft_delete=")
        upserted = call("POST", f"/rest/people?upsert={text.replace('soft_delete', 'upsert')}", {"id": person["id"]})
        assert (upserted.status, upserted.message.startswith("'upsert=")) == (400, True)
    other = _person(call, tag)
    odd_flags: list[Any] = ["true", "false", 1, 0, [], {}, None, "yes"]
    for odd in odd_flags:
        body = {"ids": [person["id"], other["id"]], "conflictPriorityIndex": 0, "dryRun": odd}
        reply = call("PATCH", "/rest/people/merge", body)
        assert (reply.status, reply.message) == (400, '"dryRun" must be a boolean')
    assert call("GET", "/rest/people", filter=_of(tag)).json["totalCount"] == 2


def test_a_filter_that_was_cut_is_never_obeyed(call: RestClient, tag: str) -> None:
    """The client gets what API Gateway makes of ``?filter=name.lastName[eq]:tag;x`` and the like."""
    person = _person(call, tag)
    mine = f"filter={_of(tag)}"
    queries = [f"{mine}&x=", f"{mine}&x=y", f"{mine}&_x=", f"{mine}&%20x=y", f"filter=name.lastName[eq]:'{tag}"]
    queries += [f"{mine}O'Neil,jobTitle[is]:NULL", f"filter=or(id[is]:NOT_NULL,name.lastName[eq]:O'x)&{mine[7:]}="]
    for query in queries:
        for method, path, body in (
            ("GET", "/rest/people", None),
            ("PATCH", "/rest/people", {"jobTitle": "x"}),
            ("PUT", "/rest/people", {"jobTitle": "x"}),
            ("DELETE", "/rest/people", None),
            ("DELETE", "/rest/people?soft_delete=true", None),
            ("PATCH", "/rest/people/restore", None),
            ("PATCH", "/rest/restore/people", None),
            ("GET", '/rest/people/groupBy?group_by=[{"jobTitle":true}]', None),
        ):
            reply = call(method, f"{path}{'&' if '?' in path else '?'}{query}", body)
            assert reply.status == 400, (method, path, query)
            assert "%3B" in reply.message or "not closed" in reply.message
    assert call("GET", "/rest/people", filter=_of(tag), _t="1").json["data"]["people"] == [person]
    assert call("GET", "/rest/people?order_by=createdAt&position=", filter=_of(tag)).status == 400


HOSTILE = ["a(b", "a)b", "[", "a]b", "a,b", 'a"b', "a'b", "\"'", 'O\'Neil, "x" (y', "a;b", "a&b=c", "a\\", "%_", ":"]


@pytest.mark.parametrize("word", HOSTILE)
def test_any_value_can_be_asked_for(call: RestClient, tag: str, word: str) -> None:
    for last in (f"{tag}{word}", f"{word}{tag}"):
        person = _person(call, last)
        for quote in "\"'":
            quoted = f"{quote}{last.replace(quote, quote * 2)}{quote}"
            for filter in (
                f"name.lastName[eq]:{quoted}",
                f"name.lastName[in]:[{tag},{quoted}],name.firstName[eq]:Ada",
                f"or(not(id[is]:NOT_NULL),and(name.lastName[startsWith]:{quoted},position[is]:NOT_NULL))",
            ):
                reply = call("GET", "/rest/people", filter=filter)
                assert [one["id"] for one in reply.json["data"]["people"]] == [person["id"]], filter
