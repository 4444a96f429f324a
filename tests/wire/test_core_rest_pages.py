"""Pages in every kind of order, forwards and backwards, against the list as a whole (docs/wire/rest.md#order,
docs/wire/rest.md#cursors).
"""

from __future__ import annotations

import base64
from typing import Any

import orjson
import pytest

from tests.support.rest_client import RestClient

TAG = "pages"
NAMES = [
    "Ann",
    "bob",
    "Cleo",
    "ann",
    "Éric",
    None,
    "",
    "Zed",
    "Ann",
    "a b",
    "a",
    "ab",
    f"{'A' * 200}1",
    f"{'A' * 200}0",
]
ORDERS = [
    "jobTitle",
    "name.firstName",
    "position",
    "createdAt",
    "emails.primaryEmail",
    "companyId",
    "company.name",
    "company.annualRevenue.amountMicros",
    "createdBy.source",
    "createdBy.workspaceMemberId",
    "jobTitle[DescNullsLast],name.firstName[AscNullsLast],position",
    "company.name[DescNullsFirst],position[DescNullsLast]",
    "id",
]
DIRECTIONS = ["AscNullsFirst", "AscNullsLast", "DescNullsFirst", "DescNullsLast"]


@pytest.fixture(scope="module")
def people(call: RestClient) -> RestClient:
    companies = [
        {"name": name, "annualRevenue": {"amountMicros": number}} for number, name in enumerate(["b", "A", None, "c"])
    ]
    made = call("POST", "/rest/batch/companies", companies).json["data"]["createCompanies"]
    ids = [*(company["id"] for company in made), None]
    batch = [
        {
            "name": {"firstName": name, "lastName": TAG},
            "jobTitle": NAMES[number * 5 % len(NAMES)],
            "companyId": ids[number % len(ids)],
            "position": [3, 1, -1.5, 2, 2, 2, 1e15][number % 7],
            "emails": {"primaryEmail": f"p{number}@pages.example"} if number % 3 else None,
        }
        for number, name in enumerate(NAMES)
    ]
    assert call("POST", "/rest/batch/people", batch).status == 201
    return call


def page(call: RestClient, order: str, **parameters: Any) -> dict[str, Any]:
    reply = call("GET", "/rest/people", filter=f"name.lastName[eq]:{TAG}", order_by=order, **parameters)
    assert reply.status == 200, reply.json
    assert reply.json["totalCount"] == len(NAMES)
    return dict(reply.json)


def ids(answer: dict[str, Any]) -> list[str]:
    return [person["id"] for person in answer["data"]["people"]]


@pytest.mark.parametrize(
    "order", [*(f"{path}[{d}]" for path in ORDERS if "," not in path for d in DIRECTIONS), *ORDERS]
)
def test_walks(people: RestClient, order: str) -> None:
    whole = page(people, order)
    everyone = ids(whole)
    assert len(everyone) == len(NAMES)
    forwards, answer = [], page(people, order, limit="4")
    forwards += ids(answer)
    while answer["pageInfo"]["hasNextPage"]:
        answer = page(people, order, limit="4", starting_after=answer["pageInfo"]["endCursor"])
        assert answer["pageInfo"]["hasPreviousPage"]
        forwards += ids(answer)
    assert forwards == everyone
    backwards: list[str] = []
    answer = page(people, order, limit="4", ending_before=whole["pageInfo"]["endCursor"])
    backwards = ids(answer)
    while answer["pageInfo"]["hasPreviousPage"]:
        answer = page(people, order, limit="4", ending_before=answer["pageInfo"]["startCursor"])
        assert answer["pageInfo"]["hasNextPage"]
        backwards = [*ids(answer), *backwards]
    assert backwards == everyone[:-1]


def test_cursors_are_compact_json(people: RestClient) -> None:
    answer = page(people, "company.name[DescNullsLast],position", limit="1")
    [person] = answer["data"]["people"]
    cursor = base64.b64decode(answer["pageInfo"]["endCursor"])
    assert cursor == orjson.dumps({"company": {"name": "c"}, "position": person["position"], "id": person["id"]})


UNUSABLE = ["invalid-cursor", "7c1b6b6e-3a3e-4f61-8b64-0a5a0d6a0001", "W10=", "bnVsbA==", "!", "é", "\0", "A" * 500]


@pytest.mark.parametrize("cursor", UNUSABLE)
def test_unusable_cursors(people: RestClient, cursor: str) -> None:
    reply = people("GET", "/rest/people", starting_after=cursor)
    assert (reply.status, reply.message) == (400, f"Invalid cursor: {cursor}")


def test_both_cursors(people: RestClient) -> None:
    cursor = base64.b64encode(b'{"id":"7c1b6b6e-3a3e-4f61-8b64-0a5a0d6a0001"}').decode()
    reply = people("GET", "/rest/people", starting_after=cursor, ending_before=cursor)
    assert (reply.status, reply.message) == (400, "Cannot provide both before and after")
