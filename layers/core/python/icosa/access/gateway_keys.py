"""API Gateway's own keys: what the usage plan counts calls by.

A key's value is the id of what it stands for, a workspace: the authorizer names it as ``usageIdentifierKey``. It opens
nothing by itself, a request must still carry a valid token.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import Any, Final, Self

from ..errors import Unavailable

#: The tag by which the function's role may tell its own keys from those of others (template.yaml).
TAG: Final = "icosa:stack"


class GatewayKeys:
    """The keys of the usage plans: there is one for each plan (``plans``). Raises Unavailable while API Gateway refuses
    an account that changes many keys at once.
    """

    def __init__(
        self,
        open_client: Callable[[], Any],
        find_usage_plans: Callable[[], Mapping[str, str]],
        *,
        stack: str = "icosa",
    ) -> None:
        self._open_client = open_client
        self._find_usage_plans = find_usage_plans
        self._stack = stack

    @classmethod
    def from_environment(cls) -> Self:
        """The usage plans of the stack STACK_NAME.

        AWS_ENDPOINT_URL_API_GATEWAY and AWS_ENDPOINT_URL_SSM point at emulators.
        """
        return cls(lambda: _client("apigateway"), _usage_plans, stack=os.environ["STACK_NAME"])

    def open(self) -> None:
        """Make the client ahead of its first use. Nothing is sent."""
        _ = self._client

    @cached_property
    def _client(self) -> Any:
        return self._open_client()

    @cached_property
    def _usage_plans(self) -> Mapping[str, str]:
        """Their ids by the names of plans."""
        return self._find_usage_plans()

    def add(self, value: str, plan: str) -> str:
        """Make the gateway key with a value, put it into a plan and return its gateway id. A key that an earlier
        attempt left is used.
        """
        with self._throttling_is_unavailable():
            try:
                made = self._client.create_api_key(name=value, value=value, enabled=True, tags={TAG: self._stack})
                gateway_id: str = made["id"]
            except self._client.exceptions.ConflictException:
                gateway_id = self._find(value)
            self._join(gateway_id, plan)
            return gateway_id

    def move(self, gateway_id: str, plan: str) -> None:
        """Take a key out of all plans but one, and put it into that. A key can be in one plan of a stage, so calls that
        arrive in between are refused (403): a moment later they are not.
        """
        with self._throttling_is_unavailable():
            for name, usage_plan in self._usage_plans.items():
                if name != plan:
                    with suppress(self._client.exceptions.NotFoundException):
                        self._client.delete_usage_plan_key(usagePlanId=usage_plan, keyId=gateway_id)
            self._join(gateway_id, plan)

    def _join(self, gateway_id: str, plan: str) -> None:
        # A conflict: it is in the plan already, or in another one, from which ``move`` takes it.
        with suppress(self._client.exceptions.ConflictException):
            usage_plan = self._usage_plans[plan]
            self._client.create_usage_plan_key(usagePlanId=usage_plan, keyId=gateway_id, keyType="API_KEY")

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


def _usage_plans() -> Mapping[str, str]:
    """template.yaml's parameter UsagePlanIds."""
    name = f"/icosa/{os.environ['STACK_NAME']}/usage-plans"
    found: Mapping[str, str] = json.loads(_client("ssm").get_parameter(Name=name)["Parameter"]["Value"])
    return found


def _client(service: str) -> Any:
    import boto3  # Here, because a workspace needs its gateway key made only once.

    client: Any = boto3.client
    return client(service)
