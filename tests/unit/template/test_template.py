"""Rules of the template that no linter knows."""

from __future__ import annotations

import json
import re
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pytest

from icosa.api.graphql.settings import GraphqlSettings
from icosa.api.site.nowhere import ANYWHERE, METHODS
from icosa.api.site.preflight import ALLOWED_METHODS
from icosa.settings import Settings
from icosa.store.register import ABANDONED_AFTER_MS
from tests.support.checkout import ROOT
from tests.unit.template.packaging import nodes, references

Document = dict[str, Any]


def test_depends_on_names_resources(transformed: Document) -> None:
    named = {name for _, value in nodes({"resources": transformed["Resources"]}) for name in _depends_on(value)}

    assert named <= set(transformed["Resources"])


def _depends_on(value: object) -> set[str]:
    depends = value.get("DependsOn", []) if isinstance(value, dict) else []
    return {depends} if isinstance(depends, str) else set(depends)


def test_resources_can_be_created_in_some_order(transformed: Document) -> None:
    resources = transformed["Resources"]
    names = set(resources)

    order = list(
        TopologicalSorter({name: references(body, names) - {name} for name, body in resources.items()}).static_order()
    )

    assert order.index("Api") < order.index("ApiGatewayAccount") < order.index("ApiStage")


#: What may be the stack's own or be there already: `python -m local.sam` spells these variables out.
_OWN_OR_EXISTING = {"TABLE_NAME", "SIGNING_SECRET_ARN", "WEBHOOK_KEY_ID"}


#: Nothing is what it is where tenants are not held apart by IAM, which `sam local` does not play.
_OFF_THERE = "TENANT_ROLE_ARN"


def test_environments_are_plain(functions: dict[str, Document], template: Document) -> None:
    """`sam local` turns !If into nothing and every !Ref of a resource into its logical id."""
    for properties in [*functions.values(), template["Globals"]["Function"]]:
        for name, value in properties["Environment"]["Variables"].items():
            assert isinstance(value, str) or set(value) == {"Ref"} or name in (*_OWN_OR_EXISTING, _OFF_THERE)


def test_functions_get_no_variable_that_they_do_not_need(functions: dict[str, Document]) -> None:
    def variables(name: str) -> set[str]:
        return set(functions[name]["Environment"]["Variables"])

    secret = {"SIGNING_SECRET_ARN", "SIGNING_SECRET_SECONDS"}
    common = {"POWERTOOLS_SERVICE_NAME", "TABLE_NAME"}
    rates = {"PLAN_RATE_FREE", "PLAN_RATE_STANDARD", "PLAN_RATE_SCALE"}
    assert variables("TokensFunction") == common | secret
    assert variables("AuthorizerFunction") == common | secret | rates
    assert variables("ConsoleFunction") == {"POWERTOOLS_SERVICE_NAME"}
    assert variables("RotationFunction") == common | {"SIGNING_SECRET_ARN", "API_ID", "API_STAGE"}
    assert variables("KeysFunction") == common | {"TOKENS_FUNCTION", "BODY_LIMIT", "RATE_LIMIT"}
    told = {"BODY_LIMIT", "RATE_LIMIT", "BATCH_LIMIT", "PAGE_LIMIT"} | rates
    sending = {"WEBHOOK_KEY_ID", "DELIVERIES_QUEUE_URL"}
    assert variables("MetadataFunction") == common | told | sending | {"TOKENS_FUNCTION"}
    of_workspaces = {"DELIVERIES_QUEUE_URL", "TOKENS_FUNCTION", "EXPORT_BUCKET", "RESTORE_TABLE"}
    assert variables("JobsFunction") == common | {"JOBS_QUEUE_URL", "MIGRATION_DELAY"} | of_workspaces
    assert variables("EventsFunction") == common | {"JOBS_QUEUE_URL", "DELIVERIES_QUEUE_URL"}
    assert variables("DeliverFunction") == common | {"DELIVERIES_QUEUE_URL", "WEBHOOK_KEY_ID"}
    records = common | rates | {"WEBHOOK_KEY_ID", "RECORD_MEMORY", _OFF_THERE}
    assert variables("CoreRestFunction") == records | set(Settings.variables())
    assert variables("CoreGraphqlFunction") == records | set(GraphqlSettings.variables())


