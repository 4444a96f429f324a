import time
import uuid
from types import ModuleType
from typing import Any

import pytest

from icosa.access import secret, token
from tests.support import functions
from tests.support.tokens import SECRET

WORKSPACE, KEY = str(uuid.UUID(int=1)), str(uuid.UUID(int=2))
ARN = "arn:aws:execute-api:eu-central-1:123456789012:abcdef/dev/GET/rest/people"


@pytest.fixture
def authorizer(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setenv("SIGNING_SECRET", SECRET)
    secret.signing_secret.cache_clear()
    return functions.load("authorizer")


def event(authorization: str | None, name: str = "Authorization") -> dict[str, Any]:
    return {"type": "REQUEST", "methodArn": ARN, "headers": {} if authorization is None else {name: authorization}}


def a_token(*, expires_at: int, kind: str = "API_KEY", by: str = SECRET) -> str:
    claims = token.Claims(workspace_id=WORKSPACE, key_id=KEY, type=kind, expires_at=expires_at)
    return token.sign(claims, secret=by, issued_at=0)


@pytest.mark.parametrize("name", ["Authorization", "authorization"])
@pytest.mark.parametrize("kind", ["API_KEY", "REFRESH"])
def test_a_valid_token_opens_the_stage(authorizer: ModuleType, name: str, kind: str) -> None:
    later = int(time.time()) + 60
    assert authorizer.handler(event(f"Bearer {a_token(expires_at=later, kind=kind)}", name), None) == {
        "principalId": KEY,
        "usageIdentifierKey": KEY,
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Action": "execute-api:Invoke",
                    "Effect": "Allow",
                    "Resource": "arn:aws:execute-api:eu-central-1:123456789012:abcdef/dev/*",
                }
            ],
        },
        "context": {"workspaceId": WORKSPACE, "keyId": KEY, "type": kind, "exp": str(later)},
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nonsense", "Token invalid."),
        (a_token(expires_at=4102444800, by=SECRET * 2), "Token invalid."),
        (a_token(expires_at=1), "Token has expired."),
    ],
)
def test_a_bad_token_is_denied_with_the_text_for_the_client(authorizer: ModuleType, text: str, message: str) -> None:
    answer = authorizer.handler(event(f"Bearer {text}"), None)
    assert answer["policyDocument"]["Statement"][0]["Effect"] == "Deny"
    assert answer["context"] == {"message": message, "error": "UNAUTHENTICATED"}
    assert "usageIdentifierKey" not in answer
    assert text not in repr(answer)


@pytest.mark.parametrize("authorization", [None, "", "Basic abc", "Bearer"])
def test_without_a_bearer_token_the_gateway_says_unauthorized(
    authorizer: ModuleType, authorization: str | None
) -> None:
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        authorizer.handler(event(authorization), None)


def test_headers_may_be_absent(authorizer: ModuleType) -> None:
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        authorizer.handler({"methodArn": ARN, "headers": None}, None)
