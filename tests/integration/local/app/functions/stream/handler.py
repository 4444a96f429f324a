"""Writes what it is told into the table, where the tests find it; fails on poison."""

import json
import os

import boto3

TABLE = os.environ["TABLE_NAME"]
dynamodb = boto3.client("dynamodb")


def handler(event, _context):
    for record in event["Records"]:
        if "dynamodb" in record:
            if record["dynamodb"]["Keys"]["SK"]["S"] == "poison":
                raise ValueError("poison")
            number = record["dynamodb"]["SequenceNumber"]
            item = {"PK": {"S": "seen"}, "SK": {"S": f"{int(number):08}"}, "record": {"S": json.dumps(record)}}
        else:
            item = {"PK": {"S": "jobs"}, "SK": {"S": record["messageId"]}, "record": {"S": json.dumps(record)}}
        dynamodb.put_item(TableName=TABLE, Item=item)
