"""The feed over both APIs: what a caller sees of it is what they may read (docs/wire/events.md#feed)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from icosa.access.api_keys import ApiKeys
from icosa.metadata.entity_changes import entity_changes
from icosa.provisioning.workspace import Provisioned, provision
from icosa.store import feed, keys
from icosa.store.stream import RecordChange
from icosa.store.table import Table
from icosa.webhooks.fan_out import FanOut
from icosa.webhooks.matching import Audiences
from icosa.webhooks.moves import Patience
from tests.support.restricted import Caller, full_caller, model_of, restricted_caller
from tests.support.workspace import workspace_fixtures

shared_table, api_keys, workspace, event_of_role = workspace_fixtures("module")
_QUERY = """query($first: Int!, $after: ConnectionCursor, $operations: [String!]!) {
  events(first: $first, after: $after, operations: $operations) {
    edges { cursor node { id name at sequence body } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    since
  }
}"""


class Feed:
    """A workspace of its own, whose events are told of by hand."""

    def __init__(self, table: Table, workspace: Provisioned) -> None:
        self.table = table
        self.workspace = workspace
        self.admin = full_caller(table, workspace)
        self.page(self.admin)
        self.fan_out = FanOut(Audiences(), _no_queue, entity_changes, patience=Patience(seconds=0))
        self.model = model_of(table, workspace)
        self.number = 0

    def page(self, caller: Caller, **params: Any) -> Any:
        reply = caller.metadata("GET", "/rest/events", **params)
        assert reply.status == 200, reply
        return reply.json

    def names(self, caller: Caller, **params: Any) -> list[str]:
        return [event["name"] for event in self.page(caller, **params)["data"]["events"]]

    def row(self, name: str, record_id: str) -> Mapping[str, Any]:
        row = self.table.get((keys.records(self.workspace.workspace_id, self.model.by_singular[name].key), record_id))
        assert row is not None
        return row

    def tell(self, name: str, record_id: str, old: Mapping[str, Any] | None = None) -> None:
        """Tell of a new record, or of one that has changed since ``old``."""
        self.number += 1
        row = self.row(name, record_id)
        change = RecordChange(
            workspace_id=self.workspace.workspace_id,
            object_key=self.model.by_singular[name].key,
            record_id=record_id,
            is_live=True,
            happening="created" if old is None else "changed",
            row=row,
            old=old,
            version=row["v"],
            seconds=1_777_885_965.0,
        )
        assert self.fan_out.publish(self.table, [(str(self.number), change)]) == {}

    def create(self, singular: str, plural: str, **body: Any) -> str:
        record_id = self.admin.create(plural, **body)
        self.tell(singular, record_id)
        return record_id

    def update(self, singular: str, plural: str, record_id: str, **body: Any) -> None:
        old = self.row(singular, record_id)
        assert self.admin.rest("PATCH", f"/rest/{plural}/{record_id}", body).status == 200
        self.tell(singular, record_id, old)


def _no_queue() -> Any:
    raise AssertionError("there are no webhooks")


@pytest.fixture
def own(shared_table: Table, api_keys: ApiKeys) -> Feed:
    return Feed(shared_table, provision(shared_table, api_keys, "Globex"))


@pytest.fixture
def restricted(own: Feed, shared_table: Table, api_keys: ApiKeys) -> Callable[..., Caller]:
    return lambda **role: restricted_caller(
        shared_table, own.workspace, api_keys, **{"canUpdateAllSettings": True, **role}
    )


def test_pages_go_on_where_the_last_one_ended(own: Feed) -> None:
    empty = own.page(own.admin)
    assert empty["data"] == {"events": []}
    assert empty["pageInfo"] == {"hasNextPage": False, "startCursor": None, "endCursor": "0"}
    ids = [own.create("company", "companies", name=name) for name in "abcde"]
    first = own.page(own.admin, limit=2)
    assert [event["body"]["record"]["id"] for event in first["data"]["events"]] == ids[:2]
    assert first["pageInfo"] == {"hasNextPage": True, "startCursor": "1", "endCursor": "2"}
    for cursor in ("2", first["data"]["events"][1]["id"]):
        rest = own.page(own.admin, starting_after=cursor)
        assert [event["body"]["record"]["name"] for event in rest["data"]["events"]] == ["c", "d", "e"]
        assert rest["pageInfo"] == {"hasNextPage": False, "startCursor": "3", "endCursor": "5"}
    end = own.page(own.admin, starting_after="5")
    assert (end["data"]["events"], end["pageInfo"]["endCursor"]) == ([], "5")
    answer = own.admin.metadata.data(_QUERY, first=2, after="2", operations=["*.created"])["events"]
    assert [edge["node"] for edge in answer["edges"]] == rest["data"]["events"][:2]
    assert [edge["cursor"] for edge in answer["edges"]] == ["3", "4"]
    page_info = {"hasNextPage": True, "hasPreviousPage": True, "startCursor": "3", "endCursor": "4"}
    assert (answer["pageInfo"], answer["since"]) == (page_info, first["since"])


def test_events_and_names_that_are_asked_for(own: Feed) -> None:
    company = own.create("company", "companies", name="Acme")
    [event] = own.page(own.admin)["data"]["events"]
    assert set(event) == {"id", "name", "at", "sequence", "body"}
    assert set(event["body"]) == {"eventName", "objectMetadata", "workspaceId", "eventDate", "record"}
    assert event["name"] == event["body"]["eventName"] == "company.created"
    assert event["body"]["record"] == own.admin.record("companies", company)
    assert event["body"]["workspaceId"] == own.workspace.workspace_id
    own.create("person", "people", jobTitle="x")
    own.update("company", "companies", company, name="Other")
    assert own.names(own.admin) == ["company.created", "person.created", "company.updated"]
    assert own.names(own.admin, operations="company.*") == ["company.created", "company.updated"]
    assert own.names(own.admin, operations="company.updated,person.created") == ["person.created", "company.updated"]
    page = own.page(own.admin, operations="company.created")
    assert page["pageInfo"] == {"hasNextPage": False, "startCursor": "1", "endCursor": "3"}


def test_what_is_refused(own: Feed) -> None:
    refusals: tuple[tuple[dict[str, Any], str], ...] = (
        ({"starting_after": "x"}, "INVALID_CURSOR"),
        ({"starting_after": "9"}, "INVALID_CURSOR"),
        ({"starting_after": "-1"}, "INVALID_CURSOR"),
        ({"starting_after": "1" * 40}, "INVALID_CURSOR"),
        ({"starting_after": "evt_" + "0" * 32}, "EVENTS_EXPIRED"),
        ({"since": "yesterday"}, "INVALID_QUERY_INPUT"),
        ({"limit": "many"}, "INVALID_LIMIT_QUERY_PARAM"),
        ({"operations": ",".join(["a.created"] * 101)}, "TOO_COMPLEX_QUERY"),
        ({"operations": f"a.created,{'a' * 256}"}, "TOO_COMPLEX_QUERY"),
    )
    for params, code in refusals:
        reply = own.admin.metadata("GET", "/rest/events", **params)
        assert (reply.status, reply.json.get("code")) == (400, code), reply
    assert own.admin.metadata("GET", "/rest/events", ending_before="1").status == 400


def test_a_cursor_before_a_time_without_feed_is_refused(own: Feed) -> None:
    own.create("company", "companies", name="Acme")
    ws = own.workspace.workspace_id
    feed.keep(own.table, ws, now=feed.Head.read(own.table, ws).until + 1)
    reply = own.admin.metadata("GET", "/rest/events", starting_after="1")
    assert (reply.status, reply.json["code"]) == (400, "EVENTS_EXPIRED")
    assert "30 days" in reply.json["messages"][0]


def test_the_flag_is_needed(own: Feed, restricted: Callable[..., Caller]) -> None:
    caller = restricted(canUpdateAllSettings=False)
    assert caller.metadata("GET", "/rest/events").status == 403
    [error] = caller.metadata.graphql(_QUERY, first=1, operations=[])["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"


def test_objects_and_fields_that_cannot_be_read_are_left_out(own: Feed, restricted: Callable[..., Caller]) -> None:
    person = own.create("person", "people", jobTitle="secret", avatarUrl="Rome")
    own.update("person", "people", person, jobTitle="more secret")
    own.update("person", "people", person, jobTitle="most secret", avatarUrl="Oslo")
    own.create("company", "companies", name="Acme")
    caller = restricted(hidden=["person.jobTitle"], objects={"company": {"canReadObjectRecords": False}})
    page = own.page(caller)
    assert [event["name"] for event in page["data"]["events"]] == ["person.created", "person.updated"]
    created, updated = (event["body"] for event in page["data"]["events"])
    assert "jobTitle" not in created["record"] and created["record"]["avatarUrl"] == "Rome"
    assert (updated["updatedFields"], updated["record"]["avatarUrl"]) == (["avatarUrl"], "Oslo")
    assert "secret" not in str(page)
    assert page["pageInfo"] == {"hasNextPage": False, "startCursor": "1", "endCursor": "4"}


def test_a_field_that_was_renamed_since_stays_hidden(own: Feed, restricted: Callable[..., Caller]) -> None:
    """Even where another field has got its name."""
    fields: dict[str, str] = {}
    for name in ("salary", "town"):
        body = {"objectMetadataId": own.model.by_singular["person"].id, "type": "TEXT", "name": name, "label": name}
        reply = own.admin.metadata("POST", "/rest/metadata/fields", body)
        assert reply.status == 201, reply
        [made] = reply.json["data"].values() if "data" in reply.json else [reply.json]
        fields[name] = made["id"]
    own.create("person", "people", salary="secret", town="Rome")
    caller = restricted(hidden=["person.salary"])
    for name, other in (("salary", "wage"), ("town", "salary")):
        reply = own.admin.metadata("PATCH", f"/rest/metadata/fields/{fields[name]}", {"name": other, "label": other})
        assert reply.status == 200, reply
    [event] = own.page(caller)["data"]["events"]
    assert "secret" not in str(event) and event["body"]["record"]["town"] == "Rome"


def test_records_that_rules_hide_are_left_out(own: Feed, restricted: Callable[..., Caller]) -> None:
    """As each event has them: one that has come into sight since is still hidden as it was before."""
    ids = {city: own.create("person", "people", avatarUrl=city) for city in ("Rome", "Oslo")}
    own.update("person", "people", ids["Oslo"], avatarUrl="Rome")
    own.create("company", "companies", name="Acme")
    field = own.model.by_singular["person"].by_name["avatarUrl"]
    role = restricted()
    role_id = role.metadata("GET", "/rest/metadata/me").json["role"]["id"]
    person = own.model.by_singular["person"].id
    rule = {"fieldMetadataId": field.id, "operand": "CONTAINS", "value": "Rome"}
    path = f"/rest/metadata/roles/{role_id}/objects/{person}/rowLevelPermissions"
    reply = own.admin.metadata("PUT", path, {"predicates": [rule], "predicateGroups": []})
    assert reply.status == 200, reply
    page = own.page(role)
    assert [event["name"] for event in page["data"]["events"]] == [
        "person.created",
        "person.updated",
        "company.created",
    ]
    assert all(event["body"]["record"].get("avatarUrl", "Rome") == "Rome" for event in page["data"]["events"])
