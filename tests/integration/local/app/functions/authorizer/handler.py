"""The token is the value of the caller's key; ``bad`` is denied, ``none`` is no token at all."""


def handler(event, _context):
    token = event["headers"]["Authorization"].removeprefix("Bearer ")
    if token == "none":
        raise Exception("Unauthorized")
    if token == "broken":
        raise RuntimeError("the authorizer broke")
    return {
        "principalId": token,
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {"Action": "execute-api:Invoke", "Effect": "Deny" if token == "bad" else "Allow", "Resource": "*"}
            ],
        },
        "context": {"message": f"{token} is not welcome", "number": 1, "flag": True},
        "usageIdentifierKey": token,
    }
