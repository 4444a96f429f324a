"""What ``X-Icosa-Explain`` says about the price of a call, over every API."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from icosa.api.graphql.service import GraphqlApi
from icosa.api.metadata.service import MetadataApi
from icosa.api.rest.service import RestApi
from icosa.prices import Prices
from icosa.runtime.http import proxy
from icosa.store.table import Table
from tests.support.provisioning import event_of
from tests.support.workspace import workspace_fixtures

shared_table, api_keys, workspace, event_of_role = workspace_fixtures("module")


@pytest.mark.parametrize(
    ("api", "body"),
    [
        ("/rest/people", None),
        ("/rest/metadata/objects", None),
        ("/graphql", {"query": "{ people(first: 1) { totalCount } }"}),
        ("/metadata", {"query": "{ currentWorkspace { id } }"}),
    ],
)
def test_explain_tells_what_a_call_costs(
    shared_table: Table, workspace: Any, api: str, body: dict[str, str] | None
) -> None:
    answers = {"/rest/people": RestApi(shared_table).answer, "/graphql": GraphqlApi(shared_table).answer}
    answer = answers.get(api, MetadataApi(shared_table).answer)
    event = {
        **event_of(workspace),
        "httpMethod": "POST" if body else "GET",
        "path": api,
        "headers": {"X-Icosa-Explain": "1", "Content-Type": "application/json"},
        "body": orjson.dumps(body).decode() if body else None,
    }
    headers = proxy(answer)(event, None)["headers"]

    authentication = dict(part.split("=") for part in headers["X-Icosa-Authentication"].split())
    assert int(authentication["round-trips"]) >= 1
    assert float(authentication["read"]) >= 1
    capacity = dict(part.split("=") for part in headers["X-Icosa-Capacity"].split())
    cost = {name: float(value) for name, _, value in (part.partition("=") for part in headers["X-Icosa-Cost"].split())}
    units = float(authentication["read"]) + float(capacity["read"])
    assert cost["dynamodb"] == pytest.approx(units * Prices().reads, abs=0.01)
    assert cost["gateway"] == Prices().requests
    assert cost["million"] == pytest.approx(cost["dynamodb"] + cost["lambda"] + cost["gateway"], abs=0.02)
    assert cost["call"] == pytest.approx(cost["million"] / 1_000_000, abs=1e-8)
    assert headers["access-control-expose-headers"] == "*"
