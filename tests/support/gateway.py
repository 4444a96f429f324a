"""API Gateway's keys and usage plans for tests, emulated by moto."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import cache
from typing import Any

import boto3
from moto import mock_aws
from moto.apigateway.models import apigateway_backends
from moto.ssm.models import ssm_backends

from icosa.access.gateway_keys import GatewayKeys


@contextlib.contextmanager
def emulated() -> Iterator[GatewayKeys]:
    """An API Gateway with one usage plan for as long as the block."""
    with mock_aws():
        # A fixture of another folder may still be open, and moto forgets only when the outermost block ends.
        for backends in (apigateway_backends, ssm_backends):
            backends.reset()
        client = _client()
        plan = client.create_usage_plan(name="test")["id"]
        yield GatewayKeys(lambda: client, lambda: plan)


@cache
def _client() -> Any:
    """One client for all tests: making one takes longer than most tests."""
    return boto3.client("apigateway")


def values_in_plan(gateway: GatewayKeys) -> set[str]:
    """The values of the keys that the usage plan counts."""
    client: Any = gateway._client
    listed = {item["value"] for item in client.get_usage_plan_keys(usagePlanId=gateway._plan)["items"]}
    # API Gateway takes a deleted key out of its plans, moto does not.
    return listed & values(gateway)


def values(gateway: GatewayKeys) -> set[str]:
    """The values of all gateway keys."""
    client: Any = gateway._client
    return {item["value"] for item in client.get_api_keys(includeValues=True)["items"]}
