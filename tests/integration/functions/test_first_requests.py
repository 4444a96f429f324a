"""With SnapStart, all that a function imports must be in its snapshot: its first requests import nothing. And what
functions write into their logs: one line of metrics for each event, and nothing that clients sent or got.
"""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any

import boto3
import pytest

from icosa.store import keys
from local.folder import DataFolder
from local.functions.variables import Services as Endpoints
from local.functions.variables import function_variables
from local.options import Options
from local.services import Services, running_services
from tests.support.checkout import ROOT
from tests.support.first_requests import first_requests
from tests.support.shared import share_modules

pytestmark = pytest.mark.slow

COMPANY, PERSON, OTHER, NOTE, HOOK = (f"0b6f3f4e-6a0b-4bd0-a6c5-1f1f1f1f000{number}" for number in range(5))
CONTACTS = {
    "emails": {"primaryEmail": "ada@engines.example", "additionalEmails": ["info@bücher.example"]},
    "phones": {"primaryPhoneNumber": "2079460000", "primaryPhoneCountryCode": "GB"},
    "linkedinLink": {"primaryLinkUrl": "https://social.example/ada"},
}
Events = dict[str, Any]
#: Members whose values are ids, or what the audit log says on purpose, which goes to the function's log as well.
_LOGGED = frozenset(
    [
        "id",
        "ids",
        "action",
        "workspaceId",
        "keyId",
        "callerKeyId",
        "apiKeyId",
        "roleId",
        "Records",
        "by",
        "expiresAt",
        "reason",
        "role",
    ]
)
_WORD = 6
_ADDRESS = {"addressStreet1": "1 Analytical Row", "addressCity": "Marylebone"}
_FORGED = {"Authorization": "Bearer forged.for.us"}


class Stack:
    """The services of a local stack, and functions that are restored from snapshots."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._functions = {function.code.name: function for function in services.application.functions.values()}
        self._dynamodb = boto3.client("dynamodb", endpoint_url=services.dynoxide.url, region_name="us-east-1")
        [self._table] = self._dynamodb.list_tables()["TableNames"]

    def run(self, name: str, events: Events) -> dict[str, Any]:
        """The answers of a function to its first events, none of which may import anything."""
        function = self._functions[name]
        running = DataFolder(self._services.folder.path).running()
        assert running is not None
        endpoints = Endpoints(
            endpoint=running[0], dynamodb=self._services.dynoxide.url, region="us-east-1", access_key=running[1]
        )
        # Without values of secrets: as in AWS, functions must ask for them.
        environment = function_variables(function, endpoints, {}, None)
        answers = first_requests(function.search_path, environment, events)
        for event, answer in answers.items():
            assert answer.imported == [], (name, event)
            self._look_at_log(answer.logged, events[event], (name, event))
            if isinstance(answer.result, dict) and "statusCode" in answer.result:
                assert answer.result["statusCode"] < 400, (name, event, answer.result["body"])
                assert "errors" not in json.loads(answer.result["body"]), (name, event, answer.result["body"])
        return {event: answer.result for event, answer in answers.items()}

    def _look_at_log(self, logged: str, event: Any, place: tuple[str, str]) -> None:
        """One line of a call, with the ids of who calls; in no line what records, tokens and headers say."""
        assert [text for text in _told(event) if text in logged] == [], place
        lines = [json.loads(line) for line in logged.splitlines() if line.startswith("{")]
        calls = [line for line in lines if line.get("message") == "call"]
        if event.get("headers") == _FORGED:  # Anybody may try as often as they like.
            assert calls == []
            return
        [call] = calls
        if (context := event.get("requestContext")) is not None:
            authorizer = context["authorizer"]
            ids = (authorizer["workspaceId"], authorizer["keyId"], context["requestId"])
            assert (call["workspace_id"], call["key_id"], call["correlation_id"]) == ids, place
            assert (call["ReadUnits"] > 0) == (event["path"] != "/healthz"), place

    def images(self, *attributes: str) -> list[dict[str, Any]]:
        """Items with all of ``attributes`` as the table's stream shows them."""
        pages = self._dynamodb.get_paginator("scan").paginate(TableName=self._table)
        return [_encoded(item) for page in pages for item in page["Items"] if item.keys() >= set(attributes)]

    def end_waiting(self, job: Mapping[str, Any]) -> None:
        """Let a job begin now."""
        self._dynamodb.update_item(
            TableName=self._table,
            Key={name: job[name] for name in ("PK", "SK")},
            UpdateExpression="SET notBefore = :now",
            ExpressionAttributeValues={":now": {"N": "0"}},
        )


