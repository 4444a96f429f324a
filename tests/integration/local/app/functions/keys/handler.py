"""Makes a workspace: an item in the table, and a key in the usage plan. Also runs errands for the tests."""

import os
import uuid

import boto3

SECRET = os.environ["SIGNING_SECRET"]


def handler(event, _context):
    if event["action"] == "secret":
        stored = boto3.client("secretsmanager").get_secret_value(SecretId=os.environ["SIGNING_SECRET_ARN"])
        return {"same": stored["SecretString"] == SECRET, "length": len(SECRET)}
    if event["action"] == "send":
        return boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE_URL"], MessageBody=event["body"])[
            "MessageId"
        ]
    if event["action"] == "delete_key":
        boto3.client("apigateway").delete_api_key(apiKey=event["id"])
        return None
    token = uuid.uuid4().hex + event["name"]
    gateway = boto3.client("apigateway")
    key = gateway.create_api_key(name=token, value=token, enabled=True)
    gateway.create_usage_plan_key(usagePlanId=os.environ["USAGE_PLAN_ID"], keyId=key["id"], keyType="API_KEY")
    dynamodb = boto3.client("dynamodb")
    dynamodb.put_item(TableName=os.environ["TABLE_NAME"], Item={"PK": {"S": "workspace"}, "SK": {"S": token}})
    return {"workspaceId": event["name"], "apiKey": {"id": key["id"], "token": token}, "console": "/console"}
