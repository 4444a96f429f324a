import base64
import json
import time
import uuid

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from icosa.access import token
from icosa.access.failures import ExpiredToken, InvalidToken, MissingToken
from tests.support.tokens import SECRET

IDS = {"workspace_id": str(uuid.UUID(int=1)), "key_id": str(uuid.UUID(int=2))}
LATER = int(time.time()) + 3600


def make(**changes: object) -> str:
    """A signed token whose payload differs from a good one by ``changes``; None removes a claim."""
    payload = {
        "sub": IDS["workspace_id"],
        "type": "API_KEY",
        "workspaceId": IDS["workspace_id"],
        "jti": IDS["key_id"],
        "iat": 1,
        "exp": LATER,
    }
    payload.update(changes)
    return jwt.encode({name: value for name, value in payload.items() if value is not None}, SECRET, algorithm="HS256")


def test_a_token_carries_the_claims_of_twenty() -> None:
    claims = token.Claims(type="API_KEY", expires_at=LATER, **IDS)
    text = token.sign(claims, secret=SECRET, issued_at=1700000000)
    body = text.split(".")[1]
    assert json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))) == {
        "sub": IDS["workspace_id"],
        "type": "API_KEY",
        "workspaceId": IDS["workspace_id"],
        "jti": IDS["key_id"],
        "iat": 1700000000,
        "exp": LATER,
    }
    assert token.verify(text, secret=SECRET) == claims


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "a.b.c",
        make()[:-3] + "abc",
        make(jti=None),
        make(workspaceId=None),
        make(type=None),
        make(exp=None),
        make(sub=str(uuid.UUID(int=3))),
        make(jti="x"),
        make(workspaceId="../other", sub="../other"),
        make(type=7),
        jwt.encode({"sub": "x"}, SECRET * 2, algorithm="HS384"),
        jwt.encode({"sub": "x"}, "", algorithm="none"),
    ],
)
def test_what_is_not_a_token_of_ours_is_invalid(text: str) -> None:
    with pytest.raises(InvalidToken) as caught:
        token.verify(text, secret=SECRET)
    assert (caught.value.status, caught.value.rest_error, caught.value.message) == (
        401,
        "UNAUTHENTICATED",
        "Token invalid.",
    )


def test_another_deployments_token_is_invalid() -> None:
    with pytest.raises(InvalidToken):
        token.verify(make(), secret=SECRET + "!")


def test_an_expired_token_says_so() -> None:
    with pytest.raises(ExpiredToken) as caught:
        token.verify(make(exp=int(time.time()) - 1), secret=SECRET)
    assert (caught.value.status, caught.value.rest_error, caught.value.message) == (
        401,
        "UNAUTHENTICATED",
        "Token has expired.",
    )


@given(position=st.integers(0, len(make()) - 1), character=st.sampled_from("AZaz09-_."))
def test_no_changed_token_passes_as_somebody_else(position: int, character: str) -> None:
    good = make()
    changed = good[:position] + character + good[position + 1 :]
    try:
        claims = token.verify(changed, secret=SECRET)
    except InvalidToken:
        return
    # The last character of a base64 text may differ without a difference in its bytes.
    assert claims == token.verify(good, secret=SECRET)


@pytest.mark.parametrize("header", ["Bearer abc", "bearer abc", "BEARER  abc ", "  Bearer abc"])
def test_the_token_of_a_header(header: str) -> None:
    assert token.from_header(header) == "abc"


@pytest.mark.parametrize("header", [None, "", "   ", "Bearer", "Bearer   ", "Basic abc", "abc", "Token abc"])
def test_a_header_without_a_bearer_token(header: str | None) -> None:
    with pytest.raises(MissingToken) as caught:
        token.from_header(header)
    assert (caught.value.status, caught.value.rest_error, caught.value.message) == (
        403,
        "FORBIDDEN_EXCEPTION",
        "Missing authentication token",
    )
