"""The API's authorizer (REQUEST type, identity source ``Authorization``): from a Bearer token to who asks and who pays.

It verifies the token and reads nothing, so its answer is cheap and may be cached for as long as the gateway likes; what
can change (revocation, role, the token's expiry) is checked again by the function behind it (``icosa.access.session``).

What the gateway must do with its answers (docs/wire/access.md#refusals-of-the-gateway):

| Case | Answer here | Gateway response | Status | ``messages`` and ``error`` |
|---|---|---|---|---|
| no Authorization header | not called | UNAUTHORIZED | 403 | Missing authentication token, FORBIDDEN_EXCEPTION |
| header without Bearer token | raises ``Unauthorized`` | UNAUTHORIZED | 403 | the same |
| bad signature, no JWT, expired | Deny | ACCESS_DENIED | 401 | ``$context.authorizer``: ``message``, ``error`` |
| no gateway key of the token's ``jti`` | Allow | INVALID_API_KEY | 403 | This API Key is revoked, FORBIDDEN_EXCEPTION |
| valid token | Allow | none | | |

Bodies are ``{"statusCode": 403, "messages": ["…"], "error": "…"}``. An Allow covers the whole stage, because a cached
answer is used for every path. Its context holds ``workspaceId``, ``keyId``, ``type`` and ``exp`` (seconds since the
epoch, as text); ``usageIdentifierKey`` is the API key's id, which is the value of its gateway key (``ApiKeySourceType:
AUTHORIZER``).
"""

from __future__ import annotations

from typing import Any

from icosa.access import token
from icosa.access.failures import MissingToken
from icosa.access.secret import secrets_client, signing_secret
from icosa.errors import Unauthenticated
from icosa.runtime.prime import prime


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """The policy for a request event (``headers``, ``methodArn``)."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    try:
        claims = token.verify(token.from_header(headers.get("authorization")), secret=signing_secret())
    except MissingToken:
        # The gateway knows this very text as "answer UNAUTHORIZED".
        raise Exception("Unauthorized") from None
    except Unauthenticated as failure:
        return _policy(event, "Deny", "anonymous", {"message": failure.message, "error": failure.rest_error})
    context = {
        "workspaceId": claims.workspace_id,
        "keyId": claims.key_id,
        "type": claims.type,
        "exp": str(claims.expires_at),
    }
    return _policy(event, "Allow", claims.key_id, context) | {"usageIdentifierKey": claims.key_id}


def _policy(event: dict[str, Any], effect: str, principal: str, context: dict[str, str]) -> dict[str, Any]:
    # arn:aws:execute-api:region:account:api/stage/METHOD/path
    stage = "/".join(event["methodArn"].split("/", 2)[:2])
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": f"{stage}/*"}
    return {
        "principalId": principal,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": context,
    }


prime(secrets_client)