def _encoded(value: Any) -> Any:
    match value:
        case bytes():
            return base64.b64encode(value).decode()
        case dict():
            return {name: _encoded(member) for name, member in value.items()}
        case list():
            return [_encoded(member) for member in value]
        case _:
            return value


def _told(value: Any) -> Iterator[str]:
    """Texts of an event that no log may hold: tokens, keys of requests, and values of records but the shortest, which
    are also words of ours.
    """
    match value:
        case {"headers": headers, **rest}:
            yield from (headers[name] for name in ("Authorization", "Idempotency-Key") if name in headers)
            yield from _told(json.loads(str(rest.get("body") or "null")))
        case {"query": str(document), "variables": variables}:
            yield document
            yield from _told(variables)
        case dict():
            for name, member in value.items():
                if name not in _LOGGED:
                    yield from _told(member)
        case list():
            for member in value:
                yield from _told(member)
        case str() if len(value) > _WORD:
            yield value


@dataclass(frozen=True)
class Caller:
    """A workspace's first key."""

    workspace_id: str
    key_id: str
    role_id: str
    token: str

    def http(self, method: str, path: str, resource: str, body: Any = None, **query: str) -> dict[str, Any]:
        """A proxy event."""
        authorizer = {"workspaceId": self.workspace_id, "keyId": self.key_id, "type": "API_KEY", "exp": "4102444800"}
        return {
            "resource": resource,
            "path": path,
            "httpMethod": method,
            "headers": {
                "Content-Type": "application/json",
                "Host": "api.example",
                "X-Icosa-Explain": "1",
                "Authorization": f"Bearer {self.token}",
            },
            "multiValueQueryStringParameters": {name: [value] for name, value in query.items()} or None,
            "pathParameters": {"proxy": path.removeprefix(resource.partition("{")[0])},
            "requestContext": {"requestId": "r1", "authorizer": authorizer, "stage": "dev", "apiId": "a1"},
            "body": None if body is None else json.dumps(body),
            "isBase64Encoded": False,
        }

    def once(self, event: dict[str, Any]) -> dict[str, Any]:
        """The event with a key of a request that is made once."""
        return {**event, "headers": {**event["headers"], "Idempotency-Key": f"key-of-ours-for-{event['path']}"}}

    def rest(self, method: str, path: str, body: Any = None, **query: str) -> dict[str, Any]:
        return self.http(method, f"/rest/{path}", "/rest/{proxy+}", body, **query)

    def metadata(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        return self.http(method, f"/rest/metadata/{path}", "/rest/metadata/{proxy+}", body)

    def graphql(self, path: str, query: str, **variables: Any) -> dict[str, Any]:
        return self.http("POST", path, path, {"query": query, "variables": variables})


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    ready, done = Event(), Event()
    stacks: list[Stack] = []

    async def serve(data: Path) -> None:
        share_modules(data)
        async with running_services(Options(root=ROOT, data=data)) as services:
            stacks.append(Stack(services))
            ready.set()
            await asyncio.to_thread(done.wait)

    def work() -> None:
        try:
            asyncio.run(serve(tmp_path_factory.mktemp("stack")))
        finally:
            ready.set()

    thread = Thread(target=work)
    thread.start()
    ready.wait()
    yield stacks[0]
    done.set()
    thread.join()


@pytest.fixture(scope="module")
def caller(stack: Stack) -> Caller:
    """Made by the function of key management, whose first requests are these."""
    provisioned = stack.run("keys", {"demo": {"action": "provision_workspace", "name": "Acme", "demo": True}})["demo"]
    key = provisioned["apiKey"]
    return Caller(provisioned["workspaceId"], key["id"], key["roleId"], key["token"])


def test_keys(stack: Stack, caller: Caller) -> None:
    workspace = {"workspaceId": caller.workspace_id}
    root, item = "/rest/metadata/apiKeys", "/rest/metadata/apiKeys/{id}"
    stack.run(
        "keys",
        {
            "list": caller.http("GET", root, root),
            "create": caller.http(
                "POST", root, root, {"name": "Sync", "expiresAt": "2199-12-31", "roleId": caller.role_id}
            ),
            "get": caller.http("GET", f"{root}/{caller.key_id}", item),
            "update": caller.http("PATCH", f"{root}/{caller.key_id}", item, {"name": "Admin"}),
            "mint": {"action": "mint_token", "apiKeyId": caller.key_id, **workspace},
            "plan": {"action": "read_plan", **workspace},
            "plan set": {"action": "set_plan", "plan": "scale", **workspace},
            "timeline": {"action": "set_timeline", "timeline": "on", **workspace},
            "migrations": {"action": "list_migrations", **workspace},
            "workspaces": {"action": "list_workspaces"},
            "workspace": {"action": "read_workspace", **workspace},
            "suspend": {
                "action": "suspend_workspace",
                "reason": "Unpaid since spring",
                "by": "ops@icosa.example",
                **workspace,
            },
            "resume": {"action": "resume_workspace", "by": "ops@icosa.example", **workspace},
            "roles": {"action": "create_role", "role": {"label": "Reader"}, **workspace},
        },
    )
    stack.run("keys", {"mint": {"action": "mint_token", "apiKeyId": caller.key_id, **workspace}})


def test_tokens(stack: Stack, caller: Caller) -> None:
    asked = {"workspaceId": caller.workspace_id, "callerKeyId": caller.key_id, "keyId": caller.key_id}
    answers = stack.run("tokens", {"token": asked, "count": {"workspaceId": caller.workspace_id}})
    assert answers["token"].keys() == {"token"}
    assert answers["count"] == {"left": 0}
    unknown = {"workspaceId": COMPANY, "callerKeyId": COMPANY, "keyId": COMPANY}
    assert stack.run("tokens", {"refused": unknown})["refused"].keys() == {"refused"}


def test_authorizer(stack: Stack, caller: Caller) -> None:
    arn = "arn:aws:execute-api:us-east-1:000000000000:a1/dev/GET/rest/people"
    requests = {
        "valid": {"methodArn": arn, "headers": {"Authorization": f"Bearer {caller.token}"}},
        "invalid": {"methodArn": arn, "headers": _FORGED},
    }
    answers = stack.run("authorizer", requests)
    effects = [answer["policyDocument"]["Statement"][0]["Effect"] for answer in answers.values()]
    assert effects == ["Allow", "Deny"]


def test_documents(stack: Stack, caller: Caller) -> None:
    documents = {
        schema: caller.http("GET", f"/rest/open-api/{schema}", "/rest/open-api/{schema}")
        for schema in ("core", "metadata")
    }
    stack.run("documents", {"health": caller.http("GET", "/healthz", "/healthz"), **documents})


def test_core_rest(stack: Stack, caller: Caller) -> None:
    note = {"id": NOTE, "title": "Note", "bodyV2": {"markdown": "# Hi\n\n* *there*\n\n| a |\n|---|\n| 1 |"}}
    block = [{"type": "paragraph", "content": [{"type": "text", "text": "Hi", "styles": {"bold": True}}]}]
    views = stack.run("metadata", {"views": caller.metadata("GET", "views")})["views"]
    people = next(view for view in json.loads(views["body"])["data"] if view["name"] == "All People")
    stack.run(
        "core_rest",
        {
            "list": caller.rest("GET", "people", filter="name.firstName[ilike]:%a%", order_by="createdAt", depth="1"),
            "create": caller.rest("POST", "people", {"id": PERSON, "name": {"firstName": "Ada"}, **CONTACTS}),
            "batch": caller.rest("POST", "batch/people", [{"id": OTHER}, {"jobTitle": "London"}]),
            "nested": caller.rest(
                "POST",
                "people",
                {
                    "company": {
                        "create": {"name": "Engines", "domainName": {"primaryLinkUrl": "https://bücher.example"}}
                    }
                },
            ),
            "upsert": caller.rest("POST", "people", {"id": PERSON, "jobTitle": "Rome"}, upsert="true"),
            "markdown": caller.rest("POST", "notes", note),
            "blocks": caller.rest("PATCH", f"notes/{NOTE}", {"bodyV2": {"blocknote": json.dumps(block)}}),
            "get": caller.rest("GET", f"people/{PERSON}", depth="1"),
            "update": caller.rest("PATCH", f"people/{PERSON}", {"jobTitle": "Paris"}),
            "many": caller.rest("PATCH", "people", {"jobTitle": "Oslo"}, filter=f"id[in]:[{PERSON},{OTHER}]"),
            "duplicates": caller.rest("POST", "people/duplicates", {"ids": [PERSON]}),
            "groups": caller.rest(
                "GET",
                "people/groupBy",
                group_by='[{"createdAt":{"granularity":"MONTH","timeZone":"Asia/Tokyo"}}]',
                aggregate='["countNotEmptyId"]',
                view_id=people["id"],
            ),
            "once": caller.once(caller.rest("POST", "companies", {"name": "Once and for all", "address": _ADDRESS})),
            "again": caller.once(caller.rest("POST", "companies", {"name": "Once and for all", "address": _ADDRESS})),
            "older": caller.rest("GET", "dashboards", limit="1"),
            "merge": caller.rest("PATCH", "people/merge", {"ids": [PERSON, OTHER], "conflictPriorityIndex": 0}),
            "trash": caller.rest("DELETE", f"people/{PERSON}", soft_delete="true"),
            "restore": caller.rest("PATCH", f"people/{PERSON}/restore"),
            "destroy": caller.rest("DELETE", f"people/{PERSON}"),
        },
    )


def test_core_graphql(stack: Stack, caller: Caller) -> None:
    documents: Mapping[str, str] = {
        "list": "{ people(first: 2) { edges { node { id company { name } } } } }",
        "introspection": "{ __schema { types { name } } }",
        "search": '{ search(searchInput: "a", limit: 3) { edges { node { recordId } } } }',
        "groups": '{ peopleGroupBy(groupBy: [{createdAt: {granularity: DAY, timeZone: "Etc/UTC"}}]) { totalCount } }',
        "batch": 'mutation { createPeople(data: [{jobTitle: "A"}, {jobTitle: "B"}]) { id emails { primaryEmail } } }',
        "destroy": f'mutation {{ destroyCompany(id: "{COMPANY}") {{ id }} }}',
    }
    create = "mutation($data: CompanyCreateInput!) { createCompany(data: $data) { domainName { primaryLinkUrl } } }"
    company = {"id": COMPANY, "name": "Engines", "domainName": {"primaryLinkUrl": "https://engines.example"}}
    stack.run(
        "core_graphql",
        {
            "create": caller.graphql("/graphql", create, data=company),
            **{name: caller.graphql("/graphql", text) for name, text in documents.items()},
            "once": caller.once(caller.graphql("/graphql", create, data={"name": "Made once by GraphQL"})),
        },
    )


def test_metadata_and_what_follows(stack: Stack, caller: Caller) -> None:
    rocket = {"nameSingular": "rocket", "namePlural": "rockets", "labelSingular": "Rocket", "labelPlural": "Rockets"}
    answers = stack.run(
        "metadata",
        {
            "list": caller.metadata("GET", "objects"),
            "object": caller.metadata("POST", "objects", rocket),
            "webhook": caller.metadata(
                "POST", "webhooks", {"id": HOOK, "targetUrl": "https://h.example", "operations": ["*.*"], "secret": "s"}
            ),
            "webhooks": caller.metadata("GET", "webhooks"),
            "view": caller.metadata("GET", "views"),
            "graphql": caller.graphql("/metadata", "{ objects(paging: {first: 2}) { edges { node { id } } } }"),
            "workspace": caller.graphql("/metadata", "{ currentWorkspace { id workspaceMembersCount } }"),
            "introspection": caller.graphql("/metadata", "{ __schema { types { name } } }"),
        },
    )
    objects = json.loads(answers["list"]["body"])["data"]["objects"]
    [person] = [obj for obj in objects if obj["nameSingular"] == "person"]
    field = {"objectMetadataId": person["id"], "type": "NUMBER", "name": "mass", "label": "Mass", "defaultValue": 3}
    stack.run("metadata", {"field": caller.metadata("POST", "fields", field)})

    [workspace] = stack.images("metadataVersion")
    stack.run("schema_builder", {"built": _stream("MODIFY", NewImage=workspace)})
    jobs = [image for image in stack.images("job") if image["job"]["S"] == "build"]
    records = stack.images("v")
    removed = next(image for image in records if image["PK"]["S"].startswith(keys.records(caller.workspace_id, "")))
    stack.run("events", {"job": _stream("INSERT", NewImage=jobs[0]), "record": _stream("REMOVE", OldImage=removed)})
    waiting = stack.run("jobs", {"waiting": _message(caller.workspace_id, jobs[0])})
    stack.end_waiting(jobs[0])
    step = stack.run("jobs", {"step": _message(caller.workspace_id, jobs[0])})
    assert [*waiting.values(), *step.values()] == [{"batchItemFailures": []}] * 2


def _stream(name: str, **images: Any) -> Any:
    dynamodb = {"SequenceNumber": "1", "ApproximateCreationDateTime": time.time(), **images}
    return {"Records": [{"eventID": "1", "eventName": name, "eventSource": "aws:dynamodb", "dynamodb": dynamodb}]}


def _message(workspace_id: str, job: Mapping[str, Any]) -> Any:
    body = json.dumps({"workspaceId": workspace_id, "jobId": job["SK"]["S"]})
    return {"Records": [{"messageId": "1", "eventSource": "aws:sqs", "body": body}]}
