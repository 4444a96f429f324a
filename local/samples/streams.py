"""Samples of a table's stream: what stands in it after a few calls."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson

from local.functions.invoker import Outcome
from local.marks import marked_function
from local.provisioning import PROVISIONING, read_workspace, workspace_event
from local.samples.filling import Owner
from local.samples.names import KEY, MOMENT, REQUEST_ID, ROLE, SECONDS, WORKSPACE
from local.samples.triggers import RECORDS
from local.services import Services
from local.streams.pattern import compile_filters
from local.streams.reader import StreamReader

Event = dict[str, Any]

_ID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
_MOMENT = re.compile(r"\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_MILLISECONDS = re.compile(r"\b1[789]\d{11}\b")


async def of_the_stream(services: Services, owner: Owner, samples: Mapping[str, Event]) -> dict[str, Event]:
    """The samples by file. ``samples`` are those of requests; their calls are made, and more, in a workspace of the
    data folder.
    """
    [table] = services.application.tables
    region = services.deployment.region

    def complete(record: dict[str, Any]) -> dict[str, Any]:
        return {**record, "awsRegion": region, "eventSourceARN": table.stream_arn}

    reader = StreamReader(services.dynoxide.client, table.name, complete)
    _, place = await _read(reader, await reader.open())
    new = await _change_something(services, owner, samples)
    records, _ = await _read(reader, place)
    return {name: {"Records": [_settled(_first(services, name, records, new))]} for name in RECORDS}


async def _read(reader: StreamReader, place: int) -> tuple[list[dict[str, Any]], int]:
    """All records after a place, and the place of the last one."""
    records: list[dict[str, Any]] = []
    while (page := await reader.page(place)).records:
        records, place = [*records, *page.records], page.last
    return records, place


def _first(services: Services, name: str, records: list[dict[str, Any]], new: str) -> dict[str, Any]:
    sample, folder = RECORDS[name], name.partition("/")[0]
    [source] = [
        source
        for source in services.application.event_sources
        if services.application.functions[source.function].code.name == folder
    ]
    matches = compile_filters(source.filters)
    for record in records:
        images = record["dynamodb"]
        image = images.get("NewImage") or images.get("OldImage")
        if sample.is_of_new and not image["PK"]["S"].startswith(new):
            continue
        if record["eventName"] == sample.event and sample.concerns(image) and matches(record):
            return record
    raise LookupError(f"no record of the stream is {name}")


async def _change_something(services: Services, owner: Owner, samples: Mapping[str, Event]) -> str:
    """A workspace, whose id is returned; in the owner's a record that comes, changes and goes, and a field."""
    folders = {function.code.name: name for name, function in services.application.functions.items()}

    async def call(sample: str, method: str, path: str, body: Any) -> Any:
        event = orjson.loads(owner.fill(orjson.dumps(samples[sample])))
        event |= {"httpMethod": method, "path": path, "body": orjson.dumps(body).decode(), "isBase64Encoded": False}
        event["pathParameters"] = {"proxy": path.removeprefix("/rest/metadata/").removeprefix("/rest/")}
        outcome = await services.pool.invoke(folders[sample.partition("/")[0]], orjson.dumps(event))
        return orjson.loads(_answer(outcome)["body"])

    keys = marked_function(services.application.functions, PROVISIONING)
    assert keys is not None
    made = read_workspace(await services.pool.invoke(keys.logical_id, workspace_event("Sample", demo=False)))
    person = await call("core_rest/create", "POST", "/rest/people", {"name": {"firstName": "Ada", "lastName": ""}})
    path = f"/rest/people/{person['data']['createPerson']['id']}"
    await call("core_rest/create", "PATCH", path, {"jobTitle": "Countess"})
    await call("core_rest/create", "DELETE", path, None)
    objects = await call("metadata/rest-create-webhook", "GET", "/rest/metadata/objects", None)
    [person_id] = [entry["id"] for entry in objects["data"]["objects"] if entry["nameSingular"] == "person"]
    field = {"type": "NUMBER", "name": "sampleNumber", "label": "Sample", "objectMetadataId": person_id}
    await call("metadata/rest-create-webhook", "POST", "/rest/metadata/fields", field)
    return made.id


def _answer(outcome: Outcome) -> dict[str, Any]:
    answer: dict[str, Any] = orjson.loads(outcome.payload)
    if outcome.error or answer["statusCode"] >= 400:
        raise LookupError(f"a call for the samples failed: {outcome.payload[:500].decode()}")
    return answer


def _settled(record: dict[str, Any]) -> dict[str, Any]:
    """A record with constants for what is new each time: ids in the order in which they appear, and times."""
    workspace = record["dynamodb"]["Keys"]["PK"]["S"].partition("#")[0]
    known = {workspace: WORKSPACE, KEY: KEY, ROLE: ROLE}

    def constant(match: re.Match[str]) -> str:
        return known.setdefault(match[0], f"20202020-0000-4000-8000-1{len(known):011}")

    # Sorted, because the attributes of an image come in any order.
    text = _ID.sub(constant, orjson.dumps(record, option=orjson.OPT_SORT_KEYS).decode())
    text = _MILLISECONDS.sub(str(SECONDS * 1000), _MOMENT.sub(MOMENT, text))
    settled: dict[str, Any] = orjson.loads(text)
    settled["eventID"] = REQUEST_ID
    settled["dynamodb"] |= {"ApproximateCreationDateTime": SECONDS, "SequenceNumber": "100000000000000000001"}
    return settled
