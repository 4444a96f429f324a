"""Each function may do exactly what is listed here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from icosa.lifecycle.steps import FENCE_MS
from icosa.store.operation_row import CLAIM_MS

Document = dict[str, Any]


def _own_or(condition: str, own: object, existing: object) -> object:
    return {"Fn::If": [condition, own, existing]}


_OTHER_STREAM = {"Ref": "ExistingTableStreamArn"}
_SECRET = _own_or("OwnsSigningSecret", {"Ref": "SigningSecret"}, {"Ref": "ExistingSigningSecretArn"})
_TABLE = _own_or(
    "OwnsTable",
    {"Fn::GetAtt": ["Table", "Arn"]},
    {"Fn::Select": [0, {"Fn::Split": ["/stream/", _OTHER_STREAM]}]},
)
_STREAM = _own_or("OwnsTable", {"Fn::GetAtt": ["Table", "StreamArn"]}, _OTHER_STREAM)
_DEAD_LETTERS = {"Fn::GetAtt": ["EventsDeadLetters", "Arn"]}
_SCHEMA_DEAD_LETTERS = {"Fn::GetAtt": ["SchemaDeadLetters", "Arn"]}
_JOBS = {"Fn::GetAtt": ["Jobs", "Arn"]}
_DELIVERIES = {"Fn::GetAtt": ["Deliveries", "Arn"]}
_WEBHOOK_KEY = _own_or("OwnsWebhookKey", {"Fn::GetAtt": ["WebhookKey", "Arn"]}, {"Ref": "ExistingWebhookKeyArn"})
#: KMS is asked for the secret of one webhook of one workspace, and for nothing else.
_OF_ONE_WEBHOOK = {
    "ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["workspaceId", "webhookId"]},
    "Null": {"kms:EncryptionContext:workspaceId": "false", "kms:EncryptionContext:webhookId": "false"},
}
_PARAMETERS = "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/icosa/${AWS::StackName}"
_USAGE_PLAN_PARAMETER = f"{_PARAMETERS}/usage-plans"
_USAGE_PLANS = ("FreeUsagePlan", "UsagePlan", "ScaleUsagePlan")
_URL_PARAMETER = f"{_PARAMETERS}/url"
_GATEWAY = "arn:${AWS::Partition}:apigateway:${AWS::Region}::"

_RECORDS = {
    "dynamodb:GetItem",
    "dynamodb:BatchGetItem",
    "dynamodb:Query",
    "dynamodb:ConditionCheckItem",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "dynamodb:DeleteItem",
}

#: Of the functions that create records: batches stage the rows of new ones outside of transactions.
_NEW_RECORDS = _RECORDS | {"dynamodb:BatchWriteItem"}

_READS_STREAM = {"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"}


#: As many characters as an id has: a value of a unique field, which a partition key may hold, cannot look like one.
_WORKSPACE = "????????-????-????-????-????????????"


def _partitions(*kinds: str) -> tuple[object, object]:
    """The table, and the condition that lets through some kinds of partitions only (``icosa/store/keys.py``)."""
    patterns = [kind if kind.startswith("@") else f"{_WORKSPACE}#{kind}" for kind in kinds]
    return _TABLE, {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": patterns}}


_TOKENS = {"Ref": "TokensFunctionAliaslive"}
#: API Gateway's keys are the account's: this stack's are known by a tag.
_TAGGED = {
    "StringEquals": {"aws:RequestTag/icosa:stack": {"Ref": "AWS::StackName"}},
    "ForAllValues:StringEquals": {"aws:TagKeys": ["icosa:stack"]},
}

_OWN_KEYS = {"StringEquals": {"aws:ResourceTag/icosa:stack": {"Ref": "AWS::StackName"}}}

#: Makes secrets of webhooks unreadable, also for itself.
_SEALS: tuple[set[str], object] = ({"kms:Encrypt"}, (_WEBHOOK_KEY, _OF_ONE_WEBHOOK))

#: By function: actions and the one resource that they are for, with a condition if there is one. Logging and tracing
#: are the same for all, see below.
_ALLOWED: dict[str, list[tuple[set[str], object]]] = {
    "AuthorizerFunction": [
        ({"secretsmanager:GetSecretValue"}, _SECRET),
        ({"dynamodb:BatchGetItem"}, _partitions("W", "K", "@K")),
    ],
    "CoreRestFunction": [(_NEW_RECORDS, _TABLE), _SEALS],
    "CoreGraphqlFunction": [(_NEW_RECORDS, _TABLE), _SEALS],
    "MetadataFunction": [
        (_RECORDS, _TABLE),
        ({"lambda:InvokeFunction"}, _TOKENS),
        ({"sqs:SendMessage"}, _DELIVERIES),
        ({"kms:Encrypt", "kms:Decrypt"}, (_WEBHOOK_KEY, _OF_ONE_WEBHOOK)),
    ],
    "KeysFunction": [
        (_NEW_RECORDS, _TABLE),
        ({"lambda:InvokeFunction"}, _TOKENS),
        ({"ssm:GetParameter"}, {"Fn::Sub": _URL_PARAMETER}),
    ],
    "TokensFunction": [
        ({"secretsmanager:GetSecretValue"}, _SECRET),
        ({"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"}, _partitions("W", "K", "P", "@K")),
        ({"dynamodb:UpdateItem"}, _partitions("W", "K")),
        ({"apigateway:GET"}, {"Fn::Sub": f"{_GATEWAY}/apikeys"}),
        ({"apigateway:POST"}, ({"Fn::Sub": f"{_GATEWAY}/apikeys"}, _TAGGED)),
        ({"apigateway:PUT"}, ({"Fn::Sub": f"{_GATEWAY}/tags/*"}, _TAGGED)),
        ({"apigateway:POST"}, [{"Fn::Sub": f"{_GATEWAY}/usageplans/${{{plan}}}/keys"} for plan in _USAGE_PLANS]),
        ({"apigateway:DELETE"}, [{"Fn::Sub": f"{_GATEWAY}/usageplans/${{{plan}}}/keys/*"} for plan in _USAGE_PLANS]),
        ({"apigateway:DELETE"}, {"Fn::Sub": f"{_GATEWAY}/apikeys/*"}),
        ({"apigateway:DELETE"}, ({"Fn::Sub": f"{_GATEWAY}/apikeys/*"}, _OWN_KEYS)),
        ({"ssm:GetParameter"}, {"Fn::Sub": _USAGE_PLAN_PARAMETER}),
    ],
    "RotationFunction": [
        ({"secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"}, _SECRET),
        ({"dynamodb:UpdateItem"}, _partitions("@K")),
        (
            {"apigateway:DELETE"},
            {"Fn::Sub": f"{_GATEWAY}/restapis/${{Api}}/stages/${{StageName}}/cache/authorizers"},
        ),
    ],
    "ConsoleFunction": [],
    "EventsFunction": [
        (_READS_STREAM, _STREAM),
        (_RECORDS, _TABLE),
        ({"sqs:SendMessage"}, _DEAD_LETTERS),
        ({"sqs:SendMessage"}, _JOBS),
        ({"sqs:SendMessage"}, _DELIVERIES),
    ],
    "JobsFunction": [
        (_NEW_RECORDS, _TABLE),
        ({"sqs:SendMessage"}, _DELIVERIES),
        ({"lambda:InvokeFunction"}, _TOKENS),
        ({"s3:PutObject"}, {"Fn::Sub": "arn:${AWS::Partition}:s3:::${ExportBucket}/workspaces/*"}),
        (
            {"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"},
            {"Fn::Sub": "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${RestoreTable}"},
        ),
        ({"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:SendMessage"}, _JOBS),
    ],
    "DeliverFunction": [
        ({"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"}, _partitions("H", "Q", "Y#*", "YH#*", "YS")),
        ({"dynamodb:UpdateItem"}, _partitions("H", "W", "Y#*", "YS")),
        ({"dynamodb:PutItem", "dynamodb:DeleteItem"}, _partitions("YF#*", "YH#*")),
        ({"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:SendMessage"}, _DELIVERIES),
        ({"kms:Decrypt"}, (_WEBHOOK_KEY, _OF_ONE_WEBHOOK)),
    ],
    "DocumentsFunction": [
        ({"secretsmanager:GetSecretValue"}, _SECRET),
        ({"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"}, _partitions("W", "K", "M", "S", "@K")),
    ],
    "SchemaBuilderFunction": [
        (_READS_STREAM, _STREAM),
        ({"dynamodb:GetItem", "dynamodb:Query"}, _partitions("W", "M", "S")),
        ({"dynamodb:PutItem", "dynamodb:UpdateItem"}, _partitions("S")),
        ({"sqs:SendMessage"}, _SCHEMA_DEAD_LETTERS),
    ],
}


_TRIES_TENANT_ISOLATION = "TriesTenantIsolation"
#: The functions whose requests are of one workspace each, and reach the table by its credentials where tenants are held
#: apart by IAM.
_OF_ONE_TENANT = ("CoreRestFunction", "CoreGraphqlFunction")


def _role(document: Document, function: str) -> tuple[str, Document]:
    logical_id = document["Resources"][function]["Properties"]["Role"]["Fn::GetAtt"][0]
    return logical_id, document["Resources"][logical_id]["Properties"]


def _policies(document: Document, logical_id: str) -> Iterator[Document]:
    """Those of a role, and those that are attached to it."""
    yield from document["Resources"][logical_id]["Properties"]["Policies"]
    for resource in document["Resources"].values():
        if resource.get("Condition") == _TRIES_TENANT_ISOLATION:
            continue
        if resource["Type"] == "AWS::IAM::Policy" and {"Ref": logical_id} in resource["Properties"]["Roles"]:
            assert resource["Properties"]["Roles"] == [{"Ref": logical_id}]
            yield resource["Properties"]


def _statements(policies: Iterator[Document]) -> Iterator[tuple[set[str], object]]:
    """Of an installation whose parameters have their defaults."""
    for policy in policies:
        for statement in policy["PolicyDocument"]["Statement"]:
            if "Fn::If" in statement:
                condition, isolated, statement = statement["Fn::If"]
                assert (condition, isolated) == ("IsolatesTenants", {"Ref": "AWS::NoValue"})
            assert set(statement) - {"Condition"} == {"Effect", "Action", "Resource"}
            assert statement["Effect"] == "Allow"
            actions, resource = statement["Action"], statement["Resource"]
            place = (resource, statement["Condition"]) if "Condition" in statement else resource
            yield {actions} if isinstance(actions, str) else set(actions), place


def test_every_function_is_listed(functions: dict[str, Document]) -> None:
    assert set(functions) == set(_ALLOWED)


@pytest.mark.parametrize("function", _ALLOWED)
def test_a_function_may_do_what_is_listed_and_nothing_else(transformed: Document, function: str) -> None:
    logs = transformed["Resources"][function]["Properties"]["LoggingConfig"]["LogGroup"]["Ref"]
    for_all: list[tuple[set[str], object]] = [
        ({"logs:CreateLogStream", "logs:PutLogEvents"}, {"Fn::GetAtt": [logs, "Arn"]}),
        ({"xray:PutTraceSegments", "xray:PutTelemetryRecords"}, "*"),
    ]

    logical_id, _ = _role(transformed, function)

    def text(statement: tuple[set[str], object]) -> str:
        return f"{sorted(statement[0])} {statement[1]}"

    assert sorted(_statements(_policies(transformed, logical_id)), key=text) == sorted(
        [*for_all, *_ALLOWED[function]], key=text
    )


@pytest.mark.parametrize("function", _ALLOWED)
def test_a_role_belongs_to_one_function_and_to_lambda(transformed: Document, function: str) -> None:
    logical_id, role = _role(transformed, function)
    users = [
        name
        for name, resource in transformed["Resources"].items()
        if resource["Type"] == "AWS::Lambda::Function" and logical_id in str(resource["Properties"]["Role"])
    ]

    assert users == [function]
    assert "ManagedPolicyArns" not in role
    assert role["AssumeRolePolicyDocument"]["Statement"] == {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }


def _routed(functions: dict[str, Document]) -> set[str]:
    """The functions that a request can reach."""
    return {
        name
        for name, properties in functions.items()
        if any(event["Type"] == "Api" for event in properties.get("Events", {}).values())
    }


def test_of_the_functions_behind_routes_only_the_one_that_verifies_tokens_reads_the_secret(
    functions: dict[str, Document],
) -> None:
    """With HS256 who verifies could sign, so those are as few as can be: the routes of documents have no authorizer."""
    readers = {name for name, rules in _ALLOWED.items() if any(place == _SECRET for _, place in rules)}

    assert readers & _routed(functions) == {"DocumentsFunction"}
    assert readers - _routed(functions) == {"AuthorizerFunction", "TokensFunction", "RotationFunction"}
    assert {name for name in functions if "SIGNING_SECRET_ARN" in str(functions[name]["Environment"])} == readers


def test_functions_that_make_tokens_and_replace_the_secret_have_no_event(functions: dict[str, Document]) -> None:
    for name in ("TokensFunction", "RotationFunction"):
        assert "Events" not in functions[name]


def test_no_function_behind_a_route_touches_the_control_plane(functions: dict[str, Document]) -> None:
    for name in _routed(functions):
        assert not [action for actions, _ in _ALLOWED[name] for action in actions if action.startswith("apigateway:")]


def test_the_right_to_remove_old_gateway_keys_can_be_given_up(transformed: Document) -> None:
    assert transformed["Resources"]["TokensOldKeysPolicy"]["Condition"] == "MovesOldGatewayKeys"
    for actions, place in _statements(iter(transformed["Resources"]["TokensRole"]["Properties"]["Policies"])):
        assert "apigateway:DELETE" not in actions or place == ({"Fn::Sub": f"{_GATEWAY}/apikeys/*"}, _OWN_KEYS)


@pytest.mark.parametrize(("policy", "condition"), [("JobsExportPolicy", "Exports"), ("JobsRestorePolicy", "Restores")])
def test_what_few_installations_need_is_allowed_by_a_parameter_only(
    transformed: Document, policy: str, condition: str
) -> None:
    assert transformed["Resources"][policy]["Condition"] == condition


def test_no_function_runs_so_long_that_it_writes_to_a_workspace_whose_rows_go(functions: dict[str, Document]) -> None:
    longest = max(properties["Timeout"] for properties in functions.values())
    assert longest < CLAIM_MS / 1000 < FENCE_MS / 1000


def test_nothing_may_scan_or_administer_the_table() -> None:
    assert not {"dynamodb:Scan", "dynamodb:*", "*"} & {
        action for rules in _ALLOWED.values() for actions, _ in rules for action in actions
    }


def test_the_role_of_tenants(transformed: Document) -> None:
    """It may do what functions of records may, in the partitions of one workspace, and only they may assume it."""
    resources = transformed["Resources"]
    role, policy = resources["TenantRole"], resources["TenantRolePolicy"]
    assert role["Condition"] == policy["Condition"] == _TRIES_TENANT_ISOLATION
    own = {
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["${aws:PrincipalTag/workspaceId}#*"]},
        "Null": {"dynamodb:LeadingKeys": "false", "aws:PrincipalTag/workspaceId": "false"},
    }
    assert list(_statements(iter(role["Properties"]["Policies"]))) == [(_NEW_RECORDS, (_TABLE, own))]
    roles = [_role(transformed, function)[0] for function in _OF_ONE_TENANT]
    trust = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"AWS": [{"Fn::GetAtt": [name, "Arn"]} for name in roles]}
    assert trust["Condition"] == {
        "StringLike": {"aws:RequestTag/workspaceId": _WORKSPACE},
        "ForAllValues:StringEquals": {"aws:TagKeys": ["workspaceId"]},
    }
    assert policy["Properties"]["Roles"] == [{"Ref": name} for name in roles]
    assumes = {"sts:AssumeRole", "sts:TagSession"}
    assert list(_statements(iter([policy["Properties"]]))) == [(assumes, {"Fn::GetAtt": ["TenantRole", "Arn"]})]
    assert set(trust["Action"]) == assumes


def test_where_tenants_are_held_apart_the_functions_of_records_reach_no_row_themselves(transformed: Document) -> None:
    for function in _ALLOWED:
        name, _ = _role(transformed, function)
        statements = [
            each
            for policy in transformed["Resources"][name]["Properties"]["Policies"]
            for each in policy["PolicyDocument"]["Statement"]
        ]
        kept = [each for each in statements if "Fn::If" not in each]
        reaches = any("dynamodb:GetItem" in each["Action"] for each in kept)
        variables = transformed["Resources"][function]["Properties"]["Environment"]["Variables"]
        assert ("TENANT_ROLE_ARN" in variables) is (function in _OF_ONE_TENANT)
        assert not reaches or function not in _OF_ONE_TENANT


def test_sam_adds_no_role_of_its_own(transformed: Document) -> None:
    roles = {name for name, resource in transformed["Resources"].items() if resource["Type"] == "AWS::IAM::Role"}
    policies = {name for name, resource in transformed["Resources"].items() if "Policy" in resource["Type"]}

    assert policies == {
        *("TokensUsagePlanPolicy", "TokensOldKeysPolicy"),
        *("JobsExportPolicy", "JobsRestorePolicy"),
        "TenantRolePolicy",
    }
    assert roles == {
        "ApiGatewayLogsWriter",
        "ReleaseRole",
        "TenantRole",
        *(_role(transformed, function)[0] for function in _ALLOWED),
    }


def test_only_the_gateway_invokes_the_functions_behind_the_api(transformed: Document) -> None:
    permissions = [
        resource["Properties"]
        for resource in transformed["Resources"].values()
        if resource["Type"] == "AWS::Lambda::Permission"
    ]

    invokers = {
        (permission["FunctionName"]["Ref"].removesuffix("Aliaslive"), permission["Principal"])
        for permission in permissions
    }
    assert invokers == {
        (function, "apigateway.amazonaws.com")
        for function in (
            *("AuthorizerFunction", "ConsoleFunction", "CoreRestFunction", "CoreGraphqlFunction"),
            *("DocumentsFunction", "KeysFunction", "MetadataFunction"),
        )
    } | {("JobsFunction", "events.amazonaws.com")}, "beside the schedule of the jobs"
    assert all("SourceArn" in permission for permission in permissions)