def test_documents_tell_of_the_limits_that_are_in_force(functions: dict[str, Document]) -> None:
    def variables(name: str) -> dict[str, object]:
        secrets = ("SIGNING_SECRET_ARN", "SIGNING_SECRET_SECONDS", "WEBHOOK_KEY_ID")
        own = ("POWERTOOLS_SERVICE_NAME", "RECORD_MEMORY", *secrets, _OFF_THERE)
        return {
            key: value
            for key, value in functions[name]["Environment"]["Variables"].items()
            if key not in own and not key.startswith("PLAN_RATE_")
        }

    assert variables("CoreRestFunction") == variables("DocumentsFunction") == variables("SchemaBuilderFunction")


def test_limits_default_to_those_of_the_code(functions: dict[str, Document], template: Document) -> None:
    variables = functions["CoreGraphqlFunction"]["Environment"]["Variables"]
    for name, default in GraphqlSettings.variables().items():
        # Of what Lambda takes, base64 leaves three quarters (docs/decisions.md#binary-bodies).
        wanted = default * 3 // 4 if name == "BODY_LIMIT" else default
        assert template["Parameters"][variables[name]["Ref"]]["Default"] == wanted


def test_rates_by_minute_are_enforced_by_second(template: Document) -> None:
    """One parameter says both what is enforced and what errors and headers name."""
    rates = {int(minute): row["PerSecond"] for minute, row in template["Mappings"]["Rates"].items()}

    assert rates == {minute: round(minute / 60, 4) for minute in rates}
    for name in ("RateLimit", "FreeRateLimit", "ScaleRateLimit", "MetadataRateLimit"):
        parameter = template["Parameters"][name]
        assert set(parameter["AllowedValues"]) == set(rates)
        assert parameter["Default"] in rates


def test_the_plan_counts_every_method_of_metadata_and_keys_apart(transformed: Document, template: Document) -> None:
    [stage] = template["Resources"]["UsagePlan"]["Properties"]["ApiStages"]
    routes = {f"{path}/{method.upper()}" for path, methods in _COUNTED_APART.items() for method in methods}

    assert set(stage["Throttle"]) == routes
    for limits in stage["Throttle"].values():
        assert limits == {
            "RateLimit": {"Fn::FindInMap": ["Rates", {"Ref": "MetadataRateLimit"}, "PerSecond"]},
            "BurstLimit": {"Ref": "MetadataBurstLimit"},
        }
    assert template["Parameters"]["MetadataRateLimit"]["Default"] == 300


