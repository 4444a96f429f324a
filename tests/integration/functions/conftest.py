"""The keys function and the one that makes tokens, over a table and an API Gateway of their own."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import boto3
import pytest

from icosa.access import minting, secret
from icosa.access.gateway_keys import GatewayKeys
from icosa.store.table import Table
from tests.support import functions
from tests.support.first_requests import LambdaContext
from tests.support.provisioning import forget
from tests.support.tokens import SECRET


@pytest.fixture
def tokens(
    control_table: Table, dynamodb_endpoint: str, gateway: GatewayKeys, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ModuleType]:
    monkeypatch.setenv("TABLE_NAME", control_table.name)
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", dynamodb_endpoint)
    monkeypatch.setenv("SIGNING_SECRET", SECRET)
    monkeypatch.setenv("STACK_NAME", "test")
    monkeypatch.setenv("TOKENS_FUNCTION", "tokens")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "tokens")
    plans = json.dumps(dict(gateway._usage_plans))
    boto3.client("ssm").put_parameter(Name="/icosa/test/usage-plans", Value=plans, Type="String")
    secret.signing_keys.cache_clear()
    module = functions.load("tokens")
    monkeypatch.setattr(minting, "lambda_client", lambda: _Lambda(module))
    yield module
    secret.signing_keys.cache_clear()


@pytest.fixture
def keys(tokens: ModuleType, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "keys")
    forget()
    return functions.load("keys")


class _Lambda:
    """Lambda with one function."""

    exceptions = boto3.client("lambda").exceptions

    def __init__(self, module: ModuleType) -> None:
        self._module = module

    def invoke(self, **call: Any) -> dict[str, Any]:
        assert call["FunctionName"] == "tokens"
        answer = self._module.handler(json.loads(call["Payload"]), LambdaContext())
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}
