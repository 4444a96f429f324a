"""AWS services for the functions, and what invokes functions beside the API."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx
import orjson
import pytest
from botocore.exceptions import ClientError

from local.template.names import opaque_id

from .conftest import RunningStack

TABLE = "icosa-local-Table"


def dynamodb(stack: RunningStack, operation: str, **arguments: Any) -> dict[str, Any]:
    """A call to the stack's Dynoxide, as functions make it."""
    running = orjson.loads((stack.data / "running.json").read_bytes())
    headers = {
        "Authorization": (
            f"AWS4-HMAC-SHA256 Credential={running['accessKey']}/20260101/x/dynamodb/aws4_request, SignedHeaders=host, "
            "Signature=0"
        ),
        "X-Amz-Date": "20260101T000000Z",
        "X-Amz-Target": f"DynamoDB_20120810.{operation}",
        "Content-Type": "application/x-amz-json-1.0",
    }
    answer: dict[str, Any] = httpx.post(running["dynamodb"], headers=headers, content=orjson.dumps(arguments)).json()
    return answer


def put(stack: RunningStack, pk: str, sk: str, **more: Any) -> None:
    assert dynamodb(stack, "PutItem", TableName=TABLE, Item={"PK": {"S": pk}, "SK": {"S": sk}, **more}) == {}


def written(stack: RunningStack, pk: str) -> list[dict[str, Any]]:
    """What the stream function wrote down under a partition key."""
    query = {
        "KeyConditionExpression": "PK = :pk",
        "ExpressionAttributeValues": {":pk": {"S": pk}},
        "ConsistentRead": True,
    }
    answer = dynamodb(stack, "Query", TableName=TABLE, **query)
    return [json.loads(item["record"]["S"]) for item in answer["Items"]]


