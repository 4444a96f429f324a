"""The keys function over a table and an API Gateway of its own."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

import boto3
import pytest

from icosa.access import secret
from icosa.access.gateway_keys import GatewayKeys
from icosa.store.table import Table
from tests.support import functions
from tests.support.provisioning import forget
from tests.support.tokens import SECRET


@pytest.fixture
def keys(
    control_table: Table, dynamodb_endpoint: str, gateway: GatewayKeys, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ModuleType]:
    monkeypatch.setenv("TABLE_NAME", control_table.name)
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", dynamodb_endpoint)
    boto3.client("ssm").put_parameter(Name="/icosa/test/usage-plan", Value=gateway._plan, Type="String")
    monkeypatch.setenv("STACK_NAME", "test")
    monkeypatch.setenv("SIGNING_SECRET", SECRET)
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "keys")
    secret.signing_secret.cache_clear()
    forget()
    yield functions.load("keys")
    secret.signing_secret.cache_clear()
