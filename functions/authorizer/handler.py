"""The API's authorizer (REQUEST type, identity source ``Authorization``): from a Bearer token to who asks and who pays.

What it knows about the caller is in ``icosa.access.authorizer``. Its answer is remembered by the gateway for minutes;
what can change meanwhile is checked again by the function behind it (``icosa.access.session``).

What the gateway must do with its answers (docs/wire/access.md#refusals-of-the-gateway):

| Case | Answer here | Gateway response | Status | ``messages`` and ``error`` |
|---|---|---|---|---|
| no Authorization header | not called | UNAUTHORIZED | 403 | Missing authentication token, FORBIDDEN_EXCEPTION |
| header without Bearer token | Deny | ACCESS_DENIED | 401 | Missing authentication token, UNAUTHENTICATED |
| bad signature, no JWT, expired | Deny | ACCESS_DENIED | 401 | ``$context.authorizer``: ``message``, ``error`` |
| workspace gone, token replaced or ended | Deny | ACCESS_DENIED | 401 | the same |
| valid token | Allow | none | | |

Bodies are ``{"statusCode": 403, "messages": ["…"], "error": "…"}``. An Allow covers the whole stage, because a cached
answer is used for every path. Its context holds ``workspaceId``, ``keyId``, ``type``, ``exp`` (seconds since the epoch)
``gen``, ``calls`` a minute and ``limit`` for the words of a 429, as texts; ``usageIdentifierKey`` is the value of the
workspace's gateway key (``ApiKeySourceType: AUTHORIZER``), of the API key's own in a workspace that has none yet, or of
the one for calls that will be refused (``icosa.access.counting``).
"""

from __future__ import annotations

import os
from typing import Any

from icosa.access.authorizer import admit
from icosa.access.failures import MissingToken
from icosa.access.secret import secrets_client, signing_keys
from icosa.errors import Unauthenticated
from icosa.runtime.observation import Observation, observing, of_request
from icosa.runtime.prime import prime
from icosa.store.table import Table

table = Table.from_environment()


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """The policy for a request event (``headers``, ``methodArn``)."""
    with observing(of_request(event)) as observation:
        return _answer(event, observation)


def _answer(event: dict[str, Any], observation: Observation) -> dict[str, Any]:
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    metered = table.metered(observation.meter_of(None))
    try:
        admission = admit(headers.get("authorization"), metered, signing_keys(), stack=os.environ["STACK_NAME"])
    except (MissingToken, Unauthenticated) as failure:
        # The answer is a 401 in any case. An exception, the only other way to refuse, would leave a traceback in the
        # log for each call of anybody; the gateway's own log has a line for it.
        observation.is_silent = True
        error = failure.rest_error if isinstance(failure, Unauthenticated) else Unauthenticated.rest_error
        return _policy(event, "Deny", "anonymous", {"message": failure.message, "error": error})
    claims = admission.claims
    observation.operation = "allow"
    observation.ids |= {"workspace_id": claims.workspace_id, "key_id": claims.key_id}
    context = {
        "workspaceId": claims.workspace_id,
        "keyId": claims.key_id,
        "type": claims.type,
        "exp": str(claims.expires_at),
        "gen": str(claims.generation),
        "calls": str(admission.calls),
        "limit": f"({admission.calls} tokens per 60000 ms)",
    }
    return _policy(event, "Allow", claims.key_id, context) | {"usageIdentifierKey": admission.counted_by}


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
