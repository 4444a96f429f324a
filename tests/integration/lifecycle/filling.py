"""Fills a workspace with every kind of thing that the product has, by its own APIs as far as they lead there."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from icosa.access.session import open_context
from icosa.documents.builder import build
from icosa.metadata.entity_changes import entity_changes
from icosa.provisioning.workspace import Provisioned
from icosa.store import delivery_row, keys, webhook_backlog
from icosa.store.delivery_row import Delivery, Outcome
from icosa.store.ops import PutItem
from icosa.store.stream import record_change
from icosa.webhooks.fan_out import FanOut
from icosa.webhooks.matching import Audiences
from tests.integration.engine.crashes import Crash, CrashingTable, Fuse
from tests.integration.lifecycle.world import World
from tests.support.provisioning import event_of
from tests.support.rest_client import RestClient

_NOW_MS = 1_790_000_000_000


def fill(world: World, made: Provisioned) -> None:
    """Records live and in the trash, with guards, edges and tokens; a custom object with an index for parts of texts; a
    field and an object that were deleted, and whose jobs have not run; keys, roles, rules of rows, a sign-in link;
    webhooks with deliveries of all kinds, one of them deleted; the feed; bundles; what a writer left who died.
    """
    rest, metadata, ws = world.rest(made), world.metadata(made), made.workspace_id
    _records(rest)
    _model(rest, metadata)
    role = world.act("create_role", workspaceId=ws, role={"label": "Reader", "canReadAllObjectRecords": True})["role"]
    world.act("create_api_key", workspaceId=ws, name="Sync", roleId=role["id"])
    world.act("console_link", workspaceId=ws, apiKeyId=made.api_key.id)
    metadata.data(
        "mutation($data: UpdateWorkspaceInput!) { updateWorkspace(data: $data) { id } }",
        data={"subdomain": "acme-deleted"},
    )
    _webhooks(world, made)
    build(world.table, ws)
    _ledgers(world, made)
    _index_use(world, made)
    _died(world, made)


def _records(rest: RestClient) -> None:
    company = rest(
        "POST", "/rest/companies", {"name": "Acme", "domainName": {"primaryLinkUrl": "https://acme.example"}}
    )
    once = rest("POST", "/rest/companies", {"name": "Once"}, headers={"Idempotency-Key": "once-and-for-all"})
    assert once.status == 201, once.json
    company_id = company.json["data"]["createCompany"]["id"]
    people = [
        {
            "name": {"firstName": "Ann", "lastName": f"Number {number}"},
            "emails": {"primaryEmail": f"ann{number}@acme.example"},
            "companyId": company_id,
        }
        for number in range(5)
    ]
    batch = rest("POST", "/rest/batch/people", people)
    assert batch.status == 201, batch.json
    first, second, *_ = [person["id"] for person in batch.json["data"]["createPeople"]]
    assert rest("DELETE", f"/rest/people/{first}?soft_delete=true").status == 200
    note = rest("POST", "/rest/notes", {"title": "Written down"}).json["data"]["createNote"]["id"]
    target = rest("POST", "/rest/noteTargets", {"noteId": note, "targetPersonId": second})
    assert target.status == 201, target.json


def _model(rest: RestClient, metadata: Any) -> None:
    def make(name: str) -> Any:
        body = {"nameSingular": name, "namePlural": f"{name}s", "labelSingular": name, "labelPlural": f"{name}s"}
        return metadata("POST", "/rest/metadata/objects", body).json["data"]["createOneObject"]

    def add(obj: Any, name: str, **more: Any) -> Any:
        body = {"objectMetadataId": obj["id"], "type": "TEXT", "name": name, "label": name, **more}
        answer = metadata("POST", "/rest/metadata/fields", body)
        assert answer.status == 201, answer.json
        return answer.json["data"]["createOneField"]

    rocket, gone = make("rocket"), make("goner")
    serial, pad = add(rocket, "serial", isUnique=True), add(rocket, "pad")
    add(gone, "code", isUnique=True)
    metadata.data(
        """mutation($o: UUID!, $f: UUID!) { createOneIndex(input: {index: {objectMetadataId: $o, indexType: GIN,
        fields: [{fieldMetadataId: $f}]}}) { id } }""",
        o=rocket["id"],
        f=pad["id"],
    )
    for number in range(3):
        body = {"name": f"Rocket {number}", "serial": f"s{number}", "pad": f"Pad number {number}"}
        assert rest("POST", "/rest/rockets", body).status == 201
        assert rest("POST", "/rest/goners", {"name": f"Goner {number}", "code": f"c{number}"}).status == 201
    for path in (f"fields/{serial['id']}", f"objects/{gone['id']}"):
        kind = path.split("/")[0]
        metadata("PATCH", f"/rest/metadata/{path}", {"isActive": False})
        assert metadata("DELETE", f"/rest/metadata/{path}").status == 200, kind


def _webhooks(world: World, made: Provisioned) -> None:
    metadata, ws = world.metadata(made), made.workspace_id
    ids = []
    for name in ("kept", "gone"):
        answer = metadata(
            "POST", "/rest/metadata/webhooks", {"targetUrl": f"https://{name}.example/hook", "operations": ["*.*"]}
        )
        assert answer.status == 201, answer.json
        ids.append(answer.json["data"]["createWebhook"]["id"] if "data" in answer.json else answer.json["id"])
    assert metadata("GET", "/rest/events").status == 200
    for webhook_id in ids:
        for number in range(3):
            made_delivery = Delivery.of_event(webhook_id, f"event-{number}", "person.created", _NOW_MS)
            delivery_row.create(world.table, ws, [made_delivery])
            if number == 1:
                delivery_row.note(
                    world.table, ws, made_delivery, Outcome(state="failed", at=_NOW_MS, attempt=1, status=500)
                )
            if number == 2:
                assert webhook_backlog.hold(world.table, ws, made_delivery) == "held"
    assert metadata("DELETE", f"/rest/metadata/webhooks/{ids[1]}").status == 200
    change = _change(world, made)
    failed = FanOut(Audiences(), lambda: world.deliveries, entity_changes).publish(world.table, [("1", change)])  # type: ignore[arg-type,return-value]
    assert failed == {}


def _change(world: World, made: Provisioned) -> Any:
    """What the stream tells of a new company."""
    model = open_context(event_of(made), world.table).model
    pk = keys.records(made.workspace_id, model.by_singular["company"].key)
    [item, *_] = world.table.query(pk).items
    image = {
        "PK": {"S": item["PK"]},
        "SK": {"S": item["SK"]},
        "v": {"N": str(item["v"])},
        "d": {"S": item["d"]},
    }
    change = record_change({"dynamodb": {"NewImage": image, "ApproximateCreationDateTime": _NOW_MS / 1000}})
    assert change is not None
    return change


def _index_use(world: World, made: Provisioned) -> None:
    """As a process leaves it that has read by an index, and one whose creates have met others."""
    key = keys.index_use(made.workspace_id, "2026-11-29", "o1", "f1")
    world.table.put(PutItem(keys.item_at(key, scans=0, units=0, uses=1)))
    world.table.put(PutItem(keys.item_at(keys.conflicts(made.workspace_id, "o1", "2026-11-29T03"), n=7)))


def _ledgers(world: World, made: Provisioned) -> None:
    """Numbers beside an index, which are kept from 4,000 rows on."""
    ws = made.workspace_id
    world.table.put(PutItem(keys.item_at((keys.ledgers(ws, "o1"), "f1"), d="[]")))
    world.table.put(PutItem(keys.item_at(keys.delta_log(ws, _NOW_MS, "x"), d="[]")))


def _died(world: World, made: Provisioned) -> None:
    """A batch whose writer dies in the middle leaves rows that only its log names."""
    people = [{"name": {"firstName": "Nobody", "lastName": f"Ever {number}"}} for number in range(40)]
    opened = None
    for calls in range(3, 30):
        table = CrashingTable(world.table.name, world.table._client, fuse=Fuse(calls))
        with suppress(Crash):
            RestClient(table, event_of(made))("POST", "/rest/batch/people", people)
        if world.table.query(keys.open_batches(made.workspace_id)[0], prefix=keys.BATCH_LOGS).items:
            # The next writer gets a little further: some of what its log names is there.
            if opened is not None:
                return
            opened = calls
    raise AssertionError("no batch was left open")
