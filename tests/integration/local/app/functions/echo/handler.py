"""Answers with its event, or does what the path says."""

import base64
import json
import os
import time

import shared


def handler(event, context):
    match (event["pathParameters"] or {}).get("proxy"):
        case "fail":
            raise ValueError("as asked")
        case "sleep":
            time.sleep(30)
        case "exit":
            os._exit(3)
        case "malformed":
            return {"status": 200}
        case "binary":
            body = base64.b64encode(bytes(range(256))).decode()
            return {
                "statusCode": 200,
                "headers": {"Content-Type": "application/octet-stream"},
                "body": body,
                "isBase64Encoded": True,
            }
        case "cookies":
            return {"statusCode": 200, "multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"]}, "body": "{}"}
        case "large":
            return {"statusCode": 200, "body": json.dumps("x" * 20_000)}
    seen = {
        "event": event,
        "own": os.environ["OWN"],
        "shared": shared.WORD,
        "pid": os.getpid(),
        "function": context.function_name,
        "left": context.get_remaining_time_in_millis(),
    }
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": json.dumps(seen)}
