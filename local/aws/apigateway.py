"""API Gateway's control API, for API keys and usage plans, and to forget what authorizers answered.

Paths and shapes: API Gateway API reference (CreateApiKey, GetApiKeys, CreateUsagePlanKey, GetUsagePlans,
FlushStageAuthorizersCache …).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from local.aws.errors import AwsError
from local.aws.routing import Call, Reply, Routes
from local.gateway.answers import Answers
from local.gateway.keys import Key, KeyConflict, KeyNotFound, Keys
from local.template.application import Api, UsagePlan


def apigateway_routes(keys: Keys, plans: Mapping[str, UsagePlan], api: Api | None, answers: Answers) -> Routes:
    """The operations, over the gateway's keys, the template's plans, and what authorizers answered."""
    service = _ApiGateway(keys, plans, api, answers)
    return {
        ("POST", "/apikeys"): service.create_api_key,
        ("GET", "/apikeys"): service.get_api_keys,
        ("GET", "/apikeys/{key}"): service.get_api_key,
        ("PATCH", "/apikeys/{key}"): service.update_api_key,
        ("DELETE", "/apikeys/{key}"): service.delete_api_key,
        ("DELETE", "/restapis/{api}/stages/{stage}/cache/authorizers"): service.flush_stage_authorizers_cache,
        ("GET", "/usageplans"): service.get_usage_plans,
        ("GET", "/usageplans/{plan}"): service.get_usage_plan,
        ("POST", "/usageplans/{plan}/keys"): service.create_usage_plan_key,
        ("GET", "/usageplans/{plan}/keys"): service.get_usage_plan_keys,
        ("GET", "/usageplans/{plan}/keys/{key}"): service.get_usage_plan_key,
        ("DELETE", "/usageplans/{plan}/keys/{key}"): service.delete_usage_plan_key,
    }


class _ApiGateway:
    def __init__(self, keys: Keys, plans: Mapping[str, UsagePlan], api: Api | None, answers: Answers) -> None:
        self._keys = keys
        self._plans = plans
        self._api = api
        self._answers = answers

    async def create_api_key(self, call: Call) -> Reply:
        body = call.json()
        value = body.get("value")
        if value is not None and not 20 <= len(str(value)) <= 128:
            raise AwsError("BadRequestException", "API Key value should be at least 20 characters")
        try:
            key = self._keys.create(
                name=str(body.get("name", "")),
                value=value,
                enabled=bool(body.get("enabled", False)),
                description=str(body.get("description", "")),
            )
        except KeyConflict as error:
            raise AwsError("ConflictException", str(error), status=409) from error
        return Reply(status=201, body=self._shown(key, value=True))

    async def get_api_keys(self, call: Call) -> Reply:
        prefix, values = call.query.get("name", ""), call.query.get("includeValues") == "true"
        return Reply(
            body={"item": [self._shown(key, value=values) for key in self._keys.all() if key.name.startswith(prefix)]}
        )

    async def get_api_key(self, call: Call) -> Reply:
        return Reply(body=self._shown(self._key(call), value=call.query.get("includeValue") == "true"))

    async def update_api_key(self, call: Call) -> Reply:
        key = self._key(call)
        for change in call.json().get("patchOperations", []):
            match change.get("op"), change.get("path"), change.get("value"):
                case "replace", "/enabled", value:
                    key = replace(key, enabled=str(value).lower() == "true")
                case "replace", "/name", value:
                    key = replace(key, name=str(value))
                case "replace", "/description", value:
                    key = replace(key, description=str(value))
                case _:
                    raise AwsError("BadRequestException", "Invalid patch path")
        key = replace(key, updated=time.time())
        self._keys.update(key)
        return Reply(body=self._shown(key, value=False))

    async def delete_api_key(self, call: Call) -> Reply:
        self._keys.delete(self._key(call).id)
        return Reply(status=202)

    async def flush_stage_authorizers_cache(self, call: Call) -> Reply:
        if self._api is None or (call.path["api"], call.path["stage"]) != (self._api.id, self._api.stage):
            raise AwsError("NotFoundException", "Invalid stage identifier specified", status=404)
        self._answers.forget()
        return Reply(status=202)

    async def get_usage_plans(self, _: Call) -> Reply:
        return Reply(body={"item": [self._shown_plan(plan) for plan in self._plans.values()]})

    async def get_usage_plan(self, call: Call) -> Reply:
        return Reply(body=self._shown_plan(self._plan(call)))

    async def create_usage_plan_key(self, call: Call) -> Reply:
        plan, body = self._plan(call), call.json()
        if body.get("keyType") != "API_KEY":
            raise AwsError("BadRequestException", "Invalid key type specified")
        try:
            key = self._keys.add_to_plan(plan.id, str(body.get("keyId")))
        except KeyNotFound as error:
            raise AwsError("NotFoundException", str(error), status=404) from error
        except KeyConflict as error:
            raise AwsError("ConflictException", str(error), status=409) from error
        return Reply(status=201, body=_shown_member(key))

    async def get_usage_plan_keys(self, call: Call) -> Reply:
        prefix = call.query.get("name", "")
        members = self._keys.in_plan(self._plan(call).id)
        return Reply(body={"item": [_shown_member(key) for key in members if key.name.startswith(prefix)]})

    async def get_usage_plan_key(self, call: Call) -> Reply:
        plan, key = self._plan(call), self._key(call)
        if plan.id not in self._keys.plans(key.id):
            raise AwsError("NotFoundException", "Invalid Usage Plan Key identifier specified", status=404)
        return Reply(body=_shown_member(key))

    async def delete_usage_plan_key(self, call: Call) -> Reply:
        try:
            self._keys.remove_from_plan(self._plan(call).id, call.path["key"])
        except KeyNotFound as error:
            raise AwsError("NotFoundException", str(error), status=404) from error
        return Reply(status=202)

    def _key(self, call: Call) -> Key:
        try:
            return self._keys.get(call.path["key"])
        except KeyNotFound as error:
            raise AwsError("NotFoundException", str(error), status=404) from error

    def _plan(self, call: Call) -> UsagePlan:
        if call.path["plan"] not in self._plans:
            raise AwsError("NotFoundException", "Invalid Usage Plan identifier specified", status=404)
        return self._plans[call.path["plan"]]

    def _shown(self, key: Key, *, value: bool) -> dict[str, Any]:
        stage = self._api.stage if self._api else ""
        stages = [
            f"{api}/{stage}"
            for plan in sorted(self._keys.plans(key.id) & set(self._plans))
            for api in self._plans[plan].api_ids
        ]
        rendered = {
            "id": key.id,
            "name": key.name,
            "description": key.description,
            "enabled": key.enabled,
            "createdDate": int(key.created),
            "lastUpdatedDate": int(key.updated),
            "stageKeys": stages,
        }
        return rendered | {"value": key.value} if value else rendered

    def _shown_plan(self, plan: UsagePlan) -> dict[str, Any]:
        stage = self._api.stage if self._api else ""
        methods = {name: {"rateLimit": limit.rate, "burstLimit": limit.burst} for name, limit in plan.methods.items()}
        rendered: dict[str, Any] = {
            "id": plan.id,
            "name": plan.name,
            "apiStages": [{"apiId": api, "stage": stage, "throttle": methods} for api in plan.api_ids],
        }
        if plan.throttle:
            rendered["throttle"] = {"rateLimit": plan.throttle.rate, "burstLimit": plan.throttle.burst}
        if plan.quota:
            rendered["quota"] = {"limit": plan.quota.limit, "period": plan.quota.period, "offset": plan.quota.offset}
        return rendered


def _shown_member(key: Key) -> dict[str, Any]:
    return {"id": key.id, "type": "API_KEY", "name": key.name, "value": key.value}
