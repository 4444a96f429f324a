"""What requests to the Metadata APIs cost: round trips after authentication (docs/performance.md#targets)."""

from __future__ import annotations

from typing import Any

from tests.support.metadata_client import MetadataClient
from tests.support.rest_client import Reply

_MOST = 4


def _trips(reply: Reply) -> int:
    assert reply.status < 300, reply.json
    return int(reply.headers["X-Icosa-Round-Trips"])


def test_reads_cost_nothing_once_the_model_is_known(call: MetadataClient) -> None:
    query = {"query": "{ objects(paging: {first: 1000}) { edges { node { fieldsList { name } } } } }"}

    assert _trips(call("GET", "/rest/metadata/objects", explain=True)) == 0
    assert _trips(call("POST", "/metadata", query, explain=True)) == 0


def test_changes_take_few_round_trips(call: MetadataClient, tag: str) -> None:
    def send(method: str, path: str, body: Any = None) -> Any:
        reply = call(method, f"/rest/metadata/{path}", body, explain=True)
        assert _trips(reply) <= _MOST, f"{method} {path}: {reply.headers}"
        return next(iter(reply.json["data"].values()))

    labels = {"labelSingular": "a", "labelPlural": "b"}
    obj = send("POST", "objects", {"nameSingular": tag, "namePlural": f"{tag}s", **labels})
    send("PATCH", f"objects/{obj['id']}", {"labelPlural": "c"})
    field = send("POST", "fields", {"objectMetadataId": obj["id"], "type": "TEXT", "name": "x", "label": "x"})
    send("PATCH", f"fields/{field['id']}", {"name": "y"})
    send("DELETE", f"fields/{field['id']}")
    send("DELETE", f"objects/{obj['id']}")


def test_deleting_takes_one_read_and_one_write(call: MetadataClient, tag: str) -> None:
    labels = {"labelSingular": tag, "labelPlural": f"{tag}s"}
    body = {"nameSingular": tag, "namePlural": f"{tag}s", **labels}
    obj = call("POST", "/rest/metadata/objects", body).json["data"]["createOneObject"]
    [field_id] = [field["id"] for field in obj["fields"] if field["name"] == "name"]
    create = "mutation($i: CreateOneIndexInput!) { createOneIndex(input: $i) { id } }"
    index = call.data(create, i={"index": {"objectMetadataId": obj["id"], "fields": [{"fieldMetadataId": field_id}]}})[
        "createOneIndex"
    ]

    delete = {
        "query": "mutation($i: UUID!) { deleteOneIndex(input: {id: $i}) { id } }",
        "variables": {"i": index["id"]},
    }
    reply = call("POST", "/metadata", delete, explain=True)

    assert (reply.json, _trips(reply)) == ({"data": {"deleteOneIndex": {"id": index["id"]}}}, 2)
