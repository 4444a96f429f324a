from __future__ import annotations

from pathlib import Path

import pytest

from icosa.shipped import load
from local.template.application import Application, GatewayResponse, Identity, Throttle
from local.template.document import TemplateError
from local.template.names import Deployment, opaque_id
from local.template.reader import read_application
from local.template.scope import merge
from tests.support.checkout import ROOT

DEPLOYMENT = Deployment(endpoint="http://127.0.0.1:1")

TEMPLATE = """
Parameters:
  Stage: {Type: String, Default: test}
  Needed: {Type: String, Default: 'yes'}
Conditions:
  Never: !Equals [!Ref Stage, never]
Globals:
  Function:
    Handler: handler.handler
    Timeout: 7
    Layers: [!Ref Layer]
    Environment: {Variables: {SHARED: !Sub '${AWS::Region}/${Stage}', TABLE: !Ref Table}}
Resources:
  Layer:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: layer}
  Cloud:
    Type: AWS::Serverless::Function
    Condition: Never
    Properties: {CodeUri: nowhere}
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: !Sub '${Stage}-table'
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: PK, AttributeType: S}]
      KeySchema: [{AttributeName: PK, KeyType: HASH}]
      StreamSpecification: {StreamViewType: NEW_AND_OLD_IMAGES}
      TimeToLiveSpecification: {AttributeName: ttl, Enabled: true}
  Dead: {Type: AWS::SQS::Queue}
  Work:
    Type: AWS::SQS::Queue
    Properties: {VisibilityTimeout: 60, RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3}}
  Secret:
    Type: AWS::SecretsManager::Secret
    Properties: {GenerateSecretString: {PasswordLength: 40}}
  Vault: {Type: AWS::KMS::Key}
  Setting:
    Type: AWS::SSM::Parameter
    Properties: {Name: /setting, Type: String, Value: !Ref UsagePlan}
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: !Ref Stage
      ApiKeySourceType: AUTHORIZER
      BinaryMediaTypes: [image~1png]
      MinimumCompressionSize: 500
      Cors: "'https://example.com'"
      Variables: {colour: blue}
      Auth:
        DefaultAuthorizer: Token
        ApiKeyRequired: true
        Authorizers:
          Token:
            FunctionArn: !GetAtt Authorizer.Arn
            Identity: {Header: X-Token, ValidationExpression: '^a', ReauthorizeEvery: 20}
          Request:
            FunctionArn: !Ref Authorizer.Alias
            FunctionPayloadType: REQUEST
            Identity: {Headers: [Authorization], QueryStrings: [key]}
      GatewayResponses:
        THROTTLED: {StatusCode: 420, ResponseParameters: {Headers: {Retry-After: "'1'"}}, ResponseTemplates:
          {text/plain: slow}}
  Missing:
    Type: AWS::ApiGateway::GatewayResponse
    Properties:
      RestApiId: !Ref Api
      ResponseType: UNAUTHORIZED
      StatusCode: '403'
      ResponseParameters: {gatewayresponse.header.X-A: "'b'"}
  UsagePlan:
    Type: AWS::ApiGateway::UsagePlan
    Properties:
      ApiStages: [{ApiId: !Ref Api, Stage: !Ref Api.Stage}]
      Throttle: {RateLimit: 1.5, BurstLimit: 100}
      Quota: {Limit: 10, Period: DAY}
  Key:
    Type: AWS::ApiGateway::ApiKey
    Properties: {Enabled: true, Value: a-value-of-twenty-letters}
  Member:
    Type: AWS::ApiGateway::UsagePlanKey
    Properties: {KeyId: !Ref Key, KeyType: API_KEY, UsagePlanId: !Ref UsagePlan}
  Authorizer:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: functions/authorizer}
  Rest:
    Type: AWS::Serverless::Function
    Metadata: {Icosa: {Provisioning: true}}
    Properties:
      CodeUri: functions/rest
      Timeout: 20
      MemorySize: 512
      Environment: {Variables: {OWN: !Ref Secret, NUMBER: 5, FLAG: true}}
      Events:
        Get: {Type: Api, Properties: {RestApiId: !Ref Api, Path: '/rest/{proxy+}', Method: get}}
        Any: {Type: Api, Properties: {RestApiId: !Ref Api, Path: /open, Method: any, Auth: {Authorizer: NONE,
          ApiKeyRequired: false}}}
        Short: {Type: Api, Properties: {RestApiId: !Ref Api, Path: /short, Method: POST, TimeoutInMillis: 500, Auth:
          {Authorizer: Request}}}
        Changes:
          Type: DynamoDB
          Properties:
            Stream: !GetAtt Table.StreamArn
            StartingPosition: LATEST
            FilterCriteria: {Filters: [{Pattern: '{"eventName":["INSERT"]}'}]}
            FunctionResponseTypes: [ReportBatchItemFailures]
            DestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt Dead.Arn}}
        Off: {Type: SQS, Properties: {Queue: !GetAtt Work.Arn, Enabled: false}}
        Nightly: {Type: Schedule, Properties: {Schedule: rate(1 day), Input: '{"a":1}'}}
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {FunctionName: !Ref Authorizer, EventSourceArn: !GetAtt Work.Arn, BatchSize: 3}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "layer" / "python").mkdir(parents=True)
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    return tmp_path


@pytest.fixture
def application(root: Path) -> Application:
    return read_application(root / "template.yaml", DEPLOYMENT)


def test_functions(application: Application, root: Path) -> None:
    assert set(application.functions) == {"Authorizer", "Rest"}
    rest = application.functions["Rest"]
    assert rest.name == "icosa-local-Rest"
    assert rest.arn == "arn:aws:lambda:us-east-1:000000000000:function:icosa-local-Rest"
    assert (rest.timeout, rest.memory, rest.handler) == (20, 512, "handler.handler")
    assert rest.code == root / "functions/rest"
    assert rest.search_path == (root / "functions/rest", root / "layer/python")
    assert rest.environment == {
        "SHARED": "us-east-1/test",
        "TABLE": "test-table",
        "OWN": "arn:aws:secretsmanager:us-east-1:000000000000:secret:icosa-local-Secret",
        "NUMBER": "5",
        "FLAG": "true",
    }
    assert rest.metadata == {"Icosa": {"Provisioning": True}}
    assert application.functions["Authorizer"].timeout == 7


def test_api(application: Application) -> None:
    api = application.api
    assert api is not None
    assert (api.id, api.stage, api.key_source) == (opaque_id("Api"), "test", "AUTHORIZER")
    assert (api.binary_types, api.minimum_compression, api.stage_variables) == (("image/png",), 500, {"colour": "blue"})
    routes = {(route.method, route.path): route for route in api.routes}
    get, open_, short = routes["GET", "/rest/{proxy+}"], routes["ANY", "/open"], routes["POST", "/short"]
    assert (get.function, get.authorizer, get.api_key_required, get.timeout) == ("Rest", "Token", True, 29)
    assert (open_.authorizer, open_.api_key_required) == (None, False)
    assert (short.authorizer, short.timeout) == ("Request", 0.5)
    token, request = api.authorizers["Token"], api.authorizers["Request"]
    assert (token.kind, token.ttl, token.function) == ("TOKEN", 20, "Authorizer")
    assert token.identity == Identity(headers=("X-Token",), validation="^a")
    assert (request.kind, request.ttl, request.function) == ("REQUEST", 300, "Authorizer")
    assert request.identity == Identity(headers=("Authorization",), query=("key",))
    assert api.responses == {
        "THROTTLED": GatewayResponse(status=420, headers={"Retry-After": "'1'"}, templates={"text/plain": "slow"}),
        "UNAUTHORIZED": GatewayResponse(status=403, headers={"X-A": "'b'"}),
    }
    assert api.cors
    assert api.cors.allow_origin == "https://example.com"
    assert (api.cors.authorized, api.cors.api_key_required) == (True, True)


def test_usage_plans_and_keys(application: Application) -> None:
    (plan,) = application.plans
    assert (plan.id, plan.api_ids) == (opaque_id("UsagePlan"), (opaque_id("Api"),))
    assert plan.throttle == Throttle(rate=1.5, burst=100)
    assert plan.quota
    assert (plan.quota.limit, plan.quota.period) == (10, "DAY")
    (key,) = application.api_keys
    assert (key.id, key.value, key.enabled, key.plans) == (
        opaque_id("Key"),
        "a-value-of-twenty-letters",
        True,
        (plan.id,),
    )


def test_usage_plan_of_the_api(root: Path) -> None:
    text = TEMPLATE.replace(
        "        ApiKeyRequired: true\n        Authorizers:",
        "        UsagePlan: {CreateUsagePlan: PER_API, Throttle: {RateLimit: 2, BurstLimit: 3}}\n        Authorizers:",
    )
    (root / "template.yaml").write_text(text)
    application = read_application(root / "template.yaml", DEPLOYMENT)
    plan = next(plan for plan in application.plans if plan.id == opaque_id("ApiUsagePlan"))
    assert plan.throttle == Throttle(rate=2, burst=3)
    assert opaque_id("ApiApiKey") in {key.id for key in application.api_keys}


def test_data(application: Application) -> None:
    (table,) = application.tables
    assert (table.name, table.ttl) == ("test-table", "ttl")
    assert table.definition["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert "TimeToLiveSpecification" not in table.definition
    queues = {queue.name: queue for queue in application.queues}
    work = queues["icosa-local-Work"]
    assert (work.visibility_timeout, work.max_receive_count) == (60, 3)
    assert work.dead_letter_arn == queues["icosa-local-Dead"].arn
    assert work.url == "http://127.0.0.1:1/000000000000/icosa-local-Work"
    assert application.secrets[0].generate == {"PasswordLength": 40}
    (key,) = application.encryption_keys
    assert (key.id, key.arn) == (opaque_id("Vault"), f"arn:aws:kms:us-east-1:000000000000:key/{opaque_id('Vault')}")
    assert application.parameters == {"/setting": opaque_id("UsagePlan")}


def test_event_sources(application: Application) -> None:
    changes, mapping = application.event_sources
    assert changes.source_arn == application.tables[0].stream_arn
    assert (changes.function, changes.batch_size, changes.starting_position) == ("Rest", 100, "LATEST")
    assert changes.filters == ('{"eventName":["INSERT"]}',)
    assert changes.partial_failures
    assert changes.on_failure == "arn:aws:sqs:us-east-1:000000000000:icosa-local-Dead"
    assert (mapping.function, mapping.batch_size) == ("Authorizer", 3)
    (schedule,) = application.schedules
    assert (schedule.function, schedule.expression, schedule.input) == ("Rest", "rate(1 day)", '{"a":1}')


def test_functions_that_nobody_waits_for() -> None:
    """They stand back for the others (``Environment``)."""
    application = read_application(Path(__file__).parents[3] / "template.yaml", DEPLOYMENT)
    background = {application.functions[name].code.name for name in application.background}
    assert {"events", "jobs", "schema_builder"} <= background
    assert background.isdisjoint(
        {"core_rest", "core_graphql", "metadata", "keys", "authorizer", "documents", "console"}
    )


def test_parameters_override_defaults(root: Path) -> None:
    application = read_application(root / "template.yaml", DEPLOYMENT, {"Stage": "prod"})
    assert application.tables[0].name == "prod-table"
    with pytest.raises(TemplateError, match="no parameter Colour"):
        read_application(root / "template.yaml", DEPLOYMENT, {"Colour": "red"})


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Default: 'yes'}", "Default: 'yes'}\n  Bare: {Type: String}", None),  # A parameter nobody uses needs no value.
        ("{CodeUri: functions/authorizer}", "{}", "needs CodeUri"),
        ("!Ref Table}}", "!Ref Nothing}}", "Ref Nothing"),
        ("StageName: !Ref Stage", "StageName: !Ref Stage\n      DefinitionBody: {}", "DefinitionBody"),
        ("Type: AWS::SQS::Queue}", "Type: AWS::SQS::Queue, Properties: {FifoQueue: true}}", "FIFO"),
        ("Type: AWS::KMS::Key}", "Type: AWS::KMS::Key, Properties: {KeySpec: RSA_2048}}", "symmetric keys only"),
        ("Stream: !GetAtt Table.StreamArn", "Stream: arn:aws:kinesis:x:y:z", "neither a DynamoDB stream"),
    ],
)
def test_what_the_stack_does_not_serve(root: Path, old: str, new: str, message: str | None) -> None:
    assert old in TEMPLATE
    (root / "template.yaml").write_text(TEMPLATE.replace(old, new))
    if message is None:
        read_application(root / "template.yaml", DEPLOYMENT)
        return
    with pytest.raises(TemplateError, match=message):
        read_application(root / "template.yaml", DEPLOYMENT)


def test_globals_are_merged_as_sam_merges_them() -> None:
    shared = {"list": [1], "map": {"a": 1, "b": {"c": 1}}, "value": 1, "intrinsic": {"Ref": "A"}}
    own = {"list": [2], "map": {"b": {"d": 2}}, "value": 2, "intrinsic": {"Fn::Sub": "B"}}
    assert merge(shared, own) == {
        "list": [1, 2],
        "map": {"a": 1, "b": {"c": 1, "d": 2}},
        "value": 2,
        "intrinsic": {"Fn::Sub": "B"},
    }


def test_the_product_template_is_understood() -> None:
    application = read_application(Path(__file__).parents[3] / "template.yaml", DEPLOYMENT)
    assert application.api
    assert application.api.routes
    assert application.tables


def test_limits_of_methods(root: Path) -> None:
    text = TEMPLATE.replace(
        "ApiStages: [{ApiId: !Ref Api, Stage: !Ref Api.Stage}]",
        "ApiStages: [{ApiId: !Ref Api, Stage: !Ref Api.Stage, Throttle: {/open/GET: {RateLimit: 2, BurstLimit: 3}}}]",
    ).replace(
        "      GatewayResponses:\n",
        "      MethodSettings:\n"
        "        - {ResourcePath: /*, HttpMethod: '*', ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200}\n"
        "        - {ResourcePath: '/~1rest~1{proxy+}', HttpMethod: GET,"
        " ThrottlingRateLimit: 1, ThrottlingBurstLimit: 2}\n"
        "      GatewayResponses:\n",
        1,
    )
    (root / "template.yaml").write_text(text)
    application = read_application(root / "template.yaml", DEPLOYMENT)
    plan = next(plan for plan in application.plans if plan.id == opaque_id("UsagePlan"))
    assert plan.methods == {"/open/GET": Throttle(rate=2, burst=3)}
    assert application.api
    throttles = {(route.path, route.method): route.throttle for route in application.api.routes}
    assert throttles.pop(("/rest/{proxy+}", "GET")) == Throttle(rate=1, burst=2)
    assert set(throttles.values()) == {Throttle(rate=100, burst=200)}


def test_a_rate_that_the_mapping_of_the_template_does_not_know() -> None:
    """The stack enforces it by itself; what the template derives from it must not be missing."""
    application = read_application(ROOT / "template.yaml", DEPLOYMENT, defaults={"RateLimit": "7"})
    assert application.api
    assert '"standard":7' in application.api.responses["THROTTLED"].templates["application/json"]
    assert application.functions["CoreRestFunction"].environment["RATE_LIMIT"] == "7"
    assert len(application.plans) == len(load("plans")["plans"])
    plan = next(plan for plan in application.plans if plan.id == opaque_id("UsagePlan"))
    assert plan.methods["/rest/metadata/{proxy+}/GET"] == Throttle(rate=5, burst=300)