def test_concurrency_is_reserved_by_parameter_and_not_by_itself(
    functions: dict[str, Document], template: Document
) -> None:
    reserved = {name for name, properties in functions.items() if "ReservedConcurrentExecutions" in properties}

    assert reserved == {"AuthorizerFunction", "EventsFunction", "JobsFunction"}
    for name in reserved:
        parameter = f"{name.removesuffix('Function')}Concurrency"
        assert template["Parameters"][parameter]["Default"] == 0
        assert functions[name]["ReservedConcurrentExecutions"] == {
            "Fn::If": [f"Keeps{parameter}", {"Ref": parameter}, {"Ref": "AWS::NoValue"}]
        }
        assert template["Conditions"][f"Keeps{parameter}"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": parameter}, 0]}]}


def test_no_function_runs_as_long_as_a_batch_may_stay_open(functions: dict[str, Document]) -> None:
    assert all(properties["Timeout"] * 1000 < ABANDONED_AFTER_MS for properties in functions.values())
    assert functions["CoreRestFunction"]["Timeout"] <= 29


def test_what_runs_is_a_published_version(transformed: Document) -> None:
    """A deployment changes nothing that runs before it switches the aliases, so nothing may invoke $LATEST."""
    resources = transformed["Resources"]
    for name in [name for name, resource in resources.items() if resource["Type"] == "AWS::Lambda::Function"]:
        properties = resources[name]["Properties"]
        assert properties["Runtime"] == "python3.13"
        assert properties["Handler"] == "handler.handler"
    targets = [
        resource["Properties"]["FunctionName"]
        for resource in resources.values()
        if resource["Type"] in {"AWS::Lambda::Permission", "AWS::Lambda::EventSourceMapping"}
    ]
    assert all(target["Ref"].endswith("Aliaslive") for target in targets)


def test_code_is_where_the_template_says(functions: dict[str, Document], template: Document) -> None:
    for properties in functions.values():
        assert (ROOT / properties["CodeUri"] / "handler.py").is_file()
    for name, resource in template["Resources"].items():
        if resource["Type"] == "AWS::Serverless::LayerVersion":
            makefile = ROOT / resource["Properties"]["ContentUri"] / "Makefile"
            assert f"build-{name}:" in makefile.read_text(encoding="utf-8")


def test_the_table_keeps_its_data(template: Document) -> None:
    table = template["Resources"]["Table"]

    properties = table["Properties"]
    assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert properties["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert properties["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
    assert properties["BillingMode"] == "PAY_PER_REQUEST"
    assert "GlobalSecondaryIndexes" not in properties


def test_what_outlives_the_stack_and_what_does_not(template: Document) -> None:
    """What a first deployment makes that fails is removed again, so the next one does not find leftovers."""
    policies = {
        name: (resource["DeletionPolicy"], resource["UpdateReplacePolicy"])
        for name, resource in template["Resources"].items()
        if "DeletionPolicy" in resource
    }
    kept = {name for name, policy in policies.items() if policy == ("RetainExceptOnCreate", "Retain")}

    assert kept == {"Table", "SigningSecret", "WebhookKey", "ApiGatewayLogsWriter"}
    assert {policy for name, policy in policies.items() if name not in kept} == {("Delete", "Delete")}
    stateful = {"AWS::DynamoDB::Table", "AWS::Logs::LogGroup", "AWS::SQS::Queue", "AWS::SecretsManager::Secret"}
    assert policies.keys() >= {name for name, body in template["Resources"].items() if body["Type"] in stateful}


def test_the_key_of_webhooks_outlives_the_stack_and_turns(template: Document) -> None:
    key = template["Resources"]["WebhookKey"]

    assert key["Properties"]["EnableKeyRotation"] is True
    assert "KeySpec" not in key["Properties"]
    [statement] = key["Properties"]["KeyPolicy"]["Statement"]
    assert statement["Principal"] == {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}


_VERBS = frozenset(("get", "head", "post", "patch", "put", "delete"))
_KEY_ROUTES = (
    "/rest/metadata/apiKeys",
    "/rest/metadata/apiKeys/{proxy+}",
    "/rest/apiKeys",
    "/rest/apiKeys/{proxy+}",
)
#: Routes whose calls the usage plan counts together, and by method (docs/wire/access.md#rate-limits).
_READ = frozenset(("get", "head"))
_COUNTED = {"/rest": _VERBS, "/rest/{proxy+}": _VERBS, "/graphql": _VERBS, "/rest/events": _VERBS}
_COUNTED_APART = {
    **dict.fromkeys(("/rest/metadata", "/rest/metadata/{proxy+}", *_KEY_ROUTES), _VERBS),
    "/metadata": _VERBS,
}
#: The console: the same for everybody.
_PAGES = ("/", "/settings", "/settings/{proxy+}", "/playground", "/playground/{proxy+}")
_FILES = "/assets/{proxy+}"
_SITE = dict.fromkeys((*_PAGES, _FILES), _VERBS)
_SIGN_IN = {"/console/session": _VERBS}
#: Whatever there is not.
_NOWHERE = {"/{proxy+}": _VERBS}
#: Routes that anybody may call. What they do not have is answered, too.
_PUBLIC = (
    dict.fromkeys(("/rest/open-api/{schema}", "/open-api/{schema}", "/healthz"), _VERBS) | _SITE | _SIGN_IN | _NOWHERE
)


def test_every_route_that_is_not_public_wants_a_token(transformed: Document) -> None:
    for path, methods in transformed["Resources"]["Api"]["Properties"]["Body"]["paths"].items():
        for method, route in methods.items():
            if method == "options" or path in _PUBLIC:
                assert not route.get("security"), path
            else:
                assert {"Bearer": []} in route["security"], f"{method} {path}"
                assert {"api_key": []} in route["security"], f"{method} {path}"


def test_routes(transformed: Document) -> None:
    paths = transformed["Resources"]["Api"]["Properties"]["Body"]["paths"]

    assert {path: set(methods) - {"options"} for path, methods in paths.items()} == _COUNTED | _COUNTED_APART | _PUBLIC
    assert {path for path, methods in paths.items() if "options" in methods} == set(paths)


def test_methods_that_public_routes_do_not_have_lead_to_whoever_may_do_least(transformed: Document) -> None:
    paths = transformed["Resources"]["Api"]["Properties"]["Body"]["paths"]
    assert METHODS.keys() | {ANYWHERE} == _PUBLIC.keys()
    for path, allowed in METHODS.items():
        there = {method.lower() for method in allowed} | ({"head"} if "GET" in allowed else set())
        for method in _VERBS - there:
            assert "ConsoleFunctionAliaslive" in str(paths[path][method]["x-amazon-apigateway-integration"]), path


def test_a_function_answers_preflights(transformed: Document, template: Document) -> None:
    """SAM's Cors makes mocks, which fail where every body is binary (docs/decisions.md#binary-bodies)."""
    assert template["Resources"]["Api"]["Properties"]["BinaryMediaTypes"] == ["*~1*"]
    assert "Cors" not in template["Resources"]["Api"]["Properties"]
    for path, methods in transformed["Resources"]["Api"]["Properties"]["Body"]["paths"].items():
        if "options" in methods:
            assert "ConsoleFunctionAliaslive" in str(methods["options"]["x-amazon-apigateway-integration"]), path


def test_scripts_are_told_of_the_methods_that_routes_have() -> None:
    told = ALLOWED_METHODS.lower().split(",")

    assert set(told) == frozenset().union(*(_COUNTED | _COUNTED_APART | _PUBLIC).values())


def test_only_routes_of_api_keys_and_sign_ins_lead_to_the_function_of_administrators(
    functions: dict[str, Document],
) -> None:
    routes = {event["Properties"]["Path"] for event in functions["KeysFunction"]["Events"].values()}

    assert routes == {*_KEY_ROUTES, *_SIGN_IN}


def test_everything_is_throttled_for_all_callers_together(transformed: Document) -> None:
    settings = transformed["Resources"]["ApiStage"]["Properties"]["MethodSettings"]
    throttled = {
        (entry["ResourcePath"].replace("~1", "/")[1:] or "/", entry["HttpMethod"].lower()): (
            entry["ThrottlingRateLimit"]["Ref"],
            entry["ThrottlingBurstLimit"]["Ref"],
        )
        for entry in settings
    }

    of_all = throttled.pop(("*", "*"))
    assert of_all == ("StageRateLimit", "StageBurstLimit")
    assert throttled.keys() == {(path, method) for path, methods in _PUBLIC.items() for method in methods}
    files = {throttled.pop((_FILES, method)) for method in _READ}
    assert files == {("AssetRateLimit", "AssetBurstLimit")}
    assert set(throttled.values()) == {("PublicRateLimit", "PublicBurstLimit")}


def test_faults_that_graphql_answers_with_200_raise_an_alarm(template: Document) -> None:
    resources = template["Resources"]
    filters = [body["Properties"] for body in resources.values() if body["Type"] == "AWS::Logs::MetricFilter"]
    functions = [name for name, body in resources.items() if body["Type"] == "AWS::Serverless::Function"]

    assert sorted(entry["LogGroupName"]["Ref"] for entry in filters) == sorted(
        resources[name]["Properties"]["LoggingConfig"]["LogGroup"]["Ref"] for name in functions
    )
    alarm = resources["LoggedErrors"]["Properties"]
    for entry in filters:
        [metric] = entry["MetricTransformations"]
        assert (metric["MetricNamespace"], metric["MetricName"]) == (alarm["Namespace"], alarm["MetricName"])


def test_the_alarm_of_throttles_sees_every_function_that_somebody_waits_for(template: Document) -> None:
    metrics = template["Resources"]["FunctionThrottles"]["Properties"]["Metrics"]
    seen = {
        metric["MetricStat"]["Metric"]["Dimensions"][0]["Value"]["Ref"] for metric in metrics if "MetricStat" in metric
    }
    [expression] = [metric["Expression"] for metric in metrics if "Expression" in metric]

    functions = {n for n, body in template["Resources"].items() if body["Type"] == "AWS::Serverless::Function"}
    apart = {
        dimension["Value"]["Ref"]
        for alarm in ("ConsoleThrottles", "DeliverThrottles")
        for dimension in template["Resources"][alarm]["Properties"]["Dimensions"]
    }
    assert seen == functions - {"RotationFunction", *apart}
    assert expression.split(" + ") == [metric["Id"] for metric in metrics if "MetricStat" in metric]
    assert len(seen) <= 10  # CloudWatch adds up no more.


def test_access_logs_say_where_calls_came_from(template: Document) -> None:
    text = template["Resources"]["Api"]["Properties"]["AccessLogSetting"]["Format"]

    assert json.loads(text)["source"] == "$context.identity.sourceIp"


def test_access_logs_say_whose_calls_they_were(template: Document) -> None:
    line = json.loads(template["Resources"]["Api"]["Properties"]["AccessLogSetting"]["Format"])

    assert line["requestId"] == "$context.requestId"
    assert (line["workspaceId"], line["keyId"]) == ("$context.authorizer.workspaceId", "$context.authorizer.keyId")


@pytest.mark.parametrize(
    "secret", ["header", "querystring", 'identity.apiKey"', ".path", r"authorizer\.(?!workspaceId|keyId|latency)"]
)
def test_access_logs_hold_no_tokens(template: Document, secret: str) -> None:
    text = template["Resources"]["Api"]["Properties"]["AccessLogSetting"]["Format"]

    assert isinstance(json.loads(text), dict)
    assert not re.search(secret, text)


def test_filters_of_the_stream_are_patterns(template: Document) -> None:
    def events(name: str) -> list[list[str]]:
        source = template["Resources"][name]["Properties"]["Events"]["Changes"]["Properties"]
        return [json.loads(entry["Pattern"])["eventName"] for entry in source["FilterCriteria"]["Filters"]]

    every = ["INSERT", "MODIFY", "REMOVE"]
    assert events("EventsFunction") == [["INSERT", "MODIFY"], ["REMOVE"], every, ["REMOVE"], ["INSERT"]]
    assert events("SchemaBuilderFunction") == [["INSERT", "MODIFY"]]


def test_environments_deploy_under_their_own_names() -> None:
    import tomllib

    config = tomllib.loads(Path(ROOT / "samconfig.toml").read_text(encoding="utf-8"))
    names = {
        environment: config[environment]["deploy"]["parameters"]["stack_name"]
        for environment in ("dev", "staging", "prod")
    }

    assert names == {"dev": "icosa-dev", "staging": "icosa-staging", "prod": "icosa-prod"}
