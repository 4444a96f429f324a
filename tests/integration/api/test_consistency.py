"""Reads that need not see the last second (docs/wire/rest.md#consistency)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
import pytest

from icosa.api.graphql.service import GraphqlApi
from icosa.api.rest.service import RestApi
from icosa.runtime.http import proxy
from icosa.store import keys
from icosa.store.ops import UpdateItem
from icosa.store.table import Table
from tests.support.provisioning import event_of
from tests.support.workspace import workspace_fixtures

shared_table, api_keys, workspace, event_of_role = workspace_fixtures("module")

_NAMES = "{ people(first: 60, orderBy: [{ createdAt: DescNullsLast }]) { edges { node { id } } totalCount } }"


def _send(table: Table, workspace: Any, headers: Mapping[str, str], *, body: Any = None, **event: Any) -> Any:
    api = RestApi(table) if event["path"].startswith("/rest") else GraphqlApi(table)
    sent = {
        **event_of(workspace),
        "httpMethod": "GET" if body is None else "POST",
        "headers": {"X-Icosa-Explain": "1", "Content-Type": "application/json", **headers},
        "body": None if body is None else orjson.dumps(body).decode(),
        **event,
    }
    return proxy(api.answer)(sent, None)


def _units(reply: Any) -> tuple[str, float]:
    capacity = dict(part.split("=") for part in reply["headers"]["X-Icosa-Capacity"].split())
    return reply["headers"]["X-Icosa-Consistency"], float(capacity["read"])


@pytest.mark.parametrize(
    "request_of",
    [
        {"path": "/rest/people", "queryStringParameters": {"order_by": "createdAt[DescNullsLast]"}},
        {"path": "/rest/people", "queryStringParameters": {"filter": "jobTitle[startsWith]:Pro"}},
        {"path": "/rest/people"},
        {"path": "/graphql", "body": {"query": _NAMES}},
    ],
)
def test_eventual_reads_cost_half(shared_table: Table, workspace: Any, request_of: dict[str, Any]) -> None:
    strong = _send(shared_table, workspace, {}, **request_of)
    eventual = _send(shared_table, workspace, {"X-Icosa-Consistency": "eventual"}, **request_of)
    assert strong["statusCode"] == eventual["statusCode"] == 200
    assert strong["body"] == eventual["body"]
    (how, units), (other, half) = _units(strong), _units(eventual)
    assert (how, other) == ("strong", "eventual")
    assert half == units / 2


def test_writes_and_who_asks_read_strongly(shared_table: Table, workspace: Any) -> None:
    reply = _send(
        shared_table, workspace, {"X-Icosa-Consistency": "eventual"}, path="/rest/companies", body={"name": "A"}
    )
    assert (reply["statusCode"], reply["headers"]["X-Icosa-Consistency"]) == (201, "strong")


def test_the_workspace_decides_and_a_header_does_otherwise(shared_table: Table, workspace: Any) -> None:
    def prefer(consistency: str) -> None:
        place = keys.workspace(workspace.workspace_id)
        names, values = {"#how": "preferences"}, {":how": {"consistency": consistency}}
        assert shared_table.update(UpdateItem(place, "SET #how = :how", None, names, values))

    prefer("eventual")
    try:
        assert _units(_send(shared_table, workspace, {}, path="/rest/people"))[0] == "eventual"
        reply = _send(shared_table, workspace, {"X-Icosa-Consistency": "strong"}, path="/rest/people")
        assert _units(reply)[0] == "strong"
    finally:
        prefer("strong")


@pytest.mark.parametrize("path", ["/rest/people", "/graphql"])
def test_other_values_are_refused(shared_table: Table, workspace: Any, path: str) -> None:
    body = {"query": _NAMES} if path == "/graphql" else None
    reply = _send(shared_table, workspace, {"X-Icosa-Consistency": "weak"}, path=path, body=body)
    assert "X-Icosa-Consistency must be one of the following values: strong, eventual" in reply["body"]
