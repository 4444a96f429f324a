"""Changes of the data model, of views and of roles are events, one for each entity (docs/wire/events.md#metadata)."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
import pytest

from icosa.access.api_keys import ApiKeys
from icosa.provisioning.workspace import Provisioned, provision
from icosa.store import control, event_row
from icosa.store.event_row import EventRow
from icosa.store.table import Table
from icosa.webhooks.event_body import body_for
from icosa.webhooks.matching import LOOK_SECONDS
from tests.support.gateway import emulated
from tests.support.metadata_client import MetadataClient
from tests.support.provisioning import event_of, forget
from tests.support.restricted import model_of, restricted_caller
from tests.support.streams import Stream, streaming_table
from tests.support.tokens import TokensHere

from .listeners import Listeners

Records = list[dict[str, Any]]


class Site:
    """A workspace, and what its stream tells of the requests of its first key."""

    def __init__(self, table: Table, stream: Stream, workspace: Provisioned, api_keys: ApiKeys) -> None:
        self.table = table
        self.stream = stream
        self.workspace = workspace
        self.api_keys = api_keys
        self.metadata = MetadataClient(table, event_of(workspace))

    def listeners(self, *operations: str) -> Listeners:
        """A process with a new webhook; nothing of before is told."""
        made = Listeners(self.table, self.workspace.workspace_id)
        if operations:
            made.add_webhook(f"hook-{id(made)}", *operations)
        self.stream.take()
        return made

    def call(self, method: str, path: str, body: Any = None) -> Any:
        reply = self.metadata(method, f"/rest/metadata/{path}", body)
        assert reply.status in (200, 201), reply
        answer = reply.json
        return next(iter(answer["data"].values())) if isinstance(answer, dict) and "data" in answer else answer

    def object(self, name: str) -> dict[str, Any]:
        body = {"nameSingular": name, "namePlural": f"{name}s", "labelSingular": name, "labelPlural": f"{name}s"}
        made: dict[str, Any] = self.call("POST", "objects", body)
        return made

    def field(self, object_id: str, name: str, **more: Any) -> dict[str, Any]:
        body = {"objectMetadataId": object_id, "type": "TEXT", "name": name, "label": name, **more}
        made: dict[str, Any] = self.call("POST", "fields", body)
        return made


@pytest.fixture(scope="module")
def site(dynamodb_endpoint: str) -> Iterator[Site]:
    with streaming_table(dynamodb_endpoint) as (table, stream):
        control.use_table(table.name, region="eu-central-1", host=dynamodb_endpoint)
        forget()
        with emulated() as gateway:
            api_keys = ApiKeys(TokensHere(table, gateway))
            yield Site(table, stream, provision(table, api_keys, "Acme"), api_keys)


class Told:
    """The events of what has happened since a moment."""

    def __init__(self, site: Site, *operations: str) -> None:
        self.site = site
        self.listeners = site.listeners(*operations or ("metadata.*.*",))
        self.known = {event.event_id for event in self.listeners.events()}
        self.records: Records = []

    def new(self) -> list[EventRow]:
        """Tell of what is new: each batch of the stream twice, by two processes."""
        self.records = self.site.stream.take()
        for process in (self.listeners, Listeners(self.site.table, self.site.workspace.workspace_id)):
            assert process.tell(self.records) == {}
        events = [event for event in self.listeners.events() if event.event_id not in self.known]
        self.known |= {event.event_id for event in events}
        return events

    def names(self) -> list[str]:
        return sorted(event.name.removeprefix("metadata.") for event in self.new())

    def one(self, name: str) -> dict[str, Any]:
        """What the only event says, which must have a name."""
        [event] = self.new()
        assert event.name == name
        body: dict[str, Any] = orjson.loads(event.body)
        assert list(body) == ["eventName", "workspaceId", "eventDate", "event"]
        assert (body["eventName"], body["workspaceId"]) == (name, self.site.workspace.workspace_id)
        _, entity, action = name.split(".")
        about: dict[str, Any] = body["event"]
        assert list(about) == ["type", "metadataName", "recordId", "properties"]
        assert (about["type"], about["metadataName"], about["recordId"]) == (action, entity, event.record_id)
        return about


@pytest.fixture
def told(site: Site) -> Told:
    return Told(site)


def _shown(answer: Mapping[str, Any], properties: Mapping[str, Any], *but: str) -> None:
    """What an answer shows of an entity, but for its parts and ``but``, is what an event shows of it."""
    assert {name: value for name, value in answer.items() if name in properties} == {
        name: value for name, value in properties.items() if name in answer
    }
    assert not [
        name
        for name, value in answer.items()
        if name not in properties and not isinstance(value, list | dict) and name not in but
    ]


def test_an_object_and_what_it_has(site: Site, told: Told) -> None:
    made = site.object("rocket")
    events = told.new()
    by_name: dict[str, list[EventRow]] = {}
    for event in events:
        by_name.setdefault(event.name, []).append(event)
    [of_object] = by_name["metadata.objectMetadata.created"]
    assert of_object.record_id == made["id"]
    _shown(made, orjson.loads(of_object.body)["event"]["properties"]["after"])
    fields = model_of(site.table, site.workspace).by_id[made["id"]].fields
    own = {event.record_id for event in by_name["metadata.fieldMetadata.created"]}
    assert {field.id for field in fields} <= own
    [view] = by_name["metadata.view.created"]
    shown = orjson.loads(view.body)["event"]["properties"]["after"]
    assert (shown["objectMetadataId"], shown["name"]) == (made["id"], "All Rockets")
    assert by_name["metadata.viewField.created"]
    assert {name for name in by_name if not name.endswith(".created")} <= {"metadata.fieldMetadata.updated"}

    changed = site.call("PATCH", f"objects/{made['id']}", {"labelSingular": "Rocket!"})
    properties = told.one("metadata.objectMetadata.updated")["properties"]
    assert properties["updatedFields"] == ["labelSingular"]
    assert properties["diff"] == {"labelSingular": {"before": "Rocket", "after": "Rocket!"}}
    assert properties["before"]["labelSingular"] == "Rocket"
    _shown(changed, properties["after"])

    site.call("PATCH", f"objects/{made['id']}", {"isActive": False})
    told.new()
    site.call("DELETE", f"objects/{made['id']}")
    names = told.names()
    assert names.count("objectMetadata.deleted") == names.count("view.deleted") == 1
    assert names.count("fieldMetadata.deleted") == len(own)
    assert {name.split(".")[1] for name in names} == {"deleted"}


def test_a_field(site: Site, told: Told) -> None:
    person = model_of(site.table, site.workspace).by_singular["person"].id
    made = site.field(person, "nick", defaultValue="'x'")
    events = {event.name: event for event in told.new()}
    assert set(events) <= {"metadata.fieldMetadata.created", "metadata.viewField.created"}
    of_field = orjson.loads(events["metadata.fieldMetadata.created"].body)["event"]
    assert (of_field["recordId"], list(of_field["properties"])) == (made["id"], ["after"])
    _shown(made, of_field["properties"]["after"], "isSearchable")

    site.call("PATCH", f"fields/{made['id']}", {"name": "alias", "label": "Alias"})
    properties = told.one("metadata.fieldMetadata.updated")["properties"]
    assert properties["updatedFields"] == ["name", "label"]
    assert properties["diff"]["name"] == {"before": "nick", "after": "alias"}

    site.call("PATCH", f"fields/{made['id']}", {"isActive": False})
    assert told.one("metadata.fieldMetadata.updated")["properties"]["updatedFields"] == ["isActive"]
    site.call("PATCH", f"fields/{made['id']}", {"isActive": False})
    assert told.new() == []

    site.call("DELETE", f"fields/{made['id']}")
    deleted = [event for event in told.new() if event.name == "metadata.fieldMetadata.deleted"]
    [body] = [orjson.loads(event.body)["event"] for event in deleted]
    assert list(body["properties"]) == ["before"] and body["properties"]["before"]["name"] == "alias"


def test_an_index(site: Site, told: Told) -> None:
    person = model_of(site.table, site.workspace).by_singular["person"]
    query = """mutation($input: CreateOneIndexInput!) { createOneIndex(input: $input) { id name indexType } }"""
    fields = [{"fieldMetadataId": person.by_name[name].id} for name in ("jobTitle", "createdAt")]
    index = {"objectMetadataId": person.id, "indexType": "BTREE", "fields": fields}
    made = site.metadata.data(query, input={"index": index})["createOneIndex"]
    properties = told.one("metadata.index.created")["properties"]
    assert properties["after"]["objectMetadataId"] == person.id
    assert {name: properties["after"][name] for name in made} == made
    assert [member["fieldMetadataId"] for member in properties["after"]["indexFieldMetadataList"]] == [
        field["fieldMetadataId"] for field in fields
    ]
    site.metadata.data("mutation($id: UUID!) { deleteOneIndex(input: {id: $id}) { id } }", id=made["id"])
    assert told.one("metadata.index.deleted")["recordId"] == made["id"]


def test_a_view_and_its_parts(site: Site, told: Told) -> None:
    person = model_of(site.table, site.workspace).by_singular["person"]
    body = {"name": "Mine", "objectMetadataId": person.id, "icon": "IconList", "type": "TABLE"}
    view = site.call("POST", "views", body)
    _shown(view, told.one("metadata.view.created")["properties"]["after"])
    sort = site.call("POST", "viewSorts", {"viewId": view["id"], "fieldMetadataId": person.by_name["jobTitle"].id})
    about = told.one("metadata.viewSort.created")
    assert about["recordId"] == sort["id"]
    _shown(sort, about["properties"]["after"])
    site.call("PATCH", f"viewSorts/{sort['id']}", {"direction": "DESC"})
    assert told.one("metadata.viewSort.updated")["properties"]["updatedFields"] == ["direction"]
    site.call("PATCH", f"views/{view['id']}", {"name": "Yours"})
    first = told.one("metadata.view.updated")
    for name in ("Mine", "Yours"):  # There and back again: each change is an event of its own.
        site.call("PATCH", f"views/{view['id']}", {"name": name})
        assert told.one("metadata.view.updated")["properties"]["after"]["name"] == name
    assert first["properties"]["diff"] == {"name": {"before": "Mine", "after": "Yours"}}
    site.call("DELETE", f"views/{view['id']}")
    assert told.names() == ["view.deleted", "viewSort.deleted"]


def test_a_role(site: Site, told: Told) -> None:
    role = site.call("POST", "roles", {"label": "Guest"})
    _shown(role, told.one("metadata.role.created")["properties"]["after"])
    for label in ("Host", "Guest", "Host"):
        site.call("PATCH", f"roles/{role['id']}", {"label": label})
        assert told.one("metadata.role.updated")["properties"]["updatedFields"] == ["label"]
    site.call("PUT", f"roles/{role['id']}/permissionFlags", {"permissionFlagKeys": ["VIEWS"]})
    properties = told.one("metadata.role.updated")["properties"]
    assert properties["updatedFields"] == ["permissionFlags"]
    assert [flag["flag"] for flag in properties["after"]["permissionFlags"]] == ["VIEWS"]
    site.call("DELETE", f"roles/{role['id']}")
    assert told.one("metadata.role.deleted")["properties"]["before"]["label"] == "Host"


def test_sequences_grow(site: Site, told: Told) -> None:
    person = model_of(site.table, site.workspace).by_singular["person"].id
    field = site.field(person, "pet")
    view = site.call("POST", "views", {"name": "A", "objectMetadataId": person, "icon": "x"})
    role = site.call("POST", "roles", {"label": "Sitter"})
    by_entity: dict[str, list[int]] = {field["id"]: [], view["id"]: [], role["id"]: []}

    def note() -> None:
        for event in told.new():
            if event.record_id in by_entity:
                by_entity[event.record_id].append(event.sequence)

    note()
    for path, body in (
        (f"fields/{field['id']}", {"label": "Pets"}),
        (f"views/{view['id']}", {"name": "B"}),
        (f"roles/{role['id']}", {"label": "Sitters"}),
    ):
        site.call("PATCH", path, body)
        note()
    for path in (f"views/{view['id']}", f"roles/{role['id']}"):
        site.call("DELETE", path)
        note()
    site.call("PATCH", f"fields/{field['id']}", {"isActive": False})
    note()
    site.call("DELETE", f"fields/{field['id']}")
    note()
    for sequences in by_entity.values():
        assert len(sequences) >= 3 and sequences == sorted(set(sequences))


def test_keys_and_webhooks_are_not_told_of(site: Site, told: Told) -> None:
    role_id = site.call("GET", "me")["role"]["id"]
    key = site.api_keys.create(site.workspace.workspace_id, name="k", role_id=role_id)
    told.listeners.add_webhook("another", "person.created")
    assert told.new() == [] and key.id


def test_webhooks_are_told_of_what_they_ask_for(site: Site) -> None:
    told = Told(site, "metadata.role.created", "*.updated")
    role = site.call("POST", "roles", {"label": "Asked"})
    site.call("PATCH", f"roles/{role['id']}", {"label": "Not asked"})
    records = site.stream.take()
    alone = Listeners(site.table, site.workspace.workspace_id)
    alone.fan_out._audiences.of(site.table, site.workspace.workspace_id)
    before = len(alone.sqs.messages)
    assert alone.tell(records) == {}
    mine = [m for m in alone.sqs.messages[before:] if m.webhook_id == f"hook-{id(told.listeners)}"]
    assert len(mine) == 1
    [event] = [e for e in alone.events() if e.record_id == role["id"] and e.name == "metadata.role.created"]
    body = orjson.loads(body_for(event, webhook_id="h", target_url="https://x.example/"))
    assert list(body) == ["targetUrl", "eventName", "workspaceId", "webhookId", "eventDate", "event"]


def test_costs(site: Site) -> None:
    """Nobody listens: a look now and then. Nobody wants metadata: the look. Somebody does: the row of the event."""
    other = provision(site.table, site.api_keys, "Globex")
    client = MetadataClient(site.table, event_of(other))
    site.stream.take()
    assert client("POST", "/rest/metadata/roles", {"label": "Guest"}).status == 201
    records = site.stream.take()
    listeners = Listeners(site.table, other.workspace_id)

    def cost() -> tuple[int, float, float]:
        assert listeners.tell(records) == {}
        return listeners.meter.round_trips, listeners.meter.read_units, listeners.meter.write_units

    assert cost() == (2, 2.0, 0.0)
    assert cost() == (0, 0.0, 0.0)
    listeners.clock.seconds += LOOK_SECONDS + 1
    assert cost() == (1, 1.0, 0.0)
    listeners.add_webhook("records", "person.*", "*.created")
    listeners.clock.seconds += LOOK_SECONDS + 1
    cost()
    assert cost() == (1, 1.0, 0.0) and listeners.events() == []
    listeners.add_webhook("metadata", "metadata.role.*")
    cost()  # reads the webhooks
    [event] = listeners.events()
    assert event_row.is_event_id(event.event_id)
    site.stream.take()
    assert client("POST", "/rest/metadata/roles", {"label": "Host"}).status == 201
    records = site.stream.take()
    # The look; the event, of up to 2 KB when compressed; the delivery.
    assert cost() == (3, 1.0, 3.0)


def test_the_feed_shows_what_the_role_may_read(site: Site) -> None:
    other = provision(site.table, site.api_keys, "Initech")
    admin = MetadataClient(site.table, event_of(other))
    assert admin("GET", "/rest/events").status == 200
    site.stream.take()
    person = model_of(site.table, other).by_singular["person"].id
    for path, body in (
        ("roles", {"label": "Guest"}),
        ("views", {"name": "Mine", "objectMetadataId": person, "icon": "x"}),
        ("fields", {"objectMetadataId": person, "type": "TEXT", "name": "nick", "label": "nick"}),
    ):
        assert admin("POST", f"/rest/metadata/{path}", body).status == 201
    listeners = Listeners(site.table, other.workspace_id)
    listeners.clock.seconds = time.time()  # Reading it goes by that.
    assert listeners.tell(site.stream.take()) == {}

    def seen(client: MetadataClient) -> set[str]:
        reply = client("GET", "/rest/events")
        assert reply.status == 200, reply
        events = reply.json["data"]["events"]
        return {event["name"].split(".")[1] for event in events if event["name"].startswith("metadata.")}

    assert seen(admin) >= {"role", "view", "fieldMetadata"}
    caller = restricted_caller(site.table, other, site.api_keys)
    role_id = caller.metadata("GET", "/rest/metadata/me").json["role"]["id"]
    for more, hidden in (
        ([], {"role", "fieldMetadata"}),
        (["ROLES"], {"fieldMetadata"}),
        (["DATA_MODEL"], {"role"}),
    ):
        flags = {"permissionFlagKeys": ["API_KEYS_AND_WEBHOOKS", *more]}
        assert admin("PUT", f"/rest/metadata/roles/{role_id}/permissionFlags", flags).status == 200
        assert seen(caller.metadata) == seen(admin) - hidden
