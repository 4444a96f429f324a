"""API Gateway's own keys: what the usage plan counts calls by.

Each live API key has one, whose value is the API key's id: the authorizer names it as ``usageIdentifierKey``. It opens
nothing by itself, a request must still carry a valid token.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Self

import boto3

from ..errors import Unavailable


class GatewayKeys:
    """The keys of one usage plan. Raises Unavailable while API Gateway refuses an account that changes many keys at
    once.
    """

    def __init__(self, open_client: Callable[[], Any], find_usage_plan: Callable[[], str]) -> None:
        self._open_client = open_client
        self._find_usage_plan = find_usage_plan

    @classmethod
    def from_environment(cls) -> Self:
        """The usage plan of the stack STACK_NAME, or USAGE_PLAN_ID when that is set.

        AWS_ENDPOINT_URL_API_GATEWAY and AWS_ENDPOINT_URL_SSM point at emulators.
        """
        return cls(lambda: boto3.client("apigateway"), _usage_plan)

    def open(self) -> None:
        """Make the client ahead of its first use. Nothing is sent."""
        _ = self._client

    @cached_property
    def _client(self) -> Any:
        return self._open_client()

    @cached_property
    def _plan(self) -> str:
        return self._find_usage_plan()

    def add(self, key_id: str) -> str:
        """Make the gateway key of an API key, put it into the plan and return its gateway id. A key that an earlier
        attempt left is used.
        """
        with self._throttling_is_unavailable():
            try:
                gateway_id: str = self._client.create_api_key(name=key_id, value=key_id, enabled=True)["id"]
            except self._client.exceptions.ConflictException:
                gateway_id = self._find(key_id)
            try:
                self._client.create_usage_plan_key(usagePlanId=self._plan, keyId=gateway_id, keyType="API_KEY")
            except self._client.exceptions.ConflictException:
                # It is in the plan already.
                return gateway_id
            except BaseException:
                self.remove(gateway_id)
                raise
            return gateway_id

    def remove(self, gateway_id: str) -> None:
        """Delete a gateway key; no error when it is gone."""
        with self._throttling_is_unavailable():
            try:
                self._client.delete_api_key(apiKey=gateway_id)
            except self._client.exceptions.NotFoundException:
                return

    def _find(self, key_id: str) -> str:
        items = self._client.get_api_keys(nameQuery=key_id, includeValues=False)["items"]
        gateway_id: str = next(item["id"] for item in items if item["name"] == key_id)
        return gateway_id

    @contextmanager
    def _throttling_is_unavailable(self) -> Iterator[None]:
        try:
            yield
        except self._client.exceptions.TooManyRequestsException:
            raise Unavailable(
                "The gateway of the API does not take changes of keys right now. Please try again."
            ) from None


def _usage_plan() -> str:
    """USAGE_PLAN_ID, or template.yaml's parameter UsagePlanId."""
    plan: str = os.environ.get("USAGE_PLAN_ID", "")
    if not plan:
        name = f"/icosa/{os.environ['STACK_NAME']}/usage-plan"
        plan = boto3.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
    return plan
