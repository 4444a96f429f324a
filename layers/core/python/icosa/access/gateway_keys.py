"""API Gateway's own keys: what the usage plan counts calls by.

Each live API key has one, whose value is the API key's id: the authorizer names it as ``usageIdentifierKey``. It opens
nothing by itself, a request must still carry a valid token.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

import boto3

from ..errors import Unavailable


class GatewayKeys:
    """The keys of one usage plan. Raises Unavailable while API Gateway refuses an account that changes many keys at
    once.
    """

    def __init__(self, client: Any, usage_plan_id: str) -> None:
        self._client = client
        self._plan = usage_plan_id

    @classmethod
    def from_environment(cls) -> Self:
        """The usage plan of the stack STACK_NAME, or USAGE_PLAN_ID when that is set.

        AWS_ENDPOINT_URL_API_GATEWAY and AWS_ENDPOINT_URL_SSM point at emulators.
        """
        return cls(boto3.client("apigateway"), os.environ.get("USAGE_PLAN_ID") or _plan_of(os.environ["STACK_NAME"]))

    def add(self, key_id: str) -> str:
        """Make the gateway key of an API key, in the plan; its gateway id. A key left by an attempt before is taken
        over.
        """
        with self._patience():
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
        with self._patience():
            try:
                self._client.delete_api_key(apiKey=gateway_id)
            except self._client.exceptions.NotFoundException:
                return

    def _find(self, key_id: str) -> str:
        found = self._client.get_api_keys(nameQuery=key_id, includeValues=False)["items"]
        gateway_id: str = next(item["id"] for item in found if item["name"] == key_id)
        return gateway_id

    @contextmanager
    def _patience(self) -> Iterator[None]:
        try:
            yield
        except self._client.exceptions.TooManyRequestsException:
            raise Unavailable(
                "The gateway of the API does not take changes of keys right now. Please try again."
            ) from None


def _plan_of(stack: str) -> str:
    """Of template.yaml's parameter UsagePlanId."""
    plan: str = boto3.client("ssm").get_parameter(Name=f"/icosa/{stack}/usage-plan")["Parameter"]["Value"]
    return plan
