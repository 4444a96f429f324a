"""API Gateway's own keys: what the usage plan counts calls by.

A key's value is the id of what it stands for, a workspace: the authorizer names it as ``usageIdentifierKey``. It opens
nothing by itself, a request must still carry a valid token.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Final, Self

from ..errors import Unavailable

#: The tag by which the function's role may tell its own keys from those of others (template.yaml).
TAG: Final = "icosa:stack"


class GatewayKeys:
    """The keys of one usage plan. Raises Unavailable while API Gateway refuses an account that changes many keys at
    once.
    """

    def __init__(
        self, open_client: Callable[[], Any], find_usage_plan: Callable[[], str], *, stack: str = "icosa"
    ) -> None:
        self._open_client = open_client
        self._find_usage_plan = find_usage_plan
        self._stack = stack

    @classmethod
    def from_environment(cls) -> Self:
        """The usage plan of the stack STACK_NAME.

        AWS_ENDPOINT_URL_API_GATEWAY and AWS_ENDPOINT_URL_SSM point at emulators.
        """
        return cls(lambda: _client("apigateway"), _usage_plan, stack=os.environ["STACK_NAME"])

    def open(self) -> None:
        """Make the client ahead of its first use. Nothing is sent."""
        _ = self._client

    @cached_property
    def _client(self) -> Any:
        return self._open_client()

    @cached_property
    def _plan(self) -> str:
        return self._find_usage_plan()

    def add(self, value: str) -> str:
        """Make the gateway key with a value, put it into the plan and return its gateway id. A key that an earlier
        attempt left is used.
        """
        with self._throttling_is_unavailable():
            try:
                made = self._client.create_api_key(name=value, value=value, enabled=True, tags={TAG: self._stack})
                gateway_id: str = made["id"]
            except self._client.exceptions.ConflictException:
                gateway_id = self._find(value)
            try:
                self._client.create_usage_plan_key(usagePlanId=self._plan, keyId=gateway_id, keyType="API_KEY")
            except self._client.exceptions.ConflictException:
                # It is in the plan already.
                return gateway_id
            return gateway_id

    def remove(self, gateway_id: str) -> None:
        """Delete a gateway key; no error when it is gone."""
        with self._throttling_is_unavailable():
            try:
                self._client.delete_api_key(apiKey=gateway_id)
            except self._client.exceptions.NotFoundException:
                return

    def _find(self, value: str) -> str:
        items = self._client.get_api_keys(nameQuery=value, includeValues=False)["items"]
        gateway_id: str = next(item["id"] for item in items if item["name"] == value)
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
    """template.yaml's parameter UsagePlanId."""
    name = f"/icosa/{os.environ['STACK_NAME']}/usage-plan"
    plan: str = _client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
    return plan


def _client(service: str) -> Any:
    import boto3  # Here, because a workspace needs its gateway key made only once.

    client: Any = boto3.client
    return client(service)