def eventually(check: Any) -> Any:
    """The first true answer of a check, however late it comes on a busy machine."""
    deadline = time.monotonic() + 120
    while not (result := check()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert result
    return result


def test_stream_records_reach_the_function_through_the_filter(stack: RunningStack) -> None:
    put(stack, "ignored", "1")
    put(stack, "watched#1", "1", data={"S": "x"})
    record = eventually(lambda: [r for r in written(stack, "seen") if r["dynamodb"]["Keys"]["PK"]["S"] == "watched#1"])[
        0
    ]
    assert record["eventName"] == "INSERT"
    assert record["eventSource"] == "aws:dynamodb"
    assert record["eventSourceARN"].startswith(f"arn:aws:dynamodb:us-east-1:000000000000:table/{TABLE}/stream/")
    assert record["dynamodb"]["NewImage"]["data"] == {"S": "x"}
    assert not [r for r in written(stack, "seen") if r["dynamodb"]["Keys"]["PK"]["S"] == "ignored"]


def test_poison_ends_with_the_dead_letters_and_the_rest_goes_on(stack: RunningStack) -> None:
    put(stack, "watched#2", "poison")
    put(stack, "watched#2", "after")
    eventually(lambda: [r for r in written(stack, "seen") if r["dynamodb"]["Keys"]["SK"]["S"] == "after"])
    sqs = stack.client("sqs")
    url = sqs.get_queue_url(QueueName="icosa-local-DeadLetters")["QueueUrl"]
    (message,) = eventually(lambda: sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages"))
    letter = json.loads(message["Body"])
    assert letter["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert letter["DDBStreamBatchInfo"]["batchSize"] == 1
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def test_expired_items_are_removed_by_the_service(stack: RunningStack) -> None:
    put(stack, "watched#ttl", "1", ttl={"N": "1"})
    key = {"PK": {"S": "watched#ttl"}, "SK": {"S": "1"}}
    eventually(lambda: "Item" not in dynamodb(stack, "GetItem", TableName=TABLE, Key=key))
    removed = eventually(lambda: [r for r in written(stack, "seen") if r["eventName"] == "REMOVE"])
    assert removed[0]["userIdentity"] == {"type": "Service", "principalId": "dynamodb.amazonaws.com"}


def test_queues_trigger_functions(stack: RunningStack) -> None:
    message_id = stack.invoke("KeysFunction", {"action": "send", "body": "job"})
    record = eventually(lambda: written(stack, "jobs"))[0]
    assert (record["messageId"], record["body"]) == (message_id, "job")


def test_the_secret(stack: RunningStack) -> None:
    assert stack.invoke("KeysFunction", {"action": "secret"}) == {"same": True, "length": 48}


def test_ciphertexts_open_with_their_context_and_with_no_other(stack: RunningStack) -> None:
    kms = stack.client("kms")
    sealed = kms.encrypt(KeyId=opaque_id("Vault"), Plaintext=b"hidden", EncryptionContext={"a": "1", "b": "2"})[
        "CiphertextBlob"
    ]
    assert b"hidden" not in sealed
    opened = kms.decrypt(CiphertextBlob=sealed, EncryptionContext={"b": "2", "a": "1"})
    assert (opened["Plaintext"], opened["KeyId"]) == (
        b"hidden",
        f"arn:aws:kms:us-east-1:000000000000:key/{opaque_id('Vault')}",
    )
    assert (
        kms.decrypt(CiphertextBlob=sealed, EncryptionContext={"a": "1", "b": "2"}, KeyId=opened["KeyId"])["Plaintext"]
        == b"hidden"
    )
    for context in ({}, {"a": "1"}, {"a": "1", "b": "3"}):
        with pytest.raises(kms.exceptions.InvalidCiphertextException):
            kms.decrypt(CiphertextBlob=sealed, EncryptionContext=context)
    for broken in (b"x", sealed[:20], sealed[:-1] + bytes([sealed[-1] ^ 1])):
        with pytest.raises(kms.exceptions.InvalidCiphertextException):
            kms.decrypt(CiphertextBlob=broken, EncryptionContext={"a": "1", "b": "2"})
    with pytest.raises(kms.exceptions.IncorrectKeyException):
        kms.decrypt(CiphertextBlob=sealed, EncryptionContext={"a": "1", "b": "2"}, KeyId=opaque_id("OtherVault"))
    with pytest.raises(kms.exceptions.NotFoundException):
        kms.encrypt(KeyId="none", Plaintext=b"x")
    with pytest.raises(ClientError, match="ValidationException"):
        kms.encrypt(KeyId=opaque_id("Vault"), Plaintext=b"x" * 4097)


def test_keys_of_the_gateway(stack: RunningStack) -> None:
    gateway = stack.client("apigateway")
    (plan,) = gateway.get_usage_plans()["items"]
    assert gateway.get_usage_plan(usagePlanId=plan["id"])["throttle"] == {"rateLimit": 1000.0, "burstLimit": 1000}
    value = "a-new-key-with-more-than-twenty-letters"
    key = gateway.create_api_key(name="new", value=value, enabled=True)
    assert stack.get("/echo/x", value).status_code == 403
    gateway.create_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"], keyType="API_KEY")
    assert stack.get("/echo/x", value).status_code == 200
    with pytest.raises(gateway.exceptions.ConflictException):
        gateway.create_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"], keyType="API_KEY")
    with pytest.raises(gateway.exceptions.ConflictException):
        gateway.create_api_key(name="again", value=value)
    assert [item["id"] for item in gateway.get_api_keys(nameQuery="new")["items"]] == [key["id"]]
    assert gateway.get_api_key(apiKey=key["id"], includeValue=True)["value"] == value
    gateway.update_api_key(apiKey=key["id"], patchOperations=[{"op": "replace", "path": "/enabled", "value": "false"}])
    assert stack.get("/echo/x", value).status_code == 403
    gateway.delete_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"])
    gateway.delete_api_key(apiKey=key["id"])
    with pytest.raises(gateway.exceptions.NotFoundException):
        gateway.delete_api_key(apiKey=key["id"])


def test_queues_through_their_client(stack: RunningStack) -> None:
    sqs = stack.client("sqs")
    url = sqs.get_queue_url(QueueName="icosa-local-DeadLetters")["QueueUrl"]
    entries = [{"Id": name, "MessageBody": name} for name in "ab"]
    assert len(sqs.send_message_batch(QueueUrl=url, Entries=entries)["Successful"]) == 2
    attributes = {"kind": {"DataType": "String", "StringValue": "test"}}
    sqs.send_message(QueueUrl=url, MessageBody="c", MessageAttributes=attributes, DelaySeconds=0)
    messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])["Messages"]
    assert {message["Body"] for message in messages} >= {"a", "b", "c"}
    assert next(message for message in messages if message["Body"] == "c")["MessageAttributes"] == attributes
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=messages[0]["ReceiptHandle"], VisibilityTimeout=100)
    counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert counts["ApproximateNumberOfMessagesNotVisible"] == str(len(messages))
    sqs.purge_queue(QueueUrl=url)
    with pytest.raises(ClientError, match="NonExistentQueue"):
        sqs.get_queue_url(QueueName="other")


def test_invoking(stack: RunningStack) -> None:
    client = stack.client("lambda")
    failed = client.invoke(FunctionName="icosa-local-StreamFunction", Payload=b'{"Records":[{}]}')
    assert failed["FunctionError"] == "Unhandled"
    assert json.loads(failed["Payload"].read())["errorType"] == "KeyError"
    accepted = client.invoke(
        FunctionName="icosa-local-StreamFunction", InvocationType="Event", Payload=b'{"Records":[]}'
    )
    assert accepted["StatusCode"] == 202
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.invoke(FunctionName="other")


def test_what_the_services_refuse(stack: RunningStack) -> None:
    endpoint = orjson.loads((stack.data / "running.json").read_bytes())["endpoint"]
    assert (
        httpx.post(f"{endpoint}/2015-03-31/functions/icosa-local-KeysFunction/invocations", json={}).status_code == 403
    )
    with pytest.raises(ClientError, match="local stack does not have"):
        stack.client("apigateway").get_rest_apis()
