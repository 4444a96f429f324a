"""A suspended workspace answers nobody, loses nothing, and goes on where it was."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from icosa.access import minting
from icosa.access.failures import WorkspaceSuspended
from icosa.api.documents import DocumentsApi
from icosa.catalog.jobs import list_jobs
from icosa.errors import BadRequest, Conflict, Forbidden
from icosa.runtime.batch import QueueRecord
from icosa.runtime.http import proxy
from icosa.store import delivery_row, keys, webhook_health
from icosa.store.delivery_row import Delivery
from icosa.store.ops import set_attributes
from icosa.webhooks.delivering.batch import Deliverer
from icosa.webhooks.delivering.opened import Opener
from icosa.webhooks.sending.attempt import Attempt
from tests.integration.lifecycle.world import World
from tests.support.graphql_client import GraphqlClient
from tests.support.tokens import KEYS

_TEXT = "This workspace is suspended. Ask the operator of this installation to resume it"


def test_every_way_in_is_closed_at_once_and_opened_again(world: World) -> None:
    made = world.provision("Acme")
    ids = {"workspaceId": made.workspace_id}
    rest, metadata = world.rest(made), world.metadata(made)
    graphql = GraphqlClient(world.table, rest.event)
    assert rest("GET", "/rest/companies").status == 200

    shown = world.act("suspend_workspace", **ids, by="ann@ops", reason="unpaid")["workspace"]
    assert (shown["status"], shown["name"]) == ("suspended", "Acme")
    refused = rest("GET", "/rest/companies")
    body = {"statusCode": 403, "error": "FORBIDDEN_EXCEPTION", "messages": [_TEXT], "code": "WORKSPACE_SUSPENDED"}
    assert (refused.status, refused.json) == (403, body)
    assert metadata("GET", "/rest/metadata/objects").status == 403
    assert metadata("GET", "/rest/events").json["messages"] == [_TEXT]
    for answer in (metadata.graphql("{ currentWorkspace { id } }"), graphql("{ companies { totalCount } }")):
        [error] = answer["errors"]
        assert (error["message"], error["extensions"]["subCode"]) == (_TEXT, "WORKSPACE_SUSPENDED")
    with pytest.raises(Forbidden, match="suspended"):
        world.act("mint_token", **ids, apiKeyId=made.api_key.id)
    with pytest.raises(Forbidden, match="suspended"):
        world.tokens.session_of_token(made.token)
    document = _document(world, made.token)
    assert (document["statusCode"], orjson.loads(document["body"])["messages"]) == (403, [_TEXT])
    assert _document(world, "nonsense")["statusCode"] == 200, "what is public stays public"

    operation = world.act("resume_workspace", **ids)["operation"]
    assert rest("GET", "/rest/companies").status == 200, "at once"
    world.finish(operation)
    assert world.act("read_workspace", **ids)["workspace"]["operation"] is None
    log = metadata("GET", "/rest/metadata/auditLog").json["data"]
    told = [(entry["action"], entry["actor"]["name"]) for entry in log if entry["action"].startswith("workspace.")]
    assert told == [("workspace.resumed", None), ("workspace.suspended", "ann@ops")]


def _document(world: World, token: str) -> Any:
    event = {
        "httpMethod": "GET",
        "path": "/rest/open-api/core",
        "resource": "/rest/open-api/{schema}",
        "headers": {"Authorization": f"Bearer {token}", "Host": "api.example"},
        "requestContext": {},
    }
    return proxy(DocumentsApi(world.table, lambda: KEYS).answer)(event, None)


def test_whoever_has_no_live_key_does_not_learn_of_it(world: World) -> None:
    made = world.provision("Acme")
    world.act("revoke_api_key", workspaceId=made.workspace_id, apiKeyId=made.api_key.id)
    world.act("suspend_workspace", workspaceId=made.workspace_id)
    assert world.rest(made)("GET", "/rest/companies").message == "This API Key is revoked"


def test_deliveries_wait_and_go_on(world: World) -> None:
    made = world.provision("Acme")
    ids = {"workspaceId": made.workspace_id}
    webhooks = []
    for name in ("works", "paused"):
        body = {"targetUrl": f"https://{name}.example/", "operations": ["*.*"]}
        webhooks.append(world.metadata(made)("POST", "/rest/metadata/webhooks", body).json["id"])
    paused_until = 1_990_000_000_000
    webhook_health.pause(world.table, made.workspace_id, webhooks[1], until=paused_until)
    world.act("suspend_workspace", **ids)

    sent: list[str] = []
    deliverer = Deliverer(world.table, world.deliveries, sender=_Sender(sent), opener=Opener(), now_ms=lambda: 1)  # type: ignore[arg-type]
    delivery = Delivery.of_event(webhooks[0], "event", "company.created", 1)
    _put(world, made.workspace_id, delivery)
    message = {"workspaceId": made.workspace_id, "webhookId": webhooks[0], "attempt": 1, "notBefore": 0}
    result = deliverer.deliver([_record({**message, "deliveryId": delivery.delivery_id}), _record(message)])
    assert (result.failed, sent, world.deliveries.sent) == ([], [], [])
    assert [key for _, key in _held(world, made.workspace_id, webhooks[0])] == [delivery.delivery_id]

    world.finish(world.act("resume_workspace", **ids)["operation"])
    turns = {message.webhook_id: message.not_before for message in world.deliveries.sent}
    assert turns.keys() == set(webhooks)
    assert turns[webhooks[1]] == paused_until, "a paused webhook knows its turn by its time"
    health = webhook_health.read(world.table, made.workspace_id, webhooks[0])
    assert health is not None
    assert health.is_sent_to


def _put(world: World, workspace_id: str, delivery: Delivery) -> None:
    delivery_row.create(world.table, workspace_id, [delivery])


def _held(world: World, workspace_id: str, webhook_id: str) -> list[tuple[str, str]]:
    return [keys.of(item) for item in world.table.query_all(keys.held_deliveries(workspace_id, webhook_id))]


def _record(message: dict[str, Any]) -> Any:
    return QueueRecord(id=str(len(message)), body=orjson.dumps(message).decode(), times=1)


class _Sender:
    now_ms = staticmethod(lambda: 1)

    def __init__(self, sent: list[str]) -> None:
        self._sent = sent

    def send_once(self, request: Any) -> Attempt:
        self._sent.append(request.event_id)
        return Attempt(status=200)


def test_jobs_stop_and_are_sent_again(world: World) -> None:
    made = world.provision("Acme")
    ids = {"workspaceId": made.workspace_id}
    world.act("carry_values", **ids)
    jobs = [job.id for job in list_jobs(world.table, made.workspace_id)]
    world.act("suspend_workspace", **ids)
    for job_id in jobs:
        world.work().message({**ids, "jobId": job_id})
    assert [job.id for job in list_jobs(world.table, made.workspace_id)] == jobs

    operation = world.act("resume_workspace", **ids)["operation"]
    world.work().message({**ids, "operationId": operation["id"]})
    assert sorted(world.jobs.sent) == sorted(jobs)
    for job_id in jobs:
        world.work().message({**ids, "jobId": job_id})
    assert list_jobs(world.table, made.workspace_id) == []


def test_what_does_not_fit_together_is_refused(world: World) -> None:
    made = world.provision("Acme")
    ids = {"workspaceId": made.workspace_id}
    with pytest.raises(BadRequest, match="active, and must be suspended"):
        world.act("resume_workspace", **ids)
    world.act("suspend_workspace", **ids)
    world.act("suspend_workspace", **ids)
    export = world.act("export_workspace", **ids)["operation"]
    for action, more in (("resume_workspace", {}), ("delete_workspace", {"confirm": "Acme"})):
        with pytest.raises(Conflict, match="Another operation has the workspace"):
            world.act(action, **ids, **more)
    world.finish(export)
    assert world.act("resume_workspace", **ids)["operation"]["state"] == "WAITING"


def test_the_list_is_paged_and_counts_when_asked(world: World) -> None:
    made = [world.provision(name) for name in ("A", "B", "C")]
    world.rest(made[0])("POST", "/rest/companies", {"name": "One"})
    shown: list[dict[str, Any]] = []
    after: dict[str, Any] = {}
    while True:
        page = world.act("list_workspaces", limit=2, counts=True, **after)
        shown += page["workspaces"]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert {each["name"]: (each["status"], each["records"]) for each in shown} == {
        "A": ("active", 1),
        "B": ("active", 0),
        "C": ("active", 0),
    }
    assert "records" not in world.act("list_workspaces")["workspaces"][0]
    with pytest.raises(BadRequest):
        world.act("list_workspaces", limit=101)


def test_workspaces_older_than_the_registry_are_registered_by_name(world: World) -> None:
    made = world.provision("Old")
    row = keys.workspace(made.workspace_id)
    world.table.update(set_attributes(row, {"isRegistered": None}))
    world.table.write_batch(deletes=[keys.registered(made.workspace_id)])
    unknown = "11111111-1111-4111-8111-111111111111"
    assert world.act("list_workspaces")["workspaces"] == []
    answer = world.act("register_workspaces", workspaceIds=[made.workspace_id, unknown])
    assert answer == {"registered": [made.workspace_id], "unknown": [unknown]}
    assert [each["id"] for each in world.act("list_workspaces")["workspaces"]] == [made.workspace_id]


def test_a_refusal_passes_through_the_function_that_makes_tokens() -> None:
    with pytest.raises(Forbidden, match="suspended") as refused:
        minting.granted(minting.refusal(WorkspaceSuspended()))
    assert (refused.value.status, refused.value.sub_code) == (403, "WORKSPACE_SUSPENDED")
