"""Workspaces of many objects: what changes of the model, its lists, and requests for records cost at several sizes."""

from __future__ import annotations

import string
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bench.client import Call, Client
from bench.measure import Cost, cost_of

_LIST = (
    "{ objects(paging: { first: 1000 }) { edges { node { id nameSingular fieldsList { id name type isNullable } } } } }"
)
_CREATE = "mutation($object: CreateObjectInput!) { createOneObject(input: { object: $object }) { id } }"
_FIELD = "mutation($field: CreateFieldInput!) { createOneField(input: { field: $field }) { id } }"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfObjects:
    """What one request cost in a workspace of so many objects, and the size of its answer."""

    objects: int
    name: str
    cost: Cost
    milliseconds: float
    kilobytes: float


def grown(client: Client, sizes: Sequence[int]) -> Iterator[OfObjects]:
    """Make objects until there are so many, and ask at each of these sizes."""
    count = len(_send(client, _graph(_LIST))["objects"]["edges"])
    for size in sorted(sizes):
        made = ""
        while count < size:
            count += 1
            call = _graph(_CREATE, object=_object(count))
            if count == size:
                yield _asked(client, "create an object", count, call)
                name = _object(count)["nameSingular"]
                made = next(
                    edge["node"]["id"]
                    for edge in _send(client, _graph(_LIST))["objects"]["edges"]
                    if edge["node"]["nameSingular"] == name
                )
            else:
                _send(client, call)
        plural = _object(count)["namePlural"]
        field = {"objectMetadataId": made, "type": "TEXT", "name": "colour", "label": "Colour"}
        for name, call in (
            ("create a field", _graph(_FIELD, field=field)),
            ("first request for records", Call(method="GET", path=f"/rest/{plural}")),
            ("create a record", Call(method="POST", path=f"/rest/{plural}", body={"name": "One"})),
            ("list records by a field", Call(method="GET", path=f"/rest/{plural}", query={"filter": 'colour[eq]:"x"'})),
            ("list all objects and fields", _graph(_LIST)),
        ):
            yield _asked(client, name, count, call)


def _object(number: int) -> dict[str, str]:
    """An object whose name has no digits, which a plural might lose."""
    letters = "".join(string.ascii_lowercase[int(digit)] for digit in str(number))
    return {
        "nameSingular": f"gadget{letters}x",
        "namePlural": f"gadget{letters}xs",
        "labelSingular": f"Gadget {letters}",
        "labelPlural": f"Gadgets {letters}",
    }


def _graph(document: str, **variables: Any) -> Call:
    return Call(method="POST", path="/metadata", body={"query": document, "variables": variables})


def _send(client: Client, call: Call) -> Any:
    return client.call(call).json()["data"]


def _asked(client: Client, name: str, objects: int, call: Call) -> OfObjects:
    begun = time.perf_counter()
    reply = client.call(call, explain=True)
    milliseconds = (time.perf_counter() - begun) * 1000
    assert "errors" not in reply.json(), reply.body[:500]
    return OfObjects(
        objects=objects,
        name=name,
        cost=cost_of(reply),
        milliseconds=milliseconds,
        kilobytes=len(reply.body) / 1000,
    )
