"""Rules of docs/wire/rest.md that span several requests: stamps, merging, the trash, relations in input."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.rest_client import RestClient


def make(call: RestClient, plural: str, **values: Any) -> dict[str, Any]:
    reply = call("POST", f"/rest/{plural}", values)
    assert reply.status == 201, reply.json
    [record] = reply.json["data"].values()
    return dict(record)


@pytest.mark.parametrize("given", [None, {}, {"source": "API"}, {"context": {}}])
def test_an_author_that_says_nothing_is_the_caller(call: RestClient, given: Any) -> None:
    author = make(call, "people", createdBy=given)["createdBy"]
    assert author == {"source": "API", "workspaceMemberId": None, "name": "Admin", "context": {}}


def test_an_author_cannot_be_taken_away(call: RestClient) -> None:
    person = make(call, "people")
    assert call("PATCH", f"/rest/people/{person['id']}", {"createdBy": None}).status == 400


def test_preview_of_a_merge_shows_what_all_records_have(call: RestClient, tag: str) -> None:
    company = make(call, "companies", name=tag)
    people = [
        make(call, "people", name={"lastName": tag}, companyId=company["id"] if number else None) for number in range(2)
    ]
    targets = [make(call, "noteTargets", targetPersonId=people[number % 2]["id"]) for number in range(5)]
    body: dict[str, Any] = {"ids": [person["id"] for person in people], "conflictPriorityIndex": 0, "dryRun": True}
    rendered = call("PATCH", "/rest/people/merge", body, depth="1").json["data"]["mergePerson"]
    assert rendered["id"] not in body["ids"]
    assert rendered["deletedAt"] is not None
    assert rendered["company"]["id"] == rendered["companyId"] == company["id"]
    assert [target["id"] for target in rendered["noteTargets"]] == sorted(target["id"] for target in targets)
    for person in people:
        assert call("GET", f"/rest/people/{person['id']}").json["data"]["person"] == person
    merged = call("PATCH", "/rest/people/merge", {**body, "dryRun": False}, depth="1").json["data"]["mergePerson"]
    assert [target["id"] for target in merged["noteTargets"]] == [target["id"] for target in rendered["noteTargets"]]
    assert merged["id"] == people[0]["id"]


def test_records_in_the_trash_keep_their_unique_values(call: RestClient, tag: str) -> None:
    person = make(call, "people", emails={"primaryEmail": f"{tag}@example.org"}, jobTitle="before")
    assert call("DELETE", f"/rest/people/{person['id']}", soft_delete="true").status == 200
    twin = {"emails": {"primaryEmail": f"{tag.upper()}@EXAMPLE.org"}}
    assert (
        call("POST", "/rest/people", twin).message
        == f"Duplicate Emails with value {tag}@example.org. Please set a unique one."
    )
    again = call("POST", "/rest/people", twin, upsert="true").json["data"]["createPerson"]
    assert (again["id"], again["deletedAt"], again["jobTitle"]) == (person["id"], None, "before")
    assert again["position"] == person["position"]


def test_destroying_follows_relations(call: RestClient, tag: str) -> None:
    person = make(call, "people", name={"lastName": tag})
    target = make(call, "noteTargets", targetPersonId=person["id"])
    deal = make(call, "opportunities", name=tag, pointOfContactId=person["id"])
    assert call("DELETE", f"/rest/people/{person['id'].upper()}").json == {
        "data": {"deletePerson": {"id": person["id"]}}
    }
    assert call("GET", f"/rest/noteTargets/{target['id']}").status == 404
    assert call("GET", f"/rest/opportunities/{deal['id']}").json["data"]["opportunity"]["pointOfContactId"] is None


def test_bulk_changes_have_a_limit(call: RestClient, tag: str) -> None:
    for size in (60, 1):
        assert call("POST", "/rest/batch/people", [{"name": {"lastName": tag}}] * size).status == 201
    mine = f"name.lastName[eq]:{tag}"
    for method, path, verb in (
        ("PATCH", "/rest/people", "update"),
        ("DELETE", "/rest/people", "destroy"),
        ("DELETE", "/rest/people?soft_delete=true", "delete"),
    ):
        reply = call(method, path, {"jobTitle": "x"}, filter=mine)
        assert (reply.status, reply.message) == (400, f"Cannot {verb} more than 60 records at once")
    assert call("GET", "/rest/people", filter=f'{mine},jobTitle[eq]:""', limit="0").json["totalCount"] == 61


def test_places_of_existing_records(call: RestClient, tag: str) -> None:
    """ "first" and "last" mean the same for records that exist: by id, by filter, and by an upsert."""

    def positions() -> list[float]:
        rendered = call("GET", "/rest/tasks", order_by="position", fields="position", limit="200").json["data"]["tasks"]
        return [task["position"] for task in rendered]

    ids = [make(call, "tasks", title=f"{tag}{number}")["id"] for number in range(4)]
    for place, edge in (("last", -1), ("first", 0)):
        before = positions()
        moved = call("PATCH", f"/rest/tasks/{ids[1]}", {"position": place}).json["data"]["updateTask"]
        assert moved["position"] == positions()[edge] != before[edge]
        upserted = call("POST", "/rest/tasks", {"id": ids[2], "position": place}, upsert="true").json["data"][
            "createTask"
        ]
        assert upserted["position"] == positions()[edge] != moved["position"]
        several = call("PATCH", "/rest/tasks", {"position": place}, filter=f"title[in]:[{tag}0,{tag}3]").json["data"][
            "updateTasks"
        ]
        assert len({task["position"] for task in several}) == 2
        assert positions()[edge] in [task["position"] for task in several]


def test_missing_records_have_one_message(call: RestClient) -> None:
    unknown = "7c1b6b6e-3a3e-4f61-8b64-0a5a0d6a0001"
    merging = {"ids": [unknown, make(call, "people")["id"]], "conflictPriorityIndex": 0}
    for method, path, body in (
        ("GET", f"/rest/people/{unknown}", None),
        ("PATCH", f"/rest/people/{unknown}", {}),
        ("DELETE", f"/rest/people/{unknown}", None),
        ("PATCH", f"/rest/people/{unknown}/restore", None),
        ("PATCH", f"/rest/restore/people/{unknown}", None),
        ("PATCH", "/rest/people/merge", merging),
    ):
        reply = call(method, path, body)
        assert (reply.status, reply.json["error"], reply.message) == (404, "NotFoundException", "Record not found")


def test_what_belongs_to_a_note_follows_it_to_the_trash_and_back(call: RestClient, tag: str) -> None:
    person, note, other = make(call, "people"), make(call, "notes", title=tag), make(call, "notes", title=f"{tag} too")
    target, kept = (
        make(call, "noteTargets", noteId=owner["id"], targetPersonId=person["id"])["id"] for owner in (note, other)
    )

    def rendered() -> set[str]:
        of_the_person = call("GET", f"/rest/people/{person['id']}", depth="1", fields="noteTargets").json["data"][
            "person"
        ]
        return {target["id"] for target in of_the_person["noteTargets"]}

    deleted = call("DELETE", f"/rest/notes/{note['id']}?soft_delete=true", headers={"X-Icosa-Explain": "1"})
    assert deleted.json == {"data": {"deleteNote": {"id": note["id"]}}}
    assert deleted.headers["x-icosa-round-trips"] == "3"  # the note with what points at it, its target, the commit
    assert (call("GET", f"/rest/noteTargets/{target}").status, rendered()) == (404, {kept})
    assert call("PATCH", f"/rest/notes/{note['id']}/restore").json["data"]["restoreNote"]["deletedAt"] is None
    assert (call("GET", f"/rest/noteTargets/{target}").status, rendered()) == (200, {target, kept})
    # The person is at the other end: its notes stay what they are.
    assert call("DELETE", f"/rest/people/{person['id']}?soft_delete=true").status == 200
    assert call("GET", f"/rest/noteTargets/{target}").status == 200


def test_many_records_follow_in_further_commits(call: RestClient, tag: str) -> None:
    note_ids = [make(call, "notes", title=f"{tag}{number}")["id"] for number in range(2)]
    for note_id in note_ids:
        assert call("POST", "/rest/batch/noteTargets", [{"noteId": note_id}] * 60).status == 201

    def live() -> int:
        total: int = call("GET", "/rest/noteTargets", filter=f"noteId[in]:[{','.join(note_ids)}]", limit="0").json[
            "totalCount"
        ]
        return total

    mine = f"title[startsWith]:{tag}"
    assert call("DELETE", "/rest/notes", soft_delete="true", filter=f"title[eq]:{tag}").json == {
        "data": {"deleteNotes": []}
    }
    deleted = call("DELETE", "/rest/notes", soft_delete="true", filter=mine).json["data"]["deleteNotes"]
    assert (sorted(note["id"] for note in deleted), live()) == (sorted(note_ids), 0)
    restored = call("PATCH", "/rest/notes/restore", filter=f"{mine},deletedAt[is]:NOT_NULL").json["data"][
        "restoreNotes"
    ]
    assert (sorted(note["id"] for note in restored), live()) == (sorted(note_ids), 120)
