"""Samples by the local stack's own gateway and consumers of queues, with a recorder in place of the functions."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from typing import Any

import orjson

from local.functions.invoker import Outcome
from local.gateway.answers import Answers
from local.gateway.context import Place
from local.gateway.gateway import Gateway
from local.gateway.http import Request
from local.gateway.keys import Keys
from local.gateway.usage import Rate, Usage
from local.queues.consumer import QueueConsumer
from local.queues.store import Queues
from local.samples.names import KEY, REQUEST_ID, SECONDS, WORKSPACE
from local.samples.requests import REQUESTS, SampleRequest, headers_of
from local.samples.triggers import MESSAGES
from local.template.application import Application
from local.template.names import Deployment

Event = dict[str, Any]

_ALLOWED = {
    "principalId": KEY,
    "policyDocument": {
        "Version": "2012-10-17",
        "Statement": [{"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": "*"}],
    },
    "context": {"workspaceId": WORKSPACE, "keyId": KEY, "type": "API_KEY", "exp": "4102444800", "gen": "0"},
    "usageIdentifierKey": WORKSPACE,
}


class _Recorder:
    """Keeps the last event of each function, and answers that all is well."""

    def __init__(self, authorizers: set[str]) -> None:
        self._authorizers = authorizers
        self.events: dict[str, Event] = {}

    async def invoke(self, function: str, payload: bytes) -> Outcome:
        self.events[function] = orjson.loads(payload)
        answer = _ALLOWED if function in self._authorizers else {"statusCode": 200, "body": ""}
        return Outcome(payload=orjson.dumps(answer))


async def recorded(application: Application, deployment: Deployment) -> dict[str, Event]:
    """The samples of requests, messages and the authorizer, by file."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as state:
        return {
            **await _of_requests(application, deployment, state),
            **await _of_messages(application, deployment, state),
        }


async def _of_requests(application: Application, deployment: Deployment, state: sqlite3.Connection) -> dict[str, Event]:
    api, keys = application.api, Keys(state)
    assert api is not None
    key = keys.create(name=WORKSPACE, value=WORKSPACE, enabled=True, description="")
    for plan in application.plans:
        keys.add_to_plan(plan.id, key.id)
    folders = {name: function.code.name for name, function in application.functions.items()}
    [authorizer] = {authorizer.function for authorizer in api.authorizers.values()}
    samples: dict[str, Event] = {}
    for name, sample in REQUESTS.items():
        recorder = _Recorder({authorizer})
        gateway = Gateway(
            api=api,
            place=Place(account=deployment.account, region=deployment.region),
            invoker=recorder,
            usage=Usage(plans=application.plans, keys=keys, state=state, override=Rate.off()),
            answers=Answers(),
        )
        await gateway.handle(_request(sample))
        asked = recorder.events.pop(authorizer, None)
        [(function, event)] = recorder.events.items()
        assert folders[function] == name.partition("/")[0], f"{name} goes to {folders[function]}"
        samples[name] = _settled(event, key.id)
        if asked is not None:
            samples.setdefault(f"{folders[authorizer]}/request", _settled(asked, key.id))
    return samples


def _request(sample: SampleRequest) -> Request:
    return Request(
        method=sample.method,
        path=sample.path,
        query=sample.query,
        headers=headers_of(sample),
        body=b"" if sample.body is None else orjson.dumps(sample.body),
        client="127.0.0.1",
    )


def _settled(event: Event, gateway_key: str) -> Event:
    """An event with constants for what is new with each request."""
    context = event["requestContext"]
    identity = context["identity"]
    if identity.get("apiKeyId") == gateway_key:
        identity["apiKeyId"] = "samplekey1"
    context |= {
        "extendedRequestId": "c2FtcGxlIHJlcXVlc3Q=",
        "requestId": REQUEST_ID,
        "requestTime": "01/Jan/2026:00:00:00 +0000",
        "requestTimeEpoch": SECONDS * 1000,
    }
    return event


async def _of_messages(application: Application, deployment: Deployment, state: sqlite3.Connection) -> dict[str, Event]:
    queues, samples = Queues(application.queues, state), {}
    for name, body in MESSAGES.items():
        folder = name.partition("/")[0]
        [source] = [
            source
            for source in application.event_sources
            if application.functions[source.function].code.name == folder and ":sqs:" in source.source_arn
        ]
        recorder = _Recorder(set())
        queues.send(queues.find(source.source_arn), body)
        consumer = QueueConsumer(source=source, queues=queues, invoker=recorder, region=deployment.region)
        await consumer.once()
        [event] = recorder.events.values()
        for record in event["Records"]:
            record |= {"messageId": REQUEST_ID, "receiptHandle": "sample receipt"}
            record["attributes"] |= {
                name: str(SECONDS * 1000) for name in record["attributes"] if name.endswith("Timestamp")
            }
        samples[name] = event
    return samples


def shape(value: object) -> object:
    """What a value is made of: names, and kinds of values. Ids and times differ, this does not."""
    if isinstance(value, Mapping):
        return {name: shape(item) for name, item in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__
