"""GraphQL introspection of a workspace with 1,000 objects, through the handler."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from graphql import get_introspection_query

from icosa.access.api_keys import ApiKeys
from icosa.access.gateway_keys import GatewayKeys
from icosa.api.graphql import introspection
from icosa.api.graphql.service import GraphqlApi
from icosa.provisioning.workspace import provision
from icosa.runtime.http import proxy
from icosa.store.table import Table
from tests.support.generated import generated_model
from tests.support.provisioning import event_of
from tests.support.tokens import TokensHere

pytestmark = pytest.mark.slow

_QUERY = get_introspection_query(
    specified_by_url=True, directive_is_repeatable=True, input_value_deprecation=True, one_of=True
)
_Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def ask(control_table: Table, gateway: GatewayKeys, monkeypatch: pytest.MonkeyPatch) -> _Ask:
    """Sends a document; ``accepts`` is the header Accept-Encoding."""
    made = provision(control_table, ApiKeys(TokensHere(control_table, gateway)), "Acme")
    model = generated_model(made.workspace_id, objects=1_000, fields=18_000)
    # Not read from 20,000 rows, which takes longer than what is tried here.
    monkeypatch.setattr("icosa.access.session.model_of", lambda *_: model)
    handler = proxy(GraphqlApi(control_table).answer)

    def send(query: str, *, accepts: str | None = None) -> dict[str, Any]:
        headers = {} if accepts is None else {"Accept-Encoding": accepts}
        event = {**event_of(made), "httpMethod": "POST", "path": "/graphql", "headers": headers}
        return handler({**event, "body": orjson.dumps({"query": query}).decode()}, None)

    return send


def test_a_thousand_objects(ask: _Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = ask(_QUERY, accepts="gzip, deflate, br")

    assert (answer["statusCode"], answer["isBase64Encoded"]) == (200, True)
    assert (answer["headers"]["content-encoding"], answer["headers"]["vary"]) == ("gzip", "accept-encoding")
    assert len(orjson.dumps(answer)) < 3_000_000  # half of Lambda's limit
    text = gzip.decompress(base64.b64decode(answer["body"]))
    assert text.count(b'"kind":"OBJECT","name":"Thing') > 4 * 900
    assert text.endswith(b"]}}}")

    monkeypatch.setattr(introspection, "stream", None)  # remembered, so nothing is made again
    assert ask(_QUERY, accepts="gzip")["body"] == answer["body"]


def test_clients_without_gzip_learn_what_to_send(ask: _Ask) -> None:
    [error] = orjson.loads(ask(_QUERY)["body"])["errors"]

    assert error["message"] == (
        "The answer is larger than 6000000 bytes. Send Accept-Encoding: gzip. Ask for fewer records or fewer fields"
    )


def test_one_type_needs_no_gzip(ask: _Ask) -> None:
    answer = orjson.loads(ask('{ __type(name: "Thing7") { name description fields { name } } }')["body"])["data"]

    assert answer["__type"]["description"] == "One of the workspace's Things 7."
    assert {"name": "field0"} in answer["__type"]["fields"]
