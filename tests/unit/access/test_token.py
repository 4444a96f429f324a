import base64
import hmac
import json
import time
import uuid
from dataclasses import replace
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from icosa.access import token
from icosa.access.failures import ExpiredToken, InvalidToken, MissingToken
from icosa.access.secret import SigningKey, SigningKeys
from tests.support.tokens import KEYS, SECRET

IDS: dict[str, Any] = {"workspace_id": str(uuid.UUID(int=1)), "key_id": str(uuid.UUID(int=2))}
LATER = int(time.time()) + 86_400


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
    text = token.sign(claims, key=KEYS.current, issued_at=1700000000)
    body = text.split(".")[1]
    assert json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))) == {
        "sub": IDS["workspace_id"],
        "type": "API_KEY",
        "workspaceId": IDS["workspace_id"],
        "jti": IDS["key_id"],
        "iat": 1700000000,
        "exp": LATER,
        "gen": 0,
    }
    assert token.verify(text, keys=KEYS) == replace(claims, kid=KEYS.current.kid)


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
        token.verify(text, keys=KEYS)
    assert (caught.value.status, caught.value.rest_error, caught.value.message) == (
        401,
        "UNAUTHENTICATED",
        "Token invalid.",
    )


def test_another_deployments_token_is_invalid() -> None:
    with pytest.raises(InvalidToken):
        token.verify(make(), keys=SigningKeys(SigningKey(SECRET + "!")))


def test_an_expired_token_says_so() -> None:
    with pytest.raises(ExpiredToken) as caught:
        token.verify(make(exp=int(time.time()) - 1), keys=KEYS)
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
        claims = token.verify(changed, keys=KEYS)
    except InvalidToken:
        return
    # The last character of a base64 text may differ without a difference in its bytes.
    assert claims == token.verify(good, keys=KEYS)


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


OLD = SigningKey("o" * 40)
NEW = SigningKey("n" * 40)


def signed_by(key: SigningKey, **header: object) -> str:
    """A token under any header: jwt.encode refuses some, so that the signature is made here."""
    parts = [json.dumps(part).encode() for part in ({"alg": "HS256", "typ": "JWT", **header}, payload_of(make()))]
    text = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
    signature = hmac.digest(key.secret.encode(), text.encode(), "sha256")
    return f"{text}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def payload_of(text: str) -> dict[str, object]:
    payload: dict[str, object] = jwt.decode(text, SECRET, algorithms=["HS256"])
    return payload


def test_the_header_says_which_key_signed() -> None:
    text = token.sign(token.Claims(type="API_KEY", expires_at=LATER, **IDS), key=NEW, issued_at=1)
    assert jwt.get_unverified_header(text)["kid"] == NEW.kid
    for keys in (SigningKeys(NEW), SigningKeys(NEW, OLD), SigningKeys(OLD, NEW)):
        assert token.verify(text, keys=keys).kid == NEW.kid
    with pytest.raises(InvalidToken):
        token.verify(text, keys=SigningKeys(OLD))


def test_tokens_without_a_key_id_are_those_of_the_secret_before_or_the_only_one() -> None:
    for keys in (SigningKeys(OLD), SigningKeys(NEW, OLD)):
        claims = token.verify(signed_by(OLD), keys=keys)
        assert (claims.kid, claims.generation) == (OLD.kid, 0)
    with pytest.raises(InvalidToken):
        token.verify(signed_by(OLD), keys=SigningKeys(NEW))


@pytest.mark.parametrize("kid", ["", "x", "n" * 10_000, NEW.kid, 5, None, ["x"], {}])
def test_a_key_id_is_no_proof(kid: object) -> None:
    with pytest.raises(InvalidToken):
        token.verify(signed_by(SigningKey("f" * 40), kid=kid), keys=SigningKeys(NEW, OLD))


@pytest.mark.parametrize("generation", ["0", 1.5, True, None, [1]])
def test_a_generation_is_a_whole_number(generation: object) -> None:
    payload = jwt.decode(make(), SECRET, algorithms=["HS256"]) | {"gen": generation}
    with pytest.raises(InvalidToken):
        token.verify(jwt.encode(payload, SECRET, algorithm="HS256"), keys=KEYS)


def test_a_generation_comes_back() -> None:
    claims = token.Claims(type="API_KEY", expires_at=LATER, generation=3, **IDS)
    assert token.verify(token.sign(claims, key=KEYS.current, issued_at=1), keys=KEYS).generation == 3
