"""API Gateway's keys and usage plans for tests, emulated by moto."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import cache
from typing import Any
from unittest import mock

import boto3
from moto import mock_aws
from moto.apigateway.exceptions import ApiKeyNotFoundException
from moto.apigateway.models import APIGatewayBackend, apigateway_backends
from moto.ssm.models import ssm_backends

from icosa.access.gateway_keys import GatewayKeys
from icosa.access.plans import plans


@contextlib.contextmanager
def emulated() -> Iterator[GatewayKeys]:
    """An API Gateway with the usage plans for as long as the block."""
    with mock_aws(), mock.patch.object(APIGatewayBackend, "delete_usage_plan_key", _take_out):
        # A fixture of another folder may still be open, and moto forgets only when the outermost block ends.
        for backends in (apigateway_backends, ssm_backends):
            backends.reset()
        client = _client()
        usage_plans = {name: client.create_usage_plan(name=name)["id"] for name in plans()}
        yield GatewayKeys(lambda: client, lambda: usage_plans)


def _take_out(backend: APIGatewayBackend, usage_plan_id: str, key_id: str) -> None:
    """As API Gateway, which says so when the key is not there; moto fails."""
    if backend.usage_plan_keys.get(usage_plan_id, {}).pop(key_id, None) is None:
        raise ApiKeyNotFoundException


@cache
def _client() -> Any:
    """One client for all tests: making one takes longer than most tests."""
    return boto3.client("apigateway")


def values_in_plan(gateway: GatewayKeys, plan: str = "standard") -> set[str]:
    """The values of the keys that a usage plan counts."""
    client: Any = gateway._client
    listed = {item["value"] for item in client.get_usage_plan_keys(usagePlanId=gateway._usage_plans[plan])["items"]}
    # API Gateway takes a deleted key out of its plans, moto does not.
    return listed & values(gateway)


def values(gateway: GatewayKeys) -> set[str]:
    """The values of all gateway keys."""
    client: Any = gateway._client
    return {item["value"] for item in client.get_api_keys(includeValues=True)["items"]}
