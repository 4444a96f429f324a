"""API Gateway's own keys: what the usage plan counts calls by.

Each live API key has one, whose value is the API key's id: the authorizer names it as ``usageIdentifierKey``. It opens
nothing by itself, a request must still carry a valid token.
"""

from __future__ import annotations

import os
from typing import Any, Self

import boto3


class GatewayKeys:
    """The keys of one usage plan."""

    def __init__(self, client: Any, usage_plan_id: str) -> None:
        self._client = client
        self._plan = usage_plan_id

    @classmethod
    def from_environment(cls) -> Self:
        """The usage plan named by USAGE_PLAN_ID; AWS_ENDPOINT_URL_API_GATEWAY points at an emulator."""
        return cls(boto3.client("apigateway"), os.environ["USAGE_PLAN_ID"])

    def add(self, key_id: str) -> str:
        """Make the gateway key of an API key, in the plan; its gateway id. A key left by an attempt before is taken over."""
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
        try:
            self._client.delete_api_key(apiKey=gateway_id)
        except self._client.exceptions.NotFoundException:
            return

    def _find(self, key_id: str) -> str:
        found = self._client.get_api_keys(nameQuery=key_id, includeValues=False)["items"]
        gateway_id: str = next(item["id"] for item in found if item["name"] == key_id)
        return gateway_id
