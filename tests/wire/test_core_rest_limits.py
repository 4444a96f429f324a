"""Requests at the edges of what can be stored, sent and written at once: clear errors, and nothing of a refused request
remains.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.rest_client import RestClient

KB = 1_000


def total(call: RestClient, tag: str, plural: str = "people") -> int:
    field = "name.lastName" if plural == "people" else "name"
    count: int = call("GET", f"/rest/{plural}", filter=f"{field}[startsWith]:{tag}", limit="0").json["totalCount"]
    return count


def person(tag: str, **values: Any) -> dict[str, Any]:
    return {"name": {"lastName": tag}, **values}


@pytest.mark.parametrize("largest", [2.0**63, 1.2345678901234568e29, 9.9e125])
def test_there_is_a_place_beside_every_position(call: RestClient, tag: str, largest: float) -> None:
    for position in (largest, -largest):
        assert call("POST", "/rest/notes", {"title": tag, "position": position}).status == 201
    for place in ("last", "first"):
        reply = call("POST", "/rest/notes", {"title": tag, "position": place})
        assert reply.status == 201
        assert abs(reply.json["data"]["createNote"]["position"]) == pytest.approx(float(largest))
    assert call("DELETE", "/rest/notes", filter=f"title[eq]:{tag}").status == 200


@pytest.mark.parametrize("micros", [9007199254740993, 10_000_000_000_000_000, -(2**62)])
def test_amounts_are_digits(call: RestClient, tag: str, micros: int) -> None:
    """Ten billion is an everyday amount in some currencies; typed clients take no ``1e16`` for an integer."""
    reply = call(
        "POST", "/rest/opportunities", {"name": tag, "amount": {"amountMicros": micros, "currencyCode": "VND"}}
    )
    rendered = reply.json["data"]["createOpportunity"]["amount"]["amountMicros"]
    assert (rendered, type(rendered)) == (micros, int)


def test_records_inside_others_count(call: RestClient, tag: str) -> None:
    batch = [person(tag, company={"create": {"name": f"{tag} {number}"}}) for number in range(60)]
    reply = call("POST", "/rest/batch/people", batch)
    assert reply.status == 400
    assert (
        reply.message
        == "Maximum number of records to write at once, nested ones included, is 90. This request has 120."
    )
    assert total(call, tag) == total(call, tag, "companies") == 0
    reply = call("POST", "/rest/batch/people", batch[:45])
    assert reply.status == 201
    assert (total(call, tag), total(call, tag, "companies")) == (45, 45)


def test_large_batches_name_the_limit(call: RestClient, tag: str) -> None:
    batch = [
        person(tag, jobTitle="y" * 90 * KB, emails={"primaryEmail": f"{tag}.{number}@example.org"})
        for number in range(60)
    ]
    reply = call("POST", "/rest/batch/people", batch)
    assert reply.status == 413
    assert (
        reply.message == "The records of the request are larger together than the 4 MB that the store commits at once"
    )
    assert total(call, tag) == 0
    for number in (0, 59):
        reply = call("POST", "/rest/people", person(tag, emails={"primaryEmail": f"{tag}.{number}@example.org"}))
        assert reply.status == 201, "unique values are free again at once"


def test_large_records_name_the_limit(call: RestClient, tag: str) -> None:
    reply = call("POST", "/rest/people", person(tag, jobTitle="x" * 1000 * KB))
    assert (reply.status, reply.message) == (413, "The record is larger than the 400 KB that the store allows")
    assert call("POST", "/rest/people", person(tag, jobTitle="x" * 390 * KB)).status == 201


def test_large_answers_name_the_way_out(call: RestClient, tag: str) -> None:
    for _ in range(2):
        assert (
            call("POST", "/rest/batch/people", [person(tag, jobTitle="y" * 60 * KB) for _ in range(55)]).status == 201
        )
    mine = f"name.lastName[eq]:{tag}"
    reply = call("GET", "/rest/people", filter=mine, limit="200")
    assert reply.status == 400
    assert reply.message.endswith("Ask for fewer records or fewer fields")
    assert len(call("GET", "/rest/people", filter=mine, limit="200", fields="id").json["data"]["people"]) == 110


def test_byte_order_mark(call: RestClient) -> None:
    assert call("POST", "/rest/people", raw="\ufeff{}").status == 201
    assert call("POST", "/rest/people", raw="{}\ufeff").status == 400


@pytest.mark.parametrize("text", ["😀👨‍👩‍👧‍👦", "שלום \u202e rtl", "\t\r\n", "\u0001", "\ufffe", " blanks "])
def test_texts_come_back_as_sent(call: RestClient, tag: str, text: str) -> None:
    made = call("POST", "/rest/people", person(tag, jobTitle=text)).json["data"]["createPerson"]
    assert made["jobTitle"] == text
    people = call("GET", "/rest/people", filter=f'name.lastName[eq]:{tag},jobTitle[eq]:"{text}"').json["data"]["people"]
    assert [item["id"] for item in people] == [made["id"]]


MALFORMED = ["{", "\0", "nan", '{"position":1e999}', '{"jobTitle":"\\ud800"}', "[" * 5000, "{} {}", "'x'"]
#: JSON all the same, but Twenty's framework takes objects and arrays only.
MALFORMED += ["null", "1", '"x"', "true"]


@pytest.mark.parametrize("raw", MALFORMED)
def test_malformed_bodies(call: RestClient, raw: str) -> None:
    reply = call("POST", "/rest/people", raw=raw)
    assert (reply.status, reply.json["error"], reply.json["messages"]) == (400, "Bad Request", [reply.json["message"]])


@pytest.mark.parametrize("raw", ["", " ", "[]"])
def test_bodies_that_are_no_record(call: RestClient, raw: str) -> None:
    reply = call("POST", "/rest/people", raw=raw)
    assert (reply.status, reply.message) == (400, "Request body must be a JSON object")


def test_the_object_is_looked_up_before_the_body_is_read(call: RestClient) -> None:
    assert call("POST", "/rest/batch", []).message == "object 'batch' not found. eg: companies"
    assert call("POST", "/rest/person", [1]).message == "object 'person' not found. Did you mean 'people'?"


BAD: dict[str, Any] = {
    "unknown field": {"foo": 1},
    "email": {"emails": {"primaryEmail": "bad"}},
    "foreign key": {"companyId": "7c1b6b6e-3a3e-4f61-8b64-0a5a0d6a0001"},
    "position": {"position": "x"},
    "connect": {"company": {"connect": {"where": {"name": "Acme"}}}},
    "composite": {"name": 5},
    "text": {"jobTitle": "a\0b"},
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
@pytest.mark.parametrize("upsert", ["false", "true"])
def test_one_bad_record_of_sixty(call: RestClient, tag: str, bad: dict[str, Any], upsert: str) -> None:
    old = call("POST", "/rest/people", person(tag)).json["data"]["createPerson"]
    before = call("GET", "/rest/people", limit="0").json["totalCount"]
    batch = [person(tag, company={"create": {"name": tag}}), *(person(tag) for _ in range(58)), bad]
    if upsert == "true":
        batch[1] = {"id": old["id"], "jobTitle": "changed"}
    assert call("POST", "/rest/batch/people", batch, upsert=upsert).status == 400
    assert call("GET", "/rest/people", limit="0").json["totalCount"] == before
    assert total(call, tag, "companies") == 0
    assert call("GET", f"/rest/people/{old['id']}").json["data"]["person"] == old


def test_positions_come_back_as_sent(call: RestClient, tag: str) -> None:
    for position in (1e125, 2**53 - 1, 2**53, -(2**53), 2**53 + 2, 2**62, -0.0, 1e-129, 0.1 + 0.2):
        rendered = call("POST", "/rest/notes", {"title": tag, "position": position}).json["data"]["createNote"][
            "position"
        ]
        assert rendered == position
        assert isinstance(rendered, int) or not isinstance(position, int), "integers are digits"
    assert call("DELETE", "/rest/notes", filter=f"title[eq]:{tag}").status == 200
