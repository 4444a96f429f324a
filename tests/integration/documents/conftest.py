"""A demo workspace with an object of every field type, and the functions over it as API Gateway calls them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pytest

from icosa.access.api_keys import ApiKeys
from icosa.api.documents import DocumentsApi
from icosa.documents import core_document as documents
from icosa.provisioning.workspace import Provisioned, provision
from icosa.runtime.http import proxy
from icosa.store.table import Table
from tests.support.gateway import emulated
from tests.support.rocket import create_rocket
from tests.support.tokens import KEYS, TokensHere
from tests.support.workspace import control_table


@dataclass
class World:
    table: Table
    made: Provisioned

    @cached_property
    def document(self) -> Callable[[dict[str, Any]], dict[str, Any]]:
        """The function of documents."""
        handler = proxy(DocumentsApi(self.table, lambda: KEYS).answer)
        return lambda event: handler(event, None)

    def event(
        self, schema: str = "core", *, token: str | None = None, prefix: str = "/rest", **context: Any
    ) -> dict[str, Any]:
        """A proxy event of a call of a document."""
        return {
            "resource": f"{prefix}/open-api/{{schema}}",
            "path": f"{prefix}/open-api/{schema}",
            "httpMethod": "GET",
            "headers": {
                "x-forwarded-proto": "https",
                **({} if token is None else {"Authorization": f"Bearer {token}"}),
            },
            "pathParameters": {"schema": schema},
            "queryStringParameters": None,
            "requestContext": {
                "requestId": "r1",
                "apiId": "a1",
                "stage": "dev",
                "domainName": "api.example",
                **context,
            },
        }


@pytest.fixture(scope="module")
def shared_table(dynamodb_endpoint: str) -> Iterator[Table]:
    with control_table(dynamodb_endpoint) as table:
        yield table


@pytest.fixture(scope="module")
def api_keys(shared_table: Table) -> Iterator[ApiKeys]:
    with emulated() as gateway:
        yield ApiKeys(TokensHere(shared_table, gateway))


@pytest.fixture(scope="module")
def world(shared_table: Table, api_keys: ApiKeys) -> World:
    documents.forget()
    made = provision(shared_table, api_keys, "Acme", demo=True)
    create_rocket(shared_table, made.workspace_id)
    return World(shared_table, made)
